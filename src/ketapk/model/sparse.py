"""Matrices of many subjects, kept as the places that are not empty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.lazy import lazy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Sparse:
    """A matrix for each of R subjects, all with the same E places filled, each place once."""

    shape: tuple[int, int]
    """Numbers of rows and columns."""
    to: Ints
    """(E,) row of every entry."""
    source: Ints
    """(E,) its column."""
    value: Floats
    """(E, R) numbers."""

    @classmethod
    def at(
        cls,
        shape: tuple[int, int],
        places: Mapping[tuple[int, int], Any],
        R: int,
        kind: type = float,
    ) -> Sparse:
        """Numbers of a kind, or one per subject, at places (to, from)."""
        value: Any = np.empty((len(places), R), dtype=kind)
        for own, number in zip(value, places.values(), strict=True):
            own[:] = number
        to = np.array([to for to, _ in places], dtype=np.int64)
        source = np.array([source for _, source in places], dtype=np.int64)
        return cls(shape, to, source, value)

    @classmethod
    def of(cls, dense: Floats) -> Sparse:
        """Entries of (R, rows, columns) matrices, which are kept and not to be written to."""
        to, source = np.nonzero((dense != 0.0).any(axis=0))
        value = np.ascontiguousarray(dense[:, to, source].T)
        found = cls(dense.shape[1:], to, source, value)
        found.__dict__["dense"] = np.ascontiguousarray(dense)
        return found

    @lazy
    def dense(self) -> Floats:
        """(R, rows, columns) matrices; not to be written to."""
        full: Floats = np.zeros((self.value.shape[1], *self.shape), dtype=self.value.dtype)
        full[:, self.to, self.source] = self.value.T
        return full

    @lazy
    def filled(self) -> NDArray[np.bool_]:
        """Whether a place is other than zero in any subject, (rows, columns)."""
        filled = np.zeros(self.shape, dtype=bool)
        # Mostly the first subject tells.
        filled[self.to, self.source] = [own[:1].any() or own.any() for own in self.value]
        return filled

    @lazy
    def row(self) -> dict[tuple[int, int], int]:
        """Position of the entry at a place."""
        places = zip(self.to.tolist(), self.source.tolist(), strict=True)
        return {place: e for e, place in enumerate(places)}

    def of_subjects(self, subjects: Ints) -> Sparse:
        """Return the matrices of some subjects."""
        value = np.ascontiguousarray(self.value[:, subjects])
        return Sparse(self.shape, self.to, self.source, value)
