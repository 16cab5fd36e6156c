"""The truth: linear jobs by matrix exponentials in 40 digits, saturable ones stepped closely.

It shares nothing with the closed forms: the matrix is written down from the right-hand side, and
times are reached by multiplying states with its exponential.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import equations
import numpy as np
from entry import Curves
from jobs import ATOL, DOSE_MG, DURATION_H, LEVEL_MG_PER_L, RTOL, Ode, Patients, odes
from mpmath import mp
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

DIGITS = 40
TICKS_PER_H = 180
"""Twenty seconds."""
SIGNIFICANT = 1e-6
"""Share of a curve's peak below which its relative error says nothing [1]."""
ABOUT = 5e-12
"""Relative error of the truth of a saturable job [1]."""


def truth(job: str, people: Patients) -> Curves:
    """Curves (N, T) [mg/L] of a few patients, in the order of an entry's."""
    found: list[Any] = []
    for ode in odes(job, people):
        solve = _linear if ode.slope in (equations.linear, equations.seven) else _stepped
        curves = [solve(ode, n) for n in range(len(people))]
        found += [np.array(output) for output in zip(*curves, strict=True)]
    return tuple(found)


def error(curves: Curves, exact: Curves) -> float:
    """Largest relative error [1] over all times at which a curve is above a millionth of its peak.

    Only the patients of ``exact`` are compared. NaN counts as infinite.
    """
    worst = 0.0
    for curve, true in zip(curves, exact, strict=True):
        mine = np.asarray(curve[: true.shape[0]])
        telling = true > SIGNIFICANT * true.max(axis=1, keepdims=True)
        apart = np.abs(mine - true)[telling] / true[telling]
        worst = max(worst, float(np.max(np.where(np.isnan(apart), np.inf, apart))))
    return worst


def in_tolerances(job: str, people: Patients, curves: Curves, exact: Curves) -> float:
    """Largest error over what was asked for [1]: relative tolerance times the truth, and absolute.

    A solver that controls the error of a step is not bound to 1: errors of steps add up.
    """
    worst = 0.0
    volumes = [volume for ode in odes(job, people) for _, volume in ode.reads]
    for curve, true, volume in zip(curves, exact, volumes, strict=True):
        asked = RTOL * true + ATOL / volume[:, None]
        apart = np.abs(np.asarray(curve) - true) / asked
        worst = max(worst, float(np.max(np.where(np.isnan(apart), np.inf, apart))))
    return worst


def _exact(constants: Any) -> list[Any]:
    return [mp.mpf(float(value)) for value in constants]


def _matrix(ode: Ode, n: int) -> Any:
    """Matrix of a linear slope, a unit of state at a time, with the input rate as last state."""
    S = ode.start.shape[1]
    p = _exact(ode.constants[n])
    matrix = mp.zeros(S + 1)
    for j in range(S + 1):
        unit = [mp.mpf(i == j) for i in range(S)]
        for i, value in enumerate(ode.slope(unit, p, mp.mpf(j == S))):
            matrix[i, j] = value
    return matrix


def _linear(ode: Ode, n: int) -> list[Any]:
    with mp.workdps(DIGITS):
        matrix = _matrix(ode, n)
        S = ode.start.shape[1]

        @cache
        def carried(ticks: int) -> Any:
            rows = mp.expm(matrix * mp.mpf(ticks) / TICKS_PER_H)
            return [[rows[i, j] for j in range(S + 1)] for i in range(S + 1)]

        state = [*_exact(ode.start[n]), mp.mpf(0)]
        outputs = [np.empty(ode.times.size) for _ in ode.reads]
        for stretch in ode.stretches:
            state[S] = mp.mpf(stretch.rate)
            t = stretch.start
            for w in range(stretch.lo, stretch.hi):
                state = _moved(carried(_ticks(t, float(ode.times[w]))), state)
                t = float(ode.times[w])
                for output, (index, volume) in zip(outputs, ode.reads, strict=True):
                    output[w] = float(state[index] / mp.mpf(float(volume[n])))
            state = _moved(carried(_ticks(t, stretch.end)), state)
        return outputs


def _ticks(t: float, then: float) -> int:
    """Length of a step in ticks, of which every time of the jobs is a whole number."""
    return round((then - t) * TICKS_PER_H)


def _moved(rows: Any, state: Any) -> Any:
    return [mp.fdot(row, state) for row in rows]


def _stepped(ode: Ode, n: int) -> list[Any]:
    p = ode.constants[n]
    y = ode.start[n]
    outputs = [np.empty(ode.times.size) for _ in ode.reads]
    for stretch in ode.stretches:
        times = ode.times[stretch.lo : stretch.hi]
        run = solve_ivp(
            lambda t, y, rate: ode.slope(y, p, rate),
            (stretch.start, stretch.end),
            y,
            method="DOP853",
            t_eval=np.append(times, stretch.end) if times[-1] < stretch.end else times,
            args=(stretch.rate,),
            rtol=3e-14,
            atol=1e-17,
        )
        for output, (index, volume) in zip(outputs, ode.reads, strict=True):
            output[stretch.lo : stretch.hi] = run.y[index, : times.size] / volume[n]
        y = run.y[:, -1]
    return outputs


def exposure(people: Patients) -> dict[str, Any]:
    """Exposure of a few patients of job F: mg/L and h."""
    (ode,) = odes("A", people)
    found: dict[str, list[float]] = {"Cmax": [], "Tmax": [], "AUC": [], "above": []}
    for n in range(len(people)):
        level = _level(ode, n)
        peak = level(DURATION_H)
        above = 0.0
        if peak > LEVEL_MG_PER_L:
            up, down = (
                brentq(lambda t, at=level: at(t) - LEVEL_MG_PER_L, *ends, xtol=1e-15, rtol=1e-15)
                for ends in ((0.0, DURATION_H), (DURATION_H, 1000.0))
            )
            above = down - up
        for name, value in (
            ("Cmax", peak), ("Tmax", DURATION_H), ("AUC", DOSE_MG / people.CL[n]), ("above", above),
        ):  # fmt: skip
            found[name].append(value)
    return {name: np.array(values) for name, values in found.items()}


def _level(ode: Ode, n: int) -> Any:
    """Concentration of one patient of job A at any time [mg/L]."""
    matrix = _matrix(ode, n)
    volume = float(ode.reads[0][1][n])

    def at(t: float) -> float:
        with mp.workdps(DIGITS):
            begin = mp.matrix([0, 0, 0, mp.mpf(ode.stretches[0].rate)])
            state = mp.expm(matrix * min(mp.mpf(t), mp.mpf(DURATION_H))) * begin
            state[3] = 0
            if t > DURATION_H:
                state = mp.expm(matrix * (mp.mpf(t) - mp.mpf(DURATION_H))) * state
            return float(state[0] / volume)

    return at
