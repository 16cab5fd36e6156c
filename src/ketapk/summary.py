"""A comparison in numbers and words that JSON knows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ketapk.comparison import Comparison


def number(value: Any) -> float | None:
    """A float for JSON, which knows no infinity and no NaN."""
    number = float(value)
    return number if math.isfinite(number) else None


def row(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of a table with numbers that JSON knows."""
    return {k: number(v) if isinstance(v, float) else v for k, v in row.items()}


def person(cohort: Any) -> dict[str, Any]:
    """The one patient of a comparison."""
    names = ["weight_kg", "age_y", "sex", "height_cm", "ancestry"]
    if cohort.dosed_otherwise:
        names += ["dosing_weight", "dosing_kg"]
    return {name: getattr(cohort, name)[0].item() for name in names}


def summary(
    comparison: Comparison, *, reference: str | None = None, at: str | None = None
) -> dict[str, Any]:
    """Return tables of a comparison, but for its warnings.

    Parameters
    ----------
    comparison : Comparison
        Plans in one patient.
    reference : str, optional
        Label of the run that the others are held against; the first by default.
    at : str, optional
        Time of the ledger with its unit; its end by default.

    Returns
    -------
    dict
        ``patient plans table differences first_pass ledger citations``.
    """
    return {
        "patient": person(next(iter(comparison.runs.values())).cohort),
        "plans": {name: str(run.plan) for name, run in comparison.runs.items()},
        "table": [row(line) for line in comparison.table.to_dicts()],
        "differences": [row(line) for line in comparison.differences(reference).to_dicts()],
        "first_pass": [row(line) for line in comparison.first_pass.to_dicts()],
        "ledger": [row(line) for line in comparison.ledger_at(at).to_dicts()],
        "citations": comparison.cite().splitlines(),
    }
