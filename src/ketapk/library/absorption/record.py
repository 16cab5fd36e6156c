"""What an absorption record is made of: numbers, a first-order site, a swallowed share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ketapk.model.parameters import Grade, Parameter, weakest
from ketapk.model.routes import Input, Route
from ketapk.model.structures import GUT_WALL, depot, through_the_liver

if TYPE_CHECKING:
    from ketapk.dosing.regimen import Dose
    from ketapk.model.routes import Values
    from ketapk.model.system import Graph


def number(
    name: str,
    value: float,
    unit: str,
    where: str,
    grade: Grade,
    *,
    span: tuple[float, float] | None = None,
    note: str = "",
) -> Parameter:
    """Return a parameter of a record."""
    return Parameter(
        name=name, value=value, unit=unit, where=where, grade=grade, span=span, note=note
    )


def key(route: str, parameter: str) -> str:
    """Name under which the values of a composition hold a route's parameter."""
    return f"{route}: {parameter}"


def own(route: str, values: Values) -> dict[str, Any]:
    """Return a route's own values, by the names of its parameters."""
    start = key(route, "")
    return {name.removeprefix(start): v for name, v in values.items() if name.startswith(start)}


def record(
    *,
    name: str,
    title: str,
    source: str,
    parameters: tuple[Parameter, ...],
    inputs: Callable[[Dose, dict[str, Any]], tuple[Input, ...]],
    extend: Callable[[Graph, dict[str, Any]], None],
    confidence: str,
    infusible: bool = False,
) -> Route:
    """Return a route to be borrowed; its functions see its own parameters only."""
    return Route(
        name=name,
        title=title,
        source=source,
        grade=weakest(tuple(p.grade for p in parameters)),
        inputs=lambda dose, values: inputs(dose, own(name, values)),
        extend=lambda graph, values: extend(graph, own(name, values)),
        parameters=parameters,
        borrowed=True,
        confidence=confidence,
        infusible=infusible,
    )


def injected(
    *, name: str, title: str, source: str, confidence: str, site: str, F: Parameter, ka: Parameter
) -> Route:
    """Return a first-order depot: the share F enters it, the rest is never absorbed."""
    return record(
        name=name,
        title=title,
        source=source,
        confidence=confidence,
        parameters=(F, ka),
        inputs=lambda dose, p: (Input(to=site, fraction=p["F"]),),
        extend=lambda graph, p: depot(graph, site, "central", ka=p["ka"]),
    )


def to_liver(site: str) -> str:
    """Name of the part of a site's depot that the liver will take."""
    return f"{site}, bound for the liver"


def lossy_depot(graph: Graph, site: str, *, ka: Any, fate: str = "") -> None:
    """Add a depot in two parts: what will reach the blood, and what the liver will take."""
    depot(graph, site, "central", ka=ka, fate=fate)
    graph.compartment(to_liver(site), fate or f"still in the {site}")
    through_the_liver(graph, to_liver(site), ka=ka, escapes=0.0)
    graph.loss(GUT_WALL)
    graph.waiting_place(f"{site}, waiting")


def swallowed(site: str, share: Any, *, F: Any, Fgut: Any, dur: Any) -> tuple[Input, ...]:
    """Inputs of a swallowed share: ``F`` of it reaches the blood, the gut wall takes 1 - ``Fgut``.

    The liver takes what is between.
    """
    release: dict[str, Any] = {"dur": dur, "waits_in": f"{site}, waiting", "site": site}
    return (
        Input(to=site, fraction=share * F, **release),
        Input(to=to_liver(site), fraction=share * (Fgut - F), **release),
        Input(to=GUT_WALL, fraction=share * (1.0 - Fgut), **release),
    )
