"""Flint 2017: long infusions of esketamine in children in intensive care."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ketapk.library.intravenous import INTRAVENOUS
from ketapk.library.mammillary import allometric
from ketapk.library.source import Source, allometry
from ketapk.model.checks import level
from ketapk.model.model import Model, Population
from ketapk.model.structures import AS_NORKETAMINE, ELIMINATED_METABOLITE, eliminate, mammillary
from ketapk.model.system import Graph
from ketapk.model.variability import Correlation
from ketapk.patients import Cohort

if TYPE_CHECKING:
    from ketapk.model.routes import Values

TABLE = Source(where="parameter table", grade="B", via="nlmixr2lib Flint_2017_s_ketamine")
FIGURE_2 = Source(
    where="Figure 2, median plateau (approximate reading)",
    grade="C",
    via="nlmixr2lib Flint_2017_s_ketamine",
)
PARAMETERS = (
    TABLE.parameter("V1", 7.73, "L/70 kg"),
    TABLE.parameter("V2", 545.0, "L/70 kg"),
    TABLE.parameter("CL", 112.0, "L/h/70 kg"),
    TABLE.parameter("Q2", 196.0, "L/h/70 kg", "printed as Q"),
    TABLE.parameter("Vnk", 1.0, "L/70 kg", "printed as Vnk/Fm, fixed"),
    TABLE.parameter("CLnk", 53.2, "L/h/70 kg", "printed as CLnk/Fm"),
    TABLE.parameter("time on CLnk", 0.0087, "1/h", "CLnk (1 + 0.0087 t), t since the first dose"),
    *allometry(TABLE),
)
VARIABILITY = (TABLE.spread("CL", 40.2), TABLE.spread("CLnk", 104.0))
CORRELATIONS = (
    Correlation(
        first="CL",
        second="CLnk",
        value=0.506,
        scale="correlation",
        where=TABLE.where,
        grade=TABLE.grade,
    ),
)
RESIDUALS = (
    TABLE.residual("esketamine", 41.9, "proportional %"),
    TABLE.residual("noresketamine", 47.5, "proportional %"),
)
CHECKS = (
    FIGURE_2.check(
        "2.4 mg/kg/h: median plateau of esketamine",
        level(
            "2.4 mg/kg/h esketamine iv for 72 h",
            "esketamine",
            72.0,
            cohort=Cohort(weight_kg=[7.0], age_y=[0.42]),
        ),
        (500.0, 1000.0),
        "ng/mL",
        note="at 72 h in a child of the median weight and age; the figure gives a plateau only",
    ),
)


def disposition(p: Values) -> Graph:
    """Two compartments; all that is eliminated becomes noresketamine, cleared faster each hour."""
    graph = Graph()
    mammillary(graph, V1=p["V1"], peripherals=((p["Q2"], p["V2"]),))
    graph.compartment("norketamine central", AS_NORKETAMINE)
    graph.flow("central", "norketamine central", p["CL"] / p["V1"])
    eliminate(graph, ELIMINATED_METABOLITE)
    graph.drifting_flow(
        "norketamine central",
        ELIMINATED_METABOLITE,
        p["CLnk"] / p["Vnk"],
        growth=p["time on CLnk"],
    )
    graph.first_pass = ("norketamine central", 1.0)
    graph.output("esketamine", "central", volume=p["V1"])
    graph.output("noresketamine", "norketamine central", volume=p["Vnk"])
    return graph


MODEL = Model(
    name="flint2017",
    title="Esketamine by long infusion in children in intensive care",
    citation=(
        "Flint RB, Brouwer CNM, Kranzlin ASC, Lie-A-Huen L, Bos AP, Mathot RAA. Pharmacokinetics "
        "of S-ketamine during prolonged sedation at the pediatric intensive care unit. Pediatr "
        "Anesth 2017;27(11):1098-1107."
    ),
    doi="10.1111/pan.13239",
    grade="B",
    status="restricted",
    drugs=("S",),
    analytes=("esketamine", "noresketamine"),
    sampling_site="not stated",
    population=Population(
        description=(
            "25 ventilated children (median 0.42 y, 7 kg), 86 samples, 0.3 to 3.6 mg/kg/h for 9.6 "
            "to 140.7 h"
        ),
        group="children",
        setting="intensive care",
        weight_kg=(3.4, 35.0),
        age_y=(0.02, 12.5),
    ),
    parameters=PARAMETERS,
    individual=allometric(PARAMETERS, volumes="V1 V2 Vnk", clearances="CL Q2 CLnk"),
    disposition=disposition,
    structure=(
        "Two compartments of esketamine, one of noresketamine with apparent volume and clearance "
        "(per Fm). CLnk/Fm times (1 + 0.0087 t), t hours since the first dose. Volumes times "
        "(weight/70 kg), clearances times (weight/70 kg)^0.75."
    ),
    routes={"iv": INTRAVENOUS},
    covariates=("weight_kg",),
    variability=VARIABILITY,
    correlations=CORRELATIONS,
    residuals=RESIDUALS,
    checks=CHECKS,
    problems=(
        "For long infusions in intensive care only, as it was studied.",
        "The share that becomes noresketamine is not identified; the ledger counts all elimination "
        "as passing through it.",
        "Noresketamine clearance grows without end; beyond the 141 h studied this extrapolates.",
    ),
    refuses=dict.fromkeys(
        ("im", "sc", "nasal", "nasal_spray", "oral", "sublingual", "buccal", "rectal", "inhaled"),
        "it describes long intravenous infusions only",
    ),
)
