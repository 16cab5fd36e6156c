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
    readings = run.readings()
    rows = {
        label: run.exposure(analyte, site=site, above=level).row(0, named=True)
        for label, (analyte, site) in readings.items()
    }
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
        table = _table("time [h]", *(f"{label} [ng/mL]" for label in readings), left=0)
        curves = [run.concentration(analyte, site=site)[0] for analyte, site in readings.values()]
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


def ensemble(spread: Any) -> None:
    """One plan in every eligible model, and why the others were left out."""
    from ketapk import units
    from ketapk.dosing.wording import explain

    cohort = next(iter(spread.runs.values())).cohort
    for line in explain(spread.plan, float(cohort.weight_kg[0])):
        print(line)
    print(_who(cohort))
    table = _table("model", "Cmax [ng/mL]", "Tmax [min]", "AUC [ng h/mL]", "t1/2 [h]", "grade")
    for row in spread.table.to_dicts():
        _add(
            table,
            row["model"],
            row["Cmax [ng/mL]"],
            row["Tmax [h]"] * units.MINUTES_PER_HOUR,
            row["AUC [ng h/mL]"],
            row["t_half [h]"],
            row["grade"],
        )
    _show(table)
    for row in spread.table.to_dicts():
        _wrapped(f"{row['model']}: {row['status']}; sampled: {row['site']}")
    print("Left out:")
    for name, reason in spread.reasons.items():
        _wrapped(f"  {name}: {reason}", indent=4)
    print()
    _wrapped(spread.cite())


def ledger(table: Any) -> None:
    """Where every milligram is: a row a fate, a column a dose and site."""
    import polars as pl

    for (time,), rows in table.group_by("time_h", maintain_order=True):
        when = "after everything has left" if math.isinf(time) else f"at {time:g} h"
        print(f"Where every milligram is, {when}:")
        shown = _table("fate", "site", "dose", "mg", left=3)
        sums = rows.group_by("fate", "site", "dose", maintain_order=True).agg(pl.col("mg").sum())
        for row in sums.to_dicts():
            _add(shown, row["fate"], row["site"], row["dose"], row["mg"])
        _add(shown, "sum", "", "", float(rows["mg"].sum()))
        _show(shown)


def verification(table: Any, names: tuple[str, ...]) -> None:
    """Published and simulated figures, model by model, then what does not reproduce and why."""
    from ketapk import units
    from ketapk.library.catalogue import PUBLISHED

    for name in names or PUBLISHED:
        rows = table.filter(table["model"] == name).to_dicts()
        if not rows:
            print(f"{name}: nothing besides the parameters was found to re-create.\n")
            continue
        shown = _table(name, "published", "simulated", "unit", "off", "verdict")
        for row in rows:
            off = f"{100.0 * row['difference']:+.1f} %"
            simulated = units.fmt(row["simulated"], 4)
            _add(shown, row["what"], row["published"], simulated, row["unit"], off, row["verdict"])
        _show(shown)
        for note in dict.fromkeys(r["note"] for r in rows if r["verdict"] == "does not reproduce"):
            _wrapped(f"does not reproduce: {note}")
            print()
    verdicts = table["verdict"].to_list()
    kinds = ("pass", "does not reproduce", "FAIL")
    print("; ".join(f"{verdicts.count(kind)} {kind}" for kind in kinds))


def observed(report: Any) -> None:
    """The summary by model, then each study and why it is comparable or not."""
    shown = _table("model", "rows", "same site", "GMFE", "bias", "in 1.5x", "in 2x")
    for row in report.summary().to_dicts():
        _add(
            shown,
            row["model"],
            row["rows"],
            row["same site"],
            row["GMFE"],
            row["bias"],
            f"{100 * row['within 1.5-fold']:.0f} %",
            f"{100 * row['within 2-fold']:.0f} %",
        )
    _show(shown)
    print("GMFE: geometric mean fold error; bias: geometric mean of predicted over observed.\n")
    for row in report.studies.to_dicts():
        if row["comparable"]:
            _wrapped(f"{row['study']}: compared with {row['models']}. {row['why']}.")
        else:
            _wrapped(f"{row['study']}: not comparable. {row['why']}.")


def effects(table: Any) -> None:
    """Print each effect with what is known of it."""
    for row in table.to_dicts():
        print(f"{row['name']}  (grade {row['grade']}, {row['drug']})")
        for key, value in row.items():
            if key not in ("name", "grade", "drug") and value not in (None, "", "not published"):
                _wrapped(f"  {key}: {_cell(value)}", indent=4)
        print()
