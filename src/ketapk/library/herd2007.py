"""Herd 2007: intravenous ketamine in children sedated in an emergency department."""

from __future__ import annotations

from ketapk.library.intravenous import INTRAVENOUS
from ketapk.library.mammillary import allometric, two
from ketapk.library.source import ABSTRACT, allometry
from ketapk.model.checks import Measure, share_above
from ketapk.model.model import Model, Population
from ketapk.patients import Cohort
from ketapk.units import MINUTES_PER_HOUR

PARAMETERS = (
    ABSTRACT.parameter("V1", 38.7, "L/70 kg"),
    ABSTRACT.parameter("V2", 102.0, "L/70 kg"),
    ABSTRACT.parameter("CL", 90.0, "L/h/70 kg"),
    ABSTRACT.parameter("Q2", 215.0, "L/h/70 kg", "printed as Q"),
    *allometry(ABSTRACT),
)
READ_AS = "read as the coefficient of variation of a log-normal"
VARIABILITY = (
    ABSTRACT.spread("V1", 64.0, note=READ_AS),
    ABSTRACT.spread("V2", 51.7, note=READ_AS),
    ABSTRACT.spread("CL", 38.1, note=READ_AS),
    ABSTRACT.spread("Q2", 19.0, note=READ_AS),
)
MEAN_CHILD = Cohort(weight_kg=[32.5], age_y=[8.3])
CHILDREN = Cohort(weight_kg=[32.5] * 2000, age_y=8.3)
CHECKS = (
    ABSTRACT.check(
        "1 mg/kg: half of the children below 0.75 mg/L at",
        Measure(
            plan="1 mg/kg iv bolus",
            what="time at which the typical child falls below 0.75 mg/L",
            cohort=MEAN_CHILD,
            read=lambda run: (
                run.exposure("ketamine", above="0.75 mg/L")["time above 0.75 mg/L"][0]
                * MINUTES_PER_HOUR
            ),
        ),
        10.0,
        "min",
        0.10,
        reproduces=False,
        note=(
            "the sentence that half of the children are below 0.75 mg/L 10 min after 1 mg/kg does "
            "not reproduce: the abstract's own parameters are there near 6 min"
        ),
    ),
    ABSTRACT.check(
        "1 mg/kg: almost all above 0.1 mg/L at 10 min",
        share_above(
            "1 mg/kg iv bolus", "ketamine", 10.0 / MINUTES_PER_HOUR, 100.0, cohort=CHILDREN, seed=1
        ),
        (0.95, 1.0),
        "share",
        note="2 000 children of the mean weight, drawn; almost all is read as 95 % or more",
    ),
)

MODEL = Model(
    name="herd2007",
    title="Racemic ketamine in children, two compartments",
    citation=(
        "Herd D, Anderson BJ (authors unverified; the abstract page seen omits them). Ketamine "
        "disposition in children presenting for procedural sedation and analgesia in a children's "
        "emergency department. Paediatr Anaesth 2007;17(7):622-629."
    ),
    doi="10.1111/j.1460-9592.2006.02145.x",
    grade="A",
    status="recommended",
    drugs=("racemic",),
    analytes=("ketamine",),
    sampling_site="not stated",
    population=Population(
        description=(
            "54 children, 8.3 (SD 3.5) y, 32.5 (SD 15.6) kg, 1 to 1.5 mg/kg by vein, 188 samples "
            "over 14 to 152 min; ranges of weight and age: not published here"
        ),
        group="children",
    ),
    parameters=PARAMETERS,
    individual=allometric(PARAMETERS, volumes="V1 V2", clearances="CL Q2"),
    disposition=two,
    structure=(
        "Two compartments. Volumes times (weight/70 kg), clearances times (weight/70 kg)^0.75."
    ),
    routes={"iv": INTRAVENOUS},
    covariates=("weight_kg",),
    variability=VARIABILITY,
    checks=CHECKS,
    problems=("Residual error: not published in the abstract.",),
)
