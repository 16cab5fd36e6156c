"""What Simons 2022 reports besides its parameters, to be reproduced."""

from __future__ import annotations

from dataclasses import replace

from ketapk.library.source import ABSTRACT, Source
from ketapk.model.checks import AUC, Cmax, Measure, Tmax, level
from ketapk.patients import Cohort
from ketapk.units import MINUTES_PER_HOUR, molar_mass

TABLE_2 = Source(where="Table 2", grade="B", via="nlmixr2lib Simons_2022_s_ketamine")
LEIDEN_FIGURE = Source(
    where="Kamp 2020, Br J Anaesth, Fig 1", grade="C", via="digitised by a third party"
)
STUDIED = Cohort(weight_kg=[73.0], age_y=[25.0])
LEIDEN = (
    "0.14 mg/kg/h esketamine iv for 60 min; then 0.28 mg/kg/h esketamine iv for 60 min; then "
    "0.57 mg/kg/h esketamine iv for 60 min"
)


def _visit(mg: int) -> str:
    return f"{mg} mg esketamine buccal; 20 mg esketamine iv over 20 min at 6 h"


def _film(mg: int) -> str:
    return f"{mg} mg esketamine buccal"


CHECKS = (
    ABSTRACT.check(
        "esketamine at the end of 20 mg over 20 min, 6 h after 50 mg of film (95 % CI 259-287)",
        level(_visit(50), "esketamine", 6.0 + 1.0 / 3.0, cohort=STUDIED),
        273.0,
        "ng/mL",
        0.15,
    ),
    ABSTRACT.check(
        "the same after 100 mg (95 % CI 251-269)",
        level(_visit(100), "esketamine", 6.0 + 1.0 / 3.0, cohort=STUDIED),
        260.0,
        "ng/mL",
        0.15,
    ),
    *(
        TABLE_2.check(
            f"{mg} mg film: AUC 0-6 h of {analyte}",
            replace(AUC(_film(mg), analyte, 6.0, per_h=MINUTES_PER_HOUR), cohort=STUDIED),
            value,
            "ng min/mL",
            0.15,
        )
        for mg, analyte, value in (
            (50, "noresketamine", 38497.0),
            (50, "hydroxynoresketamine", 24087.0),
            (100, "noresketamine", 67959.0),
            (100, "hydroxynoresketamine", 44972.0),
        )
    ),
    *(
        TABLE_2.check(
            f"{mg} mg film: Cmax of esketamine",
            Cmax(_film(mg), "esketamine", cohort=STUDIED),
            value,
            "ng/mL",
            0.20,
        )
        for mg, value in ((50, 96.0), (100, 144.0))
    ),
    *(
        TABLE_2.check(
            f"50 mg film: Tmax of {analyte}",
            replace(Tmax(_film(50), analyte, per_h=MINUTES_PER_HOUR), cohort=STUDIED),
            value,
            "min",
            0.10,
            note="the source suggests no tolerance; 10 % is ours",
        )
        for analyte, value in (
            ("esketamine", 18.8),
            ("noresketamine", 61.0),
            ("hydroxynoresketamine", 81.0),
        )
    ),
    LEIDEN_FIGURE.check(
        "Leiden regimen: esketamine at 180 min",
        level(LEIDEN, "esketamine", 3.0, per_ng=1.0 / molar_mass("ketamine")),
        1.08,
        "nmol/mL",
        0.10,
    ),
    LEIDEN_FIGURE.check(
        "Leiden regimen: arterial peak of noresketamine, near 180 min",
        Measure(
            plan=LEIDEN,
            what="Cmax of noresketamine",
            read=lambda run: (
                float(run.exposure("noresketamine")["Cmax"][0]) / molar_mass("norketamine")
            ),
        ),
        0.75,
        "nmol/mL",
        0.15,
        reproduces=False,
        note=(
            "norketamine of the Leiden infusion does not reproduce: the model under-predicts it by "
            "28 % in this external data set, which it was not fitted to"
        ),
    ),
)
