"""Repeated sessions, and what each finds left of those before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units
from ketapk.plot.style import (
    draw_curve,
    new_figure,
    plain,
    planning_footer,
    source_of,
    style,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ketapk.carryover import CarryOver

EVEN = 1000
"""Even times that are drawn."""
THICK = 1.5
"""Width of lines [points]."""
DECADES = 1e-5
"""Share of the highest concentration at which the axis begins."""


def draw_carry_over(found: CarryOver) -> Figure:
    """Draw the course on a logarithmic axis, a panel for the drug and each metabolite.

    Parameters
    ----------
    found : CarryOver
        What `carry_over` returned.

    Returns
    -------
    matplotlib Figure
    """
    day = float(units.duration_h("1 d", "day"))
    last = float(found.starts[-1])
    end = last + max(last / max(len(found.starts) - 1, 1), day)
    kinds = {"Dosed drug": True, "Metabolites": False}
    read = [(name, a) for name, run in found.runs.items() for a in run.analytes]
    groups = {
        title: [(name, a) for name, a in read if (a == found.runs[name].model.parent) == dosed]
        for title, dosed in kinds.items()
    }
    groups = {title: group for title, group in groups.items() if group}
    looks = _looks(found)
    figure = new_figure(width=10.0, height=3.4 * len(groups) + 0.8)
    panels = figure.subplots(len(groups), 1, sharex=True, squeeze=False)[:, 0]
    for axes, (title, group) in zip(panels, groups.items(), strict=True):
        for name, analyte in group:
            run = found.runs[name]
            times = np.union1d(run.times_h, np.linspace(0.0, end, EVEN))
            times = times[times <= end]
            look = looks[name, analyte]
            curve = run.at_times(times).concentration(analyte)
            draw_curve(axes, times / day, curve, label=f"{name}: {analyte}", **look)
            left = found.table.filter(model=name, analyte=analyte)
            left = left.filter(left["session"] > 1)
            axes.plot(left["start_h"] / day, left["before"], "o", color=look["color"], markersize=4)
        axes.set_yscale("log")
        top = max(float(np.nanmax(line.get_ydata())) for line in axes.lines)
        axes.set_ylim(top * DECADES, 2.0 * top)
        for level in found.levels:
            axes.axhline(
                units.convert(level, "ng/mL", analyte="ketamine"), color="0.6", linewidth=0.8,
                linestyle=":",
            )  # fmt: skip
        axes.set_ylabel("Plasma concentration [ng/mL]")
        axes.set_title(title, loc="left", fontsize=11)
        plain(axes)
        axes.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    panels[0].set_xlim(0.0, end / day)
    panels[-1].set_xlabel("Time [d]; dots: what is left just before a session")
    planning_footer(panels[0], [source_of(run) for run in found.runs.values()])
    return figure


def _looks(found: CarryOver) -> dict[tuple[str, str], Any]:
    """Colour and dash of a model, the same in all panels; further metabolites in thinner lines."""
    looks = {}
    for number, (name, run) in enumerate(found.runs.items()):
        metabolites = [analyte for analyte in run.analytes if analyte != run.model.parent]
        for analyte in run.analytes:
            place = metabolites.index(analyte) if analyte in metabolites else 0
            looks[name, analyte] = {**style(number), "linewidth": THICK / (1 + place)}
    return looks
