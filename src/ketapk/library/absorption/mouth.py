"""Under the tongue or in the cheek: lozenge, wafer or film."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ketapk.library.absorption.record import number, record, to_liver
from ketapk.model.routes import Input
from ketapk.model.structures import depot, through_the_liver

if TYPE_CHECKING:
    from ketapk.dosing.regimen import Dose
    from ketapk.model.routes import Route
    from ketapk.model.system import Graph

SIMONS = "Simons 2022, population table (film), via nlmixr2lib"
F = number(
    "F",
    0.27,
    "fraction",
    "between 0.263 in Simons 2022, 0.29 in Rolan 2014 and 0.24 to 0.32 in Chong 2006 and 2009",
    "B",
    span=(0.23, 0.32),
    note=(
        "chosen, no paper prints it; the published F holds swallowed parent already: no oral F is "
        "added"
    ),
)
D1 = number("D1", 13.1, "min", SIMONS, "B")
KA1 = number("ka", 2.4, "1/h", SIMONS, "B", span=(1.0, 2.4), note="printed as 0.04 /min")
D2 = number("D2", 29.9, "min", SIMONS, "B", note="of the share that only the liver sees")
KA2 = number(
    "ka_swallowed",
    2.94,
    "1/h",
    SIMONS,
    "B",
    note="printed as 0.049 /min; the delay of 10.7 min in the gut is left out",
)
SITE, SWALLOWED = "mouth", "swallowed from the mouth"


def _inputs(dose: Dose, p: dict[str, Any]) -> tuple[Input, ...]:
    """F through the mucosa; the rest is swallowed and feeds norketamine alone."""
    return (
        Input(to=SITE, fraction=p["F"], dur=p["D1"], waits_in="mouth, waiting"),
        Input(
            to=to_liver(SWALLOWED),
            fraction=1.0 - p["F"],
            dur=p["D2"],
            waits_in=f"{SWALLOWED}, waiting",
            site=SWALLOWED,
        ),
    )


def _extend(graph: Graph, p: dict[str, Any]) -> None:
    if SITE in graph.compartments:
        return
    graph.waiting_place("mouth, waiting")
    graph.waiting_place(f"{SWALLOWED}, waiting")
    depot(graph, SITE, "central", ka=p["ka"])
    graph.compartment(to_liver(SWALLOWED), SWALLOWED)
    through_the_liver(graph, to_liver(SWALLOWED), ka=p["ka_swallowed"], escapes=0.0)


def _route(name: str) -> Route:
    return record(
        name=name,
        title=f"{name}, borrowed",
        source="F, release, rate of Simons 2022 (film); F also of Rolan 2014, Chong 2006, 2009",
        confidence="moderate",
        parameters=(F, D1, KA1, D2, KA2),
        inputs=_inputs,
        extend=_extend,
    )


SUBLINGUAL = _route("sublingual")
BUCCAL = _route("buccal")
