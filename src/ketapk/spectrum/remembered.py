"""What was made of times and breakpoints, kept for the next call on the same ones."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

REMEMBERED = 4096
"""Times and breakpoints up to which it is remembered how they lie among each other."""


def remembered(function: Callable[..., Any], times: Floats, others: Floats, *more: bool) -> Any:
    """What a function makes of times and breakpoints, kept for the next call on the same ones.

    Nobody writes to what comes back.
    """
    times = np.asarray(times, dtype=np.float64)
    if times.size == 0 or times.size + others.size > REMEMBERED:
        return function(times, others, *more)
    return _made_of(function, times.tobytes(), others.tobytes(), *more)


@lru_cache(maxsize=64)
def _made_of(function: Callable[..., Any], times: bytes, others: bytes, *more: bool) -> Any:
    return function(np.frombuffer(times), np.frombuffer(others), *more)
