"""One chunk of a trial: its people simulated, and what is kept of them."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units
from ketapk.population.design import Design
from ketapk.population.sketch import binned
from ketapk.simulation import simulate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.profiles import Profiles

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

PATIENTS = 250
"""Patients in one call of a kernel."""


@dataclass(frozen=True, kw_only=True)
class CurveSummary:
    """What is kept of the curves of one plan and analyte in one chunk."""

    counted: Ints
    """(T,) people with a value."""
    total: Floats
    """(T,) sum of the values [ng/mL]."""
    squares: Floats
    """(T,) sum of their squares."""
    above: Ints
    """(L, T) people at or above every level."""
    inside: Ints
    """(W, T) people inside every window."""
    values: Floats | None
    """(N, T) all values, where they are kept."""
    bins: tuple[Ints, Ints, Ints] | None
    """Time, bin and count of a sketch otherwise."""


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """What one chunk leaves behind."""

    number: int
    measures: dict[tuple[str, str], Floats]
    """(N, M) exposure measures of every plan and analyte."""
    names: tuple[str, ...]
    """Names of the M measures."""
    curves: dict[tuple[str, str], CurveSummary]
    failed: dict[str, int]
    """People who failed, by plan."""
    warnings: tuple[str, ...]


@lru_cache(maxsize=4)
def _design(data: bytes) -> Design:
    """Unpack a design once in every process."""
    return Design.unpacked(data)


def run_packed(data: bytes, number: int, threads: int | None, folder: str | None) -> Chunk | int:
    """Run a chunk of a packed design, in any process.

    Returns what is kept, or only the number of the chunk if that was written into ``folder``.
    """
    chunk = run_chunk(_design(data), number, threads)
    if folder is None:
        return chunk
    from ketapk.population.store import write_chunk

    write_chunk(folder, chunk)
    return number


def run_chunk(design: Design, number: int, threads: int | None = None) -> Chunk:
    """Simulate the people of a chunk under every plan, and summarise them."""
    people = design.somebody(*design.bounds(number))
    measures: dict[tuple[str, str], Floats] = {}
    curves: dict[tuple[str, str], CurveSummary] = {}
    failed: dict[str, int] = {}
    names: tuple[str, ...] = ()
    said: list[str] = []
    for name, plan in design.plans.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            run = simulate(
                plan,
                design.models[name],
                people,
                times=design.times_h,
                rng=design.draws if design.vary else None,
                allow_implausible=design.allow_implausible,
                threads=threads,
                chunk=PATIENTS,
            )
        failed[name] = len(run.failed)
        said += run.warnings
        for analyte in design.analytes[name]:
            table = run.exposure(analyte, above=design.levels).drop("id")
            names = tuple(table.columns)
            measures[name, analyte] = table.to_numpy()
            curves[name, analyte] = _summary(design, run, analyte)
    return Chunk(
        number=number,
        measures=measures,
        names=names,
        curves=curves,
        failed=failed,
        warnings=tuple(dict.fromkeys(said)) if number == 0 else (),
    )


def _summary(design: Design, run: Profiles, analyte: str) -> CurveSummary:
    residual = design.residual
    levels = run.measured(analyte, rng=design.draws) if residual else run.concentration(analyte)
    known = np.isfinite(levels)
    filled = np.where(known, levels, 0.0)
    ng: Any = lambda text: units.mg_per_l_to_ng_per_ml(units.concentration_mg_per_l(text, analyte))  # noqa: E731
    return CurveSummary(
        counted=known.sum(axis=0),
        total=filled.sum(axis=0),
        squares=(filled**2).sum(axis=0),
        above=_counts([known & (levels >= ng(level)) for level in design.levels], levels),
        inside=_counts(
            [known & (levels >= ng(low)) & (levels <= ng(high)) for low, high in design.windows],
            levels,
        ),
        values=levels if design.exact else None,
        bins=None if design.exact else binned(levels),
    )


def _counts(flags: list[NDArray[np.bool_]], levels: Floats) -> Ints:
    """People for whom each flag (N, T) holds, (F, T)."""
    empty = np.zeros((0, levels.shape[1]), dtype=np.int64)
    return np.stack([flag.sum(axis=0) for flag in flags]) if flags else empty
