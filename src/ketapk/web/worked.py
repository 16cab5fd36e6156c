"""One plan worked out: the models that answer it, with their measures; kept while others change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ketapk import units
from ketapk.web.models import Answer, Wanted, answers
from ketapk.web.plans import read_plan
from ketapk.web.sight import Sight, coarse, given

if TYPE_CHECKING:
    from ketapk.patients import Patient
    from ketapk.profiles import Profiles

KEPT = 32
"""Plans that are kept; what is dragged displaces itself, what rests beside it stays."""
SAME = 1e-9
"""Share of a level within which a concentration is at it."""


@dataclass(frozen=True, kw_only=True)
class Worked:
    """One plan with all that its curves need; shared, so that nobody writes to it."""

    answer: Answer
    measures: Mapping[str, Mapping[str, Mapping[str, float]]]
    """By model and analyte."""
    sight: Sight

    def told(self, what: str) -> list[float]:
        """One measure of all models and analytes, where it has a value."""
        found = (m[what] for by in self.measures.values() for m in by.values())
        return [value for value in found if np.isfinite(value)]


@lru_cache(maxsize=KEPT)
def worked(text: str, who: Patient, wanted: Wanted) -> Worked:
    """Read a plan, let its models answer, and take their measures.

    Raises
    ------
    KetapkError
        What is wrong with the plan; this is not kept.
    """
    answer = answers(read_plan(text), who, wanted)
    runs = answer.runs
    measures = {
        model: {a: _measures(run, a, wanted.level) for a in wanted.analytes(run)}
        for model, run in runs.items()
    }
    each = [found for by in measures.values() for found in by.values()]
    slowest = max((h for m in each if np.isfinite(h := m["t_half_h"])), default=np.inf)
    last = [h for m in each if np.isfinite(h := m["onset_h"] + m["above_h"])]
    # What is read at all is read at once.
    times = np.union1d(coarse(given(runs.values()), slowest), last)
    seen = {model: run.at_times(times) for model, run in runs.items()}
    for model, by in measures.items():
        for analyte, found in by.items():
            found["washout_h"] = _washout(seen[model], analyte, wanted.level, found)
    return Worked(answer=answer, measures=measures, sight=Sight.of(seen.values()))


def _measures(run: Profiles, analyte: str, level: str) -> dict[str, float]:
    """Measures of one analyte as `Profiles.exposure` has them; hours and ng/mL."""
    found = run.exposure_columns(analyte, above=level)
    return {
        "Cmax": float(found["Cmax"][0]),
        "Tmax_h": float(found["Tmax"][0]),
        "AUC_inf": float(found["AUC_inf"][0]),
        "t_half_h": float(found["t_half"][0]),
        "onset_h": float(found[f"time to {level}"][0]),
        "above_h": float(found[f"time above {level}"][0]),
    }


def _washout(seen: Profiles, analyte: str, level: str, found: Mapping[str, float]) -> float:
    """Washout as `Exposure.washout` has it [h]; no number where the level is never reached.

    Parameters
    ----------
    seen : Profiles
        The run at times among which is the first time at the level and all the time above it:
        the last time at it, if it is left only once.
    found : mapping of str to float
        The other measures.
    """
    last_h = found["onset_h"] + found["above_h"]
    if not np.isfinite(last_h):
        return last_h
    there = seen.concentration(analyte)[0, seen.times_h.searchsorted(last_h)]
    wanted = units.mg_per_l_to_ng_per_ml(units.concentration_mg_per_l(level, analyte))
    if abs(there - wanted) <= SAME * wanted:
        return max(last_h - float(seen.plan.end), 0.0)
    return float(seen.curve(analyte).washout(level)[0])
