"""The esketamine device, 28 mg each, onto a model that lacks it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ketapk.library.absorption.nasal import DSW, FGUT, KA_SW, PEREZ_RUIXO, nose_and_gut, with_nose
from ketapk.library.absorption.record import number, record

if TYPE_CHECKING:
    from ketapk.dosing.regimen import Dose
    from ketapk.model.routes import Input

FRN = number("FRn", 0.54, "fraction", "Perez-Ruixo 2021, abstract", "A")
FRN_LATER = number("FRn_later", 0.62, "x FRn", PEREZ_RUIXO, "B", note="second and later devices")
F_SWALLOWED = number(
    "F_swallowed", 0.178, "fraction", f"computed from {PEREZ_RUIXO}: Fgut times 1 - E", "B"
)
KA_N = number("ka_n", 2.93, "1/h", PEREZ_RUIXO, "B")


def _inputs(dose: Dose, p: dict[str, Any]) -> tuple[Input, ...]:
    """Of the first device 0.54 is absorbed in the nose, of each later one 0.62 times that."""
    in_nose = p["FRn"] * (p["FRn_later"] if dose.device > 1 else 1.0)
    return nose_and_gut("spray", in_nose, p, p["F_swallowed"])


DEVICE = record(
    name="nasal_spray",
    title="nasal device, borrowed",
    source=(
        "Perez-Ruixo 2021, abstract and Table 3; the liver as a fraction that escapes; no range of "
        "the typical values is published, people differ by 62 % in ka_n and 0.71 on the logit of "
        "FRn"
    ),
    confidence="high for the parent, moderate for the metabolite",
    parameters=(FRN, FRN_LATER, F_SWALLOWED, FGUT, KA_N, DSW, KA_SW),
    inputs=_inputs,
    extend=partial(with_nose, "spray"),
)
