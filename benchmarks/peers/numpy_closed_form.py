"""NumPy's vectorised closed form, in chunks that stay in the cache, on all cores by threads."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from closed_form import at_once, infused, terms
from entry import Curves, Entry
from jobs import DOSE_MG, DURATION_H, LONG, LONG_TIMES_H, OUTPUTS, ROUTES, TIMES_H, Patients

NAME = "NumPy closed form"
CHUNK = 128


def versions() -> str:
    """Version of what runs."""
    return f"numpy {np.__version__}"


def population(people: Patients) -> Callable[[], Curves]:
    """Job A."""
    return lambda: _in_chunks(people, ("iv",), ("plasma",))


def routes(people: Patients) -> Callable[[], Curves]:
    """Job B."""
    return lambda: _in_chunks(people, ROUTES, OUTPUTS)


def _in_chunks(people: Patients, ways: tuple[str, ...], outputs: tuple[str, ...]) -> Curves:
    n = len(people)
    pairs = [(route, output) for route in ways for output in outputs]
    found = tuple(np.empty((n, TIMES_H.size)) for _ in pairs)

    def work(lo: int) -> None:
        some = people[lo : lo + CHUNK]
        for (route, output), curves in zip(pairs, found, strict=True):
            poles, weights = terms(some, route, output, np)
            if route == "iv":
                curves[lo : lo + CHUNK] = infused(poles, weights, TIMES_H, DURATION_H, np)
            else:
                curves[lo : lo + CHUNK] = at_once(poles, weights, TIMES_H, np)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(work, range(0, n, CHUNK)))
    return found


def long_schedule(people: Patients) -> Callable[[], Curves]:
    """Job D."""

    def run() -> Curves:
        poles, weights = terms(people[:1], "iv", "plasma", np)
        pole, gain = poles[:, 0], weights[:, 0] / poles[:, 0] / DOSE_MG
        curve = np.empty(LONG_TIMES_H.size)
        height = np.zeros(3)
        for stretch in LONG:
            level = stretch.rate * gain
            since = LONG_TIMES_H[stretch.lo : stretch.hi] - stretch.start
            faded = np.exp(np.multiply.outer(-pole, since))
            curve[stretch.lo : stretch.hi] = (height - level) @ faded + level.sum()
            fade = np.exp(-pole * (stretch.end - stretch.start))
            height = level + (height - level) * fade
        return (curve[None],)

    return run


def entries() -> list[Entry]:
    """What it takes part in."""
    return [
        Entry("A", NAME, population),
        Entry("B", NAME, routes),
        Entry("D", NAME, long_schedule),
    ]
