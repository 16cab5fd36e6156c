"""Whether arrays hold finite numbers only."""

from __future__ import annotations

import math

from ketapk.kernels.compile import kernel


@kernel
def is_finite(values):  # type: ignore[no-untyped-def]
    """Whether every entry of a vector is a finite number."""
    for i in range(values.size):
        if not math.isfinite(values[i]):
            return False
    return True


@kernel
def matrix_is_finite(matrix):  # type: ignore[no-untyped-def]
    """Whether every entry of a matrix is a finite number."""
    for i in range(matrix.shape[0]):
        if not is_finite(matrix[i]):
            return False
    return True
