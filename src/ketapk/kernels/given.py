"""A user's functions, passed by their addresses, so that steppers are compiled once for all."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numba
import numpy as np
from numba import types
from numba.core import config


class Given(NamedTuple):
    """A user's functions ``rhs(t, y, params, dy)`` and ``jac(t, y, params, J)``."""

    rhs: Any
    jac: Any
    own_jacobian: bool
    """False where the Jacobian is to be found by differences."""
    params: Any

    @classmethod
    def of(cls, rhs: Callable[..., Any], jac: Callable[..., Any] | None, params: Any) -> Given:
        """Return compiled functions as a problem; what raises an error in a step is not finite."""
        if config.DISABLE_JIT:  # type: ignore[attr-defined]
            return cls(rhs, jac, jac is not None, params)
        held, read = _held(params)
        kind = numba.typeof(held)
        vector, matrix = types.float64[::1], types.float64[:, ::1]
        return cls(
            _by_address(rhs, kind, read, vector),
            _by_address(jac or _nowhere, kind, read, matrix),
            jac is not None,
            held,
        )


@lru_cache(maxsize=64)
def _by_address(function: Any, held: types.Type, read: Any, out: types.Type) -> Any:
    """Return ``function(t, y, params, out)`` as an address, whose type all functions share."""

    def called(t, y, held, out):  # type: ignore[no-untyped-def]
        try:
            function(t, y, read(held), out)
        except Exception:
            out[:] = np.nan

    signature = types.void(types.float64, types.float64[::1], held, out)
    return numba.cfunc(signature)(called)


def _held(params: Any) -> tuple[Any, Any]:
    """Return parameters as a row of numbers where they can be, and how they are read from it."""
    if isinstance(params, tuple) and not params:
        return np.empty(0), _none
    if isinstance(params, float):
        return np.array([params]), _single
    if isinstance(params, np.ndarray) and params.dtype == np.float64 and params.ndim == 1:
        return np.require(params, requirements=("C", "W")), _all
    return params, _all


@numba.njit
def _nowhere(t, y, params, J):  # type: ignore[no-untyped-def]
    """Stand where nobody gave a Jacobian; it is never called."""


@numba.njit
def _all(held):  # type: ignore[no-untyped-def]
    return held


@numba.njit
def _single(held):  # type: ignore[no-untyped-def]
    return held[0]


@numba.njit
def _none(held):  # type: ignore[no-untyped-def]
    return ()
