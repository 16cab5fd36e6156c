"""Runs the jobs side by side and prints what they took and how wrong they were.

``python benchmarks/run.py`` is the quick version; ``--full`` is the whole, and writes
``RESULTS.md`` and figures beside this file.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jobs
import ketapk_jobs
import numpy as np
import reference
from entry import Absent, Curves, Entry
from jobs import CURVES, Patients, population
from limits import machine
from rich.console import Console
from rich.table import Table

HERE = Path(__file__).parent
STEPPED = ("A", "B", "C", "C stiff", "D")
CONTESTANTS = {
    "limits.three_compartments": ("limit: three compartments", ("A", "D")),
    "limits.routes": ("limit: routes", ("B",)),
    "limits.rosenbrock_lanes": ("limit: Rosenbrock, eight abreast", ("C",)),
    "limits.rosenbrock_one": ("Rosenbrock, one at a time", ("C",)),
    "peers.jax_closed_form": ("JAX closed form", ("A", "B", "D")),
    "peers.numpy_closed_form": ("NumPy closed form", ("A", "B", "D")),
    "peers.numbalsoda": ("numbalsoda LSODA", STEPPED),
    "peers.jax_diffrax": ("diffrax", ("A", "C", "C stiff")),
    "peers.roadrunner": ("libroadrunner CVODE", ("A", "C")),
    "peers.myokit": ("myokit CVODES", ("A", "C")),
    "peers.scipy_ivp": ("SciPy solve_ivp", STEPPED),
}
"""Modules, with a name and the jobs to be shown where one cannot be loaded."""
QUICK_SIZES = {"A": (10_000,), "B": (1_000,), "C": (2_000,), "C stiff": (500,), "D": (1,)}
QUICK_SHARE = 5
"""A slow contestant gets this many times fewer patients in the quick run."""
BATCH = {"B": 10_000}
"""Patients whose curves are held at once, by everybody, where 100 000 would fill the memory."""
TURN_S = 0.02
"""Within which a fast contestant is called again before the next one has its turn."""
CHECKED = {"A": 16, "B": 8, "C": 8, "C stiff": 4, "D": 1}
"""Patients whose error is measured."""


@dataclass(frozen=True)
class Effort:
    """How much is measured."""

    full: bool
    rounds: int
    seconds: float
    """After which a contestant is not called again."""


QUICK = Effort(full=False, rounds=5, seconds=0.6)
FULL = Effort(full=True, rounds=9, seconds=30.0)


@dataclass
class Measured:
    """One contestant in one job at one size."""

    name: str
    n: int
    first: float
    """Preparation and first call, compilation included [s]; not in ``times``."""
    error: float
    times: list[float]
    """Of each call [s]."""

    @property
    def median(self) -> float:
        """Per patient [s]."""
        return statistics.median(self.times) / self.n

    @property
    def spread(self) -> str:
        """Fastest and slowest call per patient."""
        return f"{_micro(min(self.times) / self.n)} to {_micro(max(self.times) / self.n)}"


Row = tuple[str, ...]


@dataclass
class Sheet:
    """A table to print, and to write."""

    title: str
    columns: Row
    rows: list[Row]
    notes: list[str]

    def show(self, console: Console) -> None:
        """Print it."""
        table = Table(title=self.title, title_justify="left", title_style="bold")
        for i, column in enumerate(self.columns):
            table.add_column(column, justify="right" if i else "left", no_wrap=i == 0)
        for row in self.rows:
            table.add_row(*row)
        console.print(table)
        for note in self.notes:
            console.print(f"  {note}", highlight=False)
        console.print()

    def markdown(self) -> str:
        """Return it as text for a page."""
        lines = [f"## {self.title}", "", "| " + " | ".join(self.columns) + " |"]
        lines.append("|" + " --- |" + " ---: |" * (len(self.columns) - 1))
        lines += ["| " + " | ".join(row) + " |" for row in self.rows]
        lines += ["", *[f"{note}\n" for note in self.notes]]
        return "\n".join(lines)


def contestants() -> tuple[list[Entry], list[Absent], list[str]]:
    """Everybody who can be loaded, who cannot and why, and versions."""
    found, absent = ketapk_jobs.entries(), []
    versions = [ketapk_jobs.versions()]
    for module, (name, takes_part) in CONTESTANTS.items():
        try:
            loaded = importlib.import_module(module)
        except ModuleNotFoundError as missing:
            absent.append(Absent(name, f"{missing.name} is missing", takes_part))
            continue
        reason = loaded.reason() if hasattr(loaded, "reason") else None
        if reason:
            absent.append(Absent(name, reason, takes_part))
            continue
        found += loaded.entries()
        versions.append(loaded.versions())
    single = dict.fromkeys(part for text in versions for part in text.split(", "))
    return found, absent, sorted(single)


def seconds(call: Callable[[], Any]) -> float:
    """Duration of one call [s]."""
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def interleaved(calls: Sequence[Callable[[], Any]], effort: Effort) -> list[list[float]]:
    """Durations [s] of every call, round by round, so that a busy minute hits them all."""
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(effort.rounds):
        for call, mine in zip(calls, times, strict=True):
            turn = time.perf_counter() + TURN_S
            if sum(mine) < effort.seconds:
                mine.append(seconds(call))
            while time.perf_counter() < turn and sum(mine) < effort.seconds:
                mine.append(seconds(call))
    return times


def _in_batches(entry: Entry, people: Patients) -> Callable[[], Curves]:
    """Call of an entry that hands its curves on batch by batch; the first patients come last."""
    size = BATCH.get(entry.job, len(people))
    calls = [entry.prepare(people[lo : lo + size]) for lo in range(0, len(people), size)]

    def run() -> Curves:
        for call in reversed(calls[1:]):
            call()
        return calls[0]()

    return run


def measure(job: str, size: int, entries: list[Entry], effort: Effort) -> list[Measured]:
    """Time all contestants of a job at one size."""
    share = 1 if effort.full else QUICK_SHARE
    everybody = population(size)
    exact = reference.truth(job, everybody[: min(size, CHECKED[job])])
    found, calls = [], []
    for entry in entries:
        most = entry.most if entry.most >= size else max(1, entry.most // share)
        n = min(size, most)
        begin = time.perf_counter()
        call = _in_batches(entry, everybody[:n])
        curves = call()
        first = time.perf_counter() - begin
        few = min(n, CHECKED[job])
        mine = ketapk_jobs.in_mg_per_l(curves, few)
        error = reference.error(mine, tuple(true[:few] for true in exact))
        served = min(n, curves[0].shape[0]) if job not in BATCH else n
        found.append(Measured(entry.name, served, first, error, []))
        calls.append(call)
        del curves, mine
    gc.collect()
    for row, times in zip(found, interleaved(calls, effort), strict=True):
        row.times = times
    return found


def curves_sheet(job: str, size: int, measured: list[Measured], absent: list[Absent]) -> Sheet:
    """Table of one job at one size."""
    (ours,) = (m for m in measured if m.name == ketapk_jobs.PUBLIC)
    rows = [
        (
            m.name,
            f"{m.n}",
            _micro(m.median),
            m.spread,
            f"{m.median / ours.median:.3g}",
            f"{m.error:.1e}",
            f"{m.first:.1f}",
            f"{len(m.times)}",
        )
        for m in sorted(measured, key=lambda m: m.median)
    ]
    gone = [a for a in absent if job in a.jobs]
    rows += [(a.name, "", "not installed", *[""] * 5) for a in gone]
    notes = [f"{a.name}: {a.reason}." for a in gone]
    columns = ("who", "patients", "µs a patient", "fastest to slowest", "time / ketapk's",
               "largest relative error", "first call [s]", "calls")  # fmt: skip
    patients = "" if size == 1 else f" ({size:,} patients)".replace(",", " ")
    return Sheet(f"Job {job}: {CURVES[job].title}{patients}", columns, rows, notes)


def _calls_sheet(title: str, calls: list[ketapk_jobs.Call], effort: Effort, warm: bool) -> Sheet:
    """Table of calls that only ketapk makes."""
    if warm:
        for call in calls:
            call.run()
    rows = []
    for call, times in zip(calls, interleaved([c.run for c in calls], effort), strict=True):
        low, high = _micro(min(times) / call.per), _micro(max(times) / call.per)
        middle = _micro(statistics.median(times) / call.per)
        rows.append((call.name, middle, f"{low} to {high}", f"{len(times)}"))
    return Sheet(title, ("what", "µs", "fastest to slowest", "calls"), rows, [])


def latency(effort: Effort) -> list[Sheet]:
    """Job E."""
    many = Effort(effort.full, 20 * effort.rounds, effort.seconds)
    sheets = [_calls_sheet("Job E: latency, warm", ketapk_jobs.warm_calls(), many, warm=True)]
    cold = ketapk_jobs.cold_calls(with_empty_cache=effort.full)
    few = Effort(effort.full, max(3, effort.rounds // 2), 60.0)
    sheets.append(_calls_sheet("Job E: latency, cold", cold, few, warm=False))
    if not effort.full:
        sheets[-1].notes.append("The empty kernel cache is left to the full run.")
    return sheets


def exposure(effort: Effort) -> Sheet:
    """Job F, beside job A through the same door."""
    n = 100_000 if effort.full else 5_000
    people = population(n)
    call = ketapk_jobs.exposure(people)
    (curves,) = (e for e in ketapk_jobs.entries() if (e.job, e.name) == ("A", ketapk_jobs.PUBLIC))
    job_a = ketapk_jobs.Call("job A for comparison", curves.prepare(people), per=n)
    frame = ketapk_jobs.exposure_columns(call.run())
    few = 4
    apart = [
        f"{name} {np.max(np.abs(frame[name][:few] / true - 1.0)):.1e}"
        for name, true in reference.exposure(people[:few]).items()
    ]
    sheet = _calls_sheet(
        f"Job F: exposure of {n} patients, time a patient", [call, job_a], effort, warm=True
    )
    sheet.notes.append(f"Largest relative errors: {', '.join(apart)}.")
    return sheet


def threads(effort: Effort) -> Sheet:
    """Jobs A and C with one thread and with all."""
    most = os.cpu_count() or 1
    rows = []
    for job, n in (("A", 10_000), ("C", 1_000)):
        people = population(n * (10 if effort.full else 1))
        calls = [ketapk_jobs.threaded(job, people, t) for t in (1, most)]
        for call in calls:
            call()
        one, all_ = (statistics.median(t) for t in interleaved(calls, effort))
        per = [_micro(t / len(people)) for t in (one, all_)]
        rows.append((job, f"{len(people)}", *per, f"{one / all_:.2f}"))
    columns = ("job", "patients", "µs, one thread", f"µs, {most} threads", "ratio")
    return Sheet("Threads: the solver layer", columns, rows, [])


def the_machine(effort: Effort) -> Sheet:
    """What the machine allows."""
    found = machine.limits()
    rows = []
    for limit, times in zip(found, interleaved([m.run for m in found], effort), strict=True):
        speeds = [limit.each / t for t in times]
        spread = f"{min(speeds):.3g} to {max(speeds):.3g}"
        rows.append((limit.name, f"{statistics.median(speeds):.3g}", limit.unit, spread))
    return Sheet("The machine", ("what", "median", "unit", "slowest to fastest"), rows, [])


def about(versions: list[str]) -> list[str]:
    """Describe what it was measured on."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        models = [s for s in cpuinfo.read_text().splitlines() if s.startswith("model name")]
        name = models[0].partition(":")[2].strip() if models else name
    load = (
        " ".join(f"{value:.1f}" for value in os.getloadavg()) if hasattr(os, "getloadavg") else ""
    )
    return [
        f"Machine: {name}, {os.cpu_count()} cores, {platform.system()} {platform.release()}.",
        f"Load of the last 1, 5 and 15 minutes at the start: {load}; with anything else running, "
        f"ratios are worth more than times.",
        f"Threads: {os.cpu_count()} for whoever can use them.",
        f"Python {platform.python_version()}; {'; '.join(versions)}.",
        f"Tolerances of everybody who steps: {jobs.RTOL:g} relative, {jobs.ATOL:g} mg absolute.",
        "Errors are the largest relative ones against the truth of `reference.py`, over all times "
        "at which a curve is above a millionth of its peak.",
        "First calls and compilation are not in the times. Contestants took turns, round by round.",
    ]


