"""The most probable random effects of a person, found from several starts, with the curvature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.errors import NumericalError
from ketapk.individual.curves import is_exact

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.individual.posterior import Posterior

    Floats = NDArray[np.float64]

FAR = 1.5
"""How far from the typical person further searches start, in standard deviations: a choice."""
FLAT = 1e-6
"""Gradient, per standard deviation between people, up to which a point is stationary."""
ROUGH = 1e-4
"""The same where derivatives are themselves differences of curves from an ODE."""
SAME = 1e-3
"""Distance, in standard deviations between people, up to which two ends are the same."""
STEP = 1e-4
"""Half a step of the differences of exact gradients that give the curvature."""


@dataclass(frozen=True, kw_only=True)
class Mode:
    """The highest point of a posterior."""

    eta: Floats
    """(P,) random effects."""
    covariance: Floats
    """(P, P) inverse of the curvature there."""
    curvature: str
    """"observed", or "expected" where the observed one is not positive."""
    cost: float
    """Minus the log density."""
    slope: float
    """Largest derivative left, per standard deviation between people."""
    flat: float
    """Derivative up to which a point counts as the highest."""
    evaluations: int
    """How often curves and derivatives were computed, all starts together."""
    rivals: tuple[tuple[float, Floats], ...]
    """Other high points: how much less probable (in log density), and their random effects."""

    @property
    def converged(self) -> bool:
        """Whether the search ended where nothing pulls any more."""
        return self.slope <= self.flat


class _Search:
    """The posterior in standard deviations between people, each point computed once."""

    def __init__(self, posterior: Posterior) -> None:
        self.posterior = posterior
        self.factor = posterior.prior.factor
        self.flat = FLAT if is_exact(posterior.course) else ROUGH
        self.evaluations = 0
        self._at: tuple[bytes, Any] = (b"", None)

    def expanded(self, z: Floats) -> tuple[float, Floats, Floats]:
        """Cost, gradient (P,) and information (P, P) at z (P,)."""
        key = z.tobytes()
        if self._at[0] != key:
            self.evaluations += 1
            cost, gradient, information = self.posterior.expanded((self.factor @ z)[None, :])
            found = (
                float(cost[0]),
                self.factor.T @ gradient[0],
                self.factor.T @ information[0] @ self.factor,
            )
            if not np.isfinite(found[0]):
                found = (np.inf, np.zeros_like(z), np.eye(z.size))
            self._at = key, found
        result: tuple[float, Floats, Floats] = self._at[1]
        return result

    def end(self, start: Floats) -> Floats:
        """Where a search that starts there ends, (P,)."""
        from scipy.optimize import minimize

        how: Any = {
            "jac": lambda z: self.expanded(z)[1],
            "hess": lambda z: self.expanded(z)[2],
            "method": "trust-exact",
            "options": {"gtol": 0.1 * self.flat, "maxiter": 200},
        }
        cost: Any = lambda z: self.expanded(z)[0]  # noqa: E731
        found = minimize(cost, start, **how)
        return np.asarray(found.x, dtype=float)

    def curvature(self, z: Floats) -> Floats:
        """Second derivatives (P, P): central differences of gradients."""
        size = z.size
        around = z + STEP * np.concatenate([np.eye(size), -np.eye(size)])
        self.evaluations += 2 * size
        _, gradient, _ = self.posterior.expanded(around @ self.factor.T)
        gradient = gradient @ self.factor
        second = (gradient[:size] - gradient[size:]) / (2.0 * STEP)
        return np.asarray(0.5 * (second + second.T))


def mode_of(posterior: Posterior) -> Mode:
    """Find the highest point of a posterior.

    Searches are by a trust region with the expected information, from the typical person, and from
    either side along what the levels tell most about.

    Raises
    ------
    NumericalError
        If no curve could be computed.
    """
    search = _Search(posterior)
    middle = np.zeros(len(posterior.prior.names))
    cost, _, information = search.expanded(middle)
    if not np.isfinite(cost):
        raise NumericalError(
            "The typical person's curve gives the levels no finite likelihood; check their times."
        )
    direction = np.linalg.eigh(information)[1][:, -1]
    ends = [search.end(start) for start in (middle, FAR * direction, -FAR * direction)]
    costs = [search.expanded(end)[0] for end in ends]
    best = int(np.argmin(costs))
    z = ends[best]
    cost, gradient, expected = search.expanded(z)
    curvature = search.curvature(z)
    positive = bool(np.all(np.isfinite(curvature))) and float(np.linalg.eigvalsh(curvature)[0]) > 0
    inverse = np.linalg.inv(curvature if positive else expected)
    rivals = [
        (other - cost, search.factor @ end)
        for other, end in zip(costs, ends, strict=True)
        if np.max(np.abs(end - z)) > SAME and np.max(np.abs(search.expanded(end)[1])) <= search.flat
    ]
    return Mode(
        eta=search.factor @ z,
        covariance=search.factor @ inverse @ search.factor.T,
        curvature="observed" if positive else "expected",
        cost=cost,
        slope=float(np.max(np.abs(gradient))),
        flat=search.flat,
        evaluations=search.evaluations,
        rivals=tuple(rivals),
    )
