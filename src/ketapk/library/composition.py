"""Compositions: a disposition model with routes that were studied elsewhere."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any

from ketapk.errors import PlanError, nearest
from ketapk.library.absorption import ABSORPTION, ABSORPTION_CHILDREN
from ketapk.library.absorption.record import key
from ketapk.model.parameters import weakest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ketapk.model.model import Model
    from ketapk.model.routes import Route, Values
    from ketapk.patients import Cohort


def borrowable(model: Model, route: str) -> str | None:
    """Say why a route may not be borrowed for a model; None if it may.

    Examples
    --------
    >>> from ketapk.library.catalogue import load_model
    >>> borrowable(load_model("kamp2020"), "im") is None
    True
    >>> borrowable(load_model("kamp2020"), "iv")
    'kamp2020 has the route iv of its own'
    """
    if route in model.routes:
        return f"{model.name} has the route {route} of its own"
    if route in model.refuses:
        return model.refuses[route]
    if route not in ABSORPTION:
        return f"there is no absorption record for the route {route}"
    if route == "nasal_spray" and "S" not in model.drugs:
        return f"the device holds esketamine, which {model.name} does not describe"
    return None


def compose(model: Model, *routes: str) -> Model:
    """Give a disposition model routes that were studied elsewhere.

    Parameters
    ----------
    model : Model
        A model with a central compartment.
    *routes : str
        Names of borrowed routes: "im", "sc", "nasal", "nasal_spray", "oral", "sublingual",
        "buccal", "rectal", "inhaled".

    Returns
    -------
    Model
        Named ``model+route``, with the grade of its weakest part and its parts listed.

    Raises
    ------
    PlanError
        If no published absorption for the route is in the library, the model has the route
        already, or its own paper says that the route does not fit.

    Examples
    --------
    >>> from ketapk.library.catalogue import load_model
    >>> composed = compose(load_model("otto2021"), "oral")
    >>> composed.name, composed.grade
    ('otto2021+oral', 'assumed')
    """
    parts = list(model.parts) or [f"disposition: {model.name} (grade {model.grade})"]
    records = ABSORPTION_CHILDREN if model.population.group == "children" else ABSORPTION
    added: dict[str, Route] = {}
    for name in routes:
        if name in model.routes or name in added:
            raise PlanError(f"{model.name} has the route {name!r} of its own; leave out '+{name}'.")
        if name not in records:
            raise PlanError(
                f"There is no absorption record for {name!r} to compose with {model.name}; there "
                f"is {', '.join(records)}.{nearest(name, tuple(records))}"
            )
        reason = borrowable(model, name)
        if reason:
            raise PlanError(f"{model.name} cannot borrow the route {name!r}: {reason}.")
        added[name] = records[name]
        parts.append(f"{added[name].title}: {added[name].source} (grade {added[name].grade})")
    borrowed = {key(r.name, p.name): p.canonical for r in added.values() for p in r.parameters}
    return replace(
        model,
        name="+".join((model.name, *routes)),
        title=f"{model.title}; composed with {', '.join(added)}",
        grade=weakest((model.grade, *(route.grade for route in added.values()))),
        routes={**model.routes, **added},
        individual=_with(model, borrowed),
        parts=tuple(parts),
        checks=(),
    )


def corners(model: Model, routes: Sequence[str], values: Values) -> Iterator[Values]:
    """Yield the values of a composition at every end of the ranges of its borrowed routes.

    Parameters
    ----------
    model : Model
        A composition.
    routes : sequence of str
        Routes in use; one after the other is varied.
    values : mapping
        Parameter values at which everything else stays.
    """
    for name in routes:
        route = model.routes[name]
        ranged = [p for p in route.parameters if route.borrowed and p.span is not None]
        if not ranged:
            continue
        for ends in product(*(p.span for p in ranged if p.span is not None)):
            chosen = {
                key(name, p.name): replace(p, value=end, span=None).canonical
                for p, end in zip(ranged, ends, strict=True)
            }
            yield {**values, **chosen}


def _with(model: Model, more: dict[str, Any]) -> Any:
    """Individual values of a model with some added or replaced."""

    def individual(cohort: Cohort) -> Values:
        return {**model.individual(cohort), **more}

    return individual


def with_routes(name: str, routes: Iterable[str]) -> Model:
    """Return a model with the routes that it lacks borrowed, where it is one paper.

    Examples
    --------
    >>> with_routes("kamp2020", ["iv", "im"]).name, with_routes("kamp2020", ["iv"]).name
    ('kamp2020+im', 'kamp2020')
    """
    from ketapk.library.catalogue import PUBLISHED, load_model

    model = load_model(name)
    missing = [route for route in routes if route not in model.routes]
    if name not in PUBLISHED or not missing:
        return model
    return load_model("+".join((name, *missing)))
