"""One look for all figures: colours, axes, dose marks, bands, labels, the footer."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units
from ketapk.errors import InputError
from ketapk.notice import NO_ADVICE, NOTICE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ketapk.profiles import Profiles

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Colours that colour-blind people can tell apart (Okabe & Ito)."""
DASHES = ("-", "--", "-.", ":")
"""Line styles, so that colour is never the only sign."""
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "*")
"""Signs, so that colour is never the only one."""
HATCHES = ("", "////", "....", "xx", "\\\\\\\\", "++", "oo", "--")
"""Fillings, so that areas can be told apart in grey."""
RIBBON = (5.0, 95.0)
"""Percentiles between which a cohort is shaded."""
IN_MINUTES_H = 3.0
"""Spans up to this [h] are drawn in minutes."""
WIDTH, HEIGHT, DPI = 8.0, 5.0, 150
ROOM = 0.055
"""Free height [share of the axis] that a label beside a line needs."""
LOWEST = 1e-3
"""Share of the highest value at which a logarithmic axis begins."""


def style(number: int) -> dict[str, Any]:
    """Colour and dash of the line of that number."""
    return {
        "color": COLOURS[number % len(COLOURS)],
        "linestyle": DASHES[(number + number // len(COLOURS)) % len(DASHES)],
    }


def new_figure(width: float = WIDTH, height: float = HEIGHT) -> Figure:
    """Return a figure that belongs to nobody else."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise InputError(
            "Plots need matplotlib; install it with: pip install 'ketapk[plot]'."
        ) from None
    return Figure(figsize=(width, height), dpi=DPI, layout="constrained")


def axes_or_new(ax: Axes | None, width: float = WIDTH, height: float = HEIGHT) -> Axes:
    """Return the axes given, or those of a new figure."""
    if ax is not None:
        return ax
    axes: Axes = new_figure(width, height).add_subplot()
    return axes


def on_axis(times_h: Any, span_h: float) -> Any:
    """Times in the unit of the axis: minutes for short spans, hours for long ones."""
    return times_h * units.MINUTES_PER_HOUR if span_h <= IN_MINUTES_H else times_h


def draw_curve(ax: Axes, x: Any, y: Any, **line: Any) -> None:
    """One line for one patient; the median with a ribbon for many."""
    if y.shape[0] == 1:
        ax.plot(x, y[0], **line)
        return
    low, middle, high = np.nanpercentile(y, (RIBBON[0], 50.0, RIBBON[1]), axis=0)
    ax.plot(x, middle, **line)
    ax.fill_between(x, low, high, color=line["color"], alpha=0.2, linewidth=0)


def draw_range(ax: Axes, x: Any, run: Profiles, analyte: str, colour: str, inside: Any) -> bool:
    """Hatch the range of a borrowed route; whether there is one."""
    spread = run.route_range(analyte)
    if spread is None:
        return False
    low, high = (np.nanmedian(side, axis=0)[inside] for side in spread)
    ax.fill_between(
        x, low, high, facecolor="none", edgecolor=colour, alpha=0.35, linewidth=0.4, hatch="////"
    )
    return True


def draw_bands(ax: Axes, names: Sequence[str]) -> list[str]:
    """Shade landmark bands and name them in the figure; return their sources for the footer."""
    from ketapk.library.effects import load_effect

    notes = []
    for name in names:
        effect = load_effect(name)
        if effect.band is None:
            raise InputError(f"The effect {name!r} has no band; see list_effects() for those with.")
        low, high = effect.band
        ax.axhspan(low, high, color="0.5", alpha=0.12, linewidth=0, zorder=0)
        ax.text(
            0.995, (low + high) / 2.0, effect.effect, transform=ax.get_yaxis_transform(),
            ha="right", va="center", fontsize=8, color="0.35",
        )  # fmt: skip
        notes.append(
            f"{effect.effect}: {low:g} to {high:g} ng/mL ({effect.source}; grade {effect.grade}); "
            f"a band in which it was seen, not a threshold"
        )
    return notes


def draw_doses(ax: Axes, runs: Sequence[Profiles], span_h: float) -> None:
    """Mark doses under the curves: a triangle at once, a bar for as long as it runs."""
    from matplotlib.collections import LineCollection

    below = ax.get_xaxis_transform()
    ax.tick_params(axis="x", pad=4.0 + 5.0 * len(runs))
    for number, run in enumerate(runs):
        colour = COLOURS[number % len(COLOURS)]
        height = -0.012 - 0.016 * number
        for dose in run.plan.expand().doses:
            start, end = float(dose.time), float(dose.time + dose.hours)
            if start > span_h:
                continue
            x = on_axis(np.array([start, min(end, span_h)]), span_h)
            if end > start:
                bar = LineCollection([[(x[0], height), (x[1], height)]], linewidths=3.0)
                bar.set(color=colour, clip_on=False, transform=below, zorder=5)
                ax.add_artist(bar)
            else:
                ax.text(x[0], height, "\N{BLACK UP-POINTING TRIANGLE}", color=colour, fontsize=6,
                        ha="center", va="center", transform=below, zorder=5)  # fmt: skip


def finish(ax: Axes, span_h: float, title: str, notes: Sequence[str], *, log: bool = False) -> None:
    """Label axes with units, set their limits, name the lines, and write the footer."""
    frame(ax, span_h, title, notes, log=log)
    name_lines(ax)


def frame(ax: Axes, span_h: float, title: str, notes: Sequence[str], *, log: bool = False) -> None:
    """Label axes with units, set their limits, and write the footer."""
    minutes = span_h <= IN_MINUTES_H
    ax.set_xlabel("Time [min]" if minutes else "Time [h]")
    ax.set_ylabel("Plasma concentration [ng/mL]")
    ax.set_title(title, loc="left", fontsize=11)
    ax.set_xlim(0.0, on_axis(span_h, span_h))
    if log:
        top = max((float(np.nanmax(line.get_ydata())) for line in ax.lines), default=1.0)
        ax.set_yscale("log")
        ax.set_ylim(LOWEST * top, 1.5 * top)
    else:
        ax.set_ylim(bottom=0.0)
    plain(ax)
    footer(ax, notes)


def plain(ax: Axes) -> None:
    """Take away what carries no information."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(axis="y", color="0.9", linewidth=0.8)


def name_lines(ax: Axes) -> None:
    """Write the names of lines beside them where there is room, else in a legend."""
    lines = [line for line in ax.lines if not str(line.get_label()).startswith("_")]
    places = _free_places(ax, lines)
    if places is None or len(lines) < 2:
        ax.legend(frameon=False, fontsize=9)
        return
    for line, (x, y, va) in zip(lines, places, strict=True):
        ax.annotate(
            f"{line.get_label()}", (x, y), xytext=(0, 3 if va == "bottom" else -3),
            textcoords="offset points", ha="left", va=va, fontsize=8.5, color=line.get_color(),
        )  # fmt: skip


def _free_places(ax: Axes, lines: list[Any]) -> list[tuple[float, float, str]] | None:
    """A place for the name of each line, above or below it where no other line comes near."""
    if ax.get_yscale() != "linear":
        return None
    left, right = ax.get_xlim()
    low, high = ax.get_ylim()
    grid = np.linspace(left, right, 200)
    heights = np.array([np.interp(grid, *_data(line)) for line in lines])
    heights = (heights - low) / (high - low)
    places: list[tuple[float, float, str]] = []
    taken: list[tuple[float, float, float]] = []
    for number, line in enumerate(lines):
        width = 0.0115 * len(str(line.get_label()))
        steps = max(int(width * grid.size), 1)
        best = None
        for start in range(8, grid.size - steps - 2):
            window = slice(start, start + steps)
            own = heights[number, window]
            for va, base in (("bottom", own.max()), ("top", own.min())):
                near, far = (base, base + ROOM) if va == "bottom" else (base - ROOM, base)
                others = np.delete(heights[:, window], number, axis=0)
                free = np.min(np.maximum(others - far, near - others), initial=1.0)
                clear = all(
                    abs(near - h) > ROOM or start / grid.size > e or start / grid.size + width < s
                    for s, e, h in taken
                )
                if free > 0.008 and clear and near > 0.01 and far < 0.99:
                    score = min(free, 0.1) - 0.3 * (own.max() - own.min()) + 0.05 * base
                    if best is None or score > best[0]:
                        best = (score, start, va, base, near)
        if best is None:
            return None
        _, start, va, base, near = best
        taken.append((start / grid.size, start / grid.size + width, near))
        places.append((float(grid[start]), float(low + base * (high - low)), va))
    return places


def _data(line: Any) -> tuple[Any, Any]:
    return np.asarray(line.get_xdata(), dtype=float), np.asarray(line.get_ydata(), dtype=float)


def footer(ax: Axes, notes: Sequence[str]) -> None:
    """Write sources and the notice below the figure."""
    foot = "\n".join(textwrap.fill(note, 150) for note in (*notes, NOTICE))
    ax.figure.supxlabel(foot, fontsize=6.5, color="0.35", x=0.01, ha="left")


def planning_footer(ax: Axes, notes: Sequence[str]) -> None:
    """Write the footer of a figure for people who plan: it is no recommendation."""
    footer(ax, (*notes, NO_ADVICE))


def source_of(run: Profiles) -> str:
    """One line about where a run comes from."""
    model = run.model
    parts = "; ".join(model.parts) or (f"doi:{model.doi}" if model.doi else model.title)
    return f"{model.name} (grade {model.grade}, {model.sampling_site}): {parts}"


def marks_of(run: Profiles) -> list[str]:
    """Warnings that belong into a figure: an effect site with a ke0 of another model."""
    return [warning for warning in run.warnings if "unmatched effect site" in warning]
