"""When two plans part: the first moment at which something else is given."""

from __future__ import annotations

from collections import Counter, defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ketapk.dosing.regimen import Dose

if TYPE_CHECKING:
    from ketapk.dosing.regimen import Regimen, Reset

    Steps = dict[Fraction, list[float]]

ROUNDING = 1e-12
"""Share below which rates or amounts differ by rounding, and are the same."""


def parting(one: Regimen, other: Regimen) -> Fraction | None:
    """Return the time [h] from which two plans give something else; None if they never do.

    Infusions are the same while they run at the same rate, however they are written.

    Examples
    --------
    >>> from ketapk.dosing.sentence import parse
    >>> parting(parse("35 mg iv over 40 min"), parse("35 mg iv over 40 min; 10 mg im at 2 h"))
    Fraction(2, 1)
    >>> parting(parse("30 mg/h iv for 1 h"), parse("30 mg/h iv for 2 h"))
    Fraction(1, 1)
    """
    ours, theirs = Counter(one.expand().events), Counter(other.expand().events)
    # By kind of dose, what begins to be given at a time: an amount at once, a rate that changes.
    changes: dict[Any, Steps] = defaultdict(lambda: defaultdict(lambda: [0.0, 0.0]))
    sizes: dict[Any, float] = defaultdict(float)
    for sign, events in ((1, ours - theirs), (-1, theirs - ours)):
        for event in events.elements():
            _note(changes, sizes, event, sign)
    moments = [_first(steps, ROUNDING * sizes[kind]) for kind, steps in changes.items()]
    return min((moment for moment in moments if moment is not None), default=None)


def _note(
    changes: dict[Any, Steps], sizes: dict[Any, float], event: Dose | Reset, sign: int
) -> None:
    """Add what an event begins and ends to give, or take it away."""
    kind = _kind(event)
    if not isinstance(event, Dose) or event.ss or not event.hours:
        # What stands for itself is there or is not.
        amount = 1.0 if kind is event or not isinstance(event, Dose) else event.amt
        sizes[kind] = max(sizes[kind], amount)
        changes[kind][event.time][0] += sign * amount
        return
    rate = event.rate if event.rate is not None else event.amt / float(event.hours)
    sizes[kind] = max(sizes[kind], rate)
    changes[kind][event.time][1] += sign * rate
    changes[kind][event.time + event.hours][1] -= sign * rate


def _kind(event: Dose | Reset) -> Any:
    """What doses have in common that add up to one: all but when and how much."""
    if not isinstance(event, Dose) or event.ss:
        return event
    # Where some is lost on the way, an infusion that keeps its rate ends earlier.
    by_rate = event.rate is not None and event.route != "iv"
    what = event.route, event.drug, event.per_kg, event.form, event.device, event.cmt
    return *what, event.modelled, event.hours > 0, by_rate


def _first(steps: Steps, least: float) -> Fraction | None:
    """First time at which an amount, or the sum of the rates, is not that of the other plan."""
    rate = 0.0
    for moment in sorted(steps):
        amount, step = steps[moment]
        rate += step
        if abs(amount) > least or abs(rate) > least:
            return moment
    return None
