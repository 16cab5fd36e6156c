"""Subcutaneous injection or infusion: no human figure is published for a single injection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ketapk.library.absorption.record import number, record
from ketapk.model.routes import Input
from ketapk.model.structures import depot

if TYPE_CHECKING:
    from ketapk.dosing.regimen import Dose

ASSUMED = "assumed: the intramuscular record slowed; only rat data are published (PMID 29895202)"
F = number("F", 0.93, "fraction", ASSUMED, "assumed", span=(0.8, 1.0))
F_INFUSION = number(
    "F_infusion", 1.0, "fraction", "Li 2015, which treats infusions so", "B", note="of an infusion"
)
KA = number("ka", 2.5, "1/h", ASSUMED, "assumed", span=(1.5, 4.0))
SITE = "tissue under the skin"


def _inputs(dose: Dose, p: dict[str, Any]) -> tuple[Input, ...]:
    """An infusion arrives whole, as its study took it; of an injection the share F."""
    infused = dose.dur is not None or dose.rate is not None
    return (Input(to=SITE, fraction=p["F_infusion" if infused else "F"]),)


SUBCUTANEOUS = record(
    name="sc",
    title="subcutaneous, borrowed",
    source=(
        "assumption: the intramuscular record slowed, no human figure found; infusions treated as "
        "absorbed whole (Li 2015)"
    ),
    confidence="low",
    parameters=(F, F_INFUSION, KA),
    inputs=_inputs,
    extend=lambda graph, p: depot(graph, SITE, "central", ka=p["ka"]),
    infusible=True,
)
