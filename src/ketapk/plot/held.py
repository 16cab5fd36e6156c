"""A held target: concentrations above, rates below."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ketapk import units
from ketapk.notice import NO_ADVICE
from ketapk.plot.rates import draw_rates, panels
from ketapk.plot.style import (
    COLOURS,
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

MOST_LEVELS = 4
"""Targets that a title names."""


def draw_held(
    run: Profiles,
    site: str,
    targets: Sequence[tuple[float, float, float]],
    rates: Sequence[tuple[float, float, float]],
    *,
    pump: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the curves of a held target, the targets, and the rates below.

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
    pump : str, optional
        Concentration in its syringe.
    ax : matplotlib Axes, optional
        Where to draw; its place is shared with a panel of rates.

    Returns
    -------
    matplotlib Axes
        Of the concentrations.
    """
    axes, below = panels(ax)
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
        axes.plot(
            ends,
            [level, level],
            color=COLOURS[2],
            linewidth=4.0,
            alpha=0.4,
            label=label,
            solid_capstyle="butt",
        )
    notes = [source_of(run), *marks_of(run), NO_ADVICE]
    finish(axes, span, _title(run, site, targets, pump), notes)
    axes.set_ylabel("Concentration [ng/mL]")
    draw_rates(axes, below, rates, span)
    return axes


def _title(
    run: Profiles, site: str, targets: Sequence[tuple[float, float, float]], pump: str | None
) -> str:
    """What is held where, in which model and person, and from which syringe."""
    levels = ", ".join(units.fmt(level) for *_, level in targets[:MOST_LEVELS])
    more = ", ..." if len(targets) > MOST_LEVELS else ""
    place = "in plasma" if site == "plasma" else "at the effect site"
    who = f"{run.model.name}, {units.fmt(float(run.cohort.weight_kg[0]))} kg"
    what = "" if pump is None else f", syringe of {pump}"
    return f"{levels}{more} ng/mL held {place}: {who}{what}"
