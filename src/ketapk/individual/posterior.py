"""How well random effects of a person agree with the levels and with how people differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ketapk.individual.curves import curves, curves_with_slopes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.course import Course
    from ketapk.individual.error import Errors
    from ketapk.individual.prior import Prior

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Levels that are read from one curve: an analyte, after or before what happens."""

    output: int
    side: str
    times_h: Floats
    """(T,) different times, ascending."""
    which: Ints
    """Positions of its levels among all L."""
    place: Ints
    """Time of each of them."""


@dataclass(frozen=True, kw_only=True)
class Posterior:
    """Density of P random effects given L levels, as minus its logarithm up to a constant."""

    course: Course
    prior: Prior
    errors: Errors
    readings: tuple[Reading, ...]

    def predicted(self, eta: Floats) -> Floats:
        """True levels (S, L) of people with random effects (S, P) [ng/mL]."""
        found = np.empty((len(eta), self.errors.level.size))
        for r in self.readings:
            own = curves(self.course, self.prior, eta, r.output, r.times_h, r.side)
            found[:, r.which] = own[:, r.place]
        return np.maximum(found, 0.0)

    def linearised(self, eta: Floats) -> tuple[Floats, Floats]:
        """True levels (S, L) and their derivatives (S, L, P) [ng/mL]."""
        shape = len(eta), self.errors.level.size
        found, slopes = np.empty(shape), np.empty((*shape, eta.shape[1]))
        for r in self.readings:
            own = curves_with_slopes(self.course, self.prior, eta, r.output, r.times_h, r.side)
            found[:, r.which], slopes[:, r.which] = own[0][:, r.place], own[1][:, r.place]
        return np.maximum(found, 0.0), slopes

    def cost(self, eta: Floats) -> Floats:
        """Minus the log density (S,)."""
        return np.asarray(
            self.errors.surprise(self.predicted(eta))[0].sum(axis=1) + self.prior.penalty(eta)
        )

    def expanded(self, eta: Floats) -> tuple[Floats, Floats, Floats]:
        """Minus the log density (S,), its gradient (S, P), and the expected information (S, P, P).

        The information is that of the levels (Gauss and Newton's) and of the prior.
        """
        true, slopes = self.linearised(eta)
        cost, slope, information = self.errors.surprise(true)
        precision = np.linalg.solve(self.prior.covariance, np.eye(eta.shape[1]))
        gradient = np.einsum("sl,slp->sp", slope, slopes) + eta @ precision
        return (
            np.asarray(cost.sum(axis=1) + self.prior.penalty(eta)),
            np.asarray(gradient),
            np.asarray(np.einsum("sl,slp,slq->spq", information, slopes, slopes) + precision),
        )
