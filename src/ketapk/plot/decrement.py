"""Decrement times against the length of an infusion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ketapk import units
from ketapk.plot.style import COLOURS, DASHES, axes_or_new, footer, plain

if TYPE_CHECKING:
    import polars as pl
    from matplotlib.axes import Axes


def draw_decrement(table: pl.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how long a concentration takes to fall, by model (colour) and percentage (dash).

    Parameters
    ----------
    table : polars.DataFrame
        What `decrement_times` returned.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
    """
    axes = axes_or_new(ax)
    percentages = table["by"].unique(maintain_order=True)
    dashes = {by: DASHES[i % len(DASHES)] for i, by in enumerate(percentages)}
    for number, (name, rows) in enumerate(table.group_by("model", maintain_order=True)):
        colour = COLOURS[number % len(COLOURS)]
        for by, dash in dashes.items():
            part = rows.filter(rows["by"] == by).sort("length_h")
            minutes = units.MINUTES_PER_HOUR
            axes.plot(
                part["length_h"], part["time_h"] * minutes, color=colour, linestyle=dash,
                marker=".", label=f"{name[0]}, by {by}",
            )  # fmt: skip
            axes.fill_between(
                part["length_h"], part["low_h"] * minutes, part["high_h"] * minutes, color=colour,
                alpha=0.15, linewidth=0,
            )  # fmt: skip
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("Length of the infusion [h]")
    axes.set_ylabel("Time to fall after its end [min]")
    axes.set_title("How long a concentration takes to fall", loc="left", fontsize=11)
    plain(axes)
    axes.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    footer(axes, ())
    return axes
