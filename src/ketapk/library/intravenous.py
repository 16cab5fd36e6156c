"""The intravenous route, which every disposition model has in the same way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ketapk.model.routes import Input, Route, nothing_more

if TYPE_CHECKING:
    from ketapk.dosing.regimen import Dose
    from ketapk.model.routes import Values


def _into_the_blood(dose: Dose, values: Values) -> tuple[Input, ...]:
    """Everything enters the central compartment."""
    return (Input(to="central", site="vein"),)


INTRAVENOUS = Route(
    name="iv",
    title="intravenous",
    source="F is 1 by definition",
    grade="A",
    inputs=_into_the_blood,
    extend=nothing_more,
    infusible=True,
)
