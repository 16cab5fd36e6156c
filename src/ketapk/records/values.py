"""Who the subjects of records are, and the parameter values of every record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.errors import InputError, nearest
from ketapk.model.model import Model
from ketapk.patients import ANCESTRIES, SEXES, Cohort
from ketapk.patients.people import LIMITS
from ketapk.records.columns import Columns
from ketapk.records.problems import Problems
from ketapk.records.records import COVARIATES

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from ketapk.draws import Draws
    from ketapk.model.routes import Values
    from ketapk.records.records import Records

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


KNOWN_WORDS = {"sex": SEXES, "ancestry": ANCESTRIES}
"""Covariates that are words, and which."""


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


def given_parameters(
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


def people_of(
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


def values_of(
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
    who = np.zeros(first.size, dtype=np.int64)
    if len(cohort) > 1:
        who = np.arange(first.size)
    values = dict(model.values(cohort, draws))
    for name, column in given.items():
        if name not in values:
            raise InputError(
                f"parameters: {model.name} has no parameter {name!r}; it has "
                f"{', '.join(values)}.{nearest(name, values)}"
            )
        values[name] = column[first]
    spread = {
        name: np.asarray(value)[who] if np.ndim(value) and name not in given else value
        for name, value in values.items()
    }
    return cohort, spread, row
