"""Predictions of records and trials for people at a terminal."""

from __future__ import annotations

import math
from typing import Any

from ketapk.cli.terminal import add, cell, show, table_of, wrapped

SHOWN_RECORDS = 40
"""Records in a table on a terminal; `--csv` prints all."""


def predictions(predicted: Any) -> None:
    """The first predictions of every record."""
    records = predicted.records
    print(f"{records!r}".strip("<>"))
    print(f"Model: {predicted.model.name} (grade {predicted.model.grade})")
    readings = [(o.analyte, o.site) for o in predicted.system.outputs]
    names = [a if site == "plasma" else f"{a}, {site} site" for a, site in readings]
    table = table_of("ID", "time [h]", "EVID", "AMT [mg]", "DV", *(f"{n} [ng/mL]" for n in names))
    curves = [predicted.concentration(a, site=site) for a, site in readings]
    for r in range(min(len(records), SHOWN_RECORDS)):
        add(
            table,
            records.subjects[records.subject[r]],
            float(records.time_h[r]),
            int(records.evid[r]),
            float(records.amt[r]) if records.amt[r] else None,
            float(records.dv[r]) if math.isfinite(records.dv[r]) else None,
            *(float(curve[r]) for curve in curves),
        )
    show(table)
    if len(records) > SHOWN_RECORDS:
        print(f"The first {SHOWN_RECORDS} of {len(records)} records; --csv prints all.")
    wrapped(predicted.cite())


def trial(found: Any) -> None:
    """Exposure of every plan, chances, and ratios within people."""
    print(f"{found.n} people, drawn with seed {found.design.draws.seed}")
    for name, plan in found.design.plans.items():
        print(f"{name}: {plan} ({found.design.models[name].name})")
    _distributions(found.exposure((5, 50, 95)))
    for level in found.design.levels:
        for line in found.chance(level).iter_rows(named=True):
            low, high = (_percent(line[name]) for name in ("low", "high"))
            print(
                f"{line['plan']}: {_percent(line['share'])} of people ever reach {level} of "
                f"{line['analyte']} (95 % interval {low} to {high})"
            )
    for line in _best_inside(found):
        print(line)
    if len(found.design.plans) > 1:
        print()
        print("Ratios within people")
        _distributions(found.ratios(shares=(5, 50, 95)))
    print(f"Quantiles over time: {found.quantiles}")
    wrapped(found.cite())


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def _best_inside(found: Any) -> list[str]:
    """When most people are inside each window."""
    if not found.design.windows:
        return []
    lines = []
    for (plan, analyte, window), own in found.inside().group_by(
        "plan", "analyte", "window", maintain_order=True
    ):
        best = own.sort("share", descending=True).row(0, named=True)
        lines.append(
            f"{plan}: at most {_percent(best['share'])} of people are inside {window} of "
            f"{analyte}, at {cell(float(best['time_h']))} h"
        )
    return lines


def _distributions(frame: Any) -> None:
    units_of = {"Cmax": "ng/mL", "AUC_last": "ng h/mL", "AUC_inf": "ng h/mL"}
    for (plan, analyte), own in frame.group_by("plan", "analyte", maintain_order=True):
        ratio = " / " in str(plan)
        table = table_of(f"{plan}: {analyte}", "5 %", "median", "95 %", "people")
        for line in own.iter_rows(named=True):
            unit = "" if ratio else f" [{units_of.get(line['measure'], 'h')}]"
            add(table, f"{line['measure']}{unit}", line["p5"], line["p50"], line["p95"], line["n"])
        show(table)
