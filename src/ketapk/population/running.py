"""Chunks of a trial run here or anywhere, each once, and gathered in order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from ketapk.population.chunk import Chunk, run_chunk, run_packed
from ketapk.population.design import Design
from ketapk.population.gathering import Gathering
from ketapk.population.outcome import Trial
from ketapk.population.progress import Report, Show, progress
from ketapk.population.store import prepare, read_chunk, write_chunk

IN_FLIGHT = 32
"""Chunks that an executor is given ahead."""


class Executor(Protocol):
    """Anything with the interface of ``concurrent.futures``."""

    def submit(self, function: Any, /, *args: Any) -> Any:
        """Start a call somewhere; returns a future."""


def run(
    design: Design,
    *,
    executor: Executor | None,
    directory: str | Path | None,
    threads: int | None,
    show: Show,
) -> Trial:
    """Run the chunks of a design that are not done, and gather all of them in order."""
    done = set() if directory is None else prepare(directory, design)
    gathering = Gathering(design)
    with progress(show, "Trial", design.n, len(done) * design.chunk) as report:
        for chunk in _chunks(design, done, executor, directory, threads, report):
            gathering.add(chunk)
    return gathering.result()


def _chunks(
    design: Design,
    done: set[int],
    executor: Executor | None,
    directory: str | Path | None,
    threads: int | None,
    report: Report,
) -> Iterator[Chunk]:
    """Every chunk in order, from the directory or fresh."""
    fresh: Iterator[Chunk | int]
    if executor is None:
        fresh = _here(design, done, directory, threads)
    else:
        fresh = _elsewhere(design, done, executor, directory, threads or 1)
    for number in range(design.n_chunks):
        if number in done:
            chunk = read_chunk(str(directory), number, design)
        else:
            made = next(fresh)
            chunk = made if isinstance(made, Chunk) else read_chunk(str(directory), number, design)
        report(min((number + 1) * design.chunk, design.n))
        yield chunk


def _here(
    design: Design, done: set[int], directory: str | Path | None, threads: int | None
) -> Iterator[Chunk]:
    for number in _missing(design, done):
        chunk = run_chunk(design, number, threads)
        if directory is not None:
            write_chunk(directory, chunk)
        yield chunk


def _elsewhere(
    design: Design,
    done: set[int],
    executor: Executor,
    directory: str | Path | None,
    threads: int,
) -> Iterator[Chunk | int]:
    """Chunks in order, some of them ahead; what is pending is cancelled if anything goes wrong."""
    data = design.packed()
    folder = None if directory is None else str(Path(directory).resolve())
    waiting: dict[int, Any] = {}
    ahead = _missing(design, done)
    try:
        for number in _missing(design, done):
            while len(waiting) < IN_FLIGHT and (following := next(ahead, None)) is not None:
                waiting[following] = executor.submit(run_packed, data, following, threads, folder)
            yield waiting.pop(number).result()
    finally:
        for future in waiting.values():
            with suppress(Exception):
                future.cancel()


def _missing(design: Design, done: set[int]) -> Iterator[int]:
    return (number for number in range(design.n_chunks) if number not in done)
