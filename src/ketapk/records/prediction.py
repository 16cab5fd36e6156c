"""A prediction for every record."""

from __future__ import annotations

import warnings as python_warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units
from ketapk.errors import InputError, KetapkWarning, PlanError, nearest
from ketapk.kernels.status import OK, SENTENCE
from ketapk.library.catalogue import load_model
from ketapk.model.model import Model
from ketapk.notice import NOTICE
from ketapk.patients import ANCESTRIES, SEXES, Cohort
from ketapk.patients.people import LIMITS
from ketapk.records.columns import Columns
from ketapk.records.doses import Doses, Flows, check_modelled, lower_doses
from ketapk.records.events import Events, arrange, courses
from ketapk.records.problems import Problems
from ketapk.records.records import COVARIATES
from ketapk.records.targets import Targets
from ketapk.solution import Method, Solution, Tolerance, solve

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import ArrayLike, NDArray

    from ketapk.draws import Draws
    from ketapk.model.routes import Values
    from ketapk.model.system import System
    from ketapk.records.records import Records

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

KNOWN_WORDS = {"sex": SEXES, "ancestry": ANCESTRIES}
"""Covariates that are words, and which."""
CHUNK = 20_000
"""Records that are solved at once, which bounds the memory it takes."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Predictions:
    """What a model predicts for every record.

    Dose rows hold the state just after the dose, so far as it enters at once.
    """

    records: Records
    model: Model
    system: System
    """Compartments, with one row of parameters for every different set."""
    row: Ints
    """(R,) row of the system that belongs to each record."""
    warnings: tuple[str, ...]
    failed: Mapping[str, str]
    """Subjects that failed, with a sentence each; their predictions are NaN."""
    _places: Mapping[str, str]
    """Compartment that each word in CMT names."""
    _state: Floats
    """(R, S)"""
    _solved: Callable[[slice], tuple[Events, Solution]]

    @property
    def analytes(self) -> tuple[str, ...]:
        """Names of the analytes that are predicted in plasma."""
        return tuple(o.analyte for o in self.system.outputs if o.site == "plasma")

    @property
    def sites(self) -> tuple[str, ...]:
        """Names of the places that `amounts` counts, K of them."""
        return self.system.sites

    @property
    def amounts(self) -> Floats:
        """Amount at every one of ``sites`` at every record, (R, K) [mg]."""
        return self._state[:, : self.system.n_mass]

    def concentration(self, analyte: str | None = None, *, site: str = "plasma") -> Floats:
        """Predicted concentration of every record, (R,) [ng/mL].

        Parameters
        ----------
        analyte : str, optional
            One of ``analytes``; the dosed one by default.
        site : {"plasma", "effect"}
            Where it is read.

        Returns
        -------
        (R,) ndarray
        """
        return self._read(self._state, self.row, analyte, site)

    def observed_as(self, analyte: str | None = None) -> NDArray[np.bool_]:
        """Whether each record holds an observed level of an analyte in plasma, (R,).

        What is observed is what the compartment in CMT is read as; the dosed analyte where it is
        read as nothing, or is left out.
        """
        wanted = self.system.output_index(analyte or self.model.parent)
        default = self.system.output_index(self.model.parent)
        found = np.full(len(self.records), default)
        for word, place in self._places.items():
            for p, output in enumerate(self.system.outputs):
                source = self.system.observe[0, p]
                if output.site == "plasma" and source[self.system.index(place)] > 0.0:
                    found[self.records.cmt == word] = p
        seen: NDArray[np.bool_] = self.records.is_observed & (found == wanted)
        return seen

    def _read(self, state: Floats, row: Ints, analyte: str | None, site: str) -> Floats:
        output = self.system.output_index(analyte or self.model.parent, site)
        per_mg = self.system.observe[:, output, :]
        result: Floats = units.mg_per_l_to_ng_per_ml(np.einsum("rs,rs->r", state, per_mg[row]))
        return result

    def curve(self, subject: str, times_h: ArrayLike, analyte: str | None = None) -> Floats:
        """Predicted concentration of one subject at any times, (T,) [ng/mL].

        Parameters
        ----------
        subject : str
            Identifier of the subject.
        times_h : (T,) array_like
            Ascending times, from the first record on [h].
        analyte : str, optional
            One of ``analytes``; the dosed one by default.

        Returns
        -------
        (T,) ndarray
            NaN before the first record.

        Raises
        ------
        InputError
            If there is no such subject, or its clock starts again after a reset.
        """
        times = np.atleast_1d(np.asarray(times_h, dtype=float))
        if times.ndim != 1 or not np.all(np.isfinite(times)) or np.any(np.diff(times) < 0.0):
            raise InputError("times_h must be finite hours that ascend; sort them.")
        rows = self.rows_of(subject)
        clock = self.records.time_h[rows]
        if np.any(np.diff(clock) < 0.0):
            raise InputError(
                f"The clock of subject {subject} starts again after a reset, so a time means more "
                f"than one moment; read its records instead."
            )
        solution = self._solved(rows)[1]
        arrays = solution.schedule.arrays
        starts = arrays.start[arrays.first[:-1]]
        course = np.searchsorted(starts, times, side="right") - 1
        state = np.full((times.size, self.system.n_states), np.nan)
        row = np.zeros(times.size, dtype=np.int64)
        for c in np.unique(course[course >= 0]).tolist():
            here = np.flatnonzero(course == c)
            state[here] = solution.part(c, c + 1).at(times[here])[0]
            lo, hi = arrays.first[c], arrays.first[c + 1]
            at = lo + np.searchsorted(arrays.start[lo:hi], times[here], side="right") - 1
            row[here] = arrays.row[at]
        return self._read(state, row, analyte, "plasma")

    def rows_of(self, subject: str) -> slice:
        """Records of a subject, or say which subjects there are."""
        if str(subject) not in self.records.subjects:
            known = self.records.subjects
            raise InputError(
                f"There is no subject {subject!r}; there are {', '.join(known[:8])}"
                f"{' and others' if len(known) > 8 else ''}.{nearest(str(subject), known)}"
            )
        position = self.records.subjects.index(str(subject))
        lo, hi = np.searchsorted(self.records.subject, [position, position + 1])
        return slice(int(lo), int(hi))

    def to_frame(self) -> pl.DataFrame:
        """The records as they were read, and a column of predictions for every analyte [ng/mL]."""
        import polars as pl

        frame = self.records.frame
        for output in self.system.outputs:
            site = "" if output.site == "plasma" else f" at the {output.site} site"
            name = f"{output.analyte}{site} ng_per_ml"
            values = self.concentration(output.analyte, site=output.site)
            frame = frame.with_columns(pl.Series(name, values))
        return frame

    def plot(self, subjects: Sequence[str] | None = None, *, log: bool = False) -> Any:
        """Draw observed levels and predicted curves of some subjects; needs the extra ``plot``.

        Parameters
        ----------
        subjects : sequence of str, optional
            Identifiers, at most 12; the first ones by default.
        log : bool
            Whether concentrations are on a logarithmic axis.

        Returns
        -------
        matplotlib Figure
        """
        from ketapk.plot.records import draw_records

        return draw_records(self, subjects, log=log)

    def cite(self) -> str:
        """Sources of the model."""
        return self.model.cite()

    def __repr__(self) -> str:
        lines = [
            f"<Predictions of {len(self.records)} records of {self.records.n_subjects} subject(s), "
            f"{self.model.name} (grade {self.model.grade})>",
            *(f"  warning: {warning}" for warning in self.warnings),
            f"  {NOTICE}",
        ]
        return "\n".join(lines)


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
    if not isinstance(rtol, float) or not 1e-13 <= rtol <= 1e-2:
        raise InputError(f"rtol={rtol!r} is out of range; give a number from 1e-13 to 0.01.")
    place = "line" if str(records.name) != "The data frame" else "row"
    names = np.array(records.subjects)[records.subject]
    problems = Problems(records.name, place, rows=records.rows, subjects=names)
    given = _given_parameters(records, parameters, problems)
    people = _people(records, model, covariates, problems)
    problems.settle()
    cohort, values, row = _values(records, model, people, given, draws)
    system = _since_first_dose(model.system(values), records, row)
    targets = Targets.of(model, system, values, records.drug, compartments)
    words = targets.resolve(records, problems)
    check_modelled(records, targets, words, problems)
    problems.settle()

    course, last = courses(records)
    limits = Tolerance(rtol=rtol)

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
    said = [f"{model.name}: {sentence}." for sentence in model.population.outside(cohort)]
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


def _column(records: Records, name: str, problems: Problems) -> Any:
    """A column of the file by its name in any case, or None with a problem noted."""
    wanted = name.upper()
    if wanted not in records.frame.columns:
        problems.add(f"There is no column {name}; it has {', '.join(records.frame.columns)}.")
        return None
    return wanted


def _numbers(records: Records, name: str, problems: Problems) -> Floats | None:
    column = _column(records, name, problems)
    if column is None:
        return None
    return Columns({column: records.frame[column]}, problems).numbers(column, required=True)


def _given_parameters(
    records: Records, parameters: Sequence[str] | Mapping[str, str | ArrayLike], problems: Problems
) -> dict[str, Floats]:
    """Parameters that the records give, (R,) each."""
    if isinstance(parameters, str):
        parameters = (parameters,)
    if not isinstance(parameters, (Mapping, Sequence)):
        raise InputError(
            f"parameters={parameters!r} name no columns; write parameters=('CL', 'V1')."
        )
    wanted = parameters if isinstance(parameters, Mapping) else {name: name for name in parameters}
    found: dict[str, Floats] = {}
    for name, source in wanted.items():
        if not isinstance(name, str):
            raise InputError(f"parameters: {name!r} is no name; write parameters=('CL', 'V1').")
        if isinstance(source, str):
            column = _numbers(records, source, problems)
            if column is not None:
                problems.where(~(column >= 0.0), source.upper(), "{} is negative.", column)
                found[name] = column
            continue
        found[name] = _array(records, name, source)
    return found


def _array(records: Records, name: str, source: ArrayLike) -> Floats:
    """Values of a parameter that are given as one for all, one a subject, or one a record."""
    try:
        given = np.asarray(source)
        values = given.astype(float)
    except (TypeError, ValueError):
        given = values = np.full(0, np.nan)
    if values.shape == (records.n_subjects,):
        values = values[records.subject]
    fits = values.shape in ((), (len(records),)) and given.dtype.kind in "iuf"
    if not fits or not np.all(np.isfinite(values)) or np.any(values < 0.0):
        raise InputError(
            f"parameters: {name} needs one finite value, not negative, for each of "
            f"{records.n_subjects} subjects or {len(records)} records."
        )
    return np.broadcast_to(values, (len(records),))


def _people(
    records: Records, model: Model, covariates: Mapping[str, Any], problems: Problems
) -> dict[str, Any]:
    """Covariates that the model asks for, (R,) or one for all."""
    for name in covariates:
        if name not in COVARIATES:
            raise InputError(
                f"covariates: {name!r} is not known; write one of {', '.join(COVARIATES)}."
            )
    found: dict[str, Any] = {}
    for name, columns in COVARIATES.items():
        source = covariates.get(name)
        if source is None:
            source = next((c for c in columns if c in records.frame.columns), None)
        if source is None:
            if name in model.covariates:
                problems.add(
                    f"{model.name} needs {name}; add a column {columns[0]}, or say it with "
                    f"covariates={{{name!r}: ...}}."
                )
            continue
        if name not in model.covariates and name != "weight_kg" and name not in covariates:
            continue
        known = KNOWN_WORDS.get(name)
        if known is not None and source in known:
            found[name] = source
        elif not isinstance(source, str):
            if isinstance(source, bool) or not isinstance(source, (int, float)):
                raise InputError(
                    f"covariates: {name}={source!r} is neither a column nor one value for all."
                )
            found[name] = float(source)
        elif known is not None:
            found[name] = _known_words(records, source, known, problems)
        else:
            found[name] = _within_limits(records, source, name, problems)
    return found


def _known_words(
    records: Records, name: str, known: tuple[str, ...], problems: Problems
) -> NDArray[np.str_] | None:
    """A column of words of which there are only a few."""
    column = _column(records, name, problems)
    if column is None:
        return None
    words: NDArray[np.str_] = Columns({column: records.frame[column]}, problems).words(column)
    folded = np.char.upper(words) if known[0].isupper() else np.char.lower(words)
    said = f"{{}} is not known; write {' or '.join(known)}."
    problems.where(~np.isin(folded, known), column, said, words)
    return folded


def _within_limits(
    records: Records, name: str, covariate: str, problems: Problems
) -> Floats | None:
    """A column of weights, ages or heights that a body can have."""
    values = _numbers(records, name, problems)
    if values is not None:
        low, high, unit = LIMITS[covariate]
        said = f"{{}} must be between {low:g} and {high:g} {unit}."
        problems.where(~((values >= low) & (values <= high)), name.upper(), said, values)
    return values


def _values(
    records: Records,
    model: Model,
    people: dict[str, Any],
    given: dict[str, Floats],
    draws: Draws | None,
) -> tuple[Cohort, Values, Ints]:
    """People and values of every different set, and which of them each record has (R,)."""
    R = len(records)
    own = [] if draws is None else [records.subject]
    varying = [np.broadcast_to(v, (R,)) for v in people.values() if np.ndim(v)]
    new = np.zeros(R, dtype=bool)
    new[0] = True
    for column in [*own, *varying, *given.values()]:
        new[1:] |= column[1:] != column[:-1]
    row = np.cumsum(new) - 1
    first = np.flatnonzero(new)
    cohort = Cohort(
        **{
            "weight_kg": 70.0,
            **{k: np.asarray(v)[first] if np.ndim(v) else v for k, v in people.items()},
        }
    )
    if len(cohort) == 1 and draws is not None:
        cohort = cohort[np.zeros(first.size, dtype=np.int64)]
    if draws is not None:
        cohort = cohort.with_subjects(records.keys[records.subject[first]])
    people_of = np.zeros(first.size, dtype=np.int64)
    if len(cohort) > 1:
        people_of = np.arange(first.size)
    values = dict(model.values(cohort, draws))
    for name, column in given.items():
        if name not in values:
            raise InputError(
                f"parameters: {model.name} has no parameter {name!r}; it has "
                f"{', '.join(values)}.{nearest(name, values)}"
            )
        values[name] = column[first]
    spread = {
        name: np.asarray(value)[people_of] if np.ndim(value) and name not in given else value
        for name, value in values.items()
    }
    return cohort, spread, row


def _since_first_dose(system: System, records: Records, row: Ints) -> System:
    """Return the system whose drifting rates count from the first dose of each subject."""
    if system.drift.size == 0:
        return system
    origin = np.zeros(records.n_subjects)
    doses = np.flatnonzero(records.is_dose)[::-1]
    origin[records.subject[doses]] = records.time_h[doses]
    per_row = np.zeros(system.n_rows)
    per_row[row] = origin[records.subject]
    return replace(system, A=system.A - per_row[:, None, None] * system.drift)
