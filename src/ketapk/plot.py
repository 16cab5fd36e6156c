"""Figures, drawn with matplotlib."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units
from ketapk.errors import InputError
from ketapk.notice import NOTICE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

    from ketapk.profiles import Profiles

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Colours that colour-blind people can tell apart (Okabe & Ito)."""
DASHES = ("-", "--", "-.", ":")
"""Line styles, so that colour is never the only sign."""
RIBBON = (5.0, 95.0)
"""Percentiles between which a cohort is shaded."""
IN_MINUTES_H = 3.0
"""Spans up to this [h] are drawn in minutes."""


def _axes(ax: Axes | None) -> Axes:
    if ax is not None:
        return ax
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise InputError(
            "Plots need matplotlib; install it with: pip install 'ketapk[plot]'."
        ) from None
    figure = Figure(figsize=(8.0, 5.0), dpi=150, layout="constrained")
    axes: Axes = figure.add_subplot()
    return axes


def _draw_curve(ax: Axes, x: Any, y: Any, **style: Any) -> None:
    """One line for one patient; the median with a ribbon for many."""
    if y.shape[0] == 1:
        ax.plot(x, y[0], **style)
        return
    low, middle, high = np.nanpercentile(y, (RIBBON[0], 50.0, RIBBON[1]), axis=0)
    ax.plot(x, middle, **style)
    ax.fill_between(x, low, high, color=style["color"], alpha=0.2, linewidth=0)


def _finish(ax: Axes, span_h: float, title: str, notes: Sequence[str]) -> None:
    minutes = span_h <= IN_MINUTES_H
    ax.set_xlabel("Time [min]" if minutes else "Time [h]")
    ax.set_ylabel("Plasma concentration [ng/mL]")
    ax.set_title(title, loc="left", fontsize=11)
    ax.set_ylim(bottom=0.0)
    ax.set_xlim(0.0, _time_axis(span_h, span_h))
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(axis="y", color="0.9", linewidth=0.8)
    ax.legend(frameon=False, fontsize=9)
    foot = "\n".join(textwrap.fill(note, 150) for note in (*notes, NOTICE))
    ax.figure.supxlabel(foot, fontsize=6.5, color="0.35", x=0.01, ha="left")


def _time_axis(times_h: Any, span_h: float) -> Any:
    return times_h * units.MINUTES_PER_HOUR if span_h <= IN_MINUTES_H else times_h


def draw_profiles(run: Profiles, *, ax: Axes | None = None) -> Axes:
    """Draw every analyte of a run.

    Parameters
    ----------
    run : Profiles
        What was simulated.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
    """
    axes = _axes(ax)
    span = float(run.times_h[-1])
    x = _time_axis(run.times_h, span)
    for number, analyte in enumerate(run.analytes):
        _draw_curve(
            axes,
            x,
            run.concentration(analyte),
            color=COLOURS[number % len(COLOURS)],
            linestyle=DASHES[number % len(DASHES)],
            label=analyte,
        )
    _finish(axes, span, str(run.plan), (_source(run),))
    return axes


def draw_comparison(
    runs: Mapping[str, Profiles], *, ax: Axes | None = None, until_h: float | None = None
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

    Returns
    -------
    matplotlib Axes
    """
    axes = _axes(ax)
    span = _telling_span(runs) if until_h is None else until_h
    for number, (name, run) in enumerate(runs.items()):
        inside = run.times_h <= span * 1.0001
        _draw_curve(
            axes,
            _time_axis(run.times_h[inside], span),
            run.concentration(run.model.parent)[:, inside],
            color=COLOURS[number % len(COLOURS)],
            linestyle=DASHES[number % len(DASHES)],
            linewidth=2.0,
            label=f"{name}: {run.plan} ({run.model.name}, {run.model.grade})",
        )
    _finish(axes, span, "Ketamine by route", [f"{n}: {_source(r)}" for n, r in runs.items()])
    return axes


def _telling_span(runs: Mapping[str, Profiles]) -> float:
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


def _source(run: Profiles) -> str:
    model = run.model
    parts = "; ".join(model.parts) or model.citation.split(". ")[0]
    return f"{model.name} (grade {model.grade}, {model.sampling_site}): {parts}"
