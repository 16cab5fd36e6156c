"""Tables and lines for people at a terminal, 80 columns wide."""

from __future__ import annotations

import math
import sys
import textwrap
from typing import Any


def number(value: Any) -> float | None:
    """A float for JSON, which knows no infinity and no NaN."""
    number = float(value)
    return number if math.isfinite(number) else None


def _wrapped(text: str, indent: int = 2) -> None:
    """Print long lines so that they fit 80 columns."""
    for line in text.splitlines():
        print(textwrap.fill(line, 80, subsequent_indent=" " * indent, break_long_words=False))


def _table(*columns: str, left: int = 1) -> Any:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, column in enumerate(columns):
        table.add_column(Text(column), justify="left" if number < left else "right")
    return table


def _show(table: Any) -> None:
    from rich.console import Console

    width = None if sys.stdout.isatty() else 80
    Console(width=width, highlight=False, markup=False).print(table)


def _cell(value: Any) -> str:
    from ketapk import units

    if value is None:
        return "-"
    return units.fmt(value) if isinstance(value, float) else str(value)


def _add(table: Any, *cells: Any) -> None:
    """Add a row whose brackets are units and not markup."""
    from rich.text import Text

    table.add_row(*(Text(_cell(cell)) for cell in cells))


def _who(cohort: Any) -> str:
    """One line about the patient, defaults included, so that none goes unseen."""
    from ketapk import units

    return (
        f"Patient: {units.fmt(cohort.weight_kg[0])} kg, {units.fmt(cohort.age_y[0])} y, "
        f"{cohort.sex[0]}, {units.fmt(cohort.height_cm[0])} cm, ancestry {cohort.ancestry[0]}"
    )


def profiles(run: Any, level: str, *, asked: bool) -> None:
    """Exposure of every analyte, and the concentrations at the times asked for."""
    from ketapk import units
    from ketapk.dosing.wording import explain

    for line in explain(run.plan, float(run.cohort.weight_kg[0])):
        print(line)
    print(_who(run.cohort))
    print(f"Model: {run.model.name} (grade {run.model.grade}), {run.model.sampling_site}")
    rows = {a: run.exposure(a, above=level).row(0, named=True) for a in run.analytes}
    table = _table("", *rows)
    minutes = units.MINUTES_PER_HOUR
    for label, key, factor in (
        ("Cmax [ng/mL]", "Cmax", 1.0),
        ("Tmax [min]", "Tmax", minutes),
        (f"time to {level} [min]", f"time to {level}", minutes),
        (f"time above {level} [min]", f"time above {level}", minutes),
        ("AUC to infinity [ng h/mL]", "AUC_inf", 1.0),
        ("terminal half-life [h]", "t_half", 1.0),
    ):
        values = [number(row[key]) for row in rows.values()]
        _add(table, label, *(None if v is None else v * factor for v in values))
    _show(table)
    if asked:
        table = _table("time [h]", *(f"{a} [ng/mL]" for a in run.analytes), left=0)
        curves = [run.concentration(a)[0] for a in run.analytes]
        for k, time in enumerate(run.times_h):
            _add(table, float(time), *(float(curve[k]) for curve in curves))
        _show(table)
    _wrapped(run.cite())


def comparison(compared: Any) -> None:
    """The table turned on its side, so that it fits 80 columns, then the fates of the dose."""
    rows = compared.table.to_dicts()
    print(_who(next(iter(compared.runs.values())).cohort))
    table = _table("", *(row["plan"] for row in rows))
    for key in rows[0]:
        if key not in ("plan", "model", "grade"):
            _add(table, key, *(row[key] for row in rows))
    _show(table)
    for row in rows:
        print(f"{row['plan']}: {compared.runs[row['plan']].plan}")
        print(f"  model {row['model']}, grade {row['grade']}")
    print()
    _wrapped(compared.cite())


def models(table: Any) -> None:
    """Print each model with what it can answer."""
    for row in table.to_dicts():
        print(f"{row['name']}  (grade {row['grade']}, {row['status']})")
        for key in ("drug", "routes", "can borrow", "analytes", "site", "population"):
            _wrapped(f"  {key:<11}{row[key] or '-'}", indent=13)
        print()
