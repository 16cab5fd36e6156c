"""A person's own curve with its band, the typical one, and what was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ketapk.notice import NO_ADVICE
from ketapk.plot.style import COLOURS, axes_or_new, draw_doses, frame, on_axis, source_of

if TYPE_CHECKING:
    import polars as pl
    from matplotlib.axes import Axes

    from ketapk.individual.forecast import Forecast

OWN, TYPICAL = COLOURS[0], COLOURS[1]


def draw_forecast(
    forecast: Forecast,
    *,
    analyte: str | None = None,
    levels: pl.DataFrame | None = None,
    log: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw the own curve in its band, the typical one dashed, and levels as dots.

    Parameters
    ----------
    forecast : Forecast
        Curves under one plan.
    analyte : str, optional
        Of what; the dosed one by default.
    levels : polars.DataFrame, optional
        Rows of `Individual.levels` of this analyte; those below a limit point down from it.
    log : bool
        Whether concentrations are on a logarithmic axis.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
    """
    axes = axes_or_new(ax)
    fine = forecast.smooth()
    whose = analyte or fine.typical.model.parent
    span = float(fine.times_h[-1])
    x = on_axis(fine.times_h, span)
    low, high = fine.band(whose)
    axes.fill_between(x, low, high, color=OWN, alpha=0.2, linewidth=0)
    axes.plot(x, fine.run.concentration(whose)[0], color=OWN, label="own")
    axes.plot(
        x, fine.typical.concentration(whose)[0], color=TYPICAL, linestyle="--", label="typical"
    )
    if levels is not None and levels.height:
        at = on_axis(levels["time_h"].to_numpy(), span)
        below = levels["below"].to_numpy()
        value = levels["level"].to_numpy()
        axes.plot(at[~below], value[~below], "o", color="black", label="measured")
        if below.any():
            axes.plot(at[below], value[below], "v", color="black", label="below this limit")
    draw_doses(axes, [fine.run], span)
    how = "from the curvature" if fine.sample is None else f"of {len(fine.sample.eta)} draws"
    notes = [
        f"Band: what is not known of the person, 5th to 95th percentile {how}; neither errors of "
        f"measurement nor of the model",
        source_of(fine.typical),
        NO_ADVICE,
    ]
    frame(axes, span, f"{whose}: the person's own curve", notes, log=log)
    axes.legend(frameon=False, fontsize=9)
    return axes
