"""Nasal drops or an improvised spray: part through the mucosa, the rest swallowed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.library.absorption.record import lossy_depot, number, record, swallowed
from ketapk.model.routes import Input
from ketapk.model.structures import depot

if TYPE_CHECKING:
    from ketapk.dosing.regimen import Dose
    from ketapk.model.system import Graph

PEREZ_RUIXO = "Perez-Ruixo 2021, Table 3 (esketamine device), via nlmixr2lib"
F = number(
    "F",
    0.45,
    "fraction",
    "Yanagihara 2003, abstract: total F of 25 mg, n = 3",
    "A",
    span=(0.11, 0.50),
    note=(
        "0.11 to 0.17 in Singh 2022 (cancer pain), 0.36 in Nielsen 2014 (children), 0.50 in "
        "Malinovsky 1996 (children, large volume); volume and drip-back decide"
    ),
)
F_SWALLOWED = number(
    "F_swallowed", 0.18, "fraction", f"computed from {PEREZ_RUIXO}: Fgut times 1 - E", "B"
)
FGUT = number("Fgut", 0.64, "fraction", PEREZ_RUIXO, "B")
KA_N = number(
    "ka_n",
    2.93,
    "1/h",
    PEREZ_RUIXO,
    "assumed",
    note="for drops assumed as with the device, like Dsw, ka_sw, Fgut and F_swallowed",
)
DSW = number("Dsw", 0.53, "h", PEREZ_RUIXO, "B")
KA_SW = number("ka_sw", 1.45, "1/h", PEREZ_RUIXO, "B")


def nose_and_gut(what: str, in_nose: Any, p: dict[str, Any], F: Any) -> tuple[Input, ...]:
    """Inputs of a dose of ``what``: ``in_nose`` is absorbed there, ``F`` of what is swallowed."""
    return (
        Input(to=f"nose ({what})", fraction=in_nose),
        *swallowed(f"swallowed {what}", 1.0 - in_nose, F=F, Fgut=p["Fgut"], dur=p["Dsw"]),
    )


def with_nose(what: str, graph: Graph, p: dict[str, Any]) -> None:
    """Add the nasal depot of ``what``, and the swallowed one."""
    depot(graph, f"nose ({what})", "central", ka=p["ka_n"], fate="still in the nose")
    lossy_depot(graph, f"swallowed {what}", ka=p["ka_sw"], fate="swallowed, in the gut")


def _inputs(dose: Dose, p: dict[str, Any]) -> tuple[Input, ...]:
    """Split the total F: what the swallowed part cannot explain was absorbed in the nose."""
    in_nose = np.maximum((p["F"] - p["F_swallowed"]) / (1.0 - p["F_swallowed"]), 0.0)
    return nose_and_gut("drops", in_nose, p, np.minimum(p["F_swallowed"], p["F"]))


NASAL = record(
    name="nasal",
    title="nasal drops or spray, borrowed",
    source=(
        "total F 0.45 of Yanagihara 2003 (n = 3; 0.11 to 0.50 elsewhere); rates and gut wall of "
        "the esketamine device, Perez-Ruixo 2021"
    ),
    confidence="low",
    parameters=(F, F_SWALLOWED, FGUT, KA_N, DSW, KA_SW),
    inputs=_inputs,
    extend=partial(with_nose, "drops"),
)
