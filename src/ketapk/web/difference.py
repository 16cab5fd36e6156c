"""How plans differ from the first one: from when, and by how much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ketapk.branches.parting import parting
from ketapk.web.numbers import short

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from ketapk.profiles import Profiles
    from ketapk.web.models import Answer

    Floats = NDArray[np.float64]


def difference(plans: Mapping[str, Answer]) -> list[dict[str, Any]]:
    """Return every plan less the first, in a model that answers both (T,) [ng/mL].

    All are read at the same times.
    """
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
            curve = short(_parent(plans[name].runs[mine]) - _parent(plans[first].runs[theirs]))
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


def _parent(run: Profiles) -> Floats:
    curve: Floats = run.concentration(run.model.parent)[0]
    return curve


def _shared(one: Answer, other: Answer) -> tuple[str, str] | None:
    """First pair of runs that rest on the same model."""
    for mine in one.runs:
        for theirs in other.runs:
            if mine.partition("+")[0] == theirs.partition("+")[0]:
                return mine, theirs
    return None
