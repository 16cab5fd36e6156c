"""Two branches of a plan, with their difference below."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ketapk.plot.style import (
    IN_MINUTES_H,
    draw_curve,
    draw_doses,
    footer,
    new_figure,
    on_axis,
    plain,
    source_of,
    style,
)

if TYPE_CHECKING:
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
    figure = new_figure(height=6.5)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(2, 1))
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
        for axes in (above, below):
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
    draw_doses(below, (found.planned, found.changed), span)
    footer(above, (found.account, source_of(found.planned)))
    return figure
