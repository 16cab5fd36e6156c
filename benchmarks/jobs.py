"""The jobs A to G as data: patients, plans and times that everybody who takes part shares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import equations
import numpy as np

RTOL, ATOL = 1e-6, 1e-9
"""Tolerances of everybody who steps [1], [mg]."""
ATOL_SHARE = ATOL / RTOL
"""Absolute over relative tolerance [mg], where others are asked for."""
SEED = 20
SPREAD = 0.30
"""Coefficient of variation of every parameter [1]."""
DOSE_MG = 35.0
"""0.5 mg/kg in 70 kg."""
DURATION_H = 2.0 / 3.0
TIMES_H = np.arange(241) / 10.0
KM_MG_PER_L = 1.0
STIFF_KE0 = 1200.0
"""20 per minute [1/h]."""
LEVEL_MG_PER_L = 0.1
ROUTES = ("iv", "im", "nasal")
OUTPUTS = ("plasma", "effect", "metabolite")
TYPICAL = {
    # Domino's three compartments in 70 kg: V1 and five rate constants per minute.
    "CL": 0.063 * 70 * 0.4381 * 60,
    "V1": 0.063 * 70,
    "Q2": 0.063 * 70 * 0.5921 * 60,
    "V2": 0.063 * 70 * 0.5921 / 0.247,
    "Q3": 0.063 * 70 * 0.59 * 60,
    "V3": 0.063 * 70 * 0.59 / 0.0146,
    # Round numbers for what job B adds; they describe nobody in particular.
    "ke0": 14.0,
    "ka": 4.0,
    "kn": 6.0,
    "kg": 1.1,
    "km": 0.45,
    "Vm": 60.0,
}
F_MUSCLE, F_NOSE, F_LIVER, FORMED = 0.93, 0.45, 0.20, 0.70
"""Shares that the muscle gives, the nose takes, the liver lets pass, and metabolism forms [1]."""


@dataclass(frozen=True)
class Patients:
    """Parameters of N patients, an array (N,) each: volumes [L], clearances [L/h], rates [1/h]."""

    CL: Any
    V1: Any
    Q2: Any
    V2: Any
    Q3: Any
    V3: Any
    ke0: Any
    ka: Any
    kn: Any
    kg: Any
    km: Any
    Vm: Any

    def __len__(self) -> int:
        return int(self.CL.size)

    def __getitem__(self, which: slice) -> Patients:
        return Patients(**{f.name: getattr(self, f.name)[which] for f in fields(self)})

    @property
    def columns(self) -> Any:
        """All parameters, (N, 12), in the order of the fields."""
        return np.stack([getattr(self, f.name) for f in fields(self)], axis=1)


def population(n: int, seed: int = SEED) -> Patients:
    """Return N lognormal patients; the first of many are those of few."""
    sigma = np.sqrt(np.log(1.0 + SPREAD**2))
    z = np.random.default_rng(seed).standard_normal((n, len(TYPICAL)))
    drawn = np.array(list(TYPICAL.values())) * np.exp(sigma * z)
    return Patients(*np.ascontiguousarray(drawn.T))


@dataclass(frozen=True)
class Job:
    """One of the jobs that have curves."""

    name: str
    title: str
    linear: bool = True


CURVES = {
    job.name: job
    for job in (
        Job("A", "population: 40-min infusion, 241 times over 24 h"),
        Job("B", "routes: vein, muscle, nose; each in plasma, effect site, metabolite"),
        Job("C", "saturable: job A with Michaelis-Menten elimination", False),
        Job("C stiff", "job C with an effect site of 20 per minute", False),
        Job("D", "long schedule: one patient, eight weeks, 80 641 times"),
    )
}


@dataclass(frozen=True)
class Stretch:
    """A time span with one infusion rate, and which of the times lie in it."""

    start: float
    end: float
    rate: float
    """[mg/h]."""
    lo: int
    hi: int


@dataclass(frozen=True)
class Ode:
    """A job, or one route of it, as an initial value problem of N patients."""

    slope: Callable[..., Any]
    """One of ``equations``."""
    start: Any
    """(N, S) amounts at time 0 [mg]."""
    constants: Any
    """(N, P) that the slope reads."""
    stretches: tuple[Stretch, ...]
    times: Any
    """(T,) [h]."""
    reads: tuple[tuple[int, Any], ...]
    """State, and volume (N,) [L] to divide it by, of each output."""


def stretches(times: Any, steps: list[tuple[float, float]]) -> tuple[Stretch, ...]:
    """Cut times (T,) where the rate changes; ``steps`` are (time, rate from then on)."""
    starts = [t for t, _ in steps]
    ends = [*starts[1:], float(times[-1])]
    cuts = np.searchsorted(times, [*starts, np.inf]).tolist()
    return tuple(
        Stretch(start, end, rate, lo, hi)
        for (start, rate), end, lo, hi in zip(steps, ends, cuts[:-1], cuts[1:], strict=True)
    )


SHORT = stretches(TIMES_H, [(0.0, DOSE_MG / DURATION_H), (DURATION_H, 0.0)])
UNDOSED = stretches(TIMES_H, [(0.0, 0.0)])
LONG_TIMES_H = np.arange(8 * 7 * 24 * 60 + 1) / 60.0
LONG_STARTS_H = tuple(168.0 * week + day * 24.0 for week in range(8) for day in (0, 3))
LONG_RATES = (60.0, 45.0, 30.0)
"""Rates of one infusion, twenty minutes each, then it stops: three changes [mg/h]."""
LONG_PIECE_H = 1.0 / 3.0
LONG = stretches(
    LONG_TIMES_H,
    [
        ((start * 60 + 20 * k) / 60.0, rate)
        for start in LONG_STARTS_H
        for k, rate in enumerate((*LONG_RATES, 0.0))
    ],
)


def odes(job: str, people: Patients) -> tuple[Ode, ...]:
    """Return the initial value problems of a job: one, or one a route for job B."""
    if job == "B":
        return tuple(_route(route, people) for route in ROUTES)
    p = people
    exchange = (p.Q2 / p.V1, p.Q2 / p.V2, p.Q3 / p.V1, p.Q3 / p.V3)
    n = len(p)
    times, cuts = (LONG_TIMES_H, LONG) if job == "D" else (TIMES_H, SHORT)
    if job in ("A", "D"):
        constants = np.stack([p.CL / p.V1, *exchange], axis=1)
        return (Ode(equations.linear, np.zeros((n, 3)), constants, cuts, times, ((0, p.V1),)),)
    saturable = (p.CL * KM_MG_PER_L, KM_MG_PER_L * p.V1, *exchange)
    if job == "C":
        constants = np.stack(saturable, axis=1)
        return (Ode(equations.saturable, np.zeros((n, 3)), constants, cuts, times, ((0, p.V1),)),)
    constants = np.stack([*saturable, np.full(n, STIFF_KE0), p.V1], axis=1)
    reads = ((0, p.V1), (3, np.ones(n)))
    return (Ode(equations.saturable_effect, np.zeros((n, 4)), constants, cuts, times, reads),)


def _route(route: str, p: Patients) -> Ode:
    n = len(p)
    zero = np.zeros(n)
    first, second = {"iv": (zero, zero), "im": (p.ka, zero), "nasal": (p.kn, p.kg)}[route]
    constants = np.stack(
        [p.CL / p.V1, p.Q2 / p.V1, p.Q2 / p.V2, p.Q3 / p.V1, p.Q3 / p.V3, p.km, p.ke0, p.V1,
         first, second, np.full(n, F_LIVER), np.full(n, FORMED)],
        axis=1,
    )  # fmt: skip
    start = np.zeros((n, 7))
    if route == "im":
        start[:, 5] = F_MUSCLE * DOSE_MG
    elif route == "nasal":
        start[:, 5] = F_NOSE * DOSE_MG
        start[:, 6] = (1.0 - F_NOSE) * DOSE_MG
    cuts = SHORT if route == "iv" else UNDOSED
    reads = ((0, p.V1), (4, np.ones(n)), (3, p.Vm))
    return Ode(equations.seven, start, constants, cuts, TIMES_H, reads)
