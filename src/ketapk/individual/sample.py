"""People who agree with the levels, drawn instead of a curvature: importance resampling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.draws import Draws
from ketapk.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.individual.mode import Mode
    from ketapk.individual.posterior import Posterior

    Floats = NDArray[np.float64]

FREEDOM = 5
"""Degrees of freedom of the proposal, whose tails are thereby heavier than the posterior's."""
ROUNDS = 3
"""How often the proposal is fitted to what was drawn before, at most."""
ENOUGH = 0.5
"""Share of the draws that the weights must be worth for the proposal to be left as it is."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Equally probable random effects of a person."""

    eta: Floats
    """(S, P), resampled by their weights."""
    effective: float
    """How many independent draws the weights are worth: 1 over the sum of their squares."""

    @property
    def share(self) -> float:
        """``effective`` as a share of all draws [1]."""
        return self.effective / len(self.eta)


def sample_of(posterior: Posterior, mode: Mode, *, rng: Any, draws: int) -> Sample:
    """Draw random effects from a posterior.

    Drawn from a multivariate t around the mode and weighted; where the weights are worth little,
    the proposal takes the mean and the covariance of what was drawn, and all is drawn again.

    Raises
    ------
    InputError
        If ``draws`` is no number of draws.
    """
    from scipy.stats import chi2, multivariate_t

    if isinstance(draws, bool) or not isinstance(draws, int) or draws < 100:
        raise InputError(f"draws={draws!r} is too few to say anything; write a number from 100.")
    source = Draws.of(rng).named("individual")
    names = posterior.prior.names
    subjects = np.arange(draws)
    middle, spread = mode.eta, mode.covariance
    for turn in range(ROUNDS):
        own = source.named(f"round {turn}")
        normal = np.stack([own.normal(name, subjects) for name in names], axis=1)
        mixed = chi2.ppf(own.uniform("freedom", subjects), FREEDOM) / FREEDOM
        eta = middle + normal @ np.linalg.cholesky(spread).T / np.sqrt(mixed)[:, None]
        proposed = np.atleast_1d(multivariate_t.logpdf(eta, middle, spread, df=FREEDOM))
        log = np.nan_to_num(-posterior.cost(eta), nan=-np.inf) - proposed
        weight = np.exp(log - log.max())
        weight /= weight.sum()
        effective = float(1.0 / np.sum(weight**2))
        if effective >= ENOUGH * draws or effective < 2 * len(names):
            break
        middle = weight @ eta
        spread = (weight[:, None] * (eta - middle)).T @ (eta - middle)
    # Systematic resampling: one number decides, and everybody comes as often as the weight says.
    start = float(source.uniform("resampling", np.zeros(1, dtype=np.int64))[0])
    ladder = (np.arange(draws) + start) / draws
    chosen = np.minimum(np.searchsorted(np.cumsum(weight), ladder), draws - 1)
    return Sample(eta=eta[chosen], effective=effective)
