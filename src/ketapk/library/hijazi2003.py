"""Hijazi 2003: intravenous ketamine in intensive care after brain or spinal cord injury."""

from __future__ import annotations

from ketapk.library.intravenous import INTRAVENOUS
from ketapk.library.mammillary import from_rate_constants, two
from ketapk.library.source import ABSTRACT, Source
from ketapk.model.checks import Derived, Measure, half_life
from ketapk.model.model import Model, Population
from ketapk.units import MINUTES_PER_HOUR

OPENTIVA = Source(where="not verified", grade="B", via="opentiva; agrees with the abstract")
KG = 70.0
PARAMETERS = (
    OPENTIVA.parameter("V1", 1.08, "L/kg"),
    OPENTIVA.parameter("k10", 0.0333, "1/min"),
    OPENTIVA.parameter("k12", 0.0088, "1/min"),
    OPENTIVA.parameter("k21", 0.003, "1/min"),
)
CHECKS = (
    ABSTRACT.check(
        "clearance, 36.0 (SD 13.3)",
        Derived(
            what="CL per kg", read=lambda p: float(p["CL"][0]) / KG * 1000.0 / MINUTES_PER_HOUR
        ),
        36.0,
        "mL/min/kg",
        0.01,
    ),
    ABSTRACT.check(
        "terminal half-life, 4.9 (SD 1.6)",
        half_life("1 mg/kg iv bolus", "ketamine"),
        4.9,
        "h",
        0.02,
    ),
    ABSTRACT.check(
        "volume during the terminal phase, 16.0 (SD 8.6)",
        Measure(
            plan="1 mg/kg iv bolus",
            what="clearance over terminal rate constant, per kg",
            read=lambda run: (
                float(run.model.values(run.cohort)["CL"][0])
                / KG
                * run.exposure("ketamine")["t_half"][0]
                / 0.6931471805599453
            ),
        ),
        16.0,
        "L/kg",
        0.05,
    ),
)

MODEL = Model(
    name="hijazi2003",
    title="Racemic ketamine in intensive care, two compartments",
    citation=(
        "Hijazi Y, Bodonian C, Bolon M, Salord F, Boulieu R. Pharmacokinetics and haemodynamics of "
        "ketamine in intensive care patients with brain or spinal cord injury. Br J Anaesth "
        "2003;90(2):155-160 (co-authors and pages unverified)."
    ),
    doi="10.1093/bja/aeg028",
    grade="B",
    status="restricted",
    drugs=("racemic",),
    analytes=("ketamine",),
    sampling_site="not known",
    population=Population(
        description=(
            "12 adults in intensive care with brain or spinal cord injury; ranges of weight and "
            "age: not published here"
        ),
        setting="intensive care",
    ),
    parameters=PARAMETERS,
    individual=from_rate_constants(PARAMETERS),
    disposition=two,
    structure="Two compartments. V1 is proportional to weight, rate constants are everybody's.",
    routes={"iv": INTRAVENOUS},
    covariates=("weight_kg",),
    checks=CHECKS,
    problems=(
        "For intensive care only.",
        "opentiva gives an upper age of 18 y, which looks wrong: the patients were adults.",
        "Between-person variability and residual error were not found.",
    ),
)
