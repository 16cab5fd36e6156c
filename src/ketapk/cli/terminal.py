"""Tables and lines for people at a terminal, 80 columns wide."""

from __future__ import annotations

import math
import sys
import textwrap
from typing import Any

from ketapk.summary import number


def wrapped(text: str, indent: int = 2) -> None:
    """Print long lines so that they fit 80 columns."""
    for line in text.splitlines():
        print(textwrap.fill(line, 80, subsequent_indent=" " * indent, break_long_words=False))


def table_of(*columns: str, left: int = 1) -> Any:
    """Return an empty table; all columns but the first ``left`` hold numbers."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for place, column in enumerate(columns):
        justify: Any = "left" if place < left else "right"
        table.add_column(Text(column), justify=justify, overflow="fold")
    return table


def show(table: Any) -> None:
    """Print a table, 80 columns wide where nobody looks."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else 80
    Console(width=width, highlight=False, markup=False).print(table)


def cell(value: Any) -> str:
    """Text of a cell: numbers as people write them."""
    from ketapk import units

    if value is None:
        return "-"
    return units.fmt(value) if isinstance(value, float) else str(value)


def add(table: Any, *cells: Any) -> None:
    """Add a row whose brackets are units and not markup."""
    from rich.text import Text

    table.add_row(*(Text(cell(value)) for value in cells))


def _who(cohort: Any) -> str:
    """One line about the patient, defaults included, so that none goes unseen."""
    from ketapk.patients.wording import in_words

    return f"Patient: {in_words(cohort[:1])}"


def profiles(run: Any, levels: tuple[str, ...], *, asked: bool) -> None:
    """Exposure of every analyte, and the concentrations at the times asked for."""
    from ketapk import units
    from ketapk.dosing.wording import explain

    for line in explain(run.plan, float(run.cohort.dosing_kg[0])):
        print(line)
    print(_who(run.cohort))
    if len(run.cohort) > 1:
        print(f"{len(run.cohort)} people drawn; medians, and 5th to 95th percentile in brackets")
    print(f"Model: {run.model.name} (grade {run.model.grade}), {run.model.sampling_site}")
    readings = run.readings()
    tables = {
        label: run.exposure_columns(analyte, site=site, above=levels)
        for label, (analyte, site) in readings.items()
    }
    table = table_of("", *tables)
    minutes = units.MINUTES_PER_HOUR
    wanted = [("Cmax [ng/mL]", "Cmax", 1.0), ("Tmax [min]", "Tmax", minutes)]
    for level in levels:
        wanted += [
            (f"time to {level} [min]", f"time to {level}", minutes),
            (f"time above {level} [min]", f"time above {level}", minutes),
        ]
    wanted += [
        ("AUC to infinity [ng h/mL]", "AUC_inf", 1.0),
        ("terminal half-life [h]", "t_half", 1.0),
    ]
    for label, key, factor in wanted:
        add(table, label, *(_spread(t[key] * factor) for t in tables.values()))
    show(table)
    if asked:
        table = table_of("time [h]", *(f"{label} [ng/mL]" for label in readings), left=0)
        curves = [run.concentration(analyte, site=site) for analyte, site in readings.values()]
        for k, time in enumerate(run.times_h):
            add(table, float(time), *(_spread(curve[:, k]) for curve in curves))
        show(table)
    wrapped(run.cite())


def _spread(values: Any) -> Any:
    """The value of one person; of many the median and two percentiles."""
    import numpy as np

    from ketapk import units

    if values.size == 1:
        return number(values[0])
    if np.isnan(values).mean() > 0.5:
        return None
    low, middle, high = (
        float(np.quantile(np.where(np.isnan(values), np.inf, values), q, method="lower"))
        for q in (0.05, 0.5, 0.95)
    )
    top = units.fmt(high) if math.isfinite(high) else "never"
    return f"{units.fmt(middle)} ({units.fmt(low)}-{top})"


def parts(run: Any) -> None:
    """What each dose by each absorption site adds to the area of every analyte."""
    import numpy as np

    from ketapk.ledger import areas

    print("Area to infinity by dose and absorption site [ng h/mL]:")
    found = {analyte: areas(run.course, analyte) for analyte in run.analytes}
    table = table_of("", *run.analytes)
    for part in next(iter(found.values())):
        add(
            table,
            f"dose {part.dose}, {part.site}",
            *(float(np.median(found[analyte][part])) for analyte in run.analytes),
        )
    show(table)


