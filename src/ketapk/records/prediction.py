"""Every record predicted: its doses lowered, its course solved, chunk by chunk."""

from __future__ import annotations

import warnings as python_warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.accuracy import Tolerance
from ketapk.errors import InputError, KetapkWarning, PlanError
from ketapk.kernels.status import OK, SENTENCE
from ketapk.library.catalogue import load_model
from ketapk.model.model import Model
from ketapk.model.sparse import Sparse
from ketapk.patients.mismatch import mismatch
from ketapk.records.doses import Doses, Flows, check_modelled, lower_doses
from ketapk.records.events import Events, arrange, courses
from ketapk.records.predictions import Predictions
from ketapk.records.problems import Problems
from ketapk.records.targets import Targets
from ketapk.records.values import given_parameters, people_of, values_of
from ketapk.solution import Method, Solution, solve

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from ketapk.draws import Draws
    from ketapk.model.routes import Values
    from ketapk.model.system import System
    from ketapk.records.records import Records

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

CHUNK = 20_000
"""Records that are solved at once, which bounds the memory it takes."""


def predict(
    records: Records,
    model: Model | str,
    *,
    parameters: Sequence[str] | Mapping[str, str | ArrayLike],
    covariates: Mapping[str, Any],
    compartments: Mapping[int, str] | None,
    draws: Draws | None,
    method: Method,
    rtol: float,
) -> Predictions:
    """Predict every record; arguments as in `Records.simulate`."""
    model = load_model(model) if isinstance(model, str) else model
    if not isinstance(model, Model):
        raise InputError(
            f"The model is a {type(model).__name__}; give one, or a name such as 'kamp2020'."
        )
    if records.drug not in model.drugs:
        raise PlanError(
            f"{model.name} describes {' and '.join(model.drugs)}, and the records give "
            f"{records.drug}; if another form was meant, read them with drug={model.drugs[0]!r}."
        )
    limits = Tolerance(rtol=rtol)
    place = "line" if str(records.name) != "The data frame" else "row"
    names = np.array(records.subjects)[records.subject]
    problems = Problems(records.name, place, rows=records.rows, subjects=names)
    given = given_parameters(records, parameters, problems)
    people = people_of(records, model, covariates, problems)
    problems.settle()
    cohort, values, row = values_of(records, model, people, given, draws)
    system = _since_first_dose(model.system(values), records, row)
    targets = Targets.of(model, system, values, records.drug, compartments)
    words = targets.resolve(records, problems)
    check_modelled(records, targets, words, problems)
    problems.settle()

    course, last = courses(records)

    def values_at(rows: Ints) -> Values:
        return {
            name: np.asarray(value)[row[rows]] if np.ndim(value) else value
            for name, value in values.items()
        }

    def solved(part: slice) -> tuple[Events, Solution]:
        rows = np.arange(part.start, part.stop)
        doses = lower_doses(
            records, rows[records.is_dose[part]], last, targets, words, system, values_at
        )
        own = row[part] if system.n_rows > 1 else np.zeros(rows.size, dtype=np.int64)
        events = arrange(
            records.time_h[part],
            course[part] - course[part.start],
            own,
            _from(doses, part.start),
            np.where(records.is_dose[part], records.ss[part], 0),
            system.n_states,
            records.carry,
        )
        return events, solve(system, events.schedule, method=method, tolerance=limits)

    state = np.full((len(records), system.n_states), np.nan)
    failed: dict[str, str] = {}
    for part in _chunks(records):
        events, solution = solved(part)
        state[part] = solution.state[events.at]
        for c in np.flatnonzero(solution.outcome != OK).tolist():
            who = names[part.start + int(np.argmax(events.course == c))]
            failed.setdefault(str(who), SENTENCE[int(solution.outcome[c])])
    said = [] if model.status == "generic" else mismatch(cohort)
    said += [f"{model.name}: {sentence}." for sentence in model.population.outside(cohort)]
    if failed:
        first = next(iter(failed))
        said.append(f"{len(failed)} of {records.n_subjects} subjects failed; subject {first} "
                    f"{failed[first]}.")  # fmt: skip
    for sentence in said:
        python_warnings.warn(sentence, KetapkWarning, stacklevel=3)
    return Predictions(
        records=records,
        model=model,
        system=system,
        row=row if system.n_rows > 1 else np.zeros(len(records), dtype=np.int64),
        warnings=tuple(said),
        failed=failed,
        _places={word: target.place for word, target in words.items() if target.place},
        _state=state,
        _solved=solved,
    )


def _chunks(records: Records) -> list[slice]:
    """Records of whole subjects, about ``CHUNK`` of them at once."""
    edges = np.searchsorted(records.subject, np.arange(records.n_subjects + 1))
    cuts = [0]
    for edge in edges[1:].tolist():
        if edge - cuts[-1] >= CHUNK or edge == len(records):
            cuts.append(edge)
    return [slice(a, b) for a, b in pairwise(cuts)]


def _from(doses: Doses, start: int) -> Doses:
    """Doses whose records count from ``start``."""
    f = doses.flows
    flows = Flows(f.record - start, f.start, f.end, f.amount, f.state)
    return Doses(flows, [replace(c, record=c.record - start) for c in doses.cycles])


def _since_first_dose(system: System, records: Records, row: Ints) -> System:
    """Return the system whose drifting rates count from the first dose of each subject."""
    if system.drift.size == 0:
        return system
    origin = np.zeros(records.n_subjects)
    doses = np.flatnonzero(records.is_dose)[::-1]
    origin[records.subject[doses]] = records.time_h[doses]
    per_row = np.zeros(system.n_rows)
    per_row[row] = origin[records.subject]
    A = system.A - per_row[:, None, None] * system.drift
    return replace(system, rates=Sparse.of(A))
