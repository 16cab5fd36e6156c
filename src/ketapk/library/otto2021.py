"""Otto 2021: intravenous esketamine with noresketamine in healthy adults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ketapk.library.intravenous import INTRAVENOUS
from ketapk.library.mammillary import allometric
from ketapk.library.source import Source, allometry
from ketapk.model.checks import AUC, Cmax, Tmax, half_life, level
from ketapk.model.model import Model, Population
from ketapk.model.structures import AS_NORKETAMINE, ELIMINATED_METABOLITE, mammillary
from ketapk.model.system import Graph
from ketapk.patients import Cohort

if TYPE_CHECKING:
    from ketapk.model.checks import Check
    from ketapk.model.routes import Values

NLMIXR2LIB = Source(
    where="not verified (digits as in a supplement)",
    grade="B",
    via="nlmixr2lib Otto_2021_s_ketamine",
)
FANTA = Source(
    where="Fanta 2015; the abstract says 95 L/h/70 kg",
    grade="A",
    via="abstract of the primary paper, and nlmixr2lib Otto_2021_s_ketamine",
)
SIMULATED = Source(
    where="simulation by nlmixr2lib from the same parameters, not an observation",
    grade="B",
    via="nlmixr2lib Otto_2021_s_ketamine",
)
FIGURES = Source(
    where="Figs 3b and 4b, medians of study CHDR1311 (n = 17, 68 kg)",
    grade="C",
    via="digitised by nlmixr2lib",
)
FIXED = "fixed to Fanta 2015"
PARAMETERS = (
    NLMIXR2LIB.parameter("V1", 133.0, "L", FIXED),
    FANTA.parameter("CL", 95.2, "L/h", FIXED),
    NLMIXR2LIB.parameter("Vp1", 187.0, "L", FIXED),
    NLMIXR2LIB.parameter("Q1", 23.2, "L/h", FIXED),
    NLMIXR2LIB.parameter("Vp2", 98.8, "L", FIXED),
    NLMIXR2LIB.parameter("Q2", 157.0, "L/h", FIXED),
    NLMIXR2LIB.parameter("Vnk", 98.638, "L"),
    NLMIXR2LIB.parameter("CLnk", 57.72, "L/h"),
    NLMIXR2LIB.parameter("Vp_nk", 160.04, "L"),
    NLMIXR2LIB.parameter("Q_nk", 42.778, "L/h"),
    *allometry(NLMIXR2LIB, "only V1, CL, Vnk and CLnk scale with weight"),
)
LOG: Final = "variance on the log scale"
VARIABILITY = (
    NLMIXR2LIB.spread("V1", 0.084177, LOG),
    NLMIXR2LIB.spread("CL", 0.026048, LOG),
    NLMIXR2LIB.spread("Vnk", 0.040426, LOG),
    NLMIXR2LIB.spread("CLnk", 0.10319, LOG),
)
CORRELATIONS = (
    NLMIXR2LIB.covariance("V1", "CL", 0.02261),
    NLMIXR2LIB.covariance("Vnk", "CLnk", 0.04456),
)
RESIDUALS = (
    NLMIXR2LIB.residual("esketamine", 0.055736, "proportional variance"),
    NLMIXR2LIB.residual("noresketamine", 0.020338, "proportional variance"),
)


def disposition(p: Values) -> Graph:
    """Three compartments of esketamine; all that is eliminated becomes noresketamine."""
    graph = Graph()
    mammillary(graph, V1=p["V1"], peripherals=((p["Q1"], p["Vp1"]), (p["Q2"], p["Vp2"])))
    mammillary(
        graph,
        V1=p["Vnk"],
        CL=p["CLnk"],
        peripherals=((p["Q_nk"], p["Vp_nk"]),),
        eliminated_to=ELIMINATED_METABOLITE,
        prefix="norketamine ",
        fate=AS_NORKETAMINE,
    )
    graph.flow("central", "norketamine central", p["CL"] / p["V1"])
    graph.first_pass = ("norketamine central", 1.0)
    graph.output("esketamine", "central", volume=p["V1"])
    graph.output("noresketamine", "norketamine central", volume=p["Vnk"])
    return graph


PLAN = "10 mg esketamine iv over 30 min"
STUDIED = Cohort(weight_kg=[68.0])


def _medians(analyte: str, values: tuple[float, ...]) -> tuple[Check, ...]:
    return tuple(
        FIGURES.check(
            f"median {analyte} at {at:g} h",
            level(PLAN, analyte, at, cohort=STUDIED),
            value,
            "ng/mL",
            0.20,
        )
        for at, value in zip((0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 10.0), values, strict=True)
    )


CHECKS = (
    SIMULATED.check(
        "esketamine at the end of 10 mg over 30 min", level(PLAN, "esketamine", 0.5), 49.87,
        "ng/mL", 0.001,
    ),
    SIMULATED.check("Cmax of noresketamine", Cmax(PLAN, "noresketamine"), 21.45, "ng/mL", 0.001),
    SIMULATED.check(
        "Tmax of noresketamine", Tmax(PLAN, "noresketamine"), 1.38, "h", 0.001, reproduces=False,
        note=(
            "the Tmax of noresketamine that nlmixr2lib quotes does not reproduce to its last "
            "digit: the exact root is 1.3725 h; it was presumably read from a grid of times"
        ),
    ),
    SIMULATED.check("AUC of esketamine", AUC(PLAN, "esketamine"), 105.0, "ng h/mL", 0.0005),
    SIMULATED.check("AUC of noresketamine", AUC(PLAN, "noresketamine"), 173.2, "ng h/mL", 0.0005),
    SIMULATED.check("terminal half-life", half_life(PLAN, "esketamine"), 7.33, "h", 0.01),
    *_medians("esketamine", (56.0, 27.0, 15.5, 11.5, 6.0, 2.5, 1.8)),
    *_medians("noresketamine", (10.0, 23.0, 20.0, 16.0, 12.0, 8.0, 6.5)),
)  # fmt: skip

MODEL = Model(
    name="otto2021",
    title="Esketamine with noresketamine, three and two compartments",
    citation=(
        "Otto ME, Bergmann KR, Jacobs G, van Esdonk MJ. Predictive performance of "
        "parent-metabolite population pharmacokinetic models of (S)-ketamine in healthy "
        "volunteers. Eur J Clin Pharmacol 2021;77(8):1181-1192. Esketamine fixed to: Fanta S, "
        "Kinnunen M, Backman JT, Kalso E. Eur J Clin Pharmacol 2015;71(4):441-447. "
        "doi:10.1007/s00228-015-1826-y."
    ),
    doi="10.1007/s00228-021-03104-1",
    grade="B",
    status="recommended",
    drugs=("S",),
    analytes=("esketamine", "noresketamine"),
    sampling_site="venous",
    population=Population(
        description=(
            "48 healthy adults (studies CHDR1311, n = 17, and CHDR1016, n = 31); esketamine from "
            "11 healthy men; ranges of weight and age: not published here"
        ),
    ),
    parameters=PARAMETERS,
    individual=allometric(PARAMETERS, volumes="V1 Vnk", clearances="CL CLnk"),
    disposition=disposition,
    structure=(
        "Three compartments of esketamine; all clearance forms noresketamine (fm = 1), carried in "
        "esketamine mass without a molar correction; two compartments of noresketamine. V1 and Vnk "
        "times (weight/70 kg), CL and CLnk times (weight/70 kg)^0.75; the others do not scale."
    ),
    routes={"iv": INTRAVENOUS},
    covariates=("weight_kg",),
    variability=VARIABILITY,
    correlations=CORRELATIONS,
    residuals=RESIDUALS,
    checks=CHECKS,
    problems=(
        "That all esketamine becomes noresketamine is an assumption of the paper.",
        "Fanta's oral F is 0.08; its absorption rate and its three-compartment norketamine model "
        "were not found.",
    ),
)
