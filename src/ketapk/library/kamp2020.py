"""Kamp 2020: intravenous ketamine, racemic or S, pooled over 18 studies."""

from __future__ import annotations

from ketapk.library.intravenous import INTRAVENOUS
from ketapk.library.mammillary import allometric, three
from ketapk.library.source import ABSTRACT, Source, allometry
from ketapk.model.checks import AUC, Derived, level
from ketapk.model.model import Model, Population
from ketapk.units import molar_mass

TABLE = Source(
    where="Table 2, three-compartment subset (according to a TCI application; not seen)",
    grade="B",
    via="three public TCI codes that agree (SimTIVA, a TCI web app, opentiva), not independent",
)
TWO_CODES = Source(
    where="scaling as coded; not seen in the paper",
    grade="B",
    via="SimTIVA and a TCI web app; opentiva scales clearances linearly",
)
DIGITISED = Source(
    where="Kamp 2020, Br J Anaesth, Fig 1",
    grade="C",
    via="digitised by a third party (arterial)",
)
SINGH = Source(
    where="Singh 2022, Table 6 (cancer pain, n = 9; injection time not known)",
    grade="A",
    via="read in the table",
)
LEIDEN = (
    "0.14 mg/kg/h esketamine iv for 60 min; then 0.28 mg/kg/h esketamine iv for 60 min; then "
    "0.57 mg/kg/h esketamine iv for 60 min"
)
"""The stepped infusion of the Leiden studies."""

PARAMETERS = (
    TABLE.parameter("V1", 25.0, "L/70 kg"),
    TABLE.parameter("V2", 56.0, "L/70 kg"),
    TABLE.parameter("V3", 157.0, "L/70 kg"),
    TABLE.parameter("CL", 84.0, "L/h/70 kg"),
    TABLE.parameter("Q2", 161.0, "L/h/70 kg"),
    TABLE.parameter("Q3", 79.0, "L/h/70 kg"),
    *allometry(TWO_CODES),
)
CHECKS = (
    ABSTRACT.check(
        "mean clearance of all 18 studies, 79 (95 % CI)",
        Derived(what="CL at 70 kg", read=lambda p: float(p["CL"][0])),
        (69.0, 90.0),
        "L/h",
    ),
    ABSTRACT.check(
        "mean volume of all 18 studies, 252 (95 % CI)",
        Derived(
            what="V1 + V2 + V3 at 70 kg", read=lambda p: float((p["V1"] + p["V2"] + p["V3"])[0])
        ),
        (200.0, 304.0),
        "L",
    ),
    DIGITISED.check(
        "Leiden regimen: S-ketamine at 180 min",
        level(LEIDEN, "ketamine", 3.0, per_ng=1.0 / molar_mass("ketamine")),
        1.08,
        "nmol/mL",
        0.10,
    ),
    SINGH.check(
        "10 mg by vein: concentration at 2 min, geometric mean 296 (one geometric SD, 1.71)",
        level("10 mg iv bolus", "ketamine", 2.0 / 60.0),
        (173.1, 506.2),
        "ng/mL",
    ),
    SINGH.check(
        "10 mg by vein: AUC",
        AUC("10 mg iv bolus", "ketamine"),
        113.0,
        "ng h/mL",
        0.10,
        note="the interval of the published area is not known; compared with that to infinity",
    ),
)

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
        group="adults and children",
    ),
    parameters=PARAMETERS,
    individual=allometric(PARAMETERS, volumes="V1 V2 V3", clearances="CL Q2 Q3"),
    disposition=three,
    structure=(
        "Three compartments. Volumes times (weight/70 kg), clearances times (weight/70 kg)^0.75. "
        "No other covariate effect was found."
    ),
    routes={"iv": INTRAVENOUS},
    covariates=("weight_kg",),
    checks=CHECKS,
    problems=(
        "Between-person variability and residual error were not found.",
        "The paper's second model (arterial and venous sites) was not found numerically.",
        "ke0 in circulation (SimTIVA 1.390 /min at 70 kg, opentiva 2.791) were chosen from times "
        "to peak and not estimated with it.",
        "opentiva scales the clearances linearly with weight; the exponent 0.75 is used here.",
    ),
)
