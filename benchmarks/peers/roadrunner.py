"""libroadrunner: the model as SBML, compiled by it, CVODE, one patient after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import antimony
import numpy as np
import roadrunner as rr
from entry import Curves, Entry
from jobs import ATOL_SHARE, DOSE_MG, DURATION_H, KM_MG_PER_L, RTOL, TIMES_H, Patients

NAME = "libroadrunner CVODE"
MOST = {"A": 200, "C": 200}
MODEL = """
model three
  species $outside, x1, x2, x3
  x1 = 0; x2 = 0; x3 = 0; outside = 0
  CL = 1; Vmax = 1; Km = 1; V1 = 1; Q2 = 1; V2 = 1; Q3 = 1; V3 = 1; rate = 0
  $outside -> x1; rate
  x1 -> $outside; {elimination}
  x1 -> x2; Q2 * (x1 / V1 - x2 / V2)
  x1 -> x3; Q3 * (x1 / V1 - x3 / V3)
end
"""
ELIMINATION = {"A": "CL * x1 / V1", "C": "Vmax * x1 / V1 / (Km + x1 / V1)"}


def versions() -> str:
    """Version of what runs."""
    return f"libroadrunner {rr.__version__}"


def _model(job: str, rtol: float) -> Any:
    antimony.clearPreviousLoads()
    if antimony.loadAntimonyString(MODEL.format(elimination=ELIMINATION[job])) < 0:
        raise RuntimeError(antimony.getLastError())
    model = rr.RoadRunner(antimony.getSBMLString("three"))
    model.integrator.relative_tolerance = rtol
    model.integrator.absolute_tolerance = rtol * ATOL_SHARE
    model.integrator.maximum_num_steps = 100_000
    model.timeCourseSelections = ["x1"]
    return model


def _prepared(job: str) -> Callable[..., Callable[[], Curves]]:
    def prepare(people: Patients, rtol: float = RTOL) -> Callable[[], Curves]:
        model = _model(job, rtol)
        p = people
        Vmax = p.CL * KM_MG_PER_L
        cut = int(np.searchsorted(TIMES_H, DURATION_H))
        during = [*TIMES_H[:cut].tolist(), DURATION_H]
        after = [DURATION_H, *TIMES_H[cut:].tolist()]

        def run() -> Curves:
            curves = np.empty((len(people), TIMES_H.size))
            for n in range(len(people)):
                model.resetAll()
                if job == "C":
                    model["Vmax"], model["Km"] = Vmax[n], KM_MG_PER_L
                else:
                    model["CL"] = p.CL[n]
                model["V1"] = p.V1[n]
                model["Q2"], model["V2"] = p.Q2[n], p.V2[n]
                model["Q3"], model["V3"] = p.Q3[n], p.V3[n]
                model["rate"] = DOSE_MG / DURATION_H
                curves[n, :cut] = model.simulate(times=during)[:-1, 0] / p.V1[n]
                model["rate"] = 0.0
                curves[n, cut:] = model.simulate(times=after)[1:, 0] / p.V1[n]
            return (curves,)

        return run

    return prepare


def entries() -> list[Entry]:
    """What it takes part in."""
    return [Entry(job, NAME, _prepared(job), most=most, steps=True) for job, most in MOST.items()]
