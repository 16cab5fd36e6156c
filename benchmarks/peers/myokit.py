"""Myokit: the model compiled with the CVODES of the system's SUNDIALS, one patient at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import myokit
import numpy as np
from entry import Curves, Entry
from jobs import ATOL_SHARE, DOSE_MG, DURATION_H, KM_MG_PER_L, RTOL, TIMES_H, Patients

NAME = "myokit CVODES"
MOST = {"A": 200, "C": 200}
MODEL = """
[[model]]
body.x1 = 0
body.x2 = 0
body.x3 = 0

[body]
pace = 0 bind pace
time = 0 bind time
R = 1
CL = 1
Km = 1
V1 = 1
Q2 = 1
V2 = 1
Q3 = 1
V3 = 1
dot(x1) = R * pace - {elimination} - Q2 * (x1 / V1 - x2 / V2) - Q3 * (x1 / V1 - x3 / V3)
dot(x2) = Q2 * (x1 / V1 - x2 / V2)
dot(x3) = Q3 * (x1 / V1 - x3 / V3)
"""
ELIMINATION = {"A": "CL * x1 / V1", "C": "CL * Km * x1 / V1 / (Km + x1 / V1)"}


def versions() -> str:
    """Version of what runs."""
    return f"myokit {myokit.__version__}, SUNDIALS {myokit.Sundials.version()}"


def reason() -> str | None:
    """Say why it cannot run, if so."""
    return None if myokit.Sundials.version() else "the C library SUNDIALS is missing"


def _prepared(job: str) -> Callable[..., Callable[[], Curves]]:
    def prepare(people: Patients, rtol: float = RTOL) -> Callable[[], Curves]:
        model = myokit.parse_model(MODEL.format(elimination=ELIMINATION[job]))
        protocol = myokit.Protocol()
        protocol.schedule(1.0, 0.0, DURATION_H)
        simulation: Any = myokit.Simulation(model, protocol)
        simulation.set_tolerance(rtol * ATOL_SHARE, rtol)
        simulation.set_constant("body.R", DOSE_MG / DURATION_H)
        simulation.set_constant("body.Km", KM_MG_PER_L)
        # It logs up to its last time and not at it.
        end = float(TIMES_H[-1]) * (1.0 + 1e-12)

        def run() -> Curves:
            curves = np.empty((len(people), TIMES_H.size))
            for n in range(len(people)):
                simulation.reset()
                for name in ("CL", "V1", "Q2", "V2", "Q3", "V3"):
                    simulation.set_constant(f"body.{name}", getattr(people, name)[n])
                log = simulation.run(end, log=["body.x1"], log_times=TIMES_H)
                curves[n] = np.array(log["body.x1"]) / people.V1[n]
            return (curves,)

        return run

    return prepare


def entries() -> list[Entry]:
    """What it takes part in."""
    return [Entry(job, NAME, _prepared(job), most=most, steps=True) for job, most in MOST.items()]
