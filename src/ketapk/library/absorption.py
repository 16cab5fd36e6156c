"""Absorption of routes, to be composed with a disposition model that lacks them.

F, ka and CL of one paper belong together. A route borrowed from here makes a composition, which
says so in its name, its grade and every report.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ketapk.errors import PlanError, nearest
from ketapk.model.parameters import Grade, Parameter, weakest
from ketapk.model.routes import Input, Route
from ketapk.model.structures import GUT_WALL, LIVER_FIRST_PASS, depot

if TYPE_CHECKING:
    from ketapk.dosing.regimen import Dose
    from ketapk.model.model import Model
    from ketapk.model.routes import Values
    from ketapk.model.system import Graph


def _number(
    name: str, value: float, unit: str, where: str, grade: Grade, note: str = ""
) -> Parameter:
    return Parameter(name=name, value=value, unit=unit, where=where, grade=grade, note=note)


F_IM = _number(
    "F", 0.93, "fraction", "Grant 1981, as cited in reviews", "B", "plausible range 0.8 to 1"
)
KA_IM = _number(
    "ka",
    4.0,
    "1/h",
    "fitted with kamp2020 to two medians of Hirlinger & Dick 1984: 147 ng/mL at 30 min after "
    "0.5 mg/kg and 474 ng/mL at 15 min after 1 mg/kg",
    "assumed",
    "plausible range 2 to 8",
)


def _into_muscle(dose: Dose, values: Values) -> tuple[Input, ...]:
    """The share F enters the muscle at once; the rest is never absorbed."""
    return (Input(to="muscle", fraction=F_IM.canonical),)


def _with_muscle(graph: Graph, values: Values) -> None:
    """Add the muscle depot."""
    depot(graph, "muscle", "central", ka=KA_IM.canonical)


INTRAMUSCULAR = Route(
    name="im",
    title="intramuscular, borrowed",
    source=(
        "F from Grant 1981 as cited in reviews; ka fitted to two medians of Hirlinger & Dick 1984"
    ),
    grade=weakest((F_IM.grade, KA_IM.grade)),
    inputs=_into_muscle,
    extend=_with_muscle,
    parameters=(F_IM, KA_IM),
    borrowed=True,
)


PEREZ_RUIXO = "Perez-Ruixo 2021, Table 3 (esketamine device)"
FRN = _number(
    "FRn",
    0.33,
    "fraction",
    "chosen so that total F is 0.45 (Yanagihara 2003, 25 mg, n = 3)",
    "assumed",
    "plausible range of total F 0.11 (Singh 2022) to 0.50 (Malinovsky 1996)",
)
F_SWALLOWED = _number(
    "F_swallowed", 0.18, "fraction", "computed from Perez-Ruixo 2021, Table 3", "B"
)
FGUT = _number("Fgut", 0.64, "fraction", PEREZ_RUIXO, "B")
KA_N = _number("ka_n", 2.93, "1/h", PEREZ_RUIXO, "B")
DSW = _number("Dsw", 0.53, "h", PEREZ_RUIXO, "B")
KA_SW = _number("ka_sw", 1.45, "1/h", PEREZ_RUIXO, "B")


def _into_nose(dose: Dose, values: Values) -> tuple[Input, ...]:
    """Part through the mucosa; the rest is swallowed, and the gut wall takes its share of it."""
    swallowed = 1.0 - FRN.canonical
    dur, place = DSW.canonical, "swallowed, waiting"
    return (
        Input(to="nose", fraction=FRN.canonical),
        Input(to="swallowed", fraction=swallowed * FGUT.canonical, dur=dur, waits_in=place),
        Input(to=GUT_WALL, fraction=swallowed * (1 - FGUT.canonical), dur=dur, waits_in=place),
    )


def _with_nose(graph: Graph, values: Values) -> None:
    """Add the nasal depot, and a swallowed one whose liver is a fraction that escapes."""
    depot(graph, "nose", "central", ka=KA_N.canonical)
    graph.loss(GUT_WALL)
    graph.waiting_place("swallowed, waiting")
    depot(
        graph,
        "swallowed",
        "central",
        ka=KA_SW.canonical,
        escapes=F_SWALLOWED.canonical / FGUT.canonical,
        taken_by=LIVER_FIRST_PASS,
    )


NASAL = Route(
    name="nasal",
    title="nasal drops or spray, borrowed",
    source=(
        "total F 0.45 of Yanagihara 2003 (n = 3; 0.11 to 0.50 elsewhere); rates and gut wall of "
        "the esketamine device, Perez-Ruixo 2021"
    ),
    grade=weakest(tuple(p.grade for p in (FRN, F_SWALLOWED, FGUT, KA_N, DSW, KA_SW))),
    inputs=_into_nose,
    extend=_with_nose,
    parameters=(FRN, F_SWALLOWED, FGUT, KA_N, DSW, KA_SW),
    borrowed=True,
)

ABSORPTION: dict[str, Route] = {route.name: route for route in (INTRAMUSCULAR, NASAL)}


def compose(model: Model, *routes: str) -> Model:
    """Give a disposition model routes that were studied elsewhere.

    Parameters
    ----------
    model : Model
        A model with a central compartment.
    *routes : str
        Names of borrowed routes: "im", "nasal".

    Returns
    -------
    Model
        Named ``model+route``, with the grade of its weakest part and its parts listed.

    Raises
    ------
    PlanError
        If no published absorption for the route is in the library, or the model has the route
        already.
    """
    parts = list(model.parts) or [f"disposition: {model.name} (grade {model.grade})"]
    added: dict[str, Route] = {}
    for name in routes:
        if name in model.routes:
            raise PlanError(f"{model.name} has the route {name!r} of its own; leave out '+{name}'.")
        if name not in ABSORPTION:
            raise PlanError(
                f"There is no absorption record for {name!r} to compose with {model.name}; there "
                f"is {', '.join(ABSORPTION)}.{nearest(name, tuple(ABSORPTION))}"
            )
        route = ABSORPTION[name]
        added[name] = route
        parts.append(f"{route.title}: {route.source} (grade {route.grade})")
    return replace(
        model,
        name="+".join((model.name, *routes)),
        title=f"{model.title}; composed with {', '.join(added)}",
        grade=weakest((model.grade, *(route.grade for route in added.values()))),
        routes={**model.routes, **added},
        parts=tuple(parts),
        checks=(),
    )
