"""Diffrax under JAX: Tsit5 and Kvaerno5 over patients by `vmap`, compiled, in double precision.

The end of the infusion is given to the step controller as a jump. A batch steps until its slowest
patient is done, and one core computes it, so patients go in batches, and batches in threads: that
halves the time. The coefficients of the controller are those that its authors advise for stiff
problems; Kvaerno5 takes half the steps with them, at half the error, and Tsit5 about as many.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

os.environ.setdefault("JAX_PLATFORMS", "cpu")
import diffrax
import jax
import jax.numpy as jnp
import numpy as np
from entry import Curves, Entry
from jobs import ATOL_SHARE, RTOL, Ode, Patients, odes

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
CORES = os.cpu_count() or 1
MAX_STEPS = 100_000


def versions() -> str:
    """Version of what runs."""
    return f"diffrax {diffrax.__version__}, jax {jax.__version__}"


@cache
def compiled(slope: Callable[..., Any], solver: str, end: float, rate: float) -> Any:
    """Solve a batch of patients: starts (n, S), constants (n, P), times (T,) to (n, T, S)."""

    def vector_field(t: Any, y: Any, p: Any) -> Any:
        return jnp.stack(slope(y, p, jnp.where(t < end, rate, 0.0)))

    def patient(start: Any, p: Any, times: Any, rtol: Any) -> Any:
        controller = diffrax.ClipStepSizeController(
            diffrax.PIDController(rtol=rtol, atol=rtol * ATOL_SHARE, pcoeff=0.3, icoeff=0.4),
            jump_ts=jnp.array([end]),
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

    return jax.jit(jax.vmap(patient, in_axes=(0, 0, None, None)))


def _prepared(job: str, solver: str) -> Callable[..., Callable[[], Curves]]:
    def prepare(people: Patients, rtol: float = RTOL) -> Callable[[], Curves]:
        ode: Ode
        (ode,) = odes(job, people)
        first = ode.stretches[0]
        solve = compiled(ode.slope, solver, first.end, first.rate)
        times = jnp.asarray(ode.times)
        n = len(people)
        pieces = min(n, CORES * -(-n // (CORES * BATCH)))
        size = n // pieces
        batches = [
            (jnp.asarray(ode.start[lo : lo + size]), jnp.asarray(ode.constants[lo : lo + size]))
            for lo in range(0, size * pieces, size)
        ]
        served = size * pieces

        def work(batch: tuple[Any, Any]) -> Any:
            return np.asarray(solve(*batch, times, rtol))

        def run() -> Curves:
            with ThreadPoolExecutor(CORES) as pool:
                together = np.concatenate(list(pool.map(work, batches)))
            return tuple(together[..., i] / v[:served, None] for i, v in ode.reads)

        return run

    return prepare


def entries() -> list[Entry]:
    """What it takes part in."""
    return [
        Entry(job, f"{NAME}, {solver}", _prepared(job, solver), most=most, steps=True)
        for (job, solver), most in MOST.items()
    ]
