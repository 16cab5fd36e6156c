"""Elkomy 2015: intravenous ketamine in children with heart disease."""

from __future__ import annotations

import numpy as np

from ketapk.library.intravenous import INTRAVENOUS
from ketapk.library.mammillary import allometric, two
from ketapk.library.source import ABSTRACT, allometry
from ketapk.model.checks import Measure
from ketapk.model.model import Model, Population
from ketapk.patients import Cohort
from ketapk.units import MINUTES_PER_HOUR

PARAMETERS = (
    ABSTRACT.parameter("V1", 57.3, "L/70 kg"),
    ABSTRACT.parameter("V2", 152.0, "L/70 kg"),
    ABSTRACT.parameter("CL", 60.6, "L/h/70 kg"),
    ABSTRACT.parameter("Q2", 73.2, "L/h/70 kg", "printed as Q"),
    *allometry(ABSTRACT),
)
PLATEAU_MIN = np.arange(15.0, 121.0, 1.0)
CHECKS = (
    ABSTRACT.check(
        "the paper's infusion scheme keeps an anaesthetic level in a child of 10 kg or more",
        Measure(
            plan=(
                "2 mg/kg iv over 1 min; then 6.3 mg/kg/h iv for 29 min; then 4.5 mg/kg/h iv for "
                "50 min; then 3.9 mg/kg/h iv for 40 min"
            ),
            what="(highest - lowest) / mean of the concentration from 15 to 120 min",
            cohort=Cohort(weight_kg=[20.0], age_y=[6.0]),
            times_h=(0.0, *(PLATEAU_MIN / MINUTES_PER_HOUR)),
            read=lambda run: float(
                np.ptp(run.concentration("ketamine")[0, 1:])
                / np.mean(run.concentration("ketamine")[0, 1:])
            ),
        ),
        (0.0, 0.15),
        "1",
        note=(
            "kept is read as (highest - lowest) / mean below 15 % from 15 min on, in a child of "
            "20 kg and 6 y; the paper says 10 kg or more"
        ),
    ),
)

MODEL = Model(
    name="elkomy2015",
    title="Ketamine in children with heart disease, two compartments",
    citation=(
        "Elkomy MH, Drover DR, Hammer GB, Galinkin JL, Ramamoorthy C. Population pharmacokinetics "
        "of ketamine in children with heart disease. Int J Pharm 2015;478(1):223-231."
    ),
    doi="10.1016/j.ijpharm.2014.11.026",
    grade="A",
    status="recommended",
    drugs=("racemic",),
    analytes=("ketamine",),
    sampling_site="not stated",
    population=Population(
        description="21 children with heart disease, 2 mg/kg by vein, sampled for 8 h",
        group="children",
        age_y=(0.5, 18.0),
    ),
    parameters=PARAMETERS,
    individual=allometric(PARAMETERS, volumes="V1 V2", clearances="CL Q2"),
    disposition=two,
    structure=(
        "Two compartments. Volumes times (weight/70 kg), clearances times (weight/70 kg)^0.75."
    ),
    routes={"iv": INTRAVENOUS},
    covariates=("weight_kg",),
    checks=CHECKS,
    problems=(
        "Racemic ketamine is presumed.",
        "Between-person variability and residual error: not published in the abstract.",
    ),
    refuses={
        "im": "the rate assumed for children goes with herd2007 only, and its own paper gives none"
    },
)
