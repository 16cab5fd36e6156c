"""Pieces that models share: compartments in exchange, depots, metabolites."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.model.system import IN_THE_BODY

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ketapk.model.system import Graph

ELIMINATED = "eliminated"
ELIMINATED_METABOLITE = "eliminated as norketamine"
FATE_OF_ELIMINATED = {
    ELIMINATED: "eliminated later",
    ELIMINATED_METABOLITE: "gone as norketamine",
}
"""What the ledger says of drug that was in the blood and left it."""
GUT_WALL = "taken by the gut wall"
LIVER_FIRST_PASS = "taken by the liver on the first pass"
FIRST_PASS_METABOLITE = "norketamine formed on the first pass"
AS_NORKETAMINE = "present as norketamine"
AS_HYDROXYNORKETAMINE = "present as hydroxynorketamine"


def exchange(
    graph: Graph,
    central: str,
    peripheral: str,
    *,
    Q: ArrayLike,
    V: ArrayLike,
    Vp: ArrayLike,
    fate: str = IN_THE_BODY,
) -> None:
    """Add a peripheral compartment of volume ``Vp`` [L], clearance ``Q`` [L/h] both ways."""
    graph.compartment(peripheral, fate)
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
    fate: str = IN_THE_BODY,
) -> None:
    """Add a central compartment of ``V1`` [L] with up to two peripherals ``(Q, V)`` [L/h, L].

    ``CL`` [L/h] leaves the central compartment to ``eliminated_to``; None leaves elimination to
    the caller.
    """
    central = f"{prefix}central"
    graph.compartment(central, fate)
    for number, (Q, V) in enumerate(peripherals, start=1):
        name = f"{prefix}peripheral {number}" if len(peripherals) > 1 else f"{prefix}peripheral"
        exchange(graph, central, name, Q=Q, V=V1, Vp=V, fate=fate)
    if CL is not None:
        eliminate(graph, eliminated_to)
        graph.flow(central, eliminated_to, np.divide(CL, V1))


def eliminate(graph: Graph, name: str) -> None:
    """Add a place for drug, or a metabolite of it, that was in the blood and left it."""
    graph.loss(name, FATE_OF_ELIMINATED[name])


def depot(graph: Graph, name: str, target: str, *, ka: ArrayLike, fate: str = "") -> None:
    """Add a depot that empties into ``target`` with ``ka`` [1/h]."""
    graph.compartment(name, fate or f"still in the {name}")
    graph.flow(name, target, ka)


def chain(
    graph: Graph, name: str, *, stages: int, mean_time: ArrayLike, fate: str = IN_THE_BODY
) -> tuple[str, str, ArrayLike]:
    """Add a chain of compartments that delays by ``mean_time`` [h] in all.

    Returns the first, the last, and the rate [1/h] at which the last is to be emptied.
    """
    rate = np.divide(stages, mean_time)
    names = [f"{name} {stage}" for stage in range(1, stages + 1)]
    for before, here in zip([None, *names], names, strict=False):
        graph.compartment(here, fate)
        if before is not None:
            graph.flow(before, here, rate)
    return names[0], names[-1], rate


def through_the_liver(
    graph: Graph, name: str, *, ka: ArrayLike, escapes: ArrayLike, central: str = "central"
) -> None:
    """Empty a depot with ``ka`` [1/h] through a liver that lets the share ``escapes`` [1] pass.

    What the liver takes feeds norketamine where the model follows it, and is counted apart.
    """
    graph.flow(name, central, np.multiply(ka, escapes))
    taken = np.multiply(ka, np.subtract(1.0, escapes))
    graph.loss(LIVER_FIRST_PASS)
    if graph.first_pass is None:
        graph.flow(name, LIVER_FIRST_PASS, taken)
        return
    entry, share = graph.first_pass
    graph.flow(name, entry, np.multiply(taken, share))
    graph.count(FIRST_PASS_METABOLITE, name, np.multiply(taken, share))
    graph.flow(name, LIVER_FIRST_PASS, np.multiply(taken, np.subtract(1.0, share)))


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
    graph.compartment(name, "swallowed, in the liver")
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
