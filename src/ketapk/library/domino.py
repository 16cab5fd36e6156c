"""Domino: intravenous ketamine from micro-constants, with an effect site of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ketapk.library.intravenous import INTRAVENOUS
from ketapk.model.model import Model, Population
from ketapk.model.parameters import Parameter
from ketapk.model.structures import mammillary
from ketapk.model.system import Graph

if TYPE_CHECKING:
    from ketapk.model.routes import Values
    from ketapk.patients import Cohort

WHERE = "not verified which of the two cited papers prints it"
FIVE = "five public codes that agree (SimTIVA, a TCI web app, fus_anes, opentiva, stanpumpR)"
THREE = "SimTIVA, a TCI web app and opentiva; stanpumpR and fus_anes round it"


def _printed(name: str, value: float, unit: str, via: str = FIVE) -> Parameter:
    return Parameter(name=name, value=value, unit=unit, where=WHERE, grade="B", via=via)


PARAMETERS = (
    _printed("V1", 0.063, "L/kg"),
    _printed("k10", 0.4381, "1/min", THREE),
    _printed("k12", 0.5921, "1/min", THREE),
    _printed("k13", 0.59, "1/min"),
    _printed("k21", 0.247, "1/min"),
    _printed("k31", 0.0146, "1/min"),
    Parameter(
        name="ke0",
        value=0.238,
        unit="1/min",
        where="Navarrete 2025, abstract (95 % CI 0.20-0.28)",
        grade="A",
        via="abstract of the primary paper, and SimTIVA",
        note=(
            "estimated with this parameter set from the antinociception index after 0.1 mg/kg, "
            "n = 20; no other ke0 belongs to it"
        ),
    ),
)


def individual(cohort: Cohort) -> Values:
    """V1 is proportional to weight; the rate constants are everybody's."""
    k = {p.name: p.canonical for p in PARAMETERS}
    V1 = k["V1"] * np.asarray(cohort.weight_kg)
    Q2, Q3 = k["k12"] * V1, k["k13"] * V1
    return {
        "V1": V1,
        "CL": k["k10"] * V1,
        "Q2": Q2,
        "V2": Q2 / k["k21"],
        "Q3": Q3,
        "V3": Q3 / k["k31"],
        "ke0": k["ke0"],
    }


def disposition(p: Values) -> Graph:
    """Three compartments and an effect site."""
    graph = Graph()
    mammillary(graph, V1=p["V1"], CL=p["CL"], peripherals=((p["Q2"], p["V2"]), (p["Q3"], p["V3"])))
    graph.output("ketamine", "central", volume=p["V1"])
    graph.effect_site("ketamine", ke0=p["ke0"])
    return graph


MODEL = Model(
    name="domino",
    title="Racemic ketamine, three compartments, with an effect site",
    citation=(
        "Domino EF et al. Cited as Anesth Analg 1982;61:87-92 or as Clin Pharmacol Ther "
        "1984;36:645-653; which of them prints the micro-constants was not verified. Tabulated as "
        "'Domino' in Absalom et al. Br J Anaesth 2007;98:615-623. ke0: Navarrete 2025."
    ),
    doi="10.1093/bja/aem063",
    grade="B",
    status="recommended",
    drugs=("racemic",),
    analytes=("ketamine",),
    sampling_site="not verified",
    population=Population(description="adults; number, weight and age not verified"),
    parameters=PARAMETERS,
    individual=individual,
    disposition=disposition,
    routes={"iv": INTRAVENOUS},
    covariates=("weight_kg",),
    problems=(
        "The five codes that print these numbers are not independent of one another.",
        "Salt or base is not stated; base is taken.",
        "Other ke0 in circulation (0.652, 1.0 and 0.0857 /min) rest on guessed times to peak.",
    ),
)
