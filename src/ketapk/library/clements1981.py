"""Clements 1981: intravenous ketamine in volunteers, 0.25 mg/kg."""

from __future__ import annotations

from ketapk.library.intravenous import INTRAVENOUS
from ketapk.library.mammillary import from_rate_constants, two
from ketapk.library.source import Source
from ketapk.model.model import Model, Population

OPENTIVA = Source(where="not verified", grade="B", via="opentiva, the only source")
PARAMETERS = (
    OPENTIVA.parameter("V1", 1.7522, "L/kg"),
    OPENTIVA.parameter("k10", 0.0109, "1/min"),
    OPENTIVA.parameter("k12", 0.0186, "1/min"),
    OPENTIVA.parameter("k21", 0.0137, "1/min"),
)

MODEL = Model(
    name="clements1981",
    title="Racemic ketamine in volunteers, two compartments",
    citation=(
        "Clements JA, Nimmo WS. Pharmacokinetics and analgesic effect of ketamine in man. Br J "
        "Anaesth 1981;53:27-30."
    ),
    doi="10.1093/bja/53.1.27",
    grade="B",
    status="experimental",
    drugs=("racemic",),
    analytes=("ketamine",),
    sampling_site="venous (unverified)",
    population=Population(
        description=(
            "healthy volunteers (unverified), 0.25 mg/kg by vein at once; number, weight and age: "
            "not published here"
        ),
    ),
    parameters=PARAMETERS,
    individual=from_rate_constants(PARAMETERS),
    disposition=two,
    structure="Two compartments. V1 is proportional to weight, rate constants are everybody's.",
    routes={"iv": INTRAVENOUS},
    covariates=("weight_kg",),
    problems=(
        "A single secondary source; matrix, sampling site and population are unverified.",
        "Nothing besides the parameters was found that could be re-created.",
        "Between-person variability and residual error were not found.",
    ),
)
