"""What was asked of ketapk, as data: ratios within one run, and errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import ketapk_jobs
from jobs import CURVES
from measuring import Measured, Results
from sheets import Sheet, count, digits

ROUTES, THREE, LANES, ONE = (
    "limit: routes",
    "limit: three compartments",
    "limit: Rosenbrock, eight abreast",
    "limit: Rosenbrock, one at a time",
)
LSODA, JAX, NUMPY, SCIPY = (
    "numbalsoda LSODA",
    "JAX closed form",
    "NumPy closed form",
    "SciPy solve_ivp, LSODA",
)
WARM_OVER_KERNEL_US = 150
COLD_S = 1.0
HELP_S = 0.2


@dataclass(frozen=True)
class Found:
    """What a run has measured."""

    results: Results
    facts: dict[str, float]

    def largest(self, job: str) -> int | None:
        """Most patients with whom a job was run."""
        return max((n for name, n in self.results if name == job), default=None)

    def of(self, job: str, who: str) -> Measured | None:
        """One contestant of a job with most patients."""
        size = self.largest(job)
        rows = [] if size is None else self.results[job, size]
        return next((m for m in rows if m.name == who), None)


@dataclass(frozen=True)
class Target:
    """A number that was asked for."""

    job: str
    what: str
    asked: float
    at_least: bool
    """Else at most."""
    measured: Callable[[Found], float | None]
    """None where it was not measured."""

    def reached(self, value: float) -> bool:
        """Whether a number is as asked for."""
        return value >= self.asked if self.at_least else value <= self.asked


def time_over(job: str, who: str, at_most: float) -> Target:
    """Time of ketapk over that of a limit."""

    def ratio(found: Found) -> float | None:
        ours, theirs = found.of(job, ketapk_jobs.PUBLIC), found.of(job, who)
        return ours.median / theirs.median if ours and theirs else None

    return Target(job, f"time / {who}", at_most, False, ratio)


def times_faster(job: str, who: str, at_least: float) -> Target:
    """Time of a peer over that of ketapk."""

    def ratio(found: Found) -> float | None:
        ours, theirs = found.of(job, ketapk_jobs.PUBLIC), found.of(job, who)
        return theirs.median / ours.median if ours and theirs else None

    return Target(job, f"times faster than {who}", at_least, True, ratio)


def exact_to(job: str, error: float) -> Target:
    """Largest relative error."""

    def largest(found: Found) -> float | None:
        ours = found.of(job, ketapk_jobs.PUBLIC)
        return ours.error if ours else None

    return Target(job, "largest relative error", error, False, largest)


def error_over(job: str, who: str) -> Target:
    """Error of ketapk over that of a peer."""

    def ratio(found: Found) -> float | None:
        ours, theirs = found.of(job, ketapk_jobs.PUBLIC), found.of(job, who)
        return ours.error / theirs.error if ours and theirs else None

    return Target(job, f"error / {who}", 1.0, False, ratio)


def in_tolerances(job: str, at_most: float) -> Target:
    """Error over what the tolerances ask for."""

    def largest(found: Found) -> float | None:
        ours = found.of(job, ketapk_jobs.PUBLIC)
        return ours.tolerances if ours else None

    return Target(job, "largest error / tolerances", at_most, False, largest)


def fact(
    job: str, what: str, name: str, *, at_most: float | None = None, at_least: float = 0.0
) -> Target:
    """Something that a sheet knows by name."""
    asked = at_least if at_most is None else at_most
    return Target(job, what, asked, at_most is None, lambda found: found.facts.get(name))


def _overhead(found: Found) -> float | None:
    warm, kernel = (found.facts.get(name) for name in (ketapk_jobs.WARM, ketapk_jobs.WARM_AGAIN))
    return None if warm is None or kernel is None else 1e6 * (warm - kernel)


TARGETS = (
    time_over("A", THREE, at_most=1.5),
    times_faster("A", LSODA, at_least=70),
    times_faster("A", JAX, at_least=4),
    times_faster("A", SCIPY, at_least=8_000),
    exact_to("A", 1e-12),
    time_over("B", ROUTES, at_most=2),
    times_faster("B", LSODA, at_least=40),
    times_faster("B", NUMPY, at_least=7),
    exact_to("B", 1e-11),
    time_over("C", LANES, at_most=1.25),
    times_faster("C", LSODA, at_least=9),
    error_over("C", LSODA),
    times_faster("C", ONE, at_least=2.5),
    in_tolerances("C", at_most=1),
    time_over("D", THREE, at_most=2),
    times_faster("D", LSODA, at_least=40),
    times_faster("D", NUMPY, at_least=20),
    exact_to("D", 1e-12),
    fact("F", "time / job A", "F over A", at_most=1),
    fact("F", "largest relative error", "F error", at_most=1e-9),
    Target("E", "one patient, warm, over its kernel [µs]", WARM_OVER_KERNEL_US, False, _overhead),
    fact("E", "new process, first curve [s]", ketapk_jobs.COLD, at_most=COLD_S),
    fact("E", "new process, --help [s]", ketapk_jobs.HELP, at_most=HELP_S),
    fact("A", "one thread / all", "threads A", at_least=1.8),
    fact("C", "one thread / all", "threads C", at_least=1.8),
    fact("A", "power of patients in the time", "power of patients", at_most=1.05),
    fact("A", "power of times in the time", "power of times", at_most=1.05),
    fact("A", "memory of most patients / fewest", "memory of many", at_most=1.05),
)
"""The last three put a number on "linear" and "flat"."""


def targets_sheet(found: Found, *, quick: bool, whole: bool) -> Sheet:
    """What was asked for and what this run says; all of it, or as far as it was measured."""
    sheet = Sheet("What was asked", ("job", "what", "asked", "measured", "reached"), [])
    for target in TARGETS:
        asked = f"at {'least' if target.at_least else 'most'} {digits(target.asked)}"
        value = target.measured(found)
        if value is None and not whole:
            continue
        if value is None:
            sheet.rows.append((target.job, target.what, asked, "", "not measured"))
            continue
        reached = "yes" if target.reached(value) else "no"
        sheet.rows.append((target.job, target.what, asked, digits(value), reached))
    sizes = ((job, found.largest(job)) for job in CURVES)
    listed = ", ".join(f"{job} {count(n)}" for job, n in sizes if n is not None)
    sheet.notes.append(f"Patients: {listed}. Times are those of `{ketapk_jobs.PUBLIC}`.")
    if quick:
        sheet.notes.append(
            "What was asked holds for 100 000 patients (job D: one) on two free cores. This run "
            "is smaller: what is done once a call weighs more, and nothing else may run beside it."
        )
    return sheet
