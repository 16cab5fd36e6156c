"""A route: the inputs by which a dose enters a compartment system."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ketapk.model.system import WAITING

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ketapk.dosing.regimen import Dose
    from ketapk.model.parameters import Parameter
    from ketapk.model.system import Graph

Values = Mapping[str, Any]
"""Individual parameter values by name: numbers or (N,) arrays."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Input:
    """One way in: which share of a dose enters where, when and how fast.

    Every number may be one value or one per subject (N,).
    """

    to: str
    """Compartment or loss that it enters."""
    fraction: ArrayLike = 1.0
    """Share of the dose [1]."""
    lag: ArrayLike = 0.0
    """Delay before it starts [h]."""
    dur: ArrayLike = 0.0
    """Duration of zero-order release that the model gives [h]; 0 is at once."""
    rate: ArrayLike | None = None
    """Rate of zero-order release that the model gives [mg/h], instead of ``dur``."""
    waits_in: str = WAITING
    """Where the drug is counted until it enters."""
    site: str = ""
    """Absorption site that the ledger names; ``to`` by default."""


@dataclass(frozen=True, kw_only=True)
class Route:
    """How doses of one route reach a model.

    ``extend`` adds the depots and flows that the route needs to the graph of a model; ``inputs``
    gives the inputs of one dose, whose fractions may leave a rest that is never absorbed.
    """

    name: str
    title: str
    source: str
    grade: str
    inputs: Callable[[Dose, Values], tuple[Input, ...]]
    extend: Callable[[Graph, Values], None]
    parameters: tuple[Parameter, ...] = ()
    confidence: str = ""
    """How far a borrowed route is to be trusted as a whole, in the words of its record."""
    borrowed: bool = False
    """Whether the route comes from elsewhere than the disposition model (a composition)."""
    forms: tuple[str, ...] | None = None
    """Formulations that it describes; None for all of the route's."""
    infusible: bool = False
    """Whether a dose by this route may be an infusion."""


def nothing_more(graph: Graph, values: Values) -> None:
    """Leave the graph as it is: the route enters a compartment that is there already."""
