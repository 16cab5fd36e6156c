"""The ODE kernel itself, for a user's own numba function."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.accuracy import checked_max_steps, checked_rtol
from ketapk.errors import InputError
from ketapk.kernels import status

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class OdeResult:
    """What `solve_ode` found."""

    times: Floats
    """(T,) times asked for."""
    y: Floats
    """(T, K) states; NaN after a failure."""
    status: int
    """0 if it finished."""
    message: str
    """What happened, in a sentence."""
    method: str
    """"explicit", "stiff", or "explicit, then stiff"."""
    steps: int
    rejected: int
    error_estimate: float
    """Sum of the local error estimates, relative to the state."""

    @property
    def success(self) -> bool:
        """Whether it finished."""
        return self.status == status.OK


def solve_ode(
    rhs: Callable[..., Any],
    y0: ArrayLike,
    times: ArrayLike,
    params: Any = (),
    *,
    jac: Callable[..., Any] | None = None,
    method: str = "auto",
    rtol: float = 1e-8,
    atol: ArrayLike = 1e-10,
    max_steps: int = 100_000,
    events: ArrayLike = (),
) -> OdeResult:
    """Integrate ``dy/dt = rhs(t, y)`` with the kernels of ketapk.

    Parameters
    ----------
    rhs : callable
        ``rhs(t, y, params, dy)`` writes the slope into ``dy`` (K,) and returns nothing. A numba
        function, or a plain one that numba can compile.
    y0 : (K,) array_like
        State at the first time.
    times : (T,) array_like
        Ascending times; the first is where ``y0`` holds.
    params : scalar, array_like or tuple of these
        Passed on to ``rhs``; a list becomes an array.
    jac : callable, optional
        ``jac(t, y, params, J)`` writes the Jacobian into ``J`` (K, K); by default differences.
    method : {"auto", "explicit", "stiff"}
        "auto" is explicit until the system proves stiff, and stiff from there.
    rtol : float
        Relative tolerance of each state.
    atol : float or (K,) array_like
        Absolute tolerance of each state.
    max_steps : int
        Steps between two events after which it gives up.
    events : (E,) array_like
        Times at which ``rhs`` jumps: it stops there exactly and starts afresh.

    Returns
    -------
    OdeResult
        A failure is a status and a sentence there, with NaN after it, and not an exception.

    Raises
    ------
    InputError
        If an argument is wrong, or numba cannot compile ``rhs``.

    Notes
    -----
    The explicit method is Dormand and Prince 5(4), the stiff one Rodas5P 5(4). A function passed
    here is compiled in every process, in about a second. Where it raises an error in a step, the
    slope is not finite, which is a status. What lasts much shorter than the steps, such as a pulse
    in ``rhs``, may be stepped over: name its edges in ``events``.

    Examples
    --------
    >>> def decay(t, y, params, dy):
    ...     dy[0] = -params[0] * y[0]
    >>> found = solve_ode(decay, [1.0], [0.0, 1.0, 2.0], [0.5])
    >>> found.y[:, 0].round(6).tolist()
    [1.0, 0.606531, 0.367879]
    """
    from ketapk.kernels.ode import METHOD_CODES

    state, at = _vector("y0", y0), _vector("times", times)
    if at.size < 1 or np.any(np.diff(at) < 0.0):
        raise InputError("times must ascend from the time of y0; sort them, e.g. with numpy.sort.")
    if method not in METHOD_CODES:
        raise InputError(f"method={method!r} is not known; write one of {', '.join(METHOD_CODES)}.")
    rtol, max_steps = checked_rtol(rtol), checked_max_steps(max_steps)
    allowed = _vector("atol", atol)
    if allowed.size not in (1, state.size) or np.any(allowed <= 0.0):
        raise InputError(
            f"atol={atol!r} is out of range; give a positive number, or one for each state."
        )
    breaks = _vector("events", events) if np.size(events) else np.empty(0)
    stops = np.unique(np.append(breaks[(breaks > at[0]) & (breaks < at[-1])], at[-1]))
    problem = _problem(rhs, jac, params, float(at[0]), state)

    out = np.full((at.size, state.size), np.nan)
    counts = np.zeros(5)
    code, reached = _run(
        problem, METHOD_CODES[method], at, stops, state, rtol, allowed, max_steps, out, counts
    )
    ran = [name for name, n in (("explicit", counts[2]), ("stiff", counts[3])) if n]
    sentence = status.SENTENCE[code]
    return OdeResult(
        times=at,
        y=out,
        status=code,
        message=sentence if code == status.OK else f"At t = {reached:.6g} it {sentence}.",
        method=", then ".join(ran),
        steps=int(counts[0]),
        rejected=int(counts[1]),
        error_estimate=float(counts[4]),
    )


def _run(
    problem: Any, method: int, at: Floats, stops: Floats, y: Floats, rtol: float, atol: Floats,
    max_steps: int, out: Floats, counts: Floats,
) -> tuple[int, float]:  # fmt: skip
    """Integrate from stop to stop; returns the status and the time reached."""
    from ketapk.kernels.ode import integrate, workspace

    keep = np.arange(y.size)
    work = workspace(y.size)
    begin, code, reached = float(at[0]), status.OK, float(at[0])
    written = 0
    for stop in stops.tolist():
        last = int(np.searchsorted(at, stop, side="right" if stop == at[-1] else "left"))
        with np.errstate(all="ignore"):
            code, reached = integrate(
                problem, method, begin, stop, y, rtol, atol, max_steps, at[written:last], keep,
                out[written:last], work, counts,
            )  # fmt: skip
        if code != status.OK:
            break
        begin, written = stop, last
    return int(code), float(reached)


def _vector(name: str, value: ArrayLike) -> Floats:
    try:
        array = np.array(value, dtype=np.float64, ndmin=1)
    except (TypeError, ValueError):
        raise InputError(
            f"{name}={value!r} are not numbers; give a list such as [1.0, 0.0]."
        ) from None
    if array.ndim != 1 or not np.all(np.isfinite(array)):
        raise InputError(f"{name} must be a list of finite numbers.")
    return array


def _problem(rhs: Any, jac: Any, params: Any, t0: float, y0: Floats) -> Any:
    """The user's functions compiled, tried once, and put together."""
    from ketapk.kernels.given import Given

    slope_of, numbers = _compiled("rhs", rhs), _params(params)
    slope = np.full(y0.size, np.nan)
    _try("rhs", slope_of, t0, y0, numbers, slope)
    if np.all(np.isnan(slope)) and y0.size:
        raise InputError(
            "rhs left dy empty; write the slope into it, as in dy[0] = -k * y[0], and return "
            "nothing."
        )
    jacobian_of = None
    if jac is not None:
        jacobian_of = _compiled("jac", jac)
        _try("jac", jacobian_of, t0, y0, numbers, np.empty((y0.size, y0.size)))
    return Given.of(slope_of, jacobian_of, numbers)


