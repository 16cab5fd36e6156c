"""Subcutaneous injection or infusion: no human figure is published for a single injection."""

from __future__ import annotations

from ketapk.library.absorption.record import injected, number

ASSUMED = "assumed: the intramuscular record slowed; only rat data are published (PMID 29895202)"

SUBCUTANEOUS = injected(
    name="sc",
    title="subcutaneous, borrowed",
    source="assumption: the intramuscular record slowed; no human figure found",
    site="tissue under the skin",
    F=number("F", 0.93, "fraction", ASSUMED, "assumed", span=(0.8, 1.0)),
    ka=number("ka", 2.5, "1/h", ASSUMED, "assumed", span=(1.5, 4.0)),
)
