"""How and to whom it is given: the label's minute, the people who were studied."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ketapk import units
from ketapk.linting.order import Order, words
from ketapk.linting.rule import Hit, Rule

LABEL_MINUTE = Fraction(1, int(units.MINUTES_PER_HOUR))
"""Shortest time of an intravenous injection in the label of Ketalar [h]."""


def _fast(order: Order) -> Iterator[Hit]:
    for dose in order.doses:
        if dose.route != "iv" or dose.modelled is not None or dose.amt == 0.0:
            continue
        if dose.hours < LABEL_MINUTE and order.stretch_h(dose) < LABEL_MINUTE:
            how = "at once" if not dose.hours else f"over {units.format_time(dose.hours)}"
            yield Hit(
                text=(
                    f"it is given {how}, and the label gives an injection over 60 s; write 'over "
                    f"60 s' to simulate that."
                ),
                dose=words(dose),
            )


def _strangers(order: Order) -> Iterator[Hit]:
    if order.model is None:
        return
    for sentence in order.model.population.outside(order.cohort):
        yield Hit(
            text=f"{order.model.name}: {sentence}.", source=order.model.cite().partition("\n")[0]
        )


RULES = (
    Rule(
        name="fast-bolus",
        severity="caution",
        what="an intravenous injection in less than a minute",
        source="US label of Ketalar: give over 60 s",
        look=_fast,
    ),
    Rule(
        name="outside-population",
        severity="caution",
        what="somebody outside the ages or weights that the model was studied in",
        source="the paper of the model",
        look=_strangers,
        needs="model",
    ),
)
