"""Poles and weights of the linear jobs, written once for any array library.

An answer to a dose given at once is a sum of ``weight * exp(-pole * t)``. Weights are residues of
the transfer function, so poles must be apart; how exact that is shows in the printed error.
"""

from __future__ import annotations

from typing import Any

from jobs import DOSE_MG, F_LIVER, F_MUSCLE, F_NOSE, FORMED, Patients


def roots(p: Patients, xp: Any) -> Any:
    """Rate constants of the three exponentials (3, N) [1/h], largest first, by the cosine rule."""
    k10, k12, k21 = p.CL / p.V1, p.Q2 / p.V1, p.Q2 / p.V2
    k13, k31 = p.Q3 / p.V1, p.Q3 / p.V3
    b = k10 + k12 + k13 + k21 + k31
    c = k21 * k31 + k10 * (k21 + k31) + k12 * k31 + k13 * k21
    d = k10 * k21 * k31
    third = b / 3.0
    q = xp.sqrt(xp.maximum(third * third - c / 3.0, 0.0))
    turn = (third * (2.0 * third * third - c) + d) / (2.0 * q * q * q)
    angle = xp.arccos(xp.clip(turn, -1.0, 1.0)) / 3.0
    first = third + 2.0 * q * xp.cos(angle)
    second = third + 2.0 * q * xp.cos(angle - 2.0943951023931953)
    return xp.stack([first, second, d / (first * second)])


def terms(p: Patients, route: str, output: str, xp: Any) -> tuple[Any, Any]:
    """Poles [1/h] and weights [mg/L] of the answer to the dose at once, (P, N) each."""
    k10, k21, k31 = p.CL / p.V1, p.Q2 / p.V2, p.Q3 / p.V3
    core = roots(p, xp)
    entry = {"iv": (), "im": (p.ka,), "nasal": (p.kn, p.kg)}[route]
    site = {"plasma": (), "effect": (p.ke0,), "metabolite": (p.km,)}[output]
    poles = xp.stack([*core, *entry, *site])

    def numerator(s: Any) -> Any:
        given = 1.0
        if route == "im":
            given = F_MUSCLE * p.ka
        elif route == "nasal":
            swallowed = (1.0 - F_NOSE) * F_LIVER * p.kg * (s + p.kn)
            given = F_NOSE * p.kn * (s + p.kg) + swallowed
        value = DOSE_MG / p.V1 * (s + k21) * (s + k31) * given
        if output == "effect":
            return value * p.ke0
        if output == "plasma":
            return value
        value = value * FORMED * k10 * p.V1 / p.Vm
        if route == "nasal":
            passage = (1.0 - F_NOSE) * (1.0 - F_LIVER) * FORMED * p.kg * (s + p.kn)
            value = value + DOSE_MG / p.Vm * passage * (s + core[0]) * (s + core[1]) * (s + core[2])
        return value

    weights = []
    for i in range(poles.shape[0]):
        below = 1.0
        for j in range(poles.shape[0]):
            if j != i:
                below = below * (poles[j] - poles[i])
        weights.append(numerator(-poles[i]) / below)
    return poles, xp.stack(weights)


def infused(poles: Any, weights: Any, times: Any, duration: float, xp: Any) -> Any:
    """Curves (N, T) [mg/L] of the dose over ``duration`` [h] at ``times`` (T,) [h]."""
    cut = int((times <= duration).sum())
    during, after = 0.0, 0.0
    for i in range(poles.shape[0]):
        pole = poles[i][:, None]
        height = (weights[i] / (poles[i] * duration))[:, None]
        during = during - height * xp.expm1(-pole * times[:cut])
        end = -height * xp.expm1(-pole * duration)
        after = after + end * xp.exp(-pole * (times[cut:] - duration))
    return xp.concatenate([during, after], axis=1)


def at_once(poles: Any, weights: Any, times: Any, xp: Any) -> Any:
    """Curves (N, T) [mg/L] of the dose given at time 0 at ``times`` (T,) [h]."""
    curve = 0.0
    for i in range(poles.shape[0]):
        curve = curve + weights[i][:, None] * xp.exp(-poles[i][:, None] * times)
    return curve
