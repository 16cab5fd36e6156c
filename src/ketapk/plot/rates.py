"""The rates of a pump, in a panel of their own below the curves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ketapk.errors import InputError
from ketapk.plot.style import new_figure, on_axis, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

HEIGHT = 6.5
"""Of a figure with two panels [inch]."""
RATIO = (2.2, 1.0)
"""Heights of the curves and of the rates."""
STEEP = 8.0
"""Highest rate over the median one beyond which the axis is logarithmic: a loading would hide all
others. A choice."""


def panels(ax: Axes | None) -> tuple[Axes, Axes]:
    """Return axes for curves and, below them, for rates; both in the place of ``ax`` if given."""
    if ax is None:
        ax = new_figure(height=HEIGHT).add_subplot()
    place = ax.get_subplotspec()
    if place is None:
        raise InputError(
            "ax has no place in a grid that a panel of rates could share; give one of "
            "figure.subplots(), or leave ax out."
        )
    grid = place.subgridspec(2, 1, height_ratios=RATIO)
    ax.set_subplotspec(grid[0])
    below = ax.figure.add_subplot(grid[1], sharex=ax)
    return ax, below


def draw_rates(
    above: Axes, below: Axes, rates: Sequence[tuple[float, float, float]], span_h: float
) -> None:
    """Draw rates below the finished curves.

    Parameters
    ----------
    above, below : matplotlib Axes
        What `panels` returned; the curves are drawn and finished.
    rates : sequence of (float, float, float)
        Start and end [h] and rate [mg/h] of each stretch.
    span_h : float
        What the axis shows [h].
    """
    from matplotlib.ticker import LogFormatter, NullFormatter

    given = np.array([rate for *_, rate in rates if rate > 0.0])
    steep = given.size > 0 and given.max() > STEEP * np.median(given)
    floor = 0.5 * given.min() if steep else 0.0
    for start, end, rate in rates:
        if rate > 0.0:
            ends = on_axis(np.array([start, end]), span_h)
            below.stairs([rate], ends, baseline=floor, fill=True, color="0.6")
    if steep:
        below.set_yscale("log")
        below.yaxis.set_major_formatter(LogFormatter(labelOnlyBase=False))
        below.yaxis.set_minor_formatter(NullFormatter())
        below.set_ylim(floor, 1.5 * given.max())
    else:
        below.set_ylim(0.0, 1.1 * given.max() if given.size else 1.0)
    plain(below)
    below.set_axisbelow(True)
    below.set_ylabel("Rate [mg/h],\nlogarithmic" if steep else "Rate [mg/h]")
    below.set_xlabel(above.get_xlabel())
    above.set_xlabel("")
    above.tick_params(axis="x", labelbottom=False)
