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

    from ketapk.agreement import Observed
    from ketapk.ensemble import Ensemble
    from ketapk.profiles import Profiles

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Colours that colour-blind people can tell apart (Okabe & Ito)."""
DASHES = ("-", "--", "-.", ":")
"""Line styles, so that colour is never the only sign."""
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "*")
"""Signs, so that colour is never the only one."""
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


def _draw_range(ax: Axes, x: Any, run: Profiles, analyte: str, colour: str, inside: Any) -> str:
    """Shade the range of a borrowed route; return what the legend says about it."""
    spread = run.route_range(analyte)
    if spread is None:
        return ""
    low, high = (np.nanmedian(side, axis=0)[inside] for side in spread)
    ax.fill_between(
        x, low, high, facecolor="none", edgecolor=colour, alpha=0.35, linewidth=0.4, hatch="////"
    )
    return ", hatched: range of its borrowed route"


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
    everywhere = slice(None)
    for number, analyte in enumerate(run.analytes):
        colour = COLOURS[number % len(COLOURS)]
        said = _draw_range(axes, x, run, analyte, colour, everywhere)
        _draw_curve(
            axes,
            x,
            run.concentration(analyte),
            color=colour,
            linestyle=DASHES[number % len(DASHES)],
            label=f"{analyte}{said}",
        )
    for label, (analyte, site) in run.readings().items():
        if site == "effect":
            curve = run.concentration(analyte, site=site)
            _draw_curve(axes, x, curve, color=COLOURS[-1], linestyle=DASHES[-1], label=label)
    _finish(axes, span, str(run.plan), (_source(run), *_marks(run)))
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
        colour = COLOURS[number % len(COLOURS)]
        x = _time_axis(run.times_h[inside], span)
        _draw_range(axes, x, run, run.model.parent, colour, inside)
        _draw_curve(
            axes,
            x,
            run.concentration(run.model.parent)[:, inside],
            color=colour,
            linestyle=DASHES[number % len(DASHES)],
            linewidth=2.0,
            label=f"{name}: {run.plan} ({run.model.name}, {run.model.grade})",
        )
    notes = [f"{n}: {_source(r)}" for n, r in runs.items()]
    if any(run.route_range() is not None for run in runs.values()):
        notes.append("Hatched: plausible range of a borrowed route.")
    _finish(axes, span, "Ketamine by route", notes)
    return axes


def draw_ensemble(ensemble: Ensemble, *, ax: Axes | None = None) -> Axes:
    """Draw one plan in several models: a band with a named line for each.

    Parameters
    ----------
    ensemble : Ensemble
        What was simulated.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
    """
    axes = _axes(ax)
    ensemble = ensemble.smooth()
    runs = ensemble.runs
    span = _telling_span(runs)
    inside = ensemble.times_h <= span * 1.0001
    x = _time_axis(ensemble.times_h[inside], span)
    low, high = ensemble.band()
    axes.fill_between(
        x, low[inside], high[inside], color="0.85", linewidth=0, label="band over all of these"
    )
    for number, (name, curve) in enumerate(ensemble.concentration().items()):
        model = runs[name].model
        axes.plot(
            x,
            np.nanmedian(curve, axis=0)[inside],
            color=COLOURS[number % len(COLOURS)],
            linestyle=DASHES[(number // len(COLOURS) + number) % len(DASHES)],
            linewidth=1.8,
            label=f"{name} ({model.sampling_site}, grade {model.grade})",
        )
    left_out = ", ".join(ensemble.reasons) or "none"
    _finish(axes, span, str(ensemble.plan), (f"Not eligible: {left_out}.",))
    return axes


def draw_observed(report: Observed, *, ax: Axes | None = None) -> Axes:
    """Draw observed against predicted values, log-log, with unity and two-fold lines.

    Parameters
    ----------
    report : Observed
        What was compared.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
    """
    axes = _axes(ax)
    table = report.table.filter(report.table["unit"] == "ng/mL")
    values = table.select("observed", "predicted").to_numpy()
    ends = np.array([0.5 * values.min(), 2.0 * values.max()])
    axes.fill_between(ends, ends / 2.0, ends * 2.0, color="0.93", linewidth=0, label="two-fold")
    axes.plot(ends, ends, color="0.4", linewidth=1.0, label="unity")
    for factor in (0.5, 2.0):
        axes.plot(ends, factor * ends, color="0.6", linewidth=0.8, linestyle="--")
    dispositions = table["model"].str.split("+").list.first()
    for number, name in enumerate(dispositions.unique(maintain_order=True)):
        of_it = table.filter(dispositions == name)
        borrowed = of_it["model"].str.contains("+", literal=True)
        colour, marker = COLOURS[number % len(COLOURS)], MARKERS[number % len(MARKERS)]
        for rows, face, label in (
            (of_it.filter(~borrowed), colour, f"{name} ({of_it.height})"),
            (
                of_it.filter(borrowed),
                "none",
                None if not borrowed.all() else f"{name} ({of_it.height})",
            ),
        ):
            axes.scatter(
                rows["predicted"],
                rows["observed"],
                s=26,
                facecolor=face,
                edgecolor=colour,
                marker=marker,
                alpha=0.8,
                linewidths=1.0,
                label=label if rows.height else None,
            )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(float(ends[0]), float(ends[1]))
    axes.set_ylim(float(ends[0]), float(ends[1]))
    axes.set_xlabel("Predicted [ng/mL]")
    axes.set_ylabel("Observed [ng/mL]")
    axes.set_title("Published observations and what the models predict", loc="left", fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_aspect("equal")
    axes.legend(frameon=False, fontsize=8.5, loc="upper left", bbox_to_anchor=(1.02, 1.0))
    foot = (
        "Open signs: borrowed route. Concentrations of ketamine and metabolites, each with every "
        "eligible model whose sampling site does not contradict it."
    )
    foot = f"{textwrap.fill(foot, 150)}\n{NOTICE}"
    axes.figure.supxlabel(foot, fontsize=6.5, color="0.35", x=0.01, ha="left")
    return axes


def _marks(run: Profiles) -> list[str]:
    """Warnings that belong into a figure: an effect site with a ke0 of another model."""
    return [warning for warning in run.warnings if "unmatched effect site" in warning]


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
    parts = "; ".join(model.parts) or (f"doi:{model.doi}" if model.doi else model.title)
    return f"{model.name} (grade {model.grade}, {model.sampling_site}): {parts}"
