"""Where every milligram is: over time as stacked areas, at the end as bars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units
from ketapk.plot.style import HATCHES, axes_or_new, footer, on_axis, source_of

if TYPE_CHECKING:
    import polars as pl
    from matplotlib.axes import Axes

    from ketapk.profiles import Profiles

STEPS = 240
"""Times at which the ledger is read for a figure."""
SMALL = 1e-4
"""Share of the dose below which a fate has no area of its own."""
AREAS = (
    "#f2c14e", "#f78154", "#b4436c", "#5fad56", "#4d9078", "#6c8ead", "#a5a58d", "#6b705c",
    "#ffe8b3", "#c9a690", "#8d6a9f", "#bcd8b7", "#31572c", "#1d3557",
)  # fmt: skip
"""Colours of areas, told apart in grey by their hatches."""


def draw_ledger(run: Profiles, *, until_h: float | None = None, ax: Axes | None = None) -> Axes:
    """Draw where every milligram is over time, stacked; the mean of a cohort.

    Parameters
    ----------
    run : Profiles
        What was simulated.
    until_h : float, optional
        End of the time axis [h]; the last of the run's times by default.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
    """
    axes = axes_or_new(ax)
    span = float(run.times_h[-1]) if until_h is None else until_h
    starts = [float(dose.time) for dose in run.plan.expand().doses]
    times = np.union1d(np.linspace(0.0, span, STEPS + 1), [t for t in starts if t <= span])
    system = run.solution.system
    amounts = run.solution.at(times, keep=range(system.n_mass)).mean(axis=0)
    fates = list(dict.fromkeys(system.fates))
    stacks = np.array([amounts[:, [f == fate for f in system.fates]].sum(axis=1) for fate in fates])
    shown = [i for i in range(len(fates)) if np.abs(stacks[i]).max() > SMALL * stacks.sum(0).max()]
    below = stacks[shown].clip(max=0.0).sum(axis=0)
    x = on_axis(times, span)
    for number, i in enumerate(shown):
        above = below + stacks[i].clip(min=0.0)
        axes.fill_between(x, below, above, label=fates[i], **_filling(number))
        below = above
    axes.set_xlim(x[0], x[-1])
    axes.set_ylim(min(0.0, float(stacks.clip(max=0.0).sum(axis=0).min())), float(below.max()))
    axes.set_xlabel("Time [min]" if span <= 3.0 else "Time [h]")
    axes.set_ylabel("Amount, as dosed drug [mg]")
    axes.set_title(f"Where every milligram of {run.plan} is", loc="left", fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    handles, names = axes.get_legend_handles_labels()
    axes.legend(handles[::-1], names[::-1], frameon=False, fontsize=8, loc="upper left",
                bbox_to_anchor=(1.0, 1.0))  # fmt: skip
    footer(axes, (source_of(run),))
    return axes


def draw_fates(ledger: pl.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw what became of the dose, a bar a plan.

    Parameters
    ----------
    ledger : polars.DataFrame
        ``plan``, ``place`` and ``mg``, as `Comparison.ledger`.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
    """
    plans = ledger["plan"].unique(maintain_order=True).to_list()
    axes = axes_or_new(ax, height=1.6 + 0.55 * len(plans))
    total = {plan: _sum(ledger, plan, None) for plan in plans}
    left = np.zeros(len(plans))
    for number, place in enumerate(ledger["place"].unique(maintain_order=True)):
        share = np.array([_sum(ledger, plan, place) / total[plan] * 100.0 for plan in plans])
        axes.barh(plans, share, left=left, label=place, height=0.62, **_filling(number))
        for row in np.flatnonzero(np.abs(share) >= 6.0).tolist():
            axes.text(
                left[row] + share[row] / 2.0, row, f"{units.fmt(share[row], 2)} %", ha="center",
                va="center", fontsize=8,
                bbox={"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 1.0},
            )  # fmt: skip
        left = left + share
    axes.invert_yaxis()
    axes.set_xlim(min(0.0, float(left.min())), max(100.0, float(left.max())))
    axes.set_xlabel("Share of the dose [%]")
    axes.set_title("What became of the dose", loc="left", fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    footer(axes, ("Metabolites are counted in milligrams of the dosed drug.",))
    return axes


def _sum(ledger: pl.DataFrame, plan: str, place: str | None) -> float:
    """Milligrams of a plan, at one place or at all of them."""
    rows = ledger.filter(ledger["plan"] == plan)
    if place is not None:
        rows = rows.filter(rows["place"] == place)
    return float(np.sum(rows["mg"].to_numpy()))


def _filling(number: int) -> dict[str, Any]:
    """Colour and hatch of an area."""
    return {
        "facecolor": AREAS[number % len(AREAS)],
        "hatch": HATCHES[(number + number // len(HATCHES)) % len(HATCHES)],
        "edgecolor": "white",
        "linewidth": 0.4,
    }
