"""Pictures of a run: time, error and memory."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import ketapk_jobs
from jobs import CURVES, RTOL
from matplotlib.figure import Figure
from measuring import Results
from precision import Point
from sheets import count, power
from streaming import Passed

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F7F7F")
MARKERS = "sD^vP*X<>ph8"
LINES = ("-", "--", ":")
OURS = (ketapk_jobs.PUBLIC, ketapk_jobs.SOLVER, ketapk_jobs.AGAIN)
EXACT = 1e-16
"""Errors below are drawn here."""


def looks(names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Marker, line and colour of each name; ketapk is black and has circles."""
    found: dict[str, dict[str, Any]] = {}
    others = 0
    for name in dict.fromkeys(names):
        if name in OURS:
            style = {"color": "black", "marker": "o", "linewidth": 2.2, "markersize": 7}
            style["fillstyle"] = ("full", "none", "right")[OURS.index(name)]
            style["linestyle"] = LINES[OURS.index(name)]
        else:
            style = {"color": COLOURS[others % 7], "marker": MARKERS[others % 12]}
            style["linestyle"] = LINES[others % 3]
            style["fillstyle"] = "none" if others // 12 else "full"
            others += 1
        found[name] = {**style, "label": name}
    return found


def _legend(figure: Figure, panels: Iterable[Any]) -> None:
    """One legend of all panels, to the right of them."""
    handles = {line.get_label(): line for panel in panels for line in panel.get_lines()}
    handles = {name: line for name, line in handles.items() if not name.startswith("_")}
    figure.legend(
        handles.values(), handles.keys(), fontsize=9, loc="center left",
        bbox_to_anchor=(1.0, 0.5),
    )  # fmt: skip


def time_against_patients(results: Results) -> Figure:
    """Jobs A and C: whole time against number of patients."""
    styles = looks(m.name for measured in results.values() for m in measured)
    shown = [job for job in ("A", "C") if any(name == job for name, _ in results)]
    figure = Figure(figsize=(6 * len(shown), 5), layout="constrained")
    panels = figure.subplots(1, len(shown), squeeze=False, sharex=True, sharey=True)[0]
    for panel, job in zip(panels, shown, strict=True):
        runs: dict[str, dict[int, float]] = {}
        for (name, _), measured in results.items():
            for m in measured if name == job else ():
                runs.setdefault(m.name, {})[m.n] = m.median * m.n * 1e3
        for name, points in runs.items():
            sizes = sorted(points)
            panel.loglog(sizes, [points[n] for n in sizes], **styles[name])
            most = max(n for other, n in results if other == job)
            onward = [points[sizes[-1]], points[sizes[-1]] * most / sizes[-1]]
            panel.loglog([sizes[-1], most], onward, color=styles[name]["color"], linewidth=0.6)
        panel.set(
            xlabel="patients",
            ylabel="time [ms]",
            title=f"Job {job}: time against patients (thin: in proportion)",
        )
        panel.tick_params(labelleft=True)
        panel.grid(alpha=0.3)
    _legend(figure, panels)
    return figure


def error_against_time(results: Results) -> Figure:
    """All jobs: error against time a patient, at the largest size."""
    styles = looks(m.name for measured in results.values() for m in measured)
    largest = {job: max(n for name, n in results if name == job) for job, _ in results}
    shown = [job for job in CURVES if job in largest]
    figure = Figure(figsize=(13, 4 * -(-len(shown) // 3)), layout="constrained")
    panels = figure.subplots(-(-len(shown) // 3), 3, squeeze=False).ravel()
    for panel, job in zip(panels, shown, strict=False):
        for m in results[job, largest[job]]:
            panel.loglog(m.median * 1e6, max(m.error, EXACT), **styles[m.name])
        if not CURVES[job].linear:
            panel.axhline(
                RTOL, color="black", linewidth=0.8, linestyle=":", label="relative tolerance"
            )
        patients = "one patient" if job == "D" else f"{count(largest[job])} patients"
        panel.set(
            xlabel="µs a patient", ylabel="largest relative error", title=f"Job {job}, {patients}"
        )
        panel.grid(alpha=0.3)
    for panel in panels[len(shown) :]:
        panel.set_axis_off()
    _legend(figure, panels[: len(shown)])
    return figure


def work_precision(points: list[Point]) -> Figure:
    """Job C: error against time a patient, by tolerance."""
    styles = looks(p.name for p in points)
    figure = Figure(figsize=(8, 5.5), layout="constrained")
    axes = figure.subplots()
    for name, style in styles.items():
        mine = [p for p in points if p.name == name]
        axes.loglog([p.median * 1e6 for p in mine], [p.error for p in mine], **style)
    tolerances = sorted(p.rtol for p in points)
    axes.set(
        xlabel="µs a patient",
        ylabel="largest relative error",
        title=f"Job C: error against time by tolerance, "
        f"{power(tolerances[-1])} to {power(tolerances[0])}",
    )
    axes.grid(alpha=0.3)
    _legend(figure, [axes])
    return figure


def memory(passed: list[Passed]) -> Figure:
    """Job A in chunks: memory of a process against patients that went by."""
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.subplots()
    for i, run in enumerate(passed):
        whole = "at once" if run.chunk >= run.n else f"in chunks of {count(run.chunk)}"
        thousands = [done / 1e3 for done in run.done]
        look = {"color": COLOURS[i % 7], "linestyle": LINES[i % 3], "marker": MARKERS[i % 12]}
        axes.plot(
            thousands, run.peak, **look, markevery=max(1, len(thousands) // 10),
            label=f"{count(run.n)} patients {whole}",
        )  # fmt: skip
    axes.set(
        xlabel="thousand patients so far",
        ylabel="most memory so far [MB]",
        title="Job A: memory of the process",
        ylim=(0, 1.1 * max(run.peak[-1] for run in passed)),
    )
    axes.grid(alpha=0.3)
    axes.legend(fontsize=9, loc="lower right")
    return figure


def save(folder: Path, figures: dict[str, Figure]) -> list[str]:
    """Write figures by name; return the names of the files."""
    for name, figure in figures.items():
        figure.savefig(folder / f"{name}.png", dpi=150, bbox_inches="tight")
    return [f"{name}.png" for name in figures]
