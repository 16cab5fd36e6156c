"""Times over which something runs without a pause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction

    from ketapk.dosing.regimen import Dose, Regimen


@dataclass(frozen=True, slots=True)
class Stretch:
    """Infusions by one route, of which each begins before the last of those before it ends."""

    start: Fraction
    """[h]"""
    end: Fraction
    """[h]"""
    doses: tuple[Dose, ...]
    """In the order of their starts."""

    @property
    def hours(self) -> float:
        """How long it runs [h]."""
        return float(self.end - self.start)


def stretches(plan: Regimen, route: str) -> list[Stretch]:
    """Return what runs by a route without a pause, ascending.

    Examples
    --------
    >>> from ketapk.dosing.sentence import parse
    >>> plan = parse("35 mg iv over 40 min; then 7 mg/h iv for 2 h; 7 mg/h iv for 1 h at 5 h")
    >>> [(float(s.start), round(s.hours, 2), len(s.doses)) for s in stretches(plan, "iv")]
    [(0.0, 2.67, 2), (5.0, 1.0, 1)]
    """
    found: list[tuple[Fraction, Fraction, list[Dose]]] = []
    infused = (d for d in plan.expand().doses if d.route == route and d.hours)
    for dose in sorted(infused, key=lambda dose: dose.time):
        end = dose.time + dose.hours
        if found and dose.time <= found[-1][1]:
            start, before, doses = found.pop()
            doses.append(dose)
            found.append((start, max(before, end), doses))
        else:
            found.append((dose.time, end, [dose]))
    return [Stretch(start, end, tuple(doses)) for start, end, doses in found]