def _compiled(name: str, function: Any) -> Any:
    from numba.core import config

    if not callable(function):
        raise InputError(
            f"{name} is a {type(function).__name__}; give a function f(t, y, params, out)."
        )
    if hasattr(function, "py_func") or config.DISABLE_JIT:  # type: ignore[attr-defined]
        return function
    return _njit(function)


@lru_cache(maxsize=64)
def _njit(function: Callable[..., Any]) -> Any:
    """Compile a plain function once, so that a second call of `solve_ode` finds it compiled."""
    import numba

    return numba.njit(function)


def _try(name: str, function: Any, t0: float, y0: Floats, params: Any, out: Floats) -> None:
    import numba

    try:
        with np.errstate(all="ignore"):
            function(t0, y0.copy(), params, out)
    except (numba.core.errors.NumbaError, TypeError, IndexError, NameError) as error:
        first = str(error).strip().splitlines()[0]
        raise InputError(
            f"{name} cannot be compiled or called as {name}(t, y, params, out): {first}"
        ) from error
    except ZeroDivisionError:
        return


def _params(params: Any) -> Any:
    """Parameters as numba takes them: lists become arrays."""
    if isinstance(params, tuple):
        return tuple(_params(p) for p in params)
    if isinstance(params, list):
        return np.asarray(params, dtype=np.float64)
    return params
