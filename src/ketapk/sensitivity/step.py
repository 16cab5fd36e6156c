"""A complex step: the derivative of what a model computes, without a difference.

Of an analytic function, ``f(x + ih) = f(x) + ih f'(x)`` up to ``h**2``, and nothing is subtracted;
with a tiny ``h`` both parts are exact to rounding (Squire & Trapp, SIAM Rev 1998;40(1):110-112,
doi:10.1137/S003614459631241X). All parameters are stepped at once, each in a row of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.errors import InputError, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ketapk.model.routes import Values

    Floats = NDArray[np.float64]

TINY = 1e-30
"""Step, relative to a parameter; its square is nothing beside a number."""
DOSE = "dose "
"""How the name of a dose begins, before its number in the plan, from 1."""


@dataclass(frozen=True, kw_only=True)
class Steps:
    """Parameters and doses of N people to be differentiated by; row n P + p is theirs.

    Derivatives are carried per relative change, so that all have the size of what they belong to;
    ``size`` turns them into derivatives per unit.
    """

    wanted: tuple[str, ...]
    """(P,) names of parameters and doses."""
    n: int
    """Number of people, N."""
    values: Values
    """Values of every row, (N P,) where they differ; complex where they are stepped."""
    size: Floats
    """(N P,) what one relative change is in the unit of the parameter, or one mg of a dose."""

    @property
    def rows(self) -> int:
        """Number of rows, N P."""
        return self.n * len(self.wanted)

    def of_dose(self, number: int) -> Floats:
        """Whether a row is stepped in the dose of this number, (N P,): 1 or 0."""
        ours = np.array([name == f"{DOSE}{number}" for name in self.wanted], dtype=float)
        return np.tile(ours, self.n)

    def spread(self, each: Any) -> Floats:
        """One number per row (N P,) of one per person (N,), or (1,) that all share."""
        values = np.broadcast_to(np.asarray(each, dtype=float), (self.n,))
        return np.repeat(values, len(self.wanted))


def real(value: Any) -> Floats:
    """Numbers themselves, (R,) or (1,)."""
    return np.atleast_1d(np.real(value)).astype(float)


def slope(value: Any) -> Floats:
    """Derivative of numbers per relative change of what was stepped, (R,) or (1,)."""
    return np.atleast_1d(np.imag(value)).astype(float) / TINY


def steps(values: Values, wanted: Sequence[str], n: int, doses: int) -> Steps:
    """Step every wanted parameter and dose in a row of its own.

    Parameters
    ----------
    values : mapping
        Parameter values by name, numbers or (N,).
    wanted : sequence of str
        Names of parameters, or "dose 1" for the amount of the first dose, additional ones counted.
    n : int
        Number of people, N.
    doses : int
        Number of doses in the plan, additional ones written out.

    Raises
    ------
    InputError
        If there is no such parameter or dose.
    """
    names = tuple(wanted)
    known = [*values, *(f"{DOSE}{k}" for k in range(1, min(doses, 3) + 1))]
    for name in names:
        number = name.removeprefix(DOSE)
        if name not in values and not (
            name.startswith(DOSE) and number.isdecimal() and 1 <= int(number) <= doses
        ):
            raise InputError(
                f"There is no parameter or dose {name!r} here; there is {', '.join(known)}"
                f"{', ...' if doses > 3 else ''}.{nearest(name, known)}"
            )
    count = len(names)
    size = np.ones((n, count))
    stepped: dict[str, Any] = {}
    for name, value in values.items():
        ours = [p for p, wish in enumerate(names) if wish == name]
        if not ours:
            stepped[name] = np.repeat(value, count) if np.ndim(value) else value
            continue
        each = np.repeat(np.broadcast_to(np.asarray(value, dtype=float), (n,)), count)
        relative = np.where(each != 0.0, np.abs(each), 1.0)
        moved = np.tile(np.isin(np.arange(count), ours), n)
        stepped[name] = each + 1j * TINY * relative * moved
        for p in ours:
            size[:, p] = relative[p::count]
    return Steps(wanted=names, n=n, values=stepped, size=size.ravel())
