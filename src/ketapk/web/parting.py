"""How plans differ from the first one: from when, and by how much."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ketapk.web.numbers import short

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from ketapk.dosing.regimen import Dose, Regimen
    from ketapk.profiles import Profiles
    from ketapk.web.models import Answer

    Floats = NDArray[np.float64]


def difference(plans: Mapping[str, Answer], times_h: Floats) -> list[dict[str, Any]]:
    """Return every plan less the first, in a model that answers both (T,) [ng/mL]."""
    rest = list(plans)
    if len(rest) < 2:
        return []
    first = rest.pop(0)
    told = []
    for name in rest:
        shared = _shared(plans[name], plans[first])
        parts = parting(plans[name].plan, plans[first].plan)
        curve = None
        if shared is not None:
            mine, theirs = shared
            curve = short(
                _parent(plans[name].runs[mine], times_h)
                - _parent(plans[first].runs[theirs], times_h)
            )
        told.append(
            {
                "of": name,
                "minus": first,
                "models": shared,
                "parts_at_h": None if parts is None else float(parts),
                "curve": curve,
            }
        )
    return told


def _parent(run: Profiles, times_h: Floats) -> Floats:
    curve: Floats = run.at_times(times_h).concentration(run.model.parent)[0]
    return curve


def _shared(one: Answer, other: Answer) -> tuple[str, str] | None:
    """First pair of runs that rest on the same model."""
    for mine in one.runs:
        for theirs in other.runs:
            if mine.partition("+")[0] == theirs.partition("+")[0]:
                return mine, theirs
    return None


def parting(one: Regimen, other: Regimen) -> Fraction | None:
    """Return the time [h] from which two plans differ; None if they never do.

    Infusions that begin alike part where the shorter ends.

    Examples
    --------
    >>> from ketapk.dosing.sentence import parse
    >>> parting(parse("35 mg iv over 40 min"), parse("35 mg iv over 40 min; 10 mg im at 2 h"))
    Fraction(2, 1)
    >>> parting(parse("30 mg/h iv for 1 h"), parse("30 mg/h iv for 2 h"))
    Fraction(1, 1)
    """
    ours, theirs = Counter(one.expand().doses), Counter(other.expand().doses)
    only_ours, only_theirs = list((ours - theirs).elements()), list((theirs - ours).elements())
    begin = min((dose.time for dose in (*only_ours, *only_theirs)), default=None)
    if begin is None:
        return None
    pair = [[d for d in some if d.time == begin] for some in (only_ours, only_theirs)]
    if len(pair[0]) == len(pair[1]) == 1:
        a, b = pair[0][0], pair[1][0]
        if a.hours and b.hours and _alike(a, b):
            later = [d.time for d in (*only_ours, *only_theirs) if d.time != begin]
            return min([begin + min(a.hours, b.hours), *later])
    return begin


def _alike(one: Dose, other: Dose) -> bool:
    """Whether two infusions are the same while both run."""

    def rate(dose: Dose) -> float:
        return dose.rate if dose.rate is not None else dose.amt / float(dose.hours)

    same = (one.route, one.drug, one.per_kg) == (other.route, other.drug, other.per_kg)
    return same and abs(rate(one) - rate(other)) <= 1e-12 * rate(one)
