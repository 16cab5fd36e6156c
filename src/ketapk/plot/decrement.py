"""Decrement times against the length of an infusion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units
from ketapk.dosing.wording import DRUG_NAMED
from ketapk.notice import NO_ADVICE
from ketapk.plot.style import (
    COLOURS,
    DASHES,
    MARKERS,
    axes_or_new,
    new_figure,
    plain,
    planning_footer,
    style,
)

if TYPE_CHECKING:
    import polars as pl
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ketapk.decrement import Decrement

SHORTEST_MIN = 0.1
"""Shortest time that is drawn; what is shorter is drawn there [min]."""


def draw_decrement(found: Decrement, *, ax: Axes | None = None) -> Axes:
    """Draw how long a concentration takes to fall, by model (colour) and percentage (dash).

    Parameters
    ----------
    found : Decrement
        What `decrement_times` returned.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
    """
    axes = axes_or_new(ax)
    targets = found.table["by"].unique(maintain_order=True)
    dashes = {by: DASHES[i % len(DASHES)] for i, by in enumerate(targets)}
    for number, name in enumerate(found.models):
        for by, dash in dashes.items():
            look = {"color": COLOURS[number % len(COLOURS)], "linestyle": dash, "marker": "."}
            _line(axes, found, name, by, label=f"{_named(found, name)}, {_words(by)}", **look)
    _finish(axes)
    axes.set_title("How long a concentration takes to fall", loc="left", fontsize=11)
    axes.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    planning_footer(axes, (found.basis.partition(f" {NO_ADVICE}")[0],))
    return axes


def draw_decrement_spread(found: Decrement) -> Figure:
    """Draw a panel for every percentage or level: all models, and shaded what lies between them.

    Parameters
    ----------
    found : Decrement
        What `decrement_times` returned.

    Returns
    -------
    matplotlib Figure
    """
    targets = found.table["by"].unique(maintain_order=True).to_list()
    figure = new_figure(width=4.0 * len(targets) + 1.5, height=5.0)
    panels = figure.subplots(1, len(targets), sharey=True, squeeze=False)[0]
    spread = found.spread
    for axes, by in zip(panels, targets, strict=True):
        own = spread.filter(spread["by"] == by).sort("length_h")
        axes.fill_between(
            own["length_h"], _minutes(own["low_h"]), _minutes(own["high_h"]), color="0.85",
            linewidth=0, zorder=0, label="between the models",
        )  # fmt: skip
        for number, name in enumerate(found.models):
            look = {**style(number), "marker": MARKERS[number % len(MARKERS)], "markersize": 4}
            _line(axes, found, name, by, label=_named(found, name), **look)
        _finish(axes)
        axes.set_title(_words(by), loc="left", fontsize=11)
    for axes in panels[1:]:
        axes.set_ylabel("")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, frameon=False, fontsize=8, loc="outside right upper")
    who = f" Ribbons: 5th to 95th percentile of {found.people} people." if found.people > 1 else ""
    rests = found.basis.partition(f" {NO_ADVICE}")[0]
    planning_footer(panels[0], (f"After {found.rate}.{who} {rests}",))
    return figure


def _named(found: Decrement, name: str) -> str:
    """A model with the drug that is infused."""
    drug = found.table.filter(found.table["model"] == name)["drug"][0]
    return f"{name} ({DRUG_NAMED[drug]})"


def _words(by: str) -> str:
    return by if by.startswith("below") else f"by {by}"


def _line(axes: Axes, found: Decrement, name: str, by: str, **look: Any) -> None:
    """The times of one model, with a ribbon where people differ; 0 lies at the lower edge."""
    table = found.table
    part = table.filter((table["model"] == name) & (table["by"] == by)).sort("length_h")
    low, middle, high = (_minutes(part[column]) for column in ("low_h", "time_h", "high_h"))
    axes.plot(part["length_h"], middle, **look)
    if found.people > 1:
        axes.fill_between(part["length_h"], low, high, color=look["color"], alpha=0.12, linewidth=0)


def _minutes(hours: pl.Series) -> Any:
    return np.maximum(hours.to_numpy() * units.MINUTES_PER_HOUR, SHORTEST_MIN)


def _finish(axes: Axes) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axes.set_xscale("log")
    axes.set_yscale("log")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: units.fmt(value)))
        axis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_major_locator(LogLocator(base=10.0, subs=(1.0, 2.0, 5.0)))
    axes.set_xlabel("Length of the infusion [h]")
    axes.set_ylabel("Time to fall after its end [min]")
    plain(axes)
