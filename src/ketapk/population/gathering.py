"""Chunks put together in their order, from wherever they come."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ketapk.population.outcome import Trial
from ketapk.population.sketch import Sketch
from ketapk.population.totals import OverTime, Totals, quotient

if TYPE_CHECKING:
    from ketapk.population.chunk import Chunk, CurveSummary
    from ketapk.population.design import Design

KEPT_MEASURES = 40_000_000
"""Measures of exposure up to which those of every person are kept (320 MB)."""


@dataclass
class Gathering:
    """Chunks while they arrive, in order."""

    design: Design
    curves: dict[tuple[str, str], OverTime] = field(default_factory=dict)
    measures: dict[tuple[str, str], Totals] = field(default_factory=dict)
    ratios: dict[tuple[str, str], Totals] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    failed: dict[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def add(self, chunk: Chunk) -> None:
        """Add the next chunk."""
        self.names = chunk.names
        self.warnings += chunk.warnings
        for name, count in chunk.failed.items():
            self.failed[name] = self.failed.get(name, 0) + count
        for key, summary in chunk.curves.items():
            self._add_curve(key, summary)
        first = next(iter(self.design.plans))
        for (plan, analyte), values in chunk.measures.items():
            self._measures(self.measures, (plan, analyte)).add(values)
            base = chunk.measures.get((first, analyte))
            if plan != first and base is not None:
                self._measures(self.ratios, (plan, analyte)).add(quotient(values, base))

    def _add_curve(self, key: tuple[str, str], summary: CurveSummary) -> None:
        if key not in self.curves:
            self.curves[key] = OverTime(
                totals=Totals.of(self.design.times_h.size, exact=self.design.exact),
                above=np.zeros_like(summary.above),
                inside=np.zeros_like(summary.inside),
            )
        curve = self.curves[key]
        distribution = curve.totals.distribution
        if summary.values is not None:
            distribution.add(summary.values)
        elif summary.bins is not None and isinstance(distribution, Sketch):
            distribution.merge(*summary.bins)
        curve.totals.add_sums(summary.counted, summary.total, summary.squares)
        curve.above += summary.above
        curve.inside += summary.inside

    def _measures(self, place: dict[tuple[str, str], Totals], key: tuple[str, str]) -> Totals:
        """Totals of measures, kept one by one while there is room."""
        if key not in place:
            M = len(self.names)
            exact = self.design.n * M * len(self.design.curves) <= KEPT_MEASURES
            place[key] = Totals.of(M, exact=exact)
        return place[key]

    def result(self) -> Trial:
        """Return the trial, once every chunk is in."""
        failures = {name: count for name, count in self.failed.items() if count}
        said = [
            f"{count} of {self.design.n} people failed under the plan {name!r} and are in no "
            f"summary."
            for name, count in failures.items()
        ]
        return Trial(
            design=self.design,
            names=self.names,
            failed=self.failed,
            warnings=(*(self._scoped(sentence) for sentence in self.warnings), *said),
            _curves=self.curves,
            _measures=self.measures,
            _ratios=self.ratios,
        )

    def _scoped(self, sentence: str) -> str:
        """Return a sentence about the first chunk with whom it is about, where that matters."""
        first = min(self.design.chunk, self.design.n)
        about_people = f" of {first} patients" in sentence and self.design.n_chunks > 1
        return f"Of the first {first} people: {sentence}" if about_people else sentence
