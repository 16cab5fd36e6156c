"""A visual predictive check: what was observed over what would have been."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ketapk.plot.style import COLOURS, DASHES, axes_or_new, footer

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ketapk.population.predictive_check import PredictiveCheck


def draw_predictive_check(
    check: PredictiveCheck, *, ax: Axes | None = None, log: bool = False
) -> Axes:
    """Draw observed levels and their percentiles over the intervals of simulated percentiles.

    Parameters
    ----------
    check : PredictiveCheck
        What was compared.
    ax : matplotlib Axes, optional
        Where to draw.
    log : bool
        Whether concentrations are on a logarithmic axis.

    Returns
    -------
    matplotlib Axes
    """
    axes = axes_or_new(ax)
    records, seen = check.records, check.seen
    axes.plot(
        records.time_h[seen], records.dv[seen], "o", markersize=3, color="0.55", alpha=0.7,
        markerfacecolor="none", label="observed",
    )  # fmt: skip
    middle = check.table["percentile"].median()
    for number, percentile in enumerate(sorted(check.table["percentile"].unique())):
        own = check.table.filter(percentile=percentile).sort("time_h")
        colour = COLOURS[1] if percentile == middle else COLOURS[0]
        if own.height > 1:
            axes.fill_between(
                own["time_h"], own["low"], own["high"], color=colour, alpha=0.2, linewidth=0
            )
        else:
            axes.vlines(own["time_h"], own["low"], own["high"], color=colour, alpha=0.3, lw=12)
        axes.plot(
            own["time_h"], own["observed"], color=colour, linestyle=DASHES[number % len(DASHES)],
            marker="s", markersize=3, label=f"observed, {percentile:g}th percentile",
        )  # fmt: skip
    if log:
        axes.set_yscale("log")
    axes.set_xlabel("Time [h]")
    axes.set_ylabel(f"{check.analyte.capitalize()} [ng/mL]")
    axes.set_title(
        f"{records.name} with {check.model.name}: visual predictive check", loc="left", fontsize=11
    )
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8.5)
    error = "with" if check.residual else "without"
    footer(
        axes,
        (
            f"Shaded: where 95 % of {check.replicates} simulated percentiles lie, {error} the "
            f"published residual error. {check.model.cite().splitlines()[0]}",
        ),
    )
    return axes
