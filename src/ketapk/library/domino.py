"""Domino: intravenous ketamine from micro-constants."""

from __future__ import annotations

from dataclasses import replace

from ketapk.library.intravenous import INTRAVENOUS
from ketapk.library.mammillary import from_rate_constants, three
from ketapk.library.source import Source
from ketapk.model.checks import Tmax
from ketapk.model.model import Model, Population
from ketapk.units import MINUTES_PER_HOUR

WHERE = "not verified which of the two cited papers prints it"
FIVE = Source(
    where=WHERE,
    grade="B",
    via="five public codes that agree (SimTIVA, a TCI web app, fus_anes, opentiva, stanpumpR)",
)
THREE = Source(
    where=WHERE,
    grade="B",
    via="SimTIVA, a TCI web app and opentiva; stanpumpR and fus_anes round it",
)
SIMTIVA = Source(where="SimTIVA, time to peak effect", grade="B", via="SimTIVA")
NAVARRETE = Source(where="Navarrete 2025, abstract", grade="A", via="read in the abstract")

PARAMETERS = (
    FIVE.parameter("V1", 0.063, "L/kg"),
    THREE.parameter("k10", 0.4381, "1/min"),
    THREE.parameter("k12", 0.5921, "1/min"),
    FIVE.parameter("k13", 0.59, "1/min"),
    FIVE.parameter("k21", 0.247, "1/min"),
    FIVE.parameter("k31", 0.0146, "1/min"),
)
PEAK_EFFECT = replace(
    Tmax("0.1 mg/kg iv bolus", "ketamine", site="effect", per_h=MINUTES_PER_HOUR),
    what="time of the highest concentration at the effect site",
    effect="antinociception_index",
)
CHECKS = (
    SIMTIVA.check("time to peak effect with ke0 0.238 /min", PEAK_EFFECT, 1.6, "min", 0.01),
    NAVARRETE.check(
        "observed time to peak effect, 1.83 (mean, one SD 0.74)", PEAK_EFFECT, (1.09, 2.57), "min"
    ),
)

MODEL = Model(
    name="domino",
    title="Racemic ketamine, three compartments from rate constants",
    citation=(
        "Domino EF et al. Cited as Anesth Analg 1982;61:87-92 or as Clin Pharmacol Ther "
        "1984;36:645-653; which of them prints the micro-constants was not verified. Tabulated as "
        "'Domino' in Absalom et al. Br J Anaesth 2007;98:615-623."
    ),
    doi="10.1093/bja/aem063",
    grade="B",
    status="recommended",
    drugs=("racemic",),
    analytes=("ketamine",),
    sampling_site="not verified",
    population=Population(description="adults; number, weight and age not verified"),
    parameters=PARAMETERS,
    individual=from_rate_constants(PARAMETERS),
    disposition=three,
    structure="Three compartments. V1 is proportional to weight, rate constants are everybody's.",
    routes={"iv": INTRAVENOUS},
    covariates=("weight_kg",),
    checks=CHECKS,
    problems=(
        "The five codes that print these numbers are not independent of one another.",
        "Salt or base is not stated; base is taken.",
        "The DOI is that of the table in Absalom 2007 and was not verified.",
        "Other ke0 in circulation rest on guessed times to peak (0.652 and 0.0857 /min) or on "
        "nothing (1.0 /min).",
        "Number of people, sampling site, variability and residual error were not found; opentiva "
        "gives PMID 7198883, which was not verified.",
    ),
)
