"""Roots of many functions at once, each between two times of different sign.

Chandrupatla's method (1997, Adv Eng Softw 28(3):145-149): inverse quadratic interpolation where it
is safe, else bisection; the same steps, to the bit, as SciPy's ``elementwise.find_root``, without
loading all of ``scipy.optimize`` for them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MOST_STEPS = 2046
"""Halvings of the widest bracket of doubles down to the narrowest."""
NO_VALUE = float(np.finfo(np.float64).smallest_normal)
"""Size of a value below which it is none."""


def find_root(
    function: Callable[..., Floats],
    low: Floats,
    high: Floats,
    args: tuple[Any, ...],
    *,
    xrtol: float,
    xatol: float,
) -> Floats:
    """Root of every function between ``low`` and ``high``, (Q,).

    Parameters
    ----------
    function : callable
        Values (Q,) at (Q,) points; it is called with those of ``args`` that are not done yet.
    low, high : (Q,) array
        Ends of the brackets.
    args : tuple of (Q,) arrays
        Passed on to ``function``.
    xrtol, xatol : float
        Relative and absolute width at which a bracket is narrow enough.

    Returns
    -------
    (Q,) ndarray
        NaN where the ends have one sign, or are not finite.
    """
    found = np.full(low.shape, np.nan)
    left = np.arange(low.size)
    x1, x2 = low.astype(np.float64), high.astype(np.float64)
    f1, f2 = function(x1, *args), function(x2, *args)
    x3, f3 = x2, f2
    share: Any = 0.5
    with np.errstate(divide="ignore", invalid="ignore"):
        for step in range(MOST_STEPS + 1):
            if step:
                x = x1 + share * (x2 - x1)
                f = function(x, *args)
                same = np.sign(f) == np.sign(f1)
                x3, f3 = np.where(same, x1, x2), np.where(same, f1, f2)
                x2, f2 = np.where(same, x2, x1), np.where(same, f2, f1)
                x1, f1 = x, f
            nearer = np.abs(f1) < np.abs(f2)
            best = np.where(nearer, x1, x2)
            hit = np.abs(np.where(nearer, f1, f2)) <= NO_VALUE
            bracket = np.sign(f1) != np.sign(f2)
            known = np.isfinite(x1) & np.isfinite(x2) & ~(np.isnan(f1) & np.isnan(f2))
            width = np.abs(x2 - x1)
            enough = np.abs(best) * xrtol + xatol
            found[left] = np.where(hit | (bracket & known), best, np.nan)
            go_on = ~(hit | ~bracket | ~known | (width < enough))
            if not np.all(go_on):
                left, width, enough = left[go_on], width[go_on], enough[go_on]
                x1, x2, x3 = x1[go_on], x2[go_on], x3[go_on]
                f1, f2, f3 = f1[go_on], f2[go_on], f3[go_on]
                args = tuple(arg[go_on] for arg in args)
            if left.size == 0:
                break
            if step:
                least = 0.5 * enough / width
                share = np.clip(_share(x1, x2, x3, f1, f2, f3), least, 1.0 - least)
    return found


def _share(x1: Floats, x2: Floats, x3: Floats, f1: Floats, f2: Floats, f3: Floats) -> Floats:
    """How far from ``x1`` to ``x2`` to go: by interpolation where the three points allow it."""
    xi = (x1 - x2) / (x3 - x2)
    phi = (f1 - f2) / (f3 - f2)
    alpha = (x3 - x1) / (x2 - x1)
    bent = ((1.0 - np.sqrt(1.0 - xi)) < phi) & (phi < np.sqrt(xi))
    curved = f1 / (f1 - f2) * f3 / (f3 - f2) - alpha * f1 / (f3 - f1) * f2 / (f2 - f3)
    return np.where(bent, curved, 0.5)
