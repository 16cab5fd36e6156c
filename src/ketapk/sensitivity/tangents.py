"""Exact derivatives of a concentration with respect to parameters and doses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ketapk.accuracy import Tolerance
from ketapk.errors import PlanError
from ketapk.lowering import Lowering
from ketapk.schedule import assemble
from ketapk.sensitivity.augmented import CURVE, SLOPE, Augmented, augment
from ketapk.sensitivity.motion import entering
from ketapk.sensitivity.step import Steps, steps
from ketapk.solution import Solution, solve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ketapk.course import Course

    Floats = NDArray[np.float64]


CLOSE = Tolerance(rtol=1e-11, atol=1e-13)
"""How closely the ODE kernel follows rates that drift; constant rates need no tolerance."""


@dataclass(frozen=True, kw_only=True)
class Tangents:
    """A solved course beside its derivatives by P parameters or doses."""

    steps: Steps
    augmented: Augmented
    solution: Solution

    def at(self, times_h: Floats, *, side: str = "after") -> tuple[Floats, Floats]:
        """Concentration (N, T) [mg/L] and its derivatives (N, T, P) at ascending times [h]."""
        arrays = self.solution.schedule.arrays
        observe = self.augmented.system.observe[arrays.row[arrays.first[:-1]]]
        states = self.solution.at(times_h, side=side)
        return self.parted(np.einsum("rps,rts->rpt", observe, states))

    def parted(self, read: Floats) -> tuple[Floats, Floats]:
        """Readings (N, ...) and derivatives per unit (N, ..., P) of rows (N P, 2, ...)."""
        shape = (self.steps.n, len(self.steps.wanted), *read.shape[2:])
        per_unit = read[:, SLOPE] / self.steps.size.reshape(-1, *(1,) * (read.ndim - 2))
        return read[:, CURVE].reshape(shape)[:, 0], np.moveaxis(per_unit.reshape(shape), 1, -1)


def solved(course: Course, wanted: Sequence[str], samples: Floats, output: int) -> Tangents:
    """Solve a course beside its derivatives; arguments as in `tangents`.

    Samples are the times that will be read [h]: events within rounding of one are moved onto it.
    """
    found = steps(course.values, wanted, len(course.cohort), len(course.plan.expand().doses))
    _refuse_curved(course)
    ke0 = None if course.ke0 is None else np.full(found.rows, course.ke0)
    stepped = course.model.system(found.values, course.plan.routes, ke0=ke0)
    stepped = stepped.since(float(course.plan.doses[0].time))
    augmented = augment(stepped, output)
    lowering = Lowering(augmented.system, found.rows, entering(course, found, augmented))
    solution = solve(
        augmented.system,
        assemble(lowering, samples),
        tolerance=CLOSE,
        threads=course.threads,
        chunk=course.chunk,
    )
    return Tangents(steps=found, augmented=augmented, solution=solution)


def tangents(
    course: Course, wanted: Sequence[str], times_h: Floats, output: int, *, side: str = "after"
) -> tuple[Floats, Floats]:
    """Concentration of an output and its exact derivatives.

    Parameters
    ----------
    course : Course
        What was given to whom; derivatives are taken at its values.
    wanted : sequence of str
        P parameters, by the names that ``course.values`` has; "dose 1" is the amount of the first
        dose, additional ones counted. A dose that runs keeps its times, so that more is faster.
    times_h : (T,) ndarray
        Ascending times [h].
    output : int
        Position of the output in ``course.system``.
    side : {"after", "before"}
        Whether a time at an event sees what comes after or before it.

    Returns
    -------
    tuple of (N, T) ndarray and (N, T, P) ndarray
        Concentrations [mg/L], and derivatives [mg/L] per unit of the parameter's value, which is
        per hour and litre, or per mg of a dose. NaN for who failed.

    Raises
    ------
    InputError
        If there is no such parameter or dose.
    PlanError
        If rates saturate, the plan begins with a steady state, or times move while rates drift.

    Notes
    -----
    Constant rates are solved exactly. Where rates drift, the same system beside its derivative goes
    through the ODE kernel at a relative tolerance of 1e-11.

    Examples
    --------
    >>> from ketapk.patients import Patient
    >>> from ketapk.simulation import simulate
    >>> run = simulate("35 mg iv bolus", "domino", Patient(weight_kg=70))
    >>> curve, slopes = tangents(run.course, ["dose 1"], np.array([1.0]), 0)
    >>> bool(np.isclose(slopes[0, 0, 0] * 35.0, curve[0, 0]))
    True
    """
    if not wanted:
        times = np.asarray(times_h, dtype=float)
        return course.curve(output, times, side=side), np.zeros((len(course.cohort), times.size, 0))
    return solved(course, wanted, times_h, output).at(times_h, side=side)


def _refuse_curved(course: Course) -> None:
    if not course.system.superposes:
        raise PlanError(
            f"{course.model.name} has rates that saturate; exact derivatives need doses that add "
            f"up."
        )
