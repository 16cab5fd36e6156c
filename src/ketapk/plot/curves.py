"""Concentrations over time: one run, several plans, several models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.plot.style import (
    COLOURS,
    IN_MINUTES_H,
    LOWEST,
    axes_or_new,
    draw_bands,
    draw_curve,
    draw_doses,
    draw_range,
    finish,
    footer,
    marks_of,
    new_figure,
    on_axis,
    plain,
    source_of,
    style,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

    from ketapk.ensemble import Ensemble
    from ketapk.profiles import Profiles


def draw_profiles(
    run: Profiles, *, ax: Axes | None = None, log: bool = False, bands: Sequence[str] = ()
) -> Axes:
    """Draw every analyte of a run.

    Parameters
    ----------
    run : Profiles
        What was simulated.
    ax : matplotlib Axes, optional
        Where to draw.
    log : bool
        Whether concentrations are on a logarithmic axis.
    bands : sequence of str
        Effects whose bands are shaded, names of ``list_effects()``.

    Returns
    -------
    matplotlib Axes
    """
    axes = axes_or_new(ax)
    span = float(run.times_h[-1])
    x = on_axis(run.times_h, span)
    everywhere = slice(None)
    notes = draw_bands(axes, bands)
    for number, (label, (analyte, site)) in enumerate(run.readings().items()):
        line = style(number if site == "plasma" else len(COLOURS) - 1)
        name = label
        if site == "plasma" and draw_range(axes, x, run, analyte, line["color"], everywhere):
            name = f"{label}, hatched: range of its borrowed route"
        draw_curve(axes, x, run.concentration(analyte, site=site), label=name, **line)
    draw_doses(axes, [run], span)
    finish(axes, span, str(run.plan), (source_of(run), *marks_of(run), *notes), log=log)
    return axes


def draw_comparison(
    runs: Mapping[str, Profiles],
    *,
    ax: Axes | None = None,
    until_h: float | None = None,
    log: bool = False,
    bands: Sequence[str] = (),
) -> Axes:
    """Draw the dosed analyte of several runs in one figure.

    Parameters
    ----------
    runs : mapping of str to Profiles
        Runs by name.
    ax : matplotlib Axes, optional
        Where to draw.
    until_h : float, optional
        End of the time axis [h]; by default where every curve is below a tenth of its peak.
    log : bool
        Whether concentrations are on a logarithmic axis.
    bands : sequence of str
        Effects whose bands are shaded.

    Returns
    -------
    matplotlib Axes
    """
    axes = axes_or_new(ax)
    span = telling_span(runs) if until_h is None else until_h
    notes = [f"{name}: {source_of(run)}" for name, run in runs.items()]
    notes += draw_bands(axes, bands)
    hatched = False
    for number, (name, run) in enumerate(runs.items()):
        inside = run.times_h <= span * 1.0001
        line = style(number)
        x = on_axis(run.times_h[inside], span)
        hatched |= draw_range(axes, x, run, run.model.parent, line["color"], inside)
        curve = run.concentration(run.model.parent)[:, inside]
        draw_curve(axes, x, curve, linewidth=2.0, label=_label(name, run), **line)
    draw_doses(axes, list(runs.values()), span)
    if hatched:
        notes.append("Hatched: plausible range of a borrowed route.")
    finish(axes, span, "Ketamine by route", notes, log=log)
    return axes


def _label(name: str, run: Profiles) -> str:
    model = f"{run.model.name}, {run.model.grade}"
    return f"{name} ({model})" if run.model.name not in name else name


def draw_ensemble(
    ensemble: Ensemble, *, ax: Axes | None = None, log: bool = False, bands: Sequence[str] = ()
) -> Axes:
    """Draw one plan in several models: a band with a named line for each.

    Parameters
    ----------
    ensemble : Ensemble
        What was simulated.
    ax : matplotlib Axes, optional
        Where to draw.
    log : bool
        Whether concentrations are on a logarithmic axis.
    bands : sequence of str
        Effects whose bands are shaded.

    Returns
    -------
    matplotlib Axes
    """
    axes = axes_or_new(ax)
    ensemble = ensemble.smooth()
    runs = ensemble.runs
    span = telling_span(runs)
    inside = ensemble.times_h <= span * 1.0001
    x = on_axis(ensemble.times_h[inside], span)
    low, high = ensemble.band()
    notes = draw_bands(axes, bands)
    axes.fill_between(x, low[inside], high[inside], color="0.85", linewidth=0)
    for number, (name, curve) in enumerate(ensemble.concentration().items()):
        model = runs[name].model
        axes.plot(
            x,
            np.nanmedian(curve, axis=0)[inside],
            linewidth=1.8,
            label=f"{name} ({model.sampling_site}, {model.grade})",
            **style(number),
        )
    draw_doses(axes, [next(iter(runs.values()))], span)
    left_out = ", ".join(ensemble.reasons) or "none"
    grey = "Grey: band over all lines and the ranges of borrowed routes."
    finish(axes, span, str(ensemble.plan), (f"{grey} Not eligible: {left_out}.", *notes), log=log)
    return axes


def draw_models(ensemble: Ensemble, *, log: bool = False) -> Any:
    """Draw one plan as small multiples, a panel a model, parent and metabolites.

    Parameters
    ----------
    ensemble : Ensemble
        What was simulated.
    log : bool
        Whether concentrations are on a logarithmic axis.

    Returns
    -------
    ndarray of matplotlib Axes
        All panels, on one scale; those without a model are hidden.
    """
    ensemble = ensemble.smooth()
    columns = min(len(ensemble.runs), 3)
    rows = -(-len(ensemble.runs) // columns)
    figure = new_figure(2.9 * columns + 0.6, 2.5 * rows + 0.8)
    panels = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    span = telling_span(ensemble.runs)
    inside = ensemble.times_h <= span * 1.0001
    x = on_axis(ensemble.times_h[inside], span)
    for panel in panels.flat[len(ensemble.runs) :]:
        panel.set_visible(False)
    for panel, (name, run) in zip(panels.flat, ensemble.runs.items(), strict=False):
        for number, analyte in enumerate(run.analytes):
            curve = run.concentration(analyte)[:, inside]
            line = style(number)
            draw_range(panel, x, run, analyte, line["color"], inside)
            draw_curve(panel, x, curve, label=analyte, **line)
        panel.set_title(f"{name}\n{run.model.sampling_site}, {run.model.grade}", fontsize=8.5)
        panel.set_xlabel("Time [min]" if span <= IN_MINUTES_H else "Time [h]", fontsize=9)
        panel.legend(frameon=False, fontsize=7.5)
        plain(panel)
    if log:
        panels[0, 0].set_yscale("log")
        panels[0, 0].set_ylim(bottom=LOWEST * panels[0, 0].get_ylim()[1])
    else:
        panels[0, 0].set_ylim(bottom=0.0)
    panels[0, 0].set_xlim(0.0, on_axis(span, span))
    figure.supylabel("Plasma concentration [ng/mL]", fontsize=10)
    figure.suptitle(str(ensemble.plan), fontsize=11, x=0.01, ha="left")
    footer(panels.flat[0], (f"Not eligible: {', '.join(ensemble.reasons) or 'none'}.",))
    return panels


def telling_span(runs: Mapping[str, Profiles]) -> float:
    """Time after which no curve is above a tenth of the highest peak [h]."""
    middles = {
        name: np.nanmedian(run.concentration(run.model.parent), axis=0)
        for name, run in runs.items()
    }
    peak = max(float(np.nanmax(middle)) for middle in middles.values())
    ends = [
        float(runs[name].times_h[np.flatnonzero(middle >= 0.1 * peak)[-1]])
        for name, middle in middles.items()
        if np.any(middle >= 0.1 * peak)
    ]
    return max(*ends, 1.0)
