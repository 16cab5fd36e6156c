"""Ashraf 2018: oral and intravenous esketamine through an algebraic gut wall and liver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ketapk.library.ashraf2018_checks import CHECKS
from ketapk.library.intravenous import INTRAVENOUS
from ketapk.library.source import Source
from ketapk.model.model import Model, Population
from ketapk.model.routes import Input, Route
from ketapk.model.structures import (
    AS_NORKETAMINE,
    ELIMINATED_METABOLITE,
    FIRST_PASS_METABOLITE,
    GUT_WALL,
    LIVER_FIRST_PASS,
    mammillary,
)
from ketapk.model.system import Graph

if TYPE_CHECKING:
    from ketapk.dosing.regimen import Dose
    from ketapk.model.routes import Values
    from ketapk.patients import Cohort

VIA = "nlmixr2lib Ashraf_2018_s_ketamine_ticlopidine"
TABLE = Source(where="parameter table", grade="B", via=VIA)
BOTH = Source(
    where="abstract or table of the paper",
    grade="A",
    via=f"abstract or table of the primary paper, and {VIA}",
)
ORAL = (TABLE.parameter("ka", 1.76, "1/h"),)
PARAMETERS = (
    *ORAL,
    TABLE.parameter("Vc", 14.4, "L"),
    TABLE.parameter("Q1", 287.0, "L/h"),
    TABLE.parameter("Vp1", 102.0, "L"),
    TABLE.parameter("Q2", 22.4, "L/h"),
    TABLE.parameter("Vp2", 180.0, "L"),
    TABLE.parameter("CLint_H", 301.0, "L/h"),
    TABLE.parameter("CLint_GW", 1.19, "L/h"),
    TABLE.parameter("CLp", 4.1, "L/h", "permeability of the gut wall, fixed"),
    BOTH.parameter("fu", 0.7, "1"),
    BOTH.parameter("BP", 0.5, "1", "blood to plasma; fu/BP of 1.4 is what the fit used"),
    TABLE.parameter("NK Vc", 88.4, "L"),
    TABLE.parameter("NK Q1", 19.9, "L/h"),
    TABLE.parameter("NK Vp1", 88.9, "L"),
    TABLE.parameter("NK CLint_H", 73.5, "L/h"),
    TABLE.parameter("NK CLint_GW", 44.4, "L/h"),
    BOTH.parameter("NK fu", 0.5, "1"),
    BOTH.parameter("NK BP", 1.0, "1"),
    BOTH.parameter("QH per kg^0.75", 3.75, "L/h/kg^0.75"),
    TABLE.parameter("share of QH by the portal vein", 0.75, "1", "QPV; the artery has the rest"),
    TABLE.parameter("QINT/QH", 0.4, "1"),
    TABLE.parameter("QMU/QINT", 0.8, "1"),
    TABLE.parameter("QVI/QMU", 0.6, "1"),
    TABLE.parameter("fm CYP2B6", 0.63, "1", "fixed; matters with ticlopidine only"),
)
LOG: Final = "variance on the log scale"
VARIABILITY = (
    TABLE.spread("CLint_H", 0.25, LOG),
    TABLE.spread("CLint_GW", 2.1, LOG),
    TABLE.spread("ka", 0.42, LOG),
    TABLE.spread("Vp1", 0.045, LOG),
    TABLE.spread("NK CLint_H", 0.1, LOG),
)
RESIDUALS = (
    TABLE.residual("esketamine", 0.086, "proportional variance"),
    TABLE.residual("norketamine", 0.062, "proportional variance"),
)


def individual(cohort: Cohort) -> dict[str, Any]:
    """Only the blood flow through the liver depends on the person, by weight^0.75."""
    values: dict[str, Any] = {p.name: p.canonical for p in PARAMETERS}
    values["QH"] = values["QH per kg^0.75"] * np.asarray(cohort.weight_kg) ** 0.75
    return values


def _escapes(p: Values) -> dict[str, Any]:
    """Shares [1] that pass gut wall (FG) and liver (FH), of the drug and of norketamine."""
    villi = p["QVI/QMU"] * p["QMU/QINT"] * p["QINT/QH"] * p["QH"]
    gut = villi * p["CLp"] / (villi + p["CLp"])
    hepatic = p["CLint_H"] * p["fu"] / p["BP"]
    hepatic_nk = p["NK CLint_H"] * p["NK fu"] / p["NK BP"]
    return {
        "FG": gut / (gut + p["CLint_GW"]),
        "FH": p["QH"] / (p["QH"] + hepatic),
        "NK FG": villi / (villi + p["NK CLint_GW"]),
        "NK FH": p["QH"] / (p["QH"] + hepatic_nk),
    }


def disposition(p: Values) -> Graph:
    """Three and two compartments; what the liver extracts is norketamine that has to leave it."""
    graph, share = Graph(), _escapes(p)
    mammillary(graph, V1=p["Vc"], peripherals=((p["Q1"], p["Vp1"]), (p["Q2"], p["Vp2"])))
    mammillary(
        graph,
        V1=p["NK Vc"],
        CL=p["QH"] * (1.0 - share["NK FH"]),
        peripherals=((p["NK Q1"], p["NK Vp1"]),),
        eliminated_to=ELIMINATED_METABOLITE,
        prefix="norketamine ",
        fate=AS_NORKETAMINE,
    )
    extracted = p["QH"] * (1.0 - share["FH"]) / p["Vc"]
    graph.flow("central", "norketamine central", extracted * share["NK FH"])
    graph.flow("central", ELIMINATED_METABOLITE, extracted * (1.0 - share["NK FH"]))
    graph.first_pass = ("norketamine central", share["NK FH"])
    graph.output("esketamine", "central", volume=p["Vc"])
    graph.output("norketamine", "norketamine central", volume=p["NK Vc"])
    return graph


def _by_mouth(dose: Dose, p: Values) -> tuple[Input, ...]:
    """A syrup: all of it enters the gut at once."""
    return (Input(to="gut"),)


def _with_gut(graph: Graph, p: Values) -> None:
    """Split what leaves the gut by what its wall and the liver extract, and what of that stays."""
    share = _escapes(p)
    graph.compartment("gut", "still in the gut")
    graph.loss(GUT_WALL)
    graph.loss(LIVER_FIRST_PASS)
    graph.flow("gut", "central", p["ka"] * share["FG"] * share["FH"])
    in_wall = p["ka"] * (1.0 - share["FG"])
    in_liver = p["ka"] * share["FG"] * (1.0 - share["FH"]) + in_wall * share["NK FG"]
    formed = in_liver * share["NK FH"]
    graph.flow("gut", "norketamine central", formed)
    graph.count(FIRST_PASS_METABOLITE, "gut", formed)
    graph.flow("gut", GUT_WALL, in_wall * (1.0 - share["NK FG"]))
    graph.flow("gut", LIVER_FIRST_PASS, in_liver * (1.0 - share["NK FH"]))


MODEL = Model(
    name="ashraf2018",
    title="Oral and intravenous esketamine with norketamine, algebraic gut wall and liver",
    citation=(
        "Ashraf MW, Peltoniemi MA, Olkkola KT, Neuvonen PJ, Saari TI. Semimechanistic Population "
        "Pharmacokinetic Model to Predict the Drug-Drug Interaction Between S-ketamine and "
        "Ticlopidine in Healthy Human Volunteers. CPT Pharmacometrics Syst Pharmacol "
        "2018;7(10):687-697."
    ),
    doi="10.1002/psp4.12346",
    grade="B",
    status="recommended",
    drugs=("S",),
    analytes=("esketamine", "norketamine"),
    sampling_site="venous (inferred)",
    population=Population(
        description=(
            "41 healthy volunteers; 0.2 to 0.3 mg/kg by mouth, 0.1 mg/kg by vein over 2 min"
        ),
        weight_kg=(50.0, 88.0),
        age_y=(19.0, 35.0),
    ),
    parameters=PARAMETERS,
    individual=individual,
    disposition=disposition,
    structure=(
        "Three compartments and first-order absorption. QH = 3.75 weight^0.75; villous flow QVI = "
        "0.6 x 0.8 x 0.4 QH; QGUT = QVI CLp/(QVI + CLp); FG = QGUT/(QGUT + CLint_GW); EH = "
        "CLint_H (fu/BP)/(QH + CLint_H (fu/BP)). All that is extracted becomes norketamine, of "
        "which NK FG = QVI/(QVI + NK CLint_GW) passes the gut wall and NK FH = QH/(QH + NK fu x NK "
        "CLint_H) the liver; two compartments of norketamine. No molar correction."
    ),
    routes={
        "iv": INTRAVENOUS,
        "oral": Route(
            name="oral",
            title="oral syrup",
            source="the model itself, parameter table",
            grade="B",
            inputs=_by_mouth,
            extend=_with_gut,
            parameters=ORAL,
            forms=("immediate",),
        ),
    },
    covariates=("weight_kg",),
    variability=VARIABILITY,
    residuals=RESIDUALS,
    checks=CHECKS,
    problems=(
        "fu/BP is 1.4, above 1 and unphysiological; it is what the fit used.",
        "That all that is extracted becomes norketamine is an assumption of the paper.",
        "The typical person is below the paper's means by up to a third: its table is re-created "
        "over drawn people.",
    ),
)
