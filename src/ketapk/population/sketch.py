"""Distributions of many values that arrive in blocks: exact, or sketched within a stated error."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

ERROR = 0.005
"""Largest relative error of a sketched quantile."""
SMALLEST, LARGEST = 1e-9, 1e12
"""Values between which the error holds; smaller ones count as nothing."""
_RATIO = (1.0 + ERROR) / (1.0 - ERROR)
_LOWEST = int(np.floor(np.log(SMALLEST) / np.log(_RATIO)))
BINS = int(np.ceil(np.log(LARGEST) / np.log(_RATIO))) - _LOWEST + 1
"""Bins of one column; the first is for what counts as nothing."""


class Distribution(Protocol):
    """Values of K columns, from which quantiles are asked."""

    def add(self, block: Floats) -> None:
        """Add values (N, K); NaN is counted nowhere."""

    def quantiles(self, shares: Sequence[float]) -> Floats:
        """Values (Q, K) below which some shares of the values are; NaN where there are none."""

    def at_least(self, limit: float, column: int) -> int:
        """Number of values of a column that are not below a limit."""


@dataclass
class Exact:
    """All values, kept; quantiles as NumPy's default, linear between order statistics."""

    blocks: list[Floats] = field(default_factory=list)

    def add(self, block: Floats) -> None:
        """Add values (N, K)."""
        self.blocks.append(block)

    def quantiles(self, shares: Sequence[float]) -> Floats:
        """Values (Q, K) below which some shares of the values are."""
        values = np.concatenate(self.blocks)
        found = np.full((len(shares), values.shape[1]), np.nan)
        some = np.isfinite(values).any(axis=0)
        found[:, some] = np.nanquantile(values[:, some], shares, axis=0)
        return found

    def at_least(self, limit: float, column: int) -> int:
        """Number of values of a column that are not below a limit."""
        return sum(int(np.sum(block[:, column] >= limit)) for block in self.blocks)

    @property
    def values(self) -> Floats:
        """All values, (N, K)."""
        return np.concatenate(self.blocks)


@dataclass
class Sketch:
    """Counts in bins whose edges grow by one per cent, so that order and chunks do not matter.

    A quantile is the middle of the bin that holds it, within ``ERROR`` of the value of that rank.
    The scheme is DDSketch (Masson, Rim & Lee, Proc. VLDB Endow. 2019;12:2195-2205).
    """

    counts: Ints
    """(K, BINS)"""

    @classmethod
    def of(cls, columns: int) -> Sketch:
        """Return an empty sketch."""
        return cls(np.zeros((columns, BINS), dtype=np.int64))

    def add(self, block: Floats) -> None:
        """Add values (N, K)."""
        self.merge(*binned(block))

    def merge(self, column: Ints, bins: Ints, counts: Ints) -> None:
        """Add what `binned` made of a block."""
        self.counts[column, bins] += counts

    def quantiles(self, shares: Sequence[float]) -> Floats:
        """Values (Q, K) below which some shares of the values are."""
        total = self.counts.sum(axis=1)
        running = np.cumsum(self.counts, axis=1)
        found = np.full((len(shares), total.size), np.nan)
        for q, share in enumerate(shares):
            rank = np.floor(share * (total - 1)).astype(np.int64)
            place = np.sum(running <= rank[:, None], axis=1)
            found[q] = np.where(total > 0, middle(np.minimum(place, BINS - 1)), np.nan)
        return found

    def at_least(self, limit: float, column: int) -> int:
        """Number of values of a column whose bin lies above a limit or around it."""
        return int(self.counts[column, place_of(np.array([limit]))[0] :].sum())


def binned(block: Floats) -> tuple[Ints, Ints, Ints]:
    """Column, bin and count of every bin that a block (N, K) fills."""
    columns = np.broadcast_to(np.arange(block.shape[1]), block.shape)
    known = ~np.isnan(block)
    flat = columns[known] * BINS + place_of(block[known])
    filled, counts = np.unique(flat, return_counts=True)
    return filled // BINS, filled % BINS, counts


def place_of(values: Floats) -> Ints:
    """Bin of each value (N,)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        place = np.ceil(np.log(np.minimum(values, LARGEST)) / np.log(_RATIO)) - _LOWEST
    found: Ints = np.where(values > SMALLEST, place, 0.0).astype(np.int64)
    return np.minimum(found, BINS - 1)


def middle(place: Ints) -> Floats:
    """Value that stands for a bin: within ``ERROR`` of every value in it."""
    power = _RATIO ** (place + _LOWEST).astype(np.float64)
    result: Floats = np.where(place == 0, 0.0, 2.0 * power / (_RATIO + 1.0))
    return result
