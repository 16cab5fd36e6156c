"""Published observations, shipped with the package, and how each study is to be simulated."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from ketapk.errors import InputError

if TYPE_CHECKING:
    import polars as pl

DATA = files("ketapk.library") / "data"


@dataclass(frozen=True, kw_only=True, slots=True)
class Study:
    """Rows of the observations that one plan answers, or the reason why none does."""

    name: str
    rows: tuple[str, ...]
    plan: str = ""
    site: str = "not stated"
    weight_kg: float = 0.0
    age_y: float = 0.0
    starts_h: float = 0.0
    """When the dose that the rows refer to starts in the plan [h]."""
    assumed: str = ""
    why_not: str = ""


def load_observations() -> pl.DataFrame:
    """Return the published observations, one number a row, with their citations and grades.

    Returns
    -------
    polars.DataFrame
        As in the source: ``id``, ``citation``, ``drug``, ``analyte``, ``route``, ``dose``,
        ``dose_unit``, ``duration_min``, ``population``, ``n``, ``quantity``, ``time_h``, ``value``,
        ``unit``, ``spread_type``, ``spread``, ``grade``. Values are text where the source gives a
        range.

    Examples
    --------
    >>> table = load_observations()
    >>> table.filter(id="OBS0190")["value"].item()
    '147'
    """
    import polars as pl

    return pl.read_csv((DATA / "observations.csv").read_bytes(), infer_schema=False)


@cache
def load_studies() -> tuple[Study, ...]:
    """Return every study of the observations; together they name each row once."""
    entries = tomllib.loads((DATA / "studies.toml").read_text(encoding="utf-8"))["study"]
    return tuple(_study(entry) for entry in entries)


def _study(entry: dict[str, Any]) -> Study:
    rows = tuple(row for span in entry.pop("rows").split() for row in _span(span))
    if ("plan" in entry) == ("why_not" in entry):
        raise InputError(f"The study {entry['name']!r} needs a plan, or a reason why not.")
    return Study(rows=rows, **entry)


def _span(text: str) -> list[str]:
    """Read "OBS0001-OBS0014", or one name."""
    first, _, last = text.partition("-")
    numbers = range(int(first[3:]), int((last or first)[3:]) + 1)
    return [f"OBS{number:04}" for number in numbers]
