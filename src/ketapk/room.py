"""Room for large results: memory that is used again once nothing lies in it any more.

A system hands out large pieces of memory page by page, each cleared at its first touch, and takes
them back when they are freed. For the curves of a population that takes as long as the curves do.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LARGE = 1 << 19
"""Numbers from which on a result lies in memory that is used again: 4 MB."""
MOST = 1 << 25
"""Numbers that there is room for, at most, in what nothing lies in: 256 MB."""
WIDER = 2
"""How many times larger than needed a piece may be."""

_kept: dict[int, Floats] = {}
"""Pieces that nothing lies in, by identity: to take one out is a single step among threads."""


class _Piece:
    """One piece of memory, which is kept when the last array in it has gone."""

    def __init__(self, memory: Floats, shape: tuple[int, ...]) -> None:
        self.memory = memory
        self.__array_interface__: dict[str, Any] = {
            "version": 3,
            "shape": shape,
            "typestr": memory.dtype.str,
            "data": (memory.ctypes.data, False),
        }

    def __reduce__(self) -> Any:
        raise TypeError("A piece of memory is not copied; copy the array that lies in it.")

    def __del__(self, kept: dict[int, Floats] = _kept, most: int = MOST) -> None:
        # At the end of a process the names of this module may have gone before.
        if sum(piece.size for piece in list(kept.values())) + self.memory.size <= most:
            kept[id(self.memory)] = self.memory


def room(*shape: int) -> Floats:
    """Return an array of doubles of a shape, with anything in it, as ``numpy.empty`` does.

    What is kept and does not fit is given back first, so that it never adds to what is needed.
    """
    size = math.prod(shape)
    if size < LARGE:
        return np.empty(shape)
    memory = _taken(size)
    return np.asarray(_Piece(np.empty(size) if memory is None else memory, shape))


def _taken(size: int) -> Floats | None:
    """Take the smallest piece that is large enough and not too large; if none is, keep none."""
    fitting = (piece for piece in list(_kept.values()) if size <= piece.size <= WIDER * size)
    for piece in sorted(fitting, key=lambda piece: piece.size):
        # Another thread may have been sooner.
        if _kept.pop(id(piece), None) is not None:
            return piece
    _kept.clear()
    return None
