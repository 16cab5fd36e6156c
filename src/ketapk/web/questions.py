"""Bodies of requests: the scenario of the command line, with what is asked beside it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from ketapk.dosing.regimen import ROUTES
from ketapk.scenario import Number, Scenario
from ketapk.web.limits import LONGEST_H, MOST_CHANGES, MOST_PEOPLE

HALF = "The body holds half of a character, a lone surrogate; write whole characters"


Count = Annotated[int, Field(strict=True)]
"""A whole number that is written as one."""


class Asked(BaseModel):
    """A part of a body, in which nothing unknown is let pass."""

    model_config = ConfigDict(extra="forbid")


class Question(Asked):
    """A scenario, as `ketapk compare --scenario` reads it."""

    scenario: Scenario

    @model_validator(mode="before")
    @classmethod
    def _in_whole_characters(cls, given: Any) -> Any:
        """Refuse text that no answer could repeat."""
        try:
            json.dumps(given, ensure_ascii=False, default=str).encode()
        except UnicodeEncodeError:
            raise PydanticCustomError("half_a_character", HALF) from None
        return given


class Understanding(Question):
    """How plans are understood."""

    vial: str | None = Field(
        default=None, description='Strength of base, "10 mg/mL": adds volumes and mL/h'
    )


class CurveOptions(Asked):
    """What is computed of every plan."""

    all_models: bool = Field(default=False, description="Every eligible model; else one")
    borrow: bool = Field(
        default=True, description="Whether a model that lacks a route may borrow it"
    )
    metabolite: bool = Field(default=True, description="Metabolites too")
    effect_site: bool = Field(
        default=False, description="Effect sites whose ke0 was published with the model"
    )
    ribbon: Count = Field(
        default=0, ge=0, le=MOST_PEOPLE, description="People between whom a ribbon is drawn"
    )
    seed: Count = Field(default=1, ge=0, le=2**32 - 1, description="Of the people")
    until_h: Number | None = Field(
        default=None, gt=0.0, le=LONGEST_H, description="End of the curves [h]"
    )
    points: Count = Field(default=400, ge=2, le=800, description="Even steps")


class Curves(Question):
    """Curves of plans."""

    options: CurveOptions = Field(default_factory=CurveOptions)


class WhatIfOptions(Asked):
    """What goes otherwise, and how the branches are compared."""

    changes: list[str] = Field(
        min_length=1,
        max_length=MOST_CHANGES,
        description='One after the other, "pump stops at 20 min for 10 min", "dose 2 skipped"',
    )
    plan: str | None = Field(default=None, description="Name of the plan; the first by default")
    analyte: str | None = Field(default=None, description="Whose; the dosed drug by default")
    within: str = Field(
        default="5 %", description="Share of the planned peak that counts as agreeing"
    )
    until_h: Number | None = Field(default=None, gt=0.0, le=LONGEST_H, description="End [h]")
    points: Count = Field(default=400, ge=2, le=800, description="Even steps")


class WhatIf(Question):
    """A plan gone otherwise; the model is the first that is named."""

    options: WhatIfOptions


class LedgerOptions(Asked):
    """Which plan, and at how many times."""

    plan: str | None = Field(default=None, description="Name of the plan; the first by default")
    until_h: Number | None = Field(default=None, gt=0.0, le=LONGEST_H, description="End [h]")
    points: Count = Field(default=120, ge=2, le=800, description="Even steps")


class Ledger(Question):
    """Where every milligram of a plan is over time."""

    options: LedgerOptions = Field(default_factory=LedgerOptions)


class RouteOptions(LedgerOptions):
    """Which routes, and what is to be the same."""

    routes: list[str] = Field(
        default=["iv", "im", "sc", "nasal", "oral", "sublingual", "rectal"],
        min_length=1,
        max_length=len(ROUTES),
        description="Routes; each gives its dose at once",
    )
    match: Literal["milligrams", "AUC", "Cmax"] = Field(
        default="milligrams", description="What is the same as in the plan"
    )


class Routes(Question):
    """A plan's milligrams, or what matches it, by other routes."""

    options: RouteOptions = Field(default_factory=RouteOptions)


class PumpOptions(Asked):
    """What is in the syringe, and when it starts."""

    vial: str | None = Field(default=None, description='Strength of base, "10 mg/mL"')
    volume: str | None = Field(default=None, description='What the syringe holds, "50 mL"')
    start: str | None = Field(default=None, description='Clock time of the start, "09:00"')


class HoldOptions(PumpOptions):
    """What is held, where, how long."""

    target: str | list[tuple[str, str]] = Field(
        description='"100 ng/mL", "100 ng/mL; 50 ng/mL at 1 h", or pairs of time and level'
    )
    site: Literal["plasma", "effect"] = Field(default="plasma", description="Where it holds")
    effect: str | None = Field(default=None, description="Effect whose site is held")
    until: str = Field(default="2 h", description="When it ends")
    step: str = Field(default="5 min", description="Time between two rates")
    max_rate: str | None = Field(default=None, description='"100 mg/h", "1 mg/kg/h"')


class Hold(Question):
    """A level to be held in the first of the models; plans are not looked at."""

    options: HoldOptions


class SheetOptions(PumpOptions):
    """Which plan goes to the pump."""

    plan: str | None = Field(default=None, description="Name of the plan; the first by default")


class Sheet(Question):
    """A plan to be run by a pump."""

    options: SheetOptions


class DecrementOptions(Asked):
    """Which infusions, and how far levels fall."""

    rate: str = Field(default="0.2 mg/kg/h", description="Rate of the infusion")
    lengths: list[str] = Field(
        default=["30 min", "1 h", "2 h", "4 h", "8 h"],
        max_length=40,
        description="Lengths of the infusion",
    )
    by: list[str] = Field(
        default=["20 %", "50 %", "80 %"], max_length=8, description="Percentages to fall by"
    )
    below: list[str] = Field(default=[], max_length=8, description="Levels to fall below")


class Decrement(Question):
    """How fast levels fall; plans are not looked at."""

    options: DecrementOptions = Field(default_factory=DecrementOptions)


OPTIONS: tuple[type[Asked], ...] = (
    CurveOptions,
    WhatIfOptions,
    RouteOptions,
    HoldOptions,
    SheetOptions,
    DecrementOptions,
)
"""Every kind of options."""


def names_beside(loc: Sequence[str | int]) -> tuple[str, ...]:
    """Return names that may stand in a body at a place, to suggest the nearest."""
    if len(loc) == 1:
        return ("scenario", "vial", "options")
    return tuple(sorted({name for options in OPTIONS for name in options.model_fields}))
