"""Sherwin 2015: intravenous ketamine in children sedated for short procedures."""

from __future__ import annotations

from ketapk.library.intravenous import INTRAVENOUS
from ketapk.library.mammillary import allometric, two
from ketapk.library.source import ABSTRACT, ASSUMED, allometry
from ketapk.model.model import Model, Population

PARAMETERS = (
    ABSTRACT.parameter("V1", 20.5, "L/70 kg"),
    ABSTRACT.parameter("V2", 220.0, "L/70 kg"),
    ABSTRACT.parameter("CL", 87.9, "L/h/70 kg"),
    ABSTRACT.parameter("Q2", 87.3, "L/h/70 kg", "printed as Q"),
    *allometry(ASSUMED, "the abstract gives values per 70 kg and no exponent"),
)

MODEL = Model(
    name="sherwin2015",
    title="Racemic ketamine in children, two compartments",
    citation=(
        "Sherwin CMT et al. Development of an optimal sampling schedule for children receiving "
        "ketamine for short-term procedural sedation and analgesia. Paediatr Anaesth "
        "2015;25(2):211-216."
    ),
    doi="10.1111/pan.12521",
    grade="A",
    status="restricted",
    drugs=("racemic",),
    analytes=("ketamine",),
    sampling_site="not stated",
    population=Population(
        description=(
            "57 children, 1 to 1.5 mg/kg by vein at once; weight and age: not published in the "
            "abstract"
        ),
        group="children",
    ),
    parameters=PARAMETERS,
    individual=allometric(PARAMETERS, volumes="V1 V2", clearances="CL Q2"),
    disposition=two,
    structure=(
        "Two compartments per 70 kg. The exponents of weight are assumed: 1 for volumes, 0.75 for "
        "clearances."
    ),
    routes={"iv": INTRAVENOUS},
    covariates=("weight_kg",),
    problems=(
        "The exponents of body weight are not stated in the abstract and assumed here.",
        "Between-person variability is given only as 34 to 98 %: individual values and "
        "residual error not found.",
        "The abstract reports nothing besides its parameters that could be re-created.",
    ),
    refuses={
        "im": "the rate assumed for children goes with herd2007 only, and its own paper gives none"
    },
)
