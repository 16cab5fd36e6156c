"""Tables of what to expect, for people at a terminal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ketapk import units
from ketapk.cli.terminal import add, show, table_of, wrapped
from ketapk.dosing.wording import DRUG_NAMED

if TYPE_CHECKING:
    from ketapk.branches.branching import WhatIf
    from ketapk.carryover import CarryOver
    from ketapk.decrement import Decrement
    from ketapk.plateau import PlateauChange


def decrement(found: Decrement) -> None:
    """Time to fall, a row a length of infusion, a column a percentage or level."""
    table = found.table
    for (name, drug), rows in table.group_by("model", "drug", maintain_order=True):
        targets = rows["by"].unique(maintain_order=True).to_list()
        heads = [by if by.startswith("below") else f"by {by}" for by in targets]
        print(f"{name} ({DRUG_NAMED[str(drug)]})")
        shown = table_of("infusion [h]", *(f"{head} [min]" for head in heads))
        for (length,), part in rows.group_by("length_h", maintain_order=True):
            add(shown, float(length), *(_minutes(line) for line in part.to_dicts()))
        show(shown)
    if len(found.models) > 1:
        print("all models, from the fastest to the slowest")
        shown = table_of("infusion [h]", "", "[min]", "fastest", "slowest", left=2)
        for line in found.spread.to_dicts():
            low, high = (units.fmt(line[k] * units.MINUTES_PER_HOUR) for k in ("low_h", "high_h"))
            span = f"{low}-{high}"
            add(shown, line["length_h"], line["by"], span, line["fastest"], line["slowest"])
        show(shown)
    if found.people > 1:
        print(f"{found.people} people; medians, 5th to 95th percentile in brackets")
    _end(found)


def carry_over(found: CarryOver) -> None:
    """Session by session what is left, then the washout after the last."""
    print(f"{len(found.starts)} sessions of {found.once}")
    for (name, analyte), rows in found.table.group_by("model", "analyte", maintain_order=True):
        print(f"{name}: {analyte}")
        shown = table_of(
            "session", "start [h]", "before [ng/mL]", "of last peak [%]", "peak [ng/mL]",
            "accumulation", left=0,
        )  # fmt: skip
        for line in rows.to_dicts():
            add(
                shown, line["session"], line["start_h"], _range(line, "before"),
                100.0 * line["of_peak"], line["peak"], units.fmt(line["accumulation"], 4),
            )  # fmt: skip
        show(shown)
        last = found.washout.filter(model=name, analyte=analyte, session=len(found.starts))
        for line in last.to_dicts():
            when = "never" if line["after_h"] is None else f"{units.fmt(line['after_h'])} h"
            print(f"  below {line['level']} after the last session: {when}")
    _end(found)


def plateau(found: PlateauChange) -> None:
    """Both plateaus and the times between them, a row a model."""
    shares = found.table["share"].unique(maintain_order=True).to_list()
    print(f"From the plateau of {found.before} to that of {found.after}")
    shown = table_of(
        "model", "before [ng/mL]", "after [ng/mL]", *(f"{share} [h]" for share in shares)
    )
    for line in found.plateaus.to_dicts():
        own = found.table.filter(model=line["model"]).to_dicts()
        add(shown, line["model"], line["before"], line["after"], *(row["time_h"] for row in own))
    show(shown)
    _end(found)


def what_if(found: WhatIf) -> None:
    """Both branches, and how far apart they come."""
    print(f"Planned: {found.planned.plan}")
    for change in found.changes:
        print(f"What if: {change}")
    print(f"Becomes: {found.becomes}")
    wrapped(found.account)
    wrapped(found.agreement)
    print(f"Analyte: {found.analyte}; model {found.planned.model.name}")
    shown = table_of("", "planned", "changed", "difference")
    for line in found.table.to_dicts():
        add(shown, *line.values())
    show(shown)
    shown = table_of("", "")
    for line in found.findings.to_dicts():
        add(shown, line["what"], _range(line, "value", "low", "high"))
    show(shown)
    _end(found)


def _minutes(line: dict[str, Any]) -> str:
    keys = ("time_h", "low_h", "high_h")
    return _range({k: line[k] * units.MINUTES_PER_HOUR for k in keys}, *keys)


def _range(line: dict[str, Any], key: str, low: str = "", high: str = "") -> str:
    """A median, with its percentiles in brackets where people differ."""
    middle = line[key]
    if middle is None or math.isnan(middle):
        return "-"
    ends = line[low or f"{key}_low"], line[high or f"{key}_high"]
    if ends[0] == ends[1]:
        return units.fmt(middle)
    return f"{units.fmt(middle)} ({units.fmt(ends[0])}-{units.fmt(ends[1])})"


def _end(found: Any) -> None:
    """Models that were left out, and what the rest rests on."""
    for name, reason in getattr(found, "reasons", {}).items():
        wrapped(f"not {name}: {reason}")
    wrapped(found.basis)
