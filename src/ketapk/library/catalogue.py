"""The models by name."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from ketapk.errors import PlanError, nearest

if TYPE_CHECKING:
    import polars as pl

    from ketapk.model.model import Model

PUBLISHED = (
    "kamp2020",
    "domino",
    "perez_ruixo2021",
    "otto2021",
    "simons2022",
    "ashraf2018",
    "herd2007",
    "elkomy2015",
    "flint2017",
    "hornik2018",
    "sherwin2015",
    "hijazi2003",
    "clements1981",
)
"""Names of the published models, each a module of this package."""


def load_model(name: str) -> Model:
    """Return a published model, or a composition of one with borrowed routes.

    Parameters
    ----------
    name : str
        A name from ``list_models()``; "kamp2020+im" composes kamp2020 with a borrowed
        intramuscular route.

    Returns
    -------
    Model

    Raises
    ------
    PlanError
        If there is no such model or no such route to borrow.

    Examples
    --------
    >>> load_model("kamp2020").sampling_site
    'arterial and venous pooled'
    >>> load_model("kamp2020+im").grade
    'assumed'
    """
    base, *borrowed = str(name).split("+")
    if base not in PUBLISHED:
        raise PlanError(
            f"There is no model {base!r}; there is {', '.join(PUBLISHED)}."
            f"{nearest(base, PUBLISHED)}"
        )
    model: Model = import_module(f"ketapk.library.{base}").MODEL
    if not borrowed:
        return model
    return _composed(base, tuple(borrowed))


@cache
def _composed(base: str, borrowed: tuple[str, ...]) -> Model:
    from ketapk.library.composition import compose

    return compose(load_model(base), *borrowed)


def list_models() -> pl.DataFrame:
    """List the published models: name, drug, routes, analytes, population, site, grade.

    Returns
    -------
    polars.DataFrame
        One row a model.

    Examples
    --------
    >>> list_models()["name"].to_list()[:3]
    ['kamp2020', 'domino', 'perez_ruixo2021']
    """
    import polars as pl

    from ketapk.library.absorption import ABSORPTION
    from ketapk.library.composition import borrowable

    models = [load_model(name) for name in PUBLISHED]
    return pl.DataFrame(
        {
            "name": [m.name for m in models],
            "drug": [", ".join(m.drugs) for m in models],
            "routes": [", ".join(m.routes) for m in models],
            "can borrow": [
                ", ".join(r for r in ABSORPTION if borrowable(m, r) is None) for m in models
            ],
            "analytes": [", ".join(m.analytes) for m in models],
            "population": [m.population.description for m in models],
            "site": [m.sampling_site for m in models],
            "grade": [m.grade for m in models],
            "status": [m.status for m in models],
        }
    )
