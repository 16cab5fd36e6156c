"""Hornik 2018: intravenous ketamine in children; its muscle has an F but no known rate."""

from __future__ import annotations

from ketapk.library.intravenous import INTRAVENOUS
from ketapk.library.mammillary import allometric, two
from ketapk.library.source import ABSTRACT, Source, allometry
from ketapk.model.checks import level
from ketapk.model.model import Model, Population
from ketapk.patients import Cohort
from ketapk.units import MINUTES_PER_HOUR

OPENTIVA = Source(where="not verified", grade="B", via="opentiva, the only source")
PARAMETERS = (
    OPENTIVA.parameter("V1", 32.8, "L/70 kg"),
    OPENTIVA.parameter("V2", 152.0, "L/70 kg"),
    OPENTIVA.parameter("CL", 38.9, "L/h/70 kg"),
    OPENTIVA.parameter("Q2", 54.9, "L/h/70 kg", "printed as Q"),
    ABSTRACT.parameter("F_im", 0.41, "fraction", "not used: its rate of absorption was not found"),
    *allometry(OPENTIVA),
)
CHECKS = (
    ABSTRACT.check(
        "2 mg/kg by vein keeps more than 750 ng/mL for procedures of up to 20 min",
        level(
            "2 mg/kg iv bolus",
            "ketamine",
            20.0 / MINUTES_PER_HOUR,
            cohort=Cohort(weight_kg=[14.0], age_y=[3.3]),
        ),
        (750.0, float("inf")),
        "ng/mL",
    ),
)

MODEL = Model(
    name="hornik2018",
    title="Racemic ketamine in children, two compartments",
    citation=(
        "Hornik CP et al (Pediatric Trials Network). Population Pharmacokinetics of Intramuscular "
        "and Intravenous Ketamine in Children. J Clin Pharmacol 2018 (volume and pages not known)."
    ),
    doi="10.1002/jcph.1116",
    grade="B",
    status="experimental",
    drugs=("racemic",),
    analytes=("ketamine",),
    sampling_site="not stated",
    population=Population(
        description="113 children (50 by muscle, 63 by vein), median 3.3 y and 14 kg, 275 samples",
        group="children",
        weight_kg=(2.4, 176.0),
        age_y=(0.02, 17.6),
    ),
    parameters=PARAMETERS,
    individual=allometric(PARAMETERS, volumes="V1 V2", clearances="CL Q2"),
    disposition=two,
    structure=(
        "Two compartments, first-order absorption from muscle (rate not found). Volumes times "
        "(weight/70 kg), clearances times (weight/70 kg)^0.75."
    ),
    routes={"iv": INTRAVENOUS},
    covariates=("weight_kg",),
    checks=CHECKS,
    problems=(
        "A clearance of 38.9 L/h/70 kg is half of every other model, and opentiva is the only "
        "source: verify before relying on it.",
        "The intramuscular rate of absorption was not found; with F 0.41, F/CL agrees with models "
        "that have F 0.93 and twice the clearance.",
        "Between-person variability and residual error were not found.",
    ),
    refuses={
        "im": (
            "its paper finds F 0.41 and the rate was not found; another paper's F does not go "
            "with its clearance"
        ),
        "sc": "its paper finds F 0.41 by muscle, which another paper's F contradicts",
    },
)
