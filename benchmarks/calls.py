"""Tables of the jobs that only ketapk does: latency, exposure, the whole library."""

from __future__ import annotations

import statistics
from typing import Any

import ketapk_jobs
import numpy as np
import reference
from effort import Effort
from jobs import population
from ketapk_jobs import Call
from measuring import interleaved
from sheets import Sheet, count, digits

UNITS = {"µs": 1e6, "ms": 1e3}


def calls_sheet(
    title: str, calls: list[Call], rounds: int, most_s: float, *, unit: str = "µs", warm: bool
) -> Sheet:
    """Table of calls; medians in seconds are its facts, by the names of the calls."""
    if warm:
        for call in calls:
            call.run()
    sheet = Sheet(title, ("what", unit, "fastest to slowest", "calls"), [])
    for call, times in zip(calls, interleaved([c.run for c in calls], rounds, most_s), strict=True):
        middle, low, high = (
            digits(value * UNITS[unit] / call.per)
            for value in (statistics.median(times), min(times), max(times))
        )
        sheet.rows.append((call.name, middle, f"{low} to {high}", f"{len(times)}"))
        sheet.facts[call.name] = statistics.median(times) / call.per
    return sheet


def latency(effort: Effort) -> list[Sheet]:
    """Job E."""
    warm = calls_sheet(
        "Job E: latency, warm",
        ketapk_jobs.warm_calls(),
        20 * effort.rounds,
        effort.seconds,
        warm=True,
    )
    warm.notes.append(
        "Solved again: the plan is lowered and the modes are known, so the rest is the kernel and "
        "the call to it."
    )
    cold = calls_sheet(
        "Job E: latency, cold",
        ketapk_jobs.cold_calls(with_empty_cache=effort.empty_cache),
        effort.rounds,
        60.0,
        unit="ms",
        warm=False,
    )
    if not effort.empty_cache:
        cold.notes.append("The empty kernel cache is left to the full run.")
    return [warm, cold]


def exposure(effort: Effort) -> Sheet:
    """Job F, beside job A through the same door."""
    n = effort.exposed
    people = population(n)
    call = ketapk_jobs.exposure(people)
    (curves,) = (e for e in ketapk_jobs.entries() if (e.job, e.name) == ("A", ketapk_jobs.PUBLIC))
    job_a = Call("job A beside it", curves.prepare(people), per=n)
    few = min(n, effort.checked["F"])
    apart = _errors(ketapk_jobs.exposure_columns(call.run()), people[:few])
    sheet = calls_sheet(
        f"Job F: exposure ({count(n)} patients, time a patient)",
        [call, job_a],
        effort.rounds,
        effort.seconds,
        warm=True,
    )
    sheet.facts["F over A"] = sheet.facts[call.name] / sheet.facts[job_a.name]
    sheet.facts["F error"] = max(apart.values())
    listed = ", ".join(f"{name} {value:.1e}" for name, value in apart.items())
    sheet.notes.append(f"F takes {sheet.facts['F over A']:.2f} of the time of A.")
    sheet.notes.append(f"Largest relative errors of {few} patients: {listed}.")
    return sheet


def _errors(found: dict[str, Any], people: Any) -> dict[str, float]:
    """Largest relative error of each figure [1]; where the truth is nothing, the figure itself."""
    worst = {}
    for name, true in reference.exposure(people).items():
        apart = np.abs(found[name][: true.size] - true)
        worst[name] = float(np.max(apart / np.where(true == 0.0, 1.0, np.abs(true))))
    return worst


def library(effort: Effort) -> Sheet:
    """Job G."""
    return calls_sheet(
        "Job G: the library", [ketapk_jobs.library()], effort.rounds, effort.seconds, warm=True
    )
