"""Two branches of a plan, with their difference below."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ketapk.plot.style import (
    IN_MINUTES_H,
    draw_curve,
    new_figure,
    on_axis,
    plain,
    planning_footer,
    source_of,
    style,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ketapk.branches.branching import WhatIf


def draw_branches(found: WhatIf) -> Figure:
    """Draw the planned and the changed branch, and below them how far apart they are.

    Parameters
    ----------
    found : WhatIf
        What `what_if` returned.

    Returns
    -------
    matplotlib Figure
    """
    figure = new_figure(height=7.0)
    above, given, below = figure.subplots(3, 1, sharex=True, height_ratios=(8, 1, 4))
    agree = float(np.nanmax(found.agree_at_h))
    events = float(max(found.planned.plan.end, found.changed.plan.end))
    span = min(float(found.times_h[-1]), 1.3 * max(agree, events))
    smooth = found.planned.at_times(
        np.union1d(found.times_h[found.times_h <= span], np.linspace(0.0, span, 500))
    ).times_h
    x = on_axis(smooth, span)
    curves = [
        run.at_times(smooth).concentration(found.analyte, site=found.site)
        for run in (found.planned, found.changed)
    ]
    for number, (label, curve) in enumerate(zip(("planned", "changed"), curves, strict=True)):
        draw_curve(above, x, curve, label=label, **style(number))
    draw_curve(below, x, curves[1] - curves[0], **style(2))
    below.axhline(0.0, color="0.4", linewidth=0.8)
    if found.parts_at is not None:
        for axes in (above, given, below):
            axes.axvline(
                float(on_axis(float(found.parts_at), span)), color="0.5", linewidth=0.8,
                linestyle=":",
            )  # fmt: skip
    said = "; ".join(str(change) for change in found.changes)
    above.set_title(f"What if: {said}", loc="left", fontsize=11)
    above.set_ylabel(f"{found.analyte.capitalize()} [ng/mL]")
    above.set_ylim(bottom=0.0)
    above.legend(frameon=False, fontsize=9)
    below.set_ylabel("Difference [ng/mL]")
    below.set_xlabel("Time [min]" if span <= IN_MINUTES_H else "Time [h]")
    below.set_xlim(0.0, float(on_axis(span, span)))
    for axes in (above, below):
        plain(axes)
    _draw_given(given, found, span)
    planning_footer(above, (found.account, source_of(found.planned)))
    return figure


def _draw_given(axes: Axes, found: WhatIf, span_h: float) -> None:
    """Draw what each branch gives: a bar for as long as a dose runs, a triangle for one at once."""
    names = {"planned": found.planned, "changed": found.changed}
    for number, run in enumerate(names.values()):
        colour = style(number)["color"]
        for dose in run.plan.expand().doses:
            start, end = (
                float(on_axis(float(time), span_h)) for time in (dose.time, dose.time + dose.hours)
            )
            if dose.hours:
                axes.broken_barh([(start, end - start)], (-number - 0.3, 0.6), color=colour)
            else:
                axes.plot(start, -number, "^", color=colour, markersize=6, clip_on=False)
    axes.set_yticks([0, -1], list(names), fontsize=8)
    axes.set_ylim(-1.6, 0.6)
    axes.tick_params(axis="both", length=0)
    axes.set_ylabel("Given", fontsize=8)
    axes.spines[["top", "right", "left", "bottom"]].set_visible(False)
