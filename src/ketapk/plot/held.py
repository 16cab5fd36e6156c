"""A held target: concentrations above, rates below."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ketapk.notice import NO_ADVICE
from ketapk.plot.style import (
    COLOURS,
    axes_or_new,
    finish,
    marks_of,
    on_axis,
    source_of,
    style,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from ketapk.profiles import Profiles

RATES = "Grey: rates, which leave their axis while a loading is given."


def draw_held(
    run: Profiles,
    site: str,
    targets: Sequence[tuple[float, float, float]],
    rates: Sequence[tuple[float, float, float]],
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw the curves of a held target, the targets, and the rates in grey against a second axis.

    Parameters
    ----------
    run : Profiles
        The plan, simulated.
    site : {"plasma", "effect"}
        Where the targets hold.
    targets : sequence of (float, float, float)
        Start and end [h] and level [ng/mL] of each.
    rates : sequence of (float, float, float)
        Start and end [h] and rate [mg/h] of each interval.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
    """
    axes = axes_or_new(ax)
    span = float(run.times_h[-1])
    x = on_axis(run.times_h, span)
    shown = ["plasma"] if run.effect is None else ["plasma", "effect"]
    for number, where in enumerate(shown):
        name = f"{run.model.parent}, {'plasma' if where == 'plasma' else 'effect site'}"
        axes.plot(
            x, run.concentration(run.model.parent, site=where)[0], label=name, **style(number)
        )
    for number, (start, end, level) in enumerate(targets):
        ends = on_axis(np.array([start, end]), span)
        label = f"target ({site})" if number == 0 else "_"
        axes.plot(ends, [level, level], color=COLOURS[2], linewidth=4.0, alpha=0.4, label=label)
    draw_rates(axes, rates, span)
    notes = [f"{RATES} {source_of(run)}", *marks_of(run), NO_ADVICE]
    finish(axes, span, "A target held", notes)
    axes.set_ylabel("Concentration [ng/mL]")
    return axes


def draw_rates(axes: Axes, rates: Sequence[tuple[float, float, float]], span_h: float) -> None:
    """Draw the rates of a pump in grey, behind the curves, against an axis of their own."""
    pump = axes.twinx()
    for start, end, rate in rates:
        pump.stairs([rate], on_axis(np.array([start, end]), span_h), fill=True, color="0.85")
    pump.set_ylabel("Rate [mg/h]", color="0.4")
    pump.set_ylim(0.0, _top([rate for *_, rate in rates]))
    pump.tick_params(axis="y", colors="0.4")
    pump.spines[["top"]].set_visible(False)
    pump.set_zorder(0)
    axes.set_zorder(1)
    axes.patch.set_visible(False)


def _top(rates: Sequence[float]) -> float:
    """Top of the axis of rates: a short loading rate may leave it, so that the others are seen."""
    given = np.array([rate for rate in rates if rate > 0.0])
    if given.size == 0:
        return 1.0
    return float(2.5 * min(given.max(), 4.0 * np.median(given)))
