"""Pieces that models share: compartments in exchange, depots, metabolites."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ketapk.model.system import Graph

ELIMINATED = "eliminated"
ELIMINATED_METABOLITE = "eliminated as norketamine"
GUT_WALL = "taken by the gut wall"
LIVER_FIRST_PASS = "taken by the liver on the first pass"
FIRST_PASS_METABOLITE = "norketamine formed on the first pass"


def exchange(
    graph: Graph, central: str, peripheral: str, *, Q: ArrayLike, V: ArrayLike, Vp: ArrayLike
) -> None:
    """Add a peripheral compartment of volume ``Vp`` [L], clearance ``Q`` [L/h] both ways."""
    graph.compartment(peripheral)
    graph.flow(central, peripheral, np.divide(Q, V))
    graph.flow(peripheral, central, np.divide(Q, Vp))


def mammillary(
    graph: Graph,
    *,
    V1: ArrayLike,
    CL: ArrayLike | None = None,
    peripherals: tuple[tuple[ArrayLike, ArrayLike], ...] = (),
    eliminated_to: str = ELIMINATED,
    prefix: str = "",
) -> None:
    """Add a central compartment of ``V1`` [L] with up to two peripherals ``(Q, V)`` [L/h, L].

    ``CL`` [L/h] leaves the central compartment to ``eliminated_to``; None leaves elimination to
    the caller.
    """
    central = f"{prefix}central"
    graph.compartment(central)
    for number, (Q, V) in enumerate(peripherals, start=1):
        name = f"{prefix}peripheral {number}" if len(peripherals) > 1 else f"{prefix}peripheral"
        exchange(graph, central, name, Q=Q, V=V1, Vp=V)
    if CL is not None:
        graph.loss(eliminated_to)
        graph.flow(central, eliminated_to, np.divide(CL, V1))


def depot(
    graph: Graph,
    name: str,
    target: str,
    *,
    ka: ArrayLike,
    escapes: ArrayLike = 1.0,
    taken_by: str = "",
) -> None:
    """Add a depot that empties into ``target`` with ``ka`` [1/h].

    The share ``escapes`` [1] arrives; the rest is lost to ``taken_by`` on the way.
    """
    graph.compartment(name)
    graph.flow(name, target, np.multiply(ka, escapes))
    if taken_by:
        graph.loss(taken_by)
        graph.flow(name, taken_by, np.multiply(ka, np.subtract(1.0, escapes)))


def first_pass_liver(
    graph: Graph,
    name: str,
    *,
    Qh: ArrayLike,
    Vh: ArrayLike,
    kel: ArrayLike,
    kmet: ArrayLike,
    central: str,
    metabolite: str,
) -> None:
    """Add the liver as swallowed drug meets it before it has ever been in the blood.

    It has the rate constants of the liver behind the circulation; being linear, the two add up to
    the one liver of the model, and what the first passage costs is counted apart.
    """
    graph.compartment(name)
    graph.flow(name, central, np.divide(Qh, Vh))
    graph.loss(LIVER_FIRST_PASS)
    graph.flow(name, LIVER_FIRST_PASS, kel)
    graph.flow(name, metabolite, kmet)
    graph.count(FIRST_PASS_METABOLITE, name, kmet)


def scaled(values: dict[str, Any], weight_kg: ArrayLike, *, volumes: str, clearances: str) -> None:
    """Scale named values given per 70 kg in place: volumes by weight, clearances by weight^0.75."""
    size = np.divide(weight_kg, 70.0)
    for name in volumes.split():
        values[name] = values[name] * size
    for name in clearances.split():
        values[name] = values[name] * size**0.75
