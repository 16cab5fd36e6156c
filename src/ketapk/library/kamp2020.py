"""Kamp 2020: intravenous ketamine, racemic or S, pooled over 18 studies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ketapk.library.intravenous import INTRAVENOUS
from ketapk.model.model import Model, Population
from ketapk.model.parameters import Parameter
from ketapk.model.structures import mammillary, scaled
from ketapk.model.system import Graph

if TYPE_CHECKING:
    from ketapk.model.routes import Values
    from ketapk.patients import Cohort

TABLE = "Table 2, three-compartment subset (according to a TCI application; not seen)"
VIA = "three public TCI codes that agree (SimTIVA, a TCI web app, opentiva), not independent"


def _printed(name: str, value: float, unit: str) -> Parameter:
    return Parameter(name=name, value=value, unit=unit, where=TABLE, grade="B", via=VIA)


PARAMETERS = (
    _printed("V1", 25.0, "L/70 kg"),
    _printed("V2", 56.0, "L/70 kg"),
    _printed("V3", 157.0, "L/70 kg"),
    _printed("CL", 84.0, "L/h/70 kg"),
    _printed("Q2", 161.0, "L/h/70 kg"),
    _printed("Q3", 79.0, "L/h/70 kg"),
)


def individual(cohort: Cohort) -> Values:
    """Volumes scale with weight, clearances with weight^0.75."""
    values = {p.name: p.canonical for p in PARAMETERS}
    scaled(values, cohort.weight_kg, volumes="V1 V2 V3", clearances="CL Q2 Q3")
    return values


def disposition(p: Values) -> Graph:
    """Three compartments, eliminated from the central one."""
    graph = Graph()
    mammillary(graph, V1=p["V1"], CL=p["CL"], peripherals=((p["Q2"], p["V2"]), (p["Q3"], p["V3"])))
    graph.output("ketamine", "central", volume=p["V1"])
    return graph


MODEL = Model(
    name="kamp2020",
    title="Ketamine, pooled meta-analysis, three compartments",
    citation=(
        "Kamp J, Olofsen E, Henthorn TK, van Velzen M, Niesters M, Dahan A; Ketamine "
        "Pharmacokinetic Study Group. Ketamine Pharmacokinetics: A Systematic Review of the "
        "Literature, Meta-analysis, and Population Analysis. Anesthesiology 2020;133(6):1192-1213."
    ),
    doi="10.1097/ALN.0000000000003577",
    grade="B",
    status="recommended",
    drugs=("racemic", "S"),
    analytes=("ketamine",),
    sampling_site="arterial and venous pooled",
    population=Population(
        description=(
            "18 mixed-effect studies: 11 in healthy adults, 3 in adult patients, 5 in children "
            "(these counts as published); ranges of weight and age: not published here"
        ),
    ),
    parameters=PARAMETERS,
    individual=individual,
    disposition=disposition,
    routes={"iv": INTRAVENOUS},
    covariates=("weight_kg",),
    problems=(
        "Between-person variability and residual error were not found.",
        "The paper's second model (arterial and venous sites) was not found numerically.",
        "opentiva scales the clearances linearly with weight; the exponent 0.75 is used here.",
    ),
)
