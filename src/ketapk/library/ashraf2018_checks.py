"""What Ashraf 2018 reports besides its parameters, to be reproduced."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ketapk.library.source import Source
from ketapk.model.checks import AUC, Check, Cmax, Measure, Tmax
from ketapk.patients import Cohort

TABLE_3 = Source(
    where="Table 3, row of the model, means",
    grade="B",
    via="nlmixr2lib Ashraf_2018_s_ketamine_ticlopidine",
)
SAME = Source(
    where="typical person, solved elsewhere from the same equations; not in the paper",
    grade="B",
    via="a note beside the transcribed table; its solver is not stated",
)
BY_VEIN = "0.1 mg/kg esketamine iv over 2 min"
BY_MOUTH = "0.2 mg/kg esketamine oral"
N = 1000
WHO = {
    BY_VEIN: Cohort(weight_kg=[59.0] * N, age_y=25.0),
    BY_MOUTH: Cohort(weight_kg=[62.0] * N, age_y=25.0),
}
TYPICAL = {
    BY_VEIN: Cohort(weight_kg=[59.0], age_y=[25.0]),
    BY_MOUTH: Cohort(weight_kg=[62.0], age_y=[25.0]),
}
SAMPLED_H = tuple(t / 60 for t in (10, 20, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720, 1440))
"""From the first sample at 10 min on; the paper's other times were not found and are assumed."""
DRAWN = (
    f"mean of {N} drawn people with residual error, sampled from 10 min on as in the paper (later "
    "times assumed), AUC by trapezoids as of samples"
)


def _mean(plan: str, what: str, analyte: str, value: float) -> Check:
    """Mean over drawn people of Cmax among samples, or of AUC 0-24 h."""
    peak = what == "Cmax"
    return TABLE_3.check(
        f"{plan}: mean {what} of {analyte}",
        Measure(
            plan=plan,
            what=f"mean {what} of {analyte}",
            cohort=WHO[plan],
            seed=1,
            times_h=SAMPLED_H,
            read=lambda run: _of_samples(run, analyte, peak=peak),
        ),
        value,
        "ng/mL" if peak else "ng h/mL",
        0.20,
        note=DRAWN,
    )


def _of_samples(run: Any, analyte: str, *, peak: bool) -> float:
    """Mean Cmax [ng/mL] or AUC [ng h/mL] of samples with their residual error."""
    (residual,) = [r for r in run.model.residuals if r.analyte == analyte]
    true = run.concentration(analyte)
    noise = np.random.default_rng(2).standard_normal(true.shape)
    seen = np.maximum(true * (1.0 + np.sqrt(residual.value) * noise), 0.0)
    if peak:
        return float(seen.max(axis=1).mean())
    start = np.zeros((seen.shape[0], 1))
    area = np.trapezoid(np.concatenate([start, seen], axis=1), (0.0, *run.times_h), axis=1)
    return float(area.mean())


def _who(measure: Measure) -> Measure:
    return replace(measure, cohort=TYPICAL[measure.plan])


CHECKS = (
    _mean(BY_VEIN, "Cmax", "esketamine", 41.0),
    _mean(BY_VEIN, "AUC 0-24 h", "esketamine", 70.0),
    _mean(BY_VEIN, "Cmax", "norketamine", 22.0),
    _mean(BY_VEIN, "AUC 0-24 h", "norketamine", 161.0),
    _mean(BY_MOUTH, "Cmax", "esketamine", 9.37),
    _mean(BY_MOUTH, "AUC 0-24 h", "esketamine", 22.4),
    _mean(BY_MOUTH, "Cmax", "norketamine", 56.0),
    _mean(BY_MOUTH, "AUC 0-24 h", "norketamine", 279.0),
    *(
        SAME.check(f"{m.plan}: {m.what}, typical person", _who(m), value, unit, 0.01)
        for m, value, unit in (
            (AUC(BY_VEIN, "esketamine", 24.0), 84.6, "ng h/mL"),
            (Cmax(BY_VEIN, "norketamine"), 14.9, "ng/mL"),
            (AUC(BY_VEIN, "norketamine", 24.0), 139.4, "ng h/mL"),
            (Cmax(BY_MOUTH, "esketamine"), 6.74, "ng/mL"),
            (Tmax(BY_MOUTH, "esketamine"), (0.305, 0.315), "h"),
            (AUC(BY_MOUTH, "esketamine", 24.0), 20.7, "ng h/mL"),
            (Cmax(BY_MOUTH, "norketamine"), 43.2, "ng/mL"),
            (Tmax(BY_MOUTH, "norketamine"), 1.08, "h"),
            (AUC(BY_MOUTH, "norketamine", 24.0), 251.6, "ng h/mL"),
        )
    ),
)
