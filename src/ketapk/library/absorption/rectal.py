"""By the rectum, as a solution or a suppository."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ketapk.library.absorption.record import lossy_depot, number, record, to_liver
from ketapk.model.routes import Input

if TYPE_CHECKING:
    from ketapk.dosing.regimen import Dose

MALINOVSKY = "Malinovsky 1996, abstract: children, 9 mg/kg"
F = number("F", 0.25, "fraction", MALINOVSKY, "A", note="solution")
F_SUPPOSITORY = number(
    "F_suppository", 0.30, "fraction", "Yanagihara 2003, abstract: 50 mg, n = 3", "A"
)
ASSUMED = "assumed: with Herd 2007, 20 kg and 9 mg/kg the peak is 615 ng/mL (observed 632)"
KA = number("ka", 2.0, "1/h", ASSUMED, "assumed", span=(1.0, 2.0))
LAG = number(
    "tlag", 10.0, "min", "assumed: without a lag the peak comes at 20 min (observed 42)", "assumed"
)
SITE = "rectum"


def _inputs(dose: Dose, p: dict[str, Any]) -> tuple[Input, ...]:
    """F reaches the blood; the liver takes the rest, as more norketamine than ketamine says."""
    F = p["F_suppository"] if dose.form == "suppository" else p["F"]
    later: dict[str, Any] = {"lag": p["tlag"], "waits_in": f"{SITE}, waiting", "site": SITE}
    return (
        Input(to=SITE, fraction=F, **later),
        Input(to=to_liver(SITE), fraction=1.0 - F, **later),
    )


RECTAL = record(
    name="rectal",
    title="rectal, borrowed",
    source=(
        "F of Malinovsky 1996 (solution) and Yanagihara 2003 (suppository); ka and lag assumed; "
        "that the liver took the rest is assumed from norketamine above ketamine throughout "
        "(Malinovsky 1996)"
    ),
    confidence="low",
    parameters=(F, F_SUPPOSITORY, KA, LAG),
    inputs=_inputs,
    extend=lambda graph, p: lossy_depot(graph, SITE, ka=p["ka"]),
)
