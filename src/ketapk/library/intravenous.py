"""The intravenous route, which every disposition model has in the same way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ketapk.model.routes import Input, Route, nothing_more

if TYPE_CHECKING:
    from ketapk.dosing.regimen import Dose
    from ketapk.model.routes import Values


VEIN = (Input(to="central", site="vein"),)
"""One object for every dose, so that a plan of many is soon recognised."""


def _into_the_blood(dose: Dose, values: Values) -> tuple[Input, ...]:
    """Everything enters the central compartment."""
    return VEIN


INTRAVENOUS = Route(
    name="iv",
    title="intravenous",
    source="F is 1 by definition",
    grade="A",
    inputs=_into_the_blood,
    extend=nothing_more,
    infusible=True,
)
