"""The same order twice."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ketapk import units
from ketapk.linting.order import Order, words
from ketapk.linting.rule import Hit, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ketapk.dosing.regimen import Dose


def _alike(dose: Dose) -> tuple[Any, ...]:
    """What two doses have in common that are the same order, however their rate is written."""
    return (dose.route, dose.drug, dose.form, dose.per_kg, dose.amt, dose.hours)


def _twice(order: Order) -> Iterator[Hit]:
    groups: dict[tuple[Any, ...], list[Dose]] = defaultdict(list)
    for dose in order.plan.expand().doses:
        if not dose.device and dose.amt > 0.0:
            groups[_alike(dose)].append(dose)
    for doses in groups.values():
        doses.sort(key=lambda dose: dose.time)
        end: Fraction | None = None
        for dose in doses:
            if end is not None and (dose.time < end or (dose.time == end and not dose.hours)):
                when = f"at {units.format_time(dose.time)}" if dose.time else "from the start"
                yield Hit(
                    text=(
                        f"the same is given twice at once, {when}; a copied line of an order "
                        f"looks like this."
                    ),
                    dose=words(dose),
                )
                break
            end = dose.time + dose.hours


RULES = (
    Rule(
        name="duplicate-order",
        severity="caution",
        what="the same dose twice at one time, or the same infusion twice at once",
        source="a choice: one order may have been copied",
        look=_twice,
    ),
)
