"""A designed schedule: people above with what was wanted, rates below."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ketapk.notice import NO_ADVICE
from ketapk.plot.rates import draw_rates, panels
from ketapk.plot.style import (
    COLOURS,
    DASHES,
    RIBBON,
    draw_curve,
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


def draw_designed(
    run: Profiles,
    site: str,
    limits: Sequence[tuple[float, float, float, str]],
    rates: Sequence[tuple[float, float, float]],
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw one person, or the median and a band of many, with the limits, and the rates below.

    Parameters
    ----------
    run : Profiles
        The schedule, simulated.
    site : {"plasma", "effect"}
        Where the aim holds.
    limits : sequence of (float, float, float, str)
        Start and end [h], level [ng/mL] and name of each; a name that begins with "_" is not shown.
    rates : sequence of (float, float, float)
        Start and end [h] and rate [mg/h] of each stretch.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
    """
    axes, below = panels(ax)
    span = float(run.times_h[-1])
    people = len(run.cohort)
    place = "plasma" if site == "plasma" else "effect site"
    draw_curve(
        axes, on_axis(run.times_h, span), run.concentration(run.model.parent, site=site),
        label=f"{run.model.parent}, {place}", **style(0),
    )  # fmt: skip
    for number, (start, end, level, name) in enumerate(limits):
        axes.plot(
            on_axis(np.array([start, end]), span), [level, level], color=COLOURS[1 + number % 5],
            linewidth=2.5, linestyle=DASHES[1 if name.startswith("at most") else 0], label=name,
        )  # fmt: skip
    band = f"Line: median; band: {RIBBON[0]:g}th to {RIBBON[1]:g}th percentile of {people} people. "
    notes = [f"{band if people > 1 else ''}{source_of(run)}", *marks_of(run)]
    notes.append(NO_ADVICE)
    finish(axes, span, "A schedule that a nurse can run", notes)
    axes.set_ylabel("Concentration [ng/mL]")
    draw_rates(axes, below, rates, span)
    return axes
