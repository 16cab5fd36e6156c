"""What a virtual trial found over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ketapk.errors import InputError
from ketapk.plot.style import COLOURS, IN_MINUTES_H, axes_or_new, footer, on_axis, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ketapk.population.outcome import Trial


def draw_trial(
    trial: Trial, analyte: str | None = None, *, ax: Axes | None = None, log: bool = False
) -> Axes:
    """Draw the median of every plan with a ribbon from the 5th to the 95th percentile.

    Parameters
    ----------
    trial : Trial
        What was found.
    analyte : str, optional
        Which analyte; the first of the first plan by default.
    ax : matplotlib Axes, optional
        Where to draw.
    log : bool
        Whether concentrations are on a logarithmic axis.

    Returns
    -------
    matplotlib Axes
    """
    which = analyte or next(iter(trial.design.analytes.values()))[0]
    table = trial.percentiles((5, 50, 95)).filter(analyte=which)
    if table.is_empty():
        raise InputError(f"{which!r} was not followed under any plan.")
    axes = axes_or_new(ax)
    span = float(trial.times_h[-1])
    for number, plan in enumerate(table["plan"].unique(maintain_order=True)):
        own = table.filter(plan=plan)
        x = on_axis(own["time_h"].to_numpy(), span)
        line = style(number)
        colour = COLOURS[number % len(COLOURS)]
        if x.size == 1:
            axes.plot(x + 0.02 * number, own["p50"], "o", color=colour, label=str(plan))
            axes.vlines(x + 0.02 * number, own["p5"], own["p95"], color=colour)
            continue
        axes.plot(x, own["p50"], label=str(plan), **line)
        axes.fill_between(x, own["p5"], own["p95"], color=colour, alpha=0.18, linewidth=0)
    if log:
        axes.set_yscale("log")
    else:
        axes.set_ylim(bottom=0.0)
    if trial.times_h.size > 1:
        axes.set_xlim(0.0, float(on_axis(span, span)))
    axes.set_xlabel("Time [min]" if span <= IN_MINUTES_H else "Time [h]")
    axes.set_ylabel(f"{which.capitalize()} [ng/mL]")
    people = "1 person" if trial.n == 1 else f"{trial.n:_} people".replace("_", " ")
    axes.set_title(f"{people}: median, 5th to 95th percentile", loc="left", fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    if len(axes.lines) > 1:
        axes.legend(frameon=False, fontsize=9)
    models = ", ".join(dict.fromkeys(m.name for m in trial.design.models.values()))
    footer(axes, (f"Models: {models}. Quantiles: {trial.quantiles}.",))
    return axes
