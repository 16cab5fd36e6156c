"""JAX's closed form, compiled by XLA in double precision, with the threads that it chooses.

That is how one writes it. XLA keeps arrays of the size of all curves between its loops, so it is
also shown in chunks that stay in the cache, in threads of our own, copied into one array.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

os.environ.setdefault("JAX_PLATFORMS", "cpu")
import jax
import jax.numpy as jnp
import numpy as np
from closed_form import at_once, infused, terms
from entry import Curves, Entry
from jobs import (
    DOSE_MG,
    DURATION_H,
    LONG,
    LONG_TIMES_H,
    OUTPUTS,
    ROUTES,
    TIMES_H,
    Patients,
)

NAME = "JAX closed form"
CHUNKED = f"{NAME}, in chunks"
CHUNK = 2_048
CORES = os.cpu_count() or 1
jax.config.update("jax_enable_x64", True)


def versions() -> str:
    """Version of what runs."""
    return f"jax {jax.__version__}"


@jax.jit
def _population(columns: Any) -> Any:
    people = Patients(*columns)
    return (infused(*terms(people, "iv", "plasma", jnp), TIMES_H, DURATION_H, jnp),)


@jax.jit
def _routes(columns: Any) -> Any:
    people, times = Patients(*columns), TIMES_H
    found = []
    for route in ROUTES:
        for output in OUTPUTS:
            poles, weights = terms(people, route, output, jnp)
            if route == "iv":
                found.append(infused(poles, weights, times, DURATION_H, jnp))
            else:
                found.append(at_once(poles, weights, times, jnp))
    return tuple(found)


STARTS = np.array([s.start for s in LONG])
LENGTHS = np.array([s.end - s.start for s in LONG])
RATES = np.array([s.rate for s in LONG])
WHICH = np.searchsorted(STARTS, LONG_TIMES_H, side="right") - 1


@jax.jit
def _long_schedule(columns: Any) -> Any:
    poles, weights = terms(Patients(*columns), "iv", "plasma", jnp)
    pole, gain = poles[:, 0], weights[:, 0] / poles[:, 0] / DOSE_MG

    def step(height: Any, piece: Any) -> tuple[Any, Any]:
        length, rate = piece
        level = rate * gain
        return level + (height - level) * jnp.exp(-pole * length), height

    _, heights = jax.lax.scan(step, jnp.zeros(3), (jnp.asarray(LENGTHS), jnp.asarray(RATES)))
    levels = jnp.asarray(RATES)[:, None] * gain
    since = jnp.asarray(LONG_TIMES_H - STARTS[WHICH])
    faded = jnp.exp(-pole * since[:, None])
    return (jnp.sum(levels[WHICH] + (heights - levels)[WHICH] * faded, axis=1)[None],)


def _compiled(function: Any) -> Callable[[Patients], Callable[[], Curves]]:
    def prepare(people: Patients) -> Callable[[], Curves]:
        columns = tuple(jnp.asarray(column) for column in people.columns.T)

        def run() -> Curves:
            found: Curves = jax.block_until_ready(function(columns))
            return found

        return run

    return prepare


def _in_chunks(function: Any) -> Callable[[Patients], Callable[[], Curves]]:
    def prepare(people: Patients) -> Callable[[], Curves]:
        n = len(people)
        size = min(CHUNK, -(-n // CORES))
        # The last chunk overlaps the one before, so that all have one shape and compile once.
        begins = [min(lo, n - size) for lo in range(0, n, size)]
        pieces = [
            (lo, tuple(jnp.asarray(column[lo : lo + size]) for column in people.columns.T))
            for lo in begins
        ]
        outputs = len(jax.eval_shape(function, pieces[0][1]))

        def run() -> Curves:
            found = tuple(np.empty((n, TIMES_H.size)) for _ in range(outputs))

            def work(piece: tuple[int, Any]) -> None:
                lo, columns = piece
                for out, curves in zip(found, function(columns), strict=True):
                    out[lo : lo + size] = curves

            with ThreadPoolExecutor(CORES) as pool:
                list(pool.map(work, pieces))
            return found

        return run

    return prepare


def entries() -> list[Entry]:
    """What it takes part in."""
    return [
        Entry("A", NAME, _compiled(_population)),
        Entry("A", CHUNKED, _in_chunks(_population)),
        Entry("B", NAME, _compiled(_routes)),
        Entry("B", CHUNKED, _in_chunks(_routes)),
        Entry("D", NAME, lambda people: _compiled(_long_schedule)(people[:1])),
    ]
