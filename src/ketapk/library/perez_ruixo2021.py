"""Perez-Ruixo 2021: esketamine by nasal device, mouth or vein, with noresketamine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.library.intravenous import INTRAVENOUS
from ketapk.library.perez_ruixo2021_checks import CHECKS
from ketapk.model.model import Model, Population
from ketapk.model.parameters import Grade, Parameter, Variability
from ketapk.model.routes import Input, Route
from ketapk.model.structures import (
    ELIMINATED,
    ELIMINATED_METABOLITE,
    GUT_WALL,
    depot,
    exchange,
    first_pass_liver,
    mammillary,
)
from ketapk.model.system import Graph

if TYPE_CHECKING:
    from ketapk.dosing.regimen import Dose
    from ketapk.model.routes import Values
    from ketapk.patients import Cohort

TABLE = "Table 3"
VIA = "nlmixr2lib PerezRuixo_2020_esketamine"


def _printed(name: str, value: float, unit: str, grade: Grade = "B", note: str = "") -> Parameter:
    via = VIA if grade == "B" else f"abstract of the primary paper, and {VIA}"
    return Parameter(
        name=name, value=value, unit=unit, where=TABLE, grade=grade, via=via, note=note
    )


NASAL = (
    _printed("FRn", 0.54, "fraction", "A", "share of the first device absorbed in the nose"),
    _printed("FRn_later", 0.62, "x FRn", note="second and later devices of a session"),
    _printed("ka_n", 2.93, "1/h"),
    _printed("Dsw", 0.53, "h", note="zero-order release of the swallowed part"),
    _printed("ka_sw", 1.45, "1/h"),
)
ORAL = (
    _printed("Dpo", 0.32, "h", note="zero-order release of an oral solution"),
    _printed("ka_po", 0.97, "1/h"),
)
SWALLOWED = (_printed("Fgut", 0.64, "fraction", note="escapes the gut wall"),)
DISPOSITION = (
    _printed("Vc", 192.0, "L"),
    _printed("Q1", 84.3, "L/h"),
    _printed("Vp1", 143.0, "L"),
    _printed("Q2", 37.6, "L/h"),
    _printed("Vp2", 417.0, "L"),
    _printed("Qh", 151.0, "L/h", note="plasma flow through the liver"),
    _printed("Vh", 101.0, "L"),
    _printed("kel", 1.11, "1/h"),
    _printed("kmet", 2.77, "1/h"),
    _printed("Vcn", 70.0, "L", note="printed as Vcn/F; noresketamine, in esketamine mass"),
    _printed("CLn", 38.0, "L/h", "A", "printed as CLn/F"),
    _printed("Vpn", 115.0, "L", note="printed as Vpn/F"),
    _printed("Q3", 26.1, "L/h", note="printed as Q3/F"),
)
COVARIATES = (
    _printed("Asian on kel", 0.36, "multiplier"),
    _printed("Asian on CLn", 0.81, "multiplier"),
    _printed("Japanese on FRn", 1.34, "multiplier"),
    _printed("age on Qh", -2.19, "L/h per year above 60"),
)
PARAMETERS = NASAL + ORAL + SWALLOWED + DISPOSITION + COVARIATES


def _spread(parameter: str, value: float, scale: str = "CV %", note: str = "") -> Variability:
    return Variability(
        parameter=parameter, value=value, scale=scale, where=TABLE, grade="B", note=note
    )


VARIABILITY = (
    _spread("FRn", 0.708, "SD on the logit scale", "printed as 70.8 %; the scale is inferred"),
    _spread("ka_n", 61.5),
    _spread("ka_sw", 132.0),
    _spread("ka_po", 132.0, note="same figure and standard error as ka_sw"),
    _spread("Vc", 27.5),
    _spread("Vp1", 49.3),
    _spread("Qh", 23.2),
    _spread("Vh", 34.6),
    _spread("kel", 120.0),
    _spread("Vcn", 31.6),
    _spread("CLn", 25.4),
)


def individual(cohort: Cohort) -> Values:
    """Ancestry changes kel, CLn and FRn; age above 60 lowers the flow through the liver."""
    values: dict[str, Any] = {p.name: p.canonical for p in PARAMETERS}
    japanese = cohort.ancestry == "japanese"
    asian = (cohort.ancestry == "asian") | japanese
    values["kel"] = values["kel"] * np.where(asian, values["Asian on kel"], 1.0)
    values["CLn"] = values["CLn"] * np.where(asian, values["Asian on CLn"], 1.0)
    values["FRn"] = values["FRn"] * np.where(japanese, values["Japanese on FRn"], 1.0)
    older = np.maximum(np.asarray(cohort.age_y) - 60.0, 0.0)
    values["Qh"] = values["Qh"] + values["age on Qh"] * older
    return values


def disposition(p: Values) -> Graph:
    """Blood in exchange with the liver, which alone eliminates; the metabolite beside it."""
    graph = Graph()
    mammillary(graph, V1=p["Vc"], peripherals=((p["Q1"], p["Vp1"]), (p["Q2"], p["Vp2"])))
    exchange(graph, "central", "liver", Q=p["Qh"], V=p["Vc"], Vp=p["Vh"])
    graph.loss(ELIMINATED)
    graph.flow("liver", ELIMINATED, p["kel"])
    mammillary(
        graph,
        V1=p["Vcn"],
        CL=p["CLn"],
        peripherals=((p["Q3"], p["Vpn"]),),
        eliminated_to=ELIMINATED_METABOLITE,
        prefix="norketamine ",
    )
    graph.flow("liver", "norketamine central", p["kmet"])
    graph.output("esketamine", "central", volume=p["Vc"])
    graph.output("noresketamine", "norketamine central", volume=p["Vcn"])
    return graph


def _swallow(graph: Graph, p: Values, name: str, ka: Any) -> None:
    """Add a gut depot that empties into the liver before the blood, if not there already."""
    first_pass = "liver, first pass"
    graph.loss(GUT_WALL)
    if first_pass not in graph.compartments:
        first_pass_liver(
            graph,
            first_pass,
            Qh=p["Qh"],
            Vh=p["Vh"],
            kel=p["kel"],
            kmet=p["kmet"],
            central="central",
            metabolite="norketamine central",
        )
    graph.waiting_place(f"{name}, waiting")
    depot(graph, name, first_pass, ka=ka)


def _swallowed(name: str, fraction: Any, dur: Any, p: Values) -> tuple[Input, ...]:
    """Inputs of a swallowed share: what the gut wall lets through, and what it takes."""
    place = f"{name}, waiting"
    return (
        Input(to=name, fraction=fraction * p["Fgut"], dur=dur, waits_in=place),
        Input(to=GUT_WALL, fraction=fraction * (1.0 - p["Fgut"]), dur=dur, waits_in=place),
    )


def _device(dose: Dose, p: Values) -> tuple[Input, ...]:
    """One 28-mg device: part through the nose, the rest swallowed."""
    in_nose = p["FRn"] * (p["FRn_later"] if dose.device > 1 else 1.0)
    return (
        Input(to="nose", fraction=in_nose),
        *_swallowed("swallowed", 1.0 - in_nose, p["Dsw"], p),
    )


def _with_nose(graph: Graph, p: Values) -> None:
    """Add the nasal depot and the swallowed one."""
    depot(graph, "nose", "central", ka=p["ka_n"])
    _swallow(graph, p, "swallowed", p["ka_sw"])


def _by_mouth(dose: Dose, p: Values) -> tuple[Input, ...]:
    """An oral solution: released at a constant rate, then absorbed first order."""
    return _swallowed("gut", 1.0, p["Dpo"], p)


def _with_gut(graph: Graph, p: Values) -> None:
    """Add the oral depot."""
    _swallow(graph, p, "gut", p["ka_po"])


MODEL = Model(
    name="perez_ruixo2021",
    title="Esketamine nasal spray with noresketamine, gut wall and liver",
    citation=(
        "Perez-Ruixo C, Rossenu S, Zannikos P, Nandy P, Singh J, Drevets WC, Perez-Ruixo JJ. "
        "Population Pharmacokinetics of Esketamine Nasal Spray and its Metabolite Noresketamine "
        "in Healthy Subjects and Patients with Treatment-Resistant Depression. Clin "
        "Pharmacokinet 2021;60(4):501-516."
    ),
    doi="10.1007/s40262-020-00953-4",
    grade="B",
    status="recommended",
    drugs=("S",),
    analytes=("esketamine", "noresketamine"),
    sampling_site="venous (inferred)",
    population=Population(
        description=(
            "820 subjects (256 healthy, 564 with treatment-resistant depression) in 13 studies; "
            "58.4 % female, 13.7 % Asian (72 Japanese); IV and oral arms n = 18"
        ),
        weight_kg=(39.0, 170.0),
        age_y=(18.0, 86.0),
    ),
    parameters=PARAMETERS,
    individual=individual,
    disposition=disposition,
    routes={
        "nasal_spray": Route(
            name="nasal_spray",
            title="nasal device",
            source="the model itself, Table 3",
            grade="B",
            inputs=_device,
            extend=_with_nose,
            parameters=NASAL + SWALLOWED,
        ),
        "oral": Route(
            name="oral",
            title="oral solution",
            source="the model itself, Table 3",
            grade="B",
            inputs=_by_mouth,
            extend=_with_gut,
            parameters=ORAL + SWALLOWED,
        ),
        "iv": INTRAVENOUS,
    },
    covariates=("age_y", "ancestry"),
    variability=VARIABILITY,
    checks=CHECKS,
    problems=(
        "The published noresketamine AUC0-24 is 1.4 to 1.6 times lower than these equations give, "
        "although its Cmax agrees; see the checks.",
        "The equations printed for the absorption depots are typographically wrong "
        "(reported by nlmixr2lib); the structure here reproduces the published table.",
        "Body weight has no effect in this model.",
        "Between-person variability of kmet is blank in the paper: not published.",
        "How the age effect and the variability of Qh nest is ambiguous in the source.",
    ),
)
