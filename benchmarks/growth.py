"""How the cost grows: with patients, with times, and with one thread less."""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable
from typing import Any

import ketapk_jobs
import numpy as np
from effort import Effort
from jobs import TIMES_H, population
from measuring import interleaved
from sheets import Row, Sheet, count, digits, micro


def threads(effort: Effort) -> Sheet:
    """Jobs A and C with one thread and with all."""
    most = os.cpu_count() or 1
    columns = ("job", "patients", "µs, one thread", f"µs, {most} threads", "ratio")
    sheet = Sheet("Threads: the solver layer", columns, [])
    for job, sizes in effort.threaded.items():
        for n in sizes:
            people = population(n)
            calls = [ketapk_jobs.threaded(job, people, t) for t in (1, most)]
            one, all_ = _medians(calls, effort)
            sheet.rows.append((job, count(n), micro(one / n), micro(all_ / n), f"{one / all_:.2f}"))
            sheet.facts[f"threads {job}"] = one / all_
    return sheet


def linearity(effort: Effort) -> list[Sheet]:
    """Job A with more and more patients, and with more and more times."""
    by_patients = Sheet(
        f"How the cost grows with patients: job A, {TIMES_H.size} times",
        ("patients", "ms", "µs a patient", "ns a patient and time"),
        [],
    )
    calls = [ketapk_jobs.sampled(population(n), TIMES_H) for n in effort.patients]
    times = _medians(calls, effort)
    for n, t in zip(effort.patients, times, strict=True):
        by_patients.rows.append(_growth_row(n, t, n, TIMES_H.size))
    _fit(by_patients, "patients", effort.patients, times)

    people = population(effort.steady)
    by_times = Sheet(
        f"How the cost grows with times over a day: job A, {count(effort.steady)} patients",
        ("times", "ms", "µs a patient", "ns a patient and time"),
        [],
    )
    grids = [np.linspace(0.0, 24.0, T) for T in effort.lengths]
    times = _medians([ketapk_jobs.sampled(people, grid) for grid in grids], effort)
    for T, t in zip(effort.lengths, times, strict=True):
        by_times.rows.append(_growth_row(T, t, effort.steady, T))
    _fit(by_times, "times", effort.lengths, times)
    return [by_patients, by_times]


def _growth_row(what: int, time_s: float, n: int, T: int) -> Row:
    return (
        count(what),
        digits(time_s * 1e3),
        micro(time_s / n),
        digits(time_s / n / T * 1e9),
    )


def _fit(sheet: Sheet, what: str, sizes: tuple[int, ...], times: list[float]) -> None:
    """Note the power of the size that the time grows with, by least squares of the logarithms."""
    power = float(np.polyfit(np.log(sizes), np.log(times), 1)[0])
    sheet.facts[f"power of {what}"] = power
    sheet.notes.append(f"Time grows as {what} to the power {power:.2f}; 1 is linear.")


def _medians(calls: list[Callable[[], Any]], effort: Effort) -> list[float]:
    """Median duration [s] of every call, after one that does not count."""
    for call in calls:
        call()
    return [statistics.median(t) for t in interleaved(calls, effort.rounds, effort.seconds)]
