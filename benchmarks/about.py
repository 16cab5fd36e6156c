"""What it was measured on, what that machine allows, and what a job takes of it at least."""

from __future__ import annotations

import os
import platform
import statistics
from dataclasses import dataclass
from pathlib import Path

import jobs
import numba
from effort import Effort
from limits import machine
from measuring import interleaved
from sheets import Sheet, count, digits


def processor() -> str:
    """Name of the processor."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        models = [s for s in cpuinfo.read_text().splitlines() if s.startswith("model name")]
        name = models[0].partition(":")[2].strip() if models else name
    return f"{name}, {os.cpu_count()} cores, {platform.system()} {platform.release()}"


def load() -> str:
    """Load of the last 1, 5 and 15 minutes, where the system says it."""
    known = os.getloadavg() if hasattr(os, "getloadavg") else ()
    return " ".join(f"{value:.1f}" for value in known)


def about(versions: list[str]) -> list[str]:
    """Describe what it was measured on."""
    return [
        f"Machine: {processor()}.",
        f"Load of the last 1, 5 and 15 minutes at the start: {load()}; with anything else running, "
        f"ratios are worth more than times.",
        f"Threads: {numba.get_num_threads()} for whoever can use them.",
        f"Python {platform.python_version()}; {'; '.join(versions)}.",
        f"Tolerances of everybody who steps: {jobs.RTOL:g} relative, {jobs.ATOL:g} mg absolute.",
        "Errors are the largest relative ones against the truth of `reference.py`, over all times "
        "at which a curve is above a millionth of its peak; and the largest over what the "
        "tolerances ask for, over all times.",
        "Times are medians. First calls and compilation are not in them. Contestants took turns, "
        "round by round.",
    ]


def the_machine(effort: Effort) -> list[Sheet]:
    """What the machine allows, and what the jobs would take if they did nothing else."""
    found = machine.limits()
    sheet = Sheet("The machine", ("what", "median", "unit", "slowest to fastest"), [])
    times = interleaved([m.run for m in found], effort.rounds, effort.seconds)
    for limit, mine in zip(found, times, strict=True):
        speeds = [limit.each / t for t in mine]
        spread = f"{digits(min(speeds))} to {digits(max(speeds))}"
        middle = statistics.median(speeds)
        sheet.rows.append((limit.name, digits(middle), limit.unit, spread))
        sheet.facts[limit.name] = middle
    return [sheet, _least(sheet.facts)]


@dataclass(frozen=True)
class Work:
    """What a patient of a job takes at the least."""

    job: str
    doubles: int
    """Written."""
    exponentials: int
    """One for every pole and time."""
    products: int
    """The same by recurrence, and their sums: a multiplication and an addition each."""


_T, _LONG_T = jobs.TIMES_H.size, jobs.LONG_TIMES_H.size
_SUMS = 3 * 3 + 2 + (3 * 4 + 2) + (3 * 5 + 2)
"""Poles of the nine curves of job B: three, by muscle four, by nose five, and a site's own."""
WORK = (
    Work("A", doubles=_T, exponentials=3 * _T, products=6 * _T),
    Work("B", doubles=9 * _T, exponentials=8 * _T, products=(8 + _SUMS) * _T),
    Work("D", doubles=_LONG_T, exponentials=3 * _LONG_T, products=6 * _LONG_T),
    Work("F", doubles=5, exponentials=0, products=0),
)


def _least(speeds: dict[str, float]) -> Sheet:
    """Table of what a patient would take at the machine's speeds."""
    columns = ("job", "bytes written", "µs, into new memory", "µs, into reused memory",
               "exponentials", "µs, one by one", "products", "µs, in the first cache")  # fmt: skip
    sheet = Sheet("What a patient takes at the speed of the machine", columns, [])
    for work in WORK:
        size = 8 * work.doubles
        parts = (
            count(size),
            digits(size / speeds[machine.NEW] * 1e-3),
            digits(size / speeds[machine.REUSED] * 1e-3),
            count(work.exponentials),
            digits(work.exponentials / speeds[machine.EXPONENTIALS_LOOP]),
            count(work.products),
            digits(work.products / speeds[machine.PRODUCTS] * 1e-3),
        )
        sheet.rows.append((f"{work.job}", *parts))
        sheet.facts[f"writing {work.job}"] = size / speeds[machine.NEW] * 1e-9
    sheet.notes.append(
        "Products are what a recurrence on the even grid needs instead of exponentials, and the "
        "sums of the poles. Job F writes five figures."
    )
    return sheet