def comparison(compared: Any, differences: Any, ledger: Any, at: str | None) -> None:
    """The table turned on its side, so that it fits 80 columns, then differences and fates."""
    rows = compared.table.to_dicts()
    names = [row["plan"] for row in rows]
    print(_who(next(iter(compared.runs.values())).cohort))
    _sideways(names, rows, skip=("plan", "model", "grade"))
    for row in rows:
        print(f"{row['plan']}: {compared.runs[row['plan']].plan}")
        print(f"  model {row['model']}, grade {row['grade']}")
    if len(rows) > 1:
        reference = next(
            (r["plan"] for r in differences.to_dicts() if r["AUC ratio"] == 1.0), names[0]
        )
        print(f"\nAgainst {reference}:")
        _sideways(names, differences.to_dicts(), skip=("plan",))
    print("Before it reached the blood, as shares of the dose:")
    _sideways(names, compared.first_pass.to_dicts(), skip=("plan",))
    print(f"Where the dose is {'at the end' if at is None else f'at {at}'} [mg]:")
    fates = ledger["fate"].unique(maintain_order=True)
    held = {(r["plan"], r["fate"]): r["mg"] for r in ledger.to_dicts()}
    table = table_of("", *names)
    for fate in fates:
        add(table, fate, *(held.get((name, fate)) for name in names))
    show(table)
    wrapped(compared.cite())


def _sideways(names: list[str], rows: list[dict[str, Any]], *, skip: tuple[str, ...]) -> None:
    """A column a plan, a row a quantity."""
    table = table_of("", *names)
    for key in rows[0]:
        if key not in skip:
            add(table, key, *(row[key] for row in rows))
    show(table)


def models(table: Any) -> None:
    """Print each model with what it can answer."""
    for row in table.to_dicts():
        print(f"{row['name']}  (grade {row['grade']}, {row['status']})")
        for key in ("drug", "routes", "can borrow", "analytes", "site", "population"):
            wrapped(f"  {key:<11}{row[key] or '-'}", indent=13)
        print()


def ensemble(spread: Any) -> None:
    """One plan in every eligible model, and why the others were left out."""
    from ketapk import units
    from ketapk.dosing.wording import explain

    cohort = next(iter(spread.runs.values())).cohort
    for line in explain(spread.plan, float(cohort.dosing_kg[0])):
        print(line)
    print(_who(cohort))
    table = table_of("model", "Cmax [ng/mL]", "Tmax [min]", "AUC [ng h/mL]", "t1/2 [h]", "grade")
    for row in spread.table.to_dicts():
        add(
            table,
            row["model"],
            row["Cmax [ng/mL]"],
            row["Tmax [h]"] * units.MINUTES_PER_HOUR,
            row["AUC [ng h/mL]"],
            row["t_half [h]"],
            row["grade"],
        )
    show(table)
    for row in spread.table.to_dicts():
        wrapped(f"{row['model']}: {row['status']}; sampled: {row['site']}")
    print("Left out:")
    for name, reason in spread.reasons.items():
        wrapped(f"  {name}: {reason}", indent=4)
    print()
    wrapped(spread.cite())


def ledger(table: Any) -> None:
    """Where every milligram is: a row a fate, a column a dose and site."""
    import polars as pl

    for (time,), rows in table.group_by("time_h", maintain_order=True):
        when = "after everything has left" if math.isinf(time) else f"at {time:g} h"
        print(f"Where every milligram is, {when}:")
        shown = table_of("fate", "site", "dose", "mg", left=3)
        sums = rows.group_by("fate", "site", "dose", maintain_order=True).agg(pl.col("mg").sum())
        for row in sums.to_dicts():
            add(shown, row["fate"], row["site"], row["dose"], row["mg"])
        add(shown, "sum", "", "", float(rows["mg"].sum()))
        show(shown)


def verification(table: Any, names: tuple[str, ...]) -> None:
    """Published and simulated figures, model by model, then what does not reproduce and why."""
    from ketapk import units
    from ketapk.library.catalogue import PUBLISHED

    for name in names or PUBLISHED:
        rows = table.filter(table["model"] == name).to_dicts()
        if not rows:
            print(f"{name}: nothing besides the parameters was found to re-create.\n")
            continue
        shown = table_of(name, "published", "simulated", "unit", "off", "verdict")
        for row in rows:
            off = f"{100.0 * row['difference']:+.1f} %"
            simulated = units.fmt(row["simulated"], 4)
            add(shown, row["what"], row["published"], simulated, row["unit"], off, row["verdict"])
        show(shown)
        for note in dict.fromkeys(r["note"] for r in rows if r["verdict"] == "does not reproduce"):
            wrapped(f"does not reproduce: {note}")
            print()
    verdicts = table["verdict"].to_list()
    kinds = ("pass", "does not reproduce", "FAIL")
    print("; ".join(f"{verdicts.count(kind)} {kind}" for kind in kinds))


