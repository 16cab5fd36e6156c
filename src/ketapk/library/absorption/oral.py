"""By mouth, immediate or prolonged release."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ketapk.library.absorption.nasal import FGUT, PEREZ_RUIXO
from ketapk.library.absorption.record import lossy_depot, number, record, swallowed

if TYPE_CHECKING:
    from ketapk.dosing.regimen import Dose
    from ketapk.model.routes import Input
    from ketapk.model.system import Graph

F = number(
    "F",
    0.20,
    "fraction",
    "racemic tablet, Yanagihara 2003, abstract",
    "A",
    span=(0.08, 0.24),
    note="0.165 in Clements/Grant 1981-82, 0.23 and 0.24 in Chong 2006 and 2009",
)
F_S = number(
    "F_S",
    0.18,
    "fraction",
    f"esketamine, computed from {PEREZ_RUIXO}",
    "B",
    span=(0.08, 0.24),
    note="0.186 in the abstract of Perez-Ruixo 2021, 0.08 in Fanta 2015",
)
F_PROLONGED = number(
    "F_prolonged", 0.15, "fraction", "Hasan 2021, abstract", "A", span=(0.12, 0.19)
)
DPO = number("Dpo", 0.32, "h", PEREZ_RUIXO, "B", note="zero-order release of a solution")
D_PROLONGED = number("D_prolonged", 10.0, "h", "Glue 2020, abstract: release over about 10 h", "A")
KA = number(
    "ka",
    0.97,
    "1/h",
    PEREZ_RUIXO,
    "B",
    span=(0.7, 2.0),
    note="0.70 /h in Brunette 2011",
)
KA_PROLONGED = number(
    "ka_prolonged",
    0.97,
    "1/h",
    "assumed: what a prolonged-release tablet has released is absorbed like a solution",
    "assumed",
)

SLOW = "gut (prolonged release)"


def _inputs(dose: Dose, p: dict[str, Any]) -> tuple[Input, ...]:
    """Released at a constant rate, then absorbed first order through gut wall and liver."""
    if dose.form == "prolonged":
        share = {"F": p["F_prolonged"], "Fgut": p["Fgut"], "dur": p["D_prolonged"]}
        return swallowed(SLOW, 1.0, **share)
    F = p["F_S"] if dose.drug == "S" else p["F"]
    return swallowed("gut", 1.0, F=F, Fgut=p["Fgut"], dur=p["Dpo"])


def _extend(graph: Graph, p: dict[str, Any]) -> None:
    """Add the gut as a solution meets it, and as a prolonged-release tablet does."""
    lossy_depot(graph, "gut", ka=p["ka"])
    lossy_depot(graph, SLOW, ka=p["ka_prolonged"], fate="still in the gut")


ORAL = record(
    name="oral",
    title="oral, borrowed",
    source=(
        "F of Yanagihara 2003 (racemic), of Perez-Ruixo 2021 (esketamine), of Hasan 2021 "
        "(prolonged release); rates and gut wall of Perez-Ruixo 2021, 10 h of release of Glue 2020"
    ),
    confidence="moderate",
    parameters=(F, F_S, F_PROLONGED, DPO, D_PROLONGED, KA, KA_PROLONGED, FGUT),
    inputs=_inputs,
    extend=_extend,
)
