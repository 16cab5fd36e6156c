"""Observed against predicted concentrations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ketapk.plot.style import COLOURS, MARKERS, axes_or_new, footer

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ketapk.agreement import Observed


def draw_observed(report: Observed, *, ax: Axes | None = None) -> Axes:
    """Draw observed against predicted values, log-log, with unity and two-fold lines.

    Parameters
    ----------
    report : Observed
        What was compared.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
    """
    axes = axes_or_new(ax)
    table = report.table.filter(report.table["unit"] == "ng/mL")
    values = table.select("observed", "predicted").to_numpy()
    ends = np.array([0.5 * values.min(), 2.0 * values.max()])
    axes.fill_between(ends, ends / 2.0, ends * 2.0, color="0.93", linewidth=0, label="two-fold")
    axes.plot(ends, ends, color="0.4", linewidth=1.0, label="unity")
    for factor in (0.5, 2.0):
        axes.plot(ends, factor * ends, color="0.6", linewidth=0.8, linestyle="--")
    dispositions = table["model"].str.split("+").list.first()
    for number, name in enumerate(dispositions.unique(maintain_order=True)):
        of_it = table.filter(dispositions == name)
        borrowed = of_it["model"].str.contains("+", literal=True)
        colour, marker = COLOURS[number % len(COLOURS)], MARKERS[number % len(MARKERS)]
        for rows, face, label in (
            (of_it.filter(~borrowed), colour, f"{name} ({of_it.height})"),
            (
                of_it.filter(borrowed),
                "none",
                None if not borrowed.all() else f"{name} ({of_it.height})",
            ),
        ):
            axes.scatter(
                rows["predicted"],
                rows["observed"],
                s=26,
                facecolor=face,
                edgecolor=colour,
                marker=marker,
                alpha=0.8,
                linewidths=1.0,
                label=label if rows.height else None,
            )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(float(ends[0]), float(ends[1]))
    axes.set_ylim(float(ends[0]), float(ends[1]))
    axes.set_xlabel("Predicted [ng/mL]")
    axes.set_ylabel("Observed [ng/mL]")
    axes.set_title("Published observations and what the models predict", loc="left", fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_aspect("equal")
    axes.legend(frameon=False, fontsize=8.5, loc="upper left", bbox_to_anchor=(1.02, 1.0))
    footer(
        axes,
        (
            "Open signs: borrowed route. Concentrations of ketamine and metabolites, each with "
            "every eligible model whose sampling site does not contradict it.",
        ),
    )
    return axes