def observed(report: Any) -> None:
    """The summary by model, then each study and why it is comparable or not."""
    shown = table_of("model", "rows", "same site", "GMFE", "bias", "in 1.5x", "in 2x")
    for row in report.summary().to_dicts():
        add(
            shown,
            row["model"],
            row["rows"],
            row["same site"],
            row["GMFE"],
            row["bias"],
            f"{100 * row['within 1.5-fold']:.0f} %",
            f"{100 * row['within 2-fold']:.0f} %",
        )
    show(shown)
    print("GMFE: geometric mean fold error; bias: geometric mean of predicted over observed.\n")
    for row in report.studies.to_dicts():
        if row["comparable"]:
            wrapped(f"{row['study']}: compared with {row['models']}. {row['why']}.")
        else:
            wrapped(f"{row['study']}: not comparable. {row['why']}.")


def effects(table: Any) -> None:
    """Print each effect with what is known of it."""
    for row in table.to_dicts():
        print(f"{row['name']}  (grade {row['grade']}, {row['drug']})")
        for key, value in row.items():
            if key not in ("name", "grade", "drug") and value not in (None, "", "not published"):
                wrapped(f"  {key}: {cell(value)}", indent=4)
        print()


def model(found: Any) -> None:
    """Print everything known of one model."""
    print(f"{found.name}  (grade {found.grade}, {found.status})")
    print(found.title)
    print()
    studied = found.population
    for label, text in (
        ("drug", ", ".join(found.drugs)),
        ("analytes", ", ".join(found.analytes)),
        ("routes", ", ".join(found.routes)),
        ("site", found.sampling_site),
        ("people", studied.description),
        ("structure", found.structure),
        *(("part", part) for part in found.parts),
    ):
        wrapped(f"{label:<11}{text}", indent=11)
    if found.parameters:
        table = table_of("parameter", "value", "unit", "grade", left=1)
        borrowed = [
            (f"{r.name}: {p.name}", p) for r in found.routes.values() if r.borrowed
            for p in r.parameters
        ]  # fmt: skip
        for name, p in [*((p.name, p) for p in found.parameters), *borrowed]:
            add(table, name, p.value, p.unit, p.grade)
        show(table)
    if found.variability:
        table = table_of("variability of", "value", "scale", "level", left=1)
        for v in found.variability:
            add(table, v.parameter, v.value, v.scale, v.level)
        show(table)
    else:
        print("Variability: not published, or not found.")
    for problem in found.problems:
        wrapped(f"- {problem}")
    print()
    wrapped(found.cite())


def protocols(table: Any) -> None:
    """Print each protocol with its plan and source."""
    for row in table.to_dicts():
        print(f"{row['name']}  (grade {row['grade']})")
        wrapped(f"  {row['plan']}", indent=4)
        wrapped(f"  {row['title']}; {row['source']}", indent=4)
        if row["range"]:
            wrapped(f"  published: {row['range']}", indent=4)
        print()


def weights(table: Any) -> None:
    """Each weight with its formula, limits and source."""
    for row in table.to_dicts():
        print(f"{row['name']}: {cell(row['kg'])} kg  (grade {row['grade']})")
        wrapped(f"  {row['title']}: {row['formula']}", indent=4)
        wrapped(f"  limits: {row['limits']}", indent=4)
        doi = f" doi:{row['doi']}" if row["doi"] else ""
        wrapped(f"  {row['citation']}{doi}", indent=4)
        print()


def lint(found: Any) -> None:
    """Findings, the gravest first, each with its source."""
    print(f"{found.plan}: {'nothing found' if not found.findings else ''}".rstrip(": "))
    for finding in found.findings:
        print()
        wrapped(f"{finding}", indent=2)
        wrapped(f"  source: {finding.source}", indent=4)
        print(f"  silence it with --silence {finding.rule}")
    print()
    for what, names in (("Silenced", found.silenced), ("Not looked at", found.skipped)):
        if names:
            wrapped(f"{what}: {', '.join(names)}")
    wrapped(found.basis)


def equivalence(found: Any) -> None:
    """The equivalent dose, what it matches and what it cannot."""
    from ketapk import units

    exact = any(row["matched"] for row in found.table.to_dicts())
    verb = "matches" if exact else "comes nearest to"
    print(f"{found.plan} {verb} the {found.match} of {found.given.plan}")
    print(f"{units.fmt(found.dose_mg)} mg; model {found.found.model.name}, grade "
          f"{found.found.model.grade}")  # fmt: skip
    table = table_of("", "given", "equivalent", "ratio", "")
    for row in found.table.to_dicts():
        mark = "matched" if row["matched"] else ""
        add(table, row["what"], row["given"], row["equivalent"], row["ratio"], mark)
    show(table)
    wrapped(found.found.cite())


def nca(table: Any, by: str) -> None:
    """A column a subject, a row a result."""
    rows = table.to_dicts()
    for start in range(0, len(rows), 4):
        part = rows[start : start + 4]
        _sideways([str(row[by]) for row in part], part, skip=(by,))
