"""Right-hand sides of the jobs, for anybody who steps: states and constants in, slopes out.

They are plain arithmetic on indexed values, so that the same text compiles with numba and traces
with JAX. States are amounts [mg]; a central compartment comes first.
"""

from __future__ import annotations

from typing import Any


def linear(y: Any, p: Any, rate: Any) -> Any:
    """Three compartments."""
    k10, k12, k21, k13, k31 = p[0], p[1], p[2], p[3], p[4]
    return (
        rate - (k10 + k12 + k13) * y[0] + k21 * y[1] + k31 * y[2],
        k12 * y[0] - k21 * y[1],
        k13 * y[0] - k31 * y[2],
    )


def saturable(y: Any, p: Any, rate: Any) -> Any:
    """Three compartments with Michaelis-Menten elimination."""
    k12, k21, k13, k31 = p[2], p[3], p[4], p[5]
    gone = p[0] * y[0] / (p[1] + y[0])
    return (
        rate - gone - (k12 + k13) * y[0] + k21 * y[1] + k31 * y[2],
        k12 * y[0] - k21 * y[1],
        k13 * y[0] - k31 * y[2],
    )


def saturable_effect(y: Any, p: Any, rate: Any) -> Any:
    """The same with an effect site [mg/L]."""
    k12, k21, k13, k31 = p[2], p[3], p[4], p[5]
    gone = p[0] * y[0] / (p[1] + y[0])
    return (
        rate - gone - (k12 + k13) * y[0] + k21 * y[1] + k31 * y[2],
        k12 * y[0] - k21 * y[1],
        k13 * y[0] - k31 * y[2],
        p[6] * (y[0] / p[7] - y[3]),
    )


def seven(y: Any, p: Any, rate: Any) -> Any:
    """Three compartments, metabolite, effect site [mg/L], and two depots; the second is swallowed.

    The liver lets ``p[10]`` of what is swallowed pass and forms ``p[11]`` of the rest.
    """
    k10, k12, k21, k13, k31 = p[0], p[1], p[2], p[3], p[4]
    first, second = p[8] * y[5], p[9] * y[6]
    return (
        rate - (k10 + k12 + k13) * y[0] + k21 * y[1] + k31 * y[2] + first + p[10] * second,
        k12 * y[0] - k21 * y[1],
        k13 * y[0] - k31 * y[2],
        p[11] * (k10 * y[0] + (1.0 - p[10]) * second) - p[5] * y[3],
        p[6] * (y[0] / p[7] - y[4]),
        -first,
        -second,
    )
