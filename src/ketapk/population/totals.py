"""Sums and distributions over all people, while chunks are added."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ketapk.population.sketch import Distribution, Exact, Sketch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(kw_only=True)
class Totals:
    """Values of all people in K columns, with their sums."""

    distribution: Distribution
    counted: Ints
    total: Floats
    squares: Floats

    @classmethod
    def of(cls, columns: int, *, exact: bool) -> Totals:
        """Return empty totals."""
        return cls(
            distribution=Exact() if exact else Sketch.of(columns),
            counted=np.zeros(columns, dtype=np.int64),
            total=np.zeros(columns),
            squares=np.zeros(columns),
        )

    def add(self, values: Floats) -> None:
        """Add values (N, K); what is not finite is counted nowhere."""
        known = np.isfinite(values)
        self.distribution.add(np.where(known, values, np.nan))
        filled = np.where(known, values, 0.0)
        self.add_sums(known.sum(axis=0), filled.sum(axis=0), (filled**2).sum(axis=0))

    def add_sums(self, counted: Ints, total: Floats, squares: Floats) -> None:
        """Add sums (K,) of values that are in the distribution already."""
        self.counted += counted
        self.total += total
        self.squares += squares

    @property
    def mean(self) -> Floats:
        """Mean of each column, (K,)."""
        some = np.maximum(self.counted, 1)
        return np.where(self.counted > 0, self.total / some, np.nan)

    @property
    def sd(self) -> Floats:
        """Standard deviation of each column, (K,)."""
        n = np.maximum(self.counted, 1)
        variance = np.maximum(self.squares / n - self.mean**2, 0.0) * n / np.maximum(n - 1, 1)
        return np.where(self.counted > 1, np.sqrt(variance), np.nan)


@dataclass(kw_only=True)
class OverTime:
    """Totals of curves, and how many people are above levels and inside windows."""

    totals: Totals
    above: Ints
    inside: Ints


def quotient(values: Floats, base: Floats) -> Floats:
    """Ratios within people; NaN where there is none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: Floats = values / base
    return ratio