def _micro(value: float) -> str:
    """Microseconds with three digits."""
    micro = value * 1e6
    return f"{micro:.0f}" if micro >= 1000 else f"{micro:.3g}"


def figures(results: dict[tuple[str, int], list[Measured]]) -> list[str]:
    """Draw time against patients and error against time; return the names of the files."""
    from matplotlib import colormaps
    from matplotlib.figure import Figure

    def save(name: str, figure: Any) -> str:
        figure.savefig(HERE / name, dpi=150, bbox_inches="tight")
        return name

    everybody = dict.fromkeys(m.name for measured in results.values() for m in measured)
    colours = colormaps["tab20"].colors
    looks = {
        name: {"color": colours[i % 20], "marker": "osD^v"[i % 5], "linestyle": "-", "label": name}
        for i, name in enumerate(everybody)
    }
    names = []
    population_runs: dict[str, dict[int, float]] = {}
    for (job, _), measured in results.items():
        for m in measured if job == "A" else ():
            population_runs.setdefault(m.name, {})[m.n] = m.median * m.n * 1e3
    if population_runs:
        figure = Figure(figsize=(8, 5))
        axes = figure.subplots()
        for name, points in population_runs.items():
            axes.loglog(sorted(points), [points[n] for n in sorted(points)], **looks[name])
        axes.set(xlabel="patients", ylabel="time [ms]", title="Job A: time against patients")
        axes.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0))
        names.append(save("time-against-patients.png", figure))

    largest = dict(sorted(results))
    figure = Figure(figsize=(12, 7))
    panels = figure.subplots(2, 3, sharex=True, sharey=True).ravel()
    for panel, (job, size) in zip(panels, largest.items(), strict=False):
        for m in results[job, size]:
            panel.loglog(m.median * 1e6, max(m.error, 1e-16), **looks[m.name])
        panel.set_title(f"Job {job}")
        panel.set(xlabel="µs a patient", ylabel="largest relative error")
        panel.tick_params(labelbottom=True, labelleft=True)
    for panel in panels[len(largest) :]:
        panel.set_axis_off()
    handles = {
        line.get_label(): line for panel in panels[: len(largest)] for line in panel.get_lines()
    }
    panels[-1].legend(handles.values(), handles.keys(), fontsize=8, loc="center")
    figure.tight_layout()
    return [*names, save("error-against-time.png", figure)]


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="the whole; writes RESULTS.md")
    parser.add_argument("--jobs", default="", help="only these, such as 'A,C stiff,E'")
    parser.add_argument("--rounds", type=int, help="calls of each contestant at most")
    options = parser.parse_args()
    effort = FULL if options.full else QUICK
    if options.rounds:
        effort = Effort(effort.full, options.rounds, effort.seconds)
    asked = [name.strip() for name in options.jobs.split(",") if name.strip()]

    def wanted(job: str) -> bool:
        return not asked or job in asked

    console = Console(width=150)
    begin = time.perf_counter()
    entries, absent, versions = contestants()
    head = about(versions)
    for line in head:
        console.print(line, highlight=False)
    console.print()
    sheets: list[Sheet] = []

    def add(sheet: Sheet) -> None:
        sheet.show(console)
        sheets.append(sheet)

    if wanted("machine"):
        add(the_machine(effort))
    results: dict[tuple[str, int], list[Measured]] = {}
    for job in filter(wanted, CURVES):
        mine = [entry for entry in entries if entry.job == job]
        for size in CURVES[job].sizes if effort.full else QUICK_SIZES[job]:
            results[job, size] = measure(job, size, mine, effort)
            add(curves_sheet(job, size, results[job, size], absent))
    if wanted("E"):
        for sheet in latency(effort):
            add(sheet)
    if wanted("F"):
        add(exposure(effort))
    if wanted("G"):
        add(_calls_sheet("Job G: the library", [ketapk_jobs.library()], effort, warm=True))
    if wanted("threads"):
        add(threads(effort))
    if effort.full:
        names = figures(results) if results else []
        pictures = [f"![{Path(name).stem.replace('-', ' ')}]({name})" for name in names]
        text = ["# Results of `make bench-full`", "", *[f"- {line}" for line in head], ""]
        text += [sheet.markdown() for sheet in sheets] + pictures
        (HERE / "RESULTS.md").write_text("\n".join(text) + "\n", encoding="utf-8")
        console.print(f"Wrote {HERE / 'RESULTS.md'}")
    console.print(f"All of it took {time.perf_counter() - begin:.0f} s.", highlight=False)


if __name__ == "__main__":
    main()
