"""Diffrax under JAX: Tsit5 and Kvaerno5 over patients by `vmap`, compiled, in double precision.

The end of the infusion is given to the step controller as a jump. A batch steps until its slowest
patient is done, so patients go in batches.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from typing import Any

os.environ.setdefault("JAX_PLATFORMS", "cpu")
import diffrax
import jax
import jax.numpy as jnp
import numpy as np
from entry import Curves, Entry
from jobs import ATOL, RTOL, Ode, Patients, odes

NAME = "diffrax"
jax.config.update("jax_enable_x64", True)
SOLVERS: dict[str, Any] = {"Tsit5": diffrax.Tsit5, "Kvaerno5": diffrax.Kvaerno5}
MOST = {
    ("A", "Tsit5"): 1_000,
    ("A", "Kvaerno5"): 200,
    ("C", "Tsit5"): 1_000,
    ("C", "Kvaerno5"): 200,
    ("C stiff", "Kvaerno5"): 200,
}
BATCH = 256
MAX_STEPS = 100_000


def versions() -> str:
    """Version of what runs."""
    return f"diffrax {diffrax.__version__}, jax {jax.__version__}"


@cache
def compiled(slope: Callable[..., Any], solver: str, end: float, rate: float) -> Any:
    """Solve a batch of patients: starts (n, S), constants (n, P), times (T,) to (n, T, S)."""

    def vector_field(t: Any, y: Any, p: Any) -> Any:
        return jnp.stack(slope(y, p, jnp.where(t < end, rate, 0.0)))

    def patient(start: Any, p: Any, times: Any) -> Any:
        controller = diffrax.ClipStepSizeController(
            diffrax.PIDController(rtol=RTOL, atol=ATOL), jump_ts=jnp.array([end])
        )
        found = diffrax.diffeqsolve(
            diffrax.ODETerm(vector_field),
            SOLVERS[solver](),
            t0=times[0],
            t1=times[-1],
            dt0=None,
            y0=start,
            args=p,
            saveat=diffrax.SaveAt(ts=times),
            stepsize_controller=controller,
            max_steps=MAX_STEPS,
            throw=False,
        )
        return found.ys

    return jax.jit(jax.vmap(patient, in_axes=(0, 0, None)))


def _prepared(job: str, solver: str) -> Callable[[Patients], Callable[[], Curves]]:
    def prepare(people: Patients) -> Callable[[], Curves]:
        ode: Ode
        (ode,) = odes(job, people)
        first = ode.stretches[0]
        solve = compiled(ode.slope, solver, first.end, first.rate)
        times = jnp.asarray(ode.times)
        n = len(people)
        size = min(BATCH, n)
        batches = [
            (jnp.asarray(ode.start[lo : lo + size]), jnp.asarray(ode.constants[lo : lo + size]))
            for lo in range(0, n - size + 1, size)
        ]
        served = size * len(batches)

        def run() -> Curves:
            states = [solve(start, p, times) for start, p in batches]
            together = np.concatenate([np.asarray(s) for s in jax.block_until_ready(states)])
            return tuple(together[..., i] / v[:served, None] for i, v in ode.reads)

        return run

    return prepare


def entries() -> list[Entry]:
    """What it takes part in."""
    return [
        Entry(job, f"{NAME}, {solver}", _prepared(job, solver), most=most)
        for (job, solver), most in MOST.items()
    ]
