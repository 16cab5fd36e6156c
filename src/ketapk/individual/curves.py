"""Curves of people by their random effects, with derivatives."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ketapk import units
from ketapk.sensitivity.tangents import tangents

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.course import Course
    from ketapk.individual.prior import Prior

    Floats = NDArray[np.float64]

DIFFERENCE = 1e-4
"""Half a step of a random effect, where derivatives are differences."""
NG_PER_ML = units.mg_per_l_to_ng_per_ml(1.0)


def is_exact(course: Course) -> bool:
    """Whether derivatives are those of the solution: no saturation, no steady state at first."""
    return course.system.superposes and not course.plan.steady


def people(course: Course, prior: Prior, eta: Floats) -> Course:
    """Return the course of S people with random effects (S, P)."""
    everybody = np.zeros(len(eta), dtype=np.int64)
    return replace(course, cohort=course.cohort[everybody], values=prior.values(eta))


def curves(
    course: Course, prior: Prior, eta: Floats, output: int, times_h: Floats, side: str = "after"
) -> Floats:
    """Concentrations (S, T) of people with random effects (S, P) at ascending times [ng/mL]."""
    own = people(course, prior, eta)
    return own.curve(output, times_h, side=side, factor=NG_PER_ML)


def curves_with_slopes(
    course: Course, prior: Prior, eta: Floats, output: int, times_h: Floats, side: str = "after"
) -> tuple[Floats, Floats]:
    """Concentrations (S, T) and their derivatives by the random effects (S, T, P) [ng/mL].

    By the sensitivity of the exponential where rates are constant, by that of the ODE where they
    drift, and by central differences where they saturate or a steady state comes first.
    """
    count = eta.shape[1]
    if is_exact(course):
        own = people(course, prior, eta)
        curve, by_value = tangents(own, prior.names, times_h, output, side=side)
        chain = prior.slopes(own.values, len(eta))[:, None, :]
        return NG_PER_ML * curve, NG_PER_ML * by_value * chain
    steps = DIFFERENCE * np.concatenate([np.zeros((1, count)), np.eye(count), -np.eye(count)])
    around = (eta[:, None, :] + steps).reshape(-1, count)
    found = curves(course, prior, around, output, times_h, side)
    found = found.reshape(len(eta), 2 * count + 1, -1)
    up, down = found[:, 1 : count + 1], found[:, count + 1 :]
    return found[:, 0], np.moveaxis((up - down) / (2.0 * DIFFERENCE), 1, -1)
