"""What the machine itself allows: memory written and exponentials taken in a second."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np

DOUBLES = 24_100_000
"""As many as the curves of 100 000 patients at 241 times."""
EXPONENTIALS = 4_000_000
SHORT = 1_024
"""Doubles that stay in the first cache."""
REUSED, NEW = "memory written, reused", "memory written, new"
EXPONENTIALS_LOOP = "exponentials, compiled loop"
PRODUCTS = "multiply and add in the first cache"


@numba.njit(nogil=True, parallel=True)
def fill(out):  # type: ignore[no-untyped-def]
    """Write every entry of ``out``."""
    for i in numba.prange(out.size):
        out[i] = 1.0


@numba.njit(nogil=True, parallel=True)
def exponentials(x, out):  # type: ignore[no-untyped-def]
    """Take exponentials one by one, as compiled loops do."""
    for piece in numba.prange(out.size // SHORT):
        for i in range(piece * SHORT, (piece + 1) * SHORT):
            out[i] = np.exp(x[i])


@numba.njit(nogil=True, parallel=True, fastmath={"contract"})
def products(repeats, out):  # type: ignore[no-untyped-def]
    """Multiply and add in the first cache, as recurrences do."""
    for piece in numba.prange(out.shape[0]):
        row = out[piece]
        for _ in range(repeats):
            for i in range(row.size):
                row[i] = row[i] * 0.999 + 1e-3


@dataclass(frozen=True)
class Limit:
    """Something the machine does, so many times a call."""

    name: str
    unit: str
    run: Callable[[], Any]
    each: float
    """What one call does, in units that are divided by seconds."""


def limits() -> list[Limit]:
    """Return what is measured, compiled."""
    reused = np.zeros(DOUBLES)
    x = -np.linspace(0.0, 30.0, EXPONENTIALS // SHORT * SHORT)
    y = np.empty_like(x)
    rows = np.ones((numba.get_num_threads() * 4, SHORT))
    repeats = 20_000
    found = [
        Limit(REUSED, "GB/s", lambda: fill(reused), DOUBLES * 8e-9),
        Limit(NEW, "GB/s", lambda: fill(np.empty(DOUBLES)), DOUBLES * 8e-9),
        Limit(EXPONENTIALS_LOOP, "1e6/s", lambda: exponentials(x, y), x.size * 1e-6),
        Limit("exponentials, NumPy, one thread", "1e6/s", lambda: np.exp(x, out=y), x.size * 1e-6),
        Limit(
            PRODUCTS,
            "1e9/s",
            lambda: products(repeats, rows),
            rows.size * repeats * 1e-9,
        ),
    ]
    for limit in found:
        limit.run()
    return found
