"""A linear system beside its own derivative, as one linear system.

Where ``x' = A x + r``, the derivative ``s = dx/dp`` obeys ``s' = A s + (dA/dp) x + dr/dp``. Both
together have the rate matrix ``[[A, 0], [dA/dp, A]]``. Whatever a derivative adds in one place it
takes from another, so that the columns over all mass, derivatives included, still sum to zero, and
the exact kernels solve it as they solve any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.model.sparse import Sparse
from ketapk.model.system import Output, System
from ketapk.sensitivity.step import TINY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

CURVE, SLOPE = 0, 1
"""Outputs of an augmented system: a concentration, and its derivative."""


@dataclass(frozen=True, kw_only=True)
class Augmented:
    """What one output depends on, and its derivative, in R rows; K states each."""

    system: System
    seen: tuple[int, ...]
    """(K - 2,) positions in the whole system; all other mass is one place, and an area comes
    last."""
    at: Ints
    """(K,) position of each state: compartments, elsewhere, effect sites, area."""
    tangent: Ints
    """(K,) position of its derivative."""
    A: Floats
    """(R, K, K) rate constants of the states alone [1/h]."""

    def place(self, state: int) -> int | None:
        """Position among the K states of a state of the whole system; None if it is elsewhere."""
        if state not in self.seen:
            return None
        k = self.seen.index(state)
        return k if k < len(self.system.compartments) // 2 else k + 1


def augment(stepped: System, output: int) -> Augmented:
    """Put a system whose rates were stepped, as far as an output sees it, beside its derivative.

    Parameters
    ----------
    stepped : System
        With complex rates, none of which saturates.
    output : int
        Position of the output.
    """
    seen = stepped.upstream(output)
    C = sum(i < stepped.n_mass for i in seen)
    E, K = len(seen) - C, len(seen) + 2
    rest = np.setdiff1d(np.arange(stepped.n_mass), seen)
    keep = np.array([*seen, stepped.n_dynamic + output])
    own = np.delete(np.arange(K), C)

    def narrow(rates: NDArray[Any]) -> NDArray[Any]:
        """Rates among the states that are seen, and into the place of all others."""
        small = np.zeros((stepped.n_rows, K, K), dtype=complex)
        small[:, own[:, None], own] = rates[:, keep[:, None], keep]
        small[:, C, own] = rates[:, rest][:, :, keep].sum(axis=1)
        return small

    reads = np.zeros((stepped.n_rows, K), dtype=complex)
    reads[:, own[:-1]] = stepped.observe[:, output][:, list(seen)]

    at = np.array([*range(C), 2 * C, *(2 * C + 2 + np.arange(E)), 2 * (K - 1)])
    tangent = np.array([*(C + np.arange(C)), 2 * C + 1, *(2 * C + 2 + E + np.arange(E)), 2 * K - 1])

    def beside(small: NDArray[Any]) -> Floats:
        """Rates of the states and of their derivatives."""
        full = np.zeros((stepped.n_rows, 2 * K, 2 * K))
        full[:, at[:, None], at] = small.real
        full[:, tangent[:, None], tangent] = small.real
        full[:, tangent[:, None], at] = small.imag / TINY
        return full

    small = narrow(stepped.A)
    observe = np.zeros((stepped.n_rows, 2, 2 * K))
    observe[:, CURVE, at] = reads.real
    observe[:, SLOPE, tangent] = reads.real
    observe[:, SLOPE, at] = reads.imag / TINY
    names = [stepped.states[i] for i in seen]
    whose = stepped.outputs[output].analyte
    system = System(
        compartments=(*names[:C], *(f"derivative of {name}" for name in names[:C])),
        waiting=(),
        losses=("elsewhere", "derivative of elsewhere"),
        effects=(*names[C:], *(f"derivative of {name}" for name in names[C:])),
        outputs=(
            Output(analyte=whose, site="plasma"),
            Output(analyte=f"derivative of {whose}", site="plasma"),
        ),
        counters=(),
        rates=Sparse.of(beside(small)),
        reads=Sparse.of(observe),
        sat_src=np.empty(0, dtype=np.int64),
        sat_dst=np.empty(0, dtype=np.int64),
        Vmax=np.empty((stepped.n_rows, 0)),
        KmX=np.empty((stepped.n_rows, 0)),
        drift=beside(narrow(stepped.drift)) if stepped.drift.size else np.zeros((0, 0, 0)),
        fates=(),
    )
    return Augmented(system=system, seen=seen, at=at, tangent=tangent, A=small.real.copy())
