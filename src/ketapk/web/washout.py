"""When a curve is at a level for the last time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ketapk import units

if TYPE_CHECKING:
    from ketapk.profiles import Profiles

ALIKE = 1e-9
"""Share of a level within which a curve is at it."""


def washout_h(run: Profiles, analyte: str, level: str, onset_h: float, above_h: float) -> float:
    """Return the last time at which the first patient's curve is at a level [h].

    Parameters
    ----------
    run : Profiles
        What was simulated.
    analyte : str
        Whose curve.
    level : str
        A concentration with its unit.
    onset_h, above_h : float
        First time at the level, and time above it in all [h].

    Returns
    -------
    float
        NaN if the curve never comes to the level, infinite if it stays above.
    """
    end = onset_h + above_h
    if not np.isfinite(end):
        return end
    # Above the level without a gap, the curve leaves it here; after a gap, it is elsewhere by now.
    height = units.mg_per_l_to_ng_per_ml(units.concentration_mg_per_l(level, analyte))
    if abs(run.level(analyte, end) - height) <= ALIKE * height:
        return end
    ends = run.curve(analyte).intervals_above(level)["end_h"].to_list()
    return float(max(ends, default=end))
