"""Generic models: one, two or three compartments with the parameters you give them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.errors import InputError
from ketapk.library.intravenous import INTRAVENOUS
from ketapk.model.body import Held
from ketapk.model.model import Model, Population
from ketapk.model.routes import Input, Route
from ketapk.model.structures import ELIMINATED, depot, eliminate, mammillary
from ketapk.model.system import Graph
from ketapk.patients import span

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ketapk.dosing.regimen import Dose
    from ketapk.model.routes import Values
    from ketapk.patients import Cohort

EXTRAVASCULAR = ("im", "sc", "nasal", "oral", "sublingual", "buccal", "rectal", "inhaled", "depot")
"""Routes that a generic model takes through its one depot."""
TINY = float(np.finfo(np.float64).tiny)
"""What rounds to 0 from below counts as 0."""
POSITIVE = ("CL", "V1", "Q2", "V2", "Q3", "V3", "ka", "ke0", "Vmax", "Km")


def one_compartment(
    *,
    V1: ArrayLike,
    CL: ArrayLike | None = None,
    Vmax: ArrayLike | None = None,
    Km: ArrayLike | None = None,
    ka: ArrayLike | None = None,
    F: ArrayLike = 1.0,
    tlag: ArrayLike = 0.0,
    dur: ArrayLike = 0.0,
    ke0: ArrayLike | None = None,
) -> Model:
    """Return a one-compartment model.

    Parameters
    ----------
    V1 : float or (N,) array_like
        Central volume [L].
    CL : float or (N,) array_like, optional
        Clearance [L/h]; this or ``Vmax`` with ``Km``, or both.
    Vmax, Km : float or (N,) array_like, optional
        Saturable elimination [mg/h], [mg/L].
    ka : float or (N,) array_like, optional
        First-order absorption [1/h]; every route but "iv" then goes through the depot.
    F : float or (N,) array_like
        Bioavailability of the depot [1]; may exceed 1.
    tlag, dur : float or (N,) array_like
        Lag, and zero-order release before the first-order absorption [h].
    ke0 : float or (N,) array_like, optional
        Effect site [1/h].

    Returns
    -------
    Model

    Raises
    ------
    InputError
        If a parameter is missing, negative or not finite.

    Examples
    --------
    >>> model = one_compartment(CL=5, V1=100, ka=1, F=0.8, tlag=0.5)
    >>> model.routes["oral"].title
    'first-order depot'
    """
    given = {"V1": V1, "CL": CL, "Vmax": Vmax, "Km": Km, "ka": ka, "F": F, "tlag": tlag,
             "dur": dur, "ke0": ke0}  # fmt: skip
    return _generic("one_compartment", given, ())


def two_compartment(
    *,
    V1: ArrayLike,
    Q2: ArrayLike,
    V2: ArrayLike,
    CL: ArrayLike | None = None,
    Vmax: ArrayLike | None = None,
    Km: ArrayLike | None = None,
    ka: ArrayLike | None = None,
    F: ArrayLike = 1.0,
    tlag: ArrayLike = 0.0,
    dur: ArrayLike = 0.0,
    ke0: ArrayLike | None = None,
) -> Model:
    """Return a two-compartment model; parameters as in `one_compartment`.

    Parameters
    ----------
    V1, V2 : float or (N,) array_like
        Central and peripheral volume [L].
    Q2 : float or (N,) array_like
        Clearance between them [L/h].
    CL, Vmax, Km, ka, F, tlag, dur, ke0 : float or (N,) array_like, optional
        As in `one_compartment`.

    Returns
    -------
    Model

    Examples
    --------
    >>> two_compartment(CL=5, V1=20, Q2=10, V2=80).analytes
    ('ketamine',)
    """
    given = {"V1": V1, "CL": CL, "Vmax": Vmax, "Km": Km, "Q2": Q2, "V2": V2, "ka": ka, "F": F,
             "tlag": tlag, "dur": dur, "ke0": ke0}  # fmt: skip
    return _generic("two_compartment", given, (("Q2", "V2"),))


def three_compartment(
    *,
    V1: ArrayLike,
    Q2: ArrayLike,
    V2: ArrayLike,
    Q3: ArrayLike,
    V3: ArrayLike,
    CL: ArrayLike | None = None,
    Vmax: ArrayLike | None = None,
    Km: ArrayLike | None = None,
    ka: ArrayLike | None = None,
    F: ArrayLike = 1.0,
    tlag: ArrayLike = 0.0,
    dur: ArrayLike = 0.0,
    ke0: ArrayLike | None = None,
) -> Model:
    """Return a three-compartment model; parameters as in `one_compartment`.

    Parameters
    ----------
    V1, V2, V3 : float or (N,) array_like
        Central and peripheral volumes [L].
    Q2, Q3 : float or (N,) array_like
        Clearances between them [L/h].
    CL, Vmax, Km, ka, F, tlag, dur, ke0 : float or (N,) array_like, optional
        As in `one_compartment`.

    Returns
    -------
    Model

    Examples
    --------
    >>> three_compartment(CL=84, V1=25, Q2=161, V2=56, Q3=79, V3=157).status
    'generic'
    """
    given = {"V1": V1, "CL": CL, "Vmax": Vmax, "Km": Km, "Q2": Q2, "V2": V2, "Q3": Q3, "V3": V3,
             "ka": ka, "F": F, "tlag": tlag, "dur": dur, "ke0": ke0}  # fmt: skip
    return _generic("three_compartment", given, (("Q2", "V2"), ("Q3", "V3")))


def _generic(
    name: str, given: dict[str, ArrayLike | None], peripherals: tuple[tuple[str, str], ...]
) -> Model:
    values = Held({key: _checked(key, value) for key, value in given.items() if value is not None})
    if ("Vmax" in values) != ("Km" in values):
        raise InputError("Saturable elimination needs both Vmax [mg/h] and Km [mg/L].")
    if "CL" not in values and "Vmax" not in values:
        raise InputError(
            "The model needs elimination: give CL [L/h], or Vmax [mg/h] and Km [mg/L]."
        )
    for key, neutral in (("F", 1.0), ("tlag", 0.0), ("dur", 0.0)):
        if "ka" not in values and np.any(values[key] != neutral):
            raise InputError(f"{key} belongs to the depot; give ka [1/h] as well.")

    several = {key: np.size(value) for key, value in values.items() if np.ndim(value)}

    def individual(cohort: Cohort) -> Values:
        n = len(cohort)
        for key, size in several.items():
            if size != n:
                raise InputError(
                    f"{key} has {size} values for {n} patients; give one value, or one per patient."
                )
        return values

    def disposition(p: Values) -> Graph:
        graph = Graph()
        mammillary(
            graph,
            V1=p["V1"],
            CL=p.get("CL"),
            peripherals=tuple((p[Q], p[V]) for Q, V in peripherals),
        )
        graph.output("ketamine", "central", volume=p["V1"])
        if "Vmax" in p:
            eliminate(graph, ELIMINATED)
            graph.saturable_flow("central", ELIMINATED, Vmax=p["Vmax"], Km=p["Km"], volume=p["V1"])
        if "ke0" in p:
            graph.effect_site("ketamine", ke0=p["ke0"])
        return graph

    return Model(
        name=name,
        title="generic model with given parameters",
        citation="no publication: the parameters were given by the user",
        doi="",
        grade="assumed",
        status="generic",
        drugs=("racemic", "S", "R"),
        analytes=("ketamine",),
        sampling_site="central compartment",
        population=Population(description="whoever the parameters describe"),
        parameters=(),
        individual=individual,
        disposition=disposition,
        routes={"iv": INTRAVENOUS, **dict.fromkeys(EXTRAVASCULAR if "ka" in values else (), DEPOT)},
    )


def _checked(name: str, value: ArrayLike) -> Any:
    try:
        # Of one's own, so that what is checked here stays as it is.
        number = np.array(value, dtype=float)
    except (TypeError, ValueError):
        raise InputError(f"{name}={value!r} is not a number; write {name}=5.0.") from None
    if number.ndim > 1:
        raise InputError(f"{name} has {number.ndim} dimensions; give one value per patient.")
    low = 0.0 if name in POSITIVE else -TINY
    # What is no number is neither above nor below.
    if number.size and not (low < (ends := span(number))[0] and ends[1] < np.inf):
        at_least = "greater than 0" if name in POSITIVE else "0 or more"
        raise InputError(f"{name}={value!r} is out of range; it must be finite and {at_least}.")
    number.flags.writeable = False
    return number if number.ndim else float(number)


def _into_depot(dose: Dose, p: Values) -> tuple[Input, ...]:
    return (Input(to="depot", fraction=p["F"], lag=p["tlag"], dur=p["dur"]),)


def _with_depot(graph: Graph, p: Values) -> None:
    if "depot" not in graph.compartments:
        depot(graph, "depot", "central", ka=p["ka"])


DEPOT = Route(
    name="depot",
    title="first-order depot",
    source="parameters given by the user",
    grade="assumed",
    inputs=_into_depot,
    extend=_with_depot,
    infusible=True,
)
