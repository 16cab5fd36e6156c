"""Bodies of requests: the scenario of the command line, with what is asked beside it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from ketapk.scenario import Scenario
from ketapk.web.limits import LONGEST_H, MOST_PEOPLE


class Asked(BaseModel):
    """A part of a body, in which nothing unknown is let pass."""

    model_config = ConfigDict(extra="forbid")


class Question(Asked):
    """A scenario, as `ketapk compare --scenario` reads it."""

    scenario: Scenario


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
    ribbon: int = Field(
        default=0, ge=0, le=MOST_PEOPLE, description="People between whom a ribbon is drawn"
    )
    seed: int = Field(default=1, ge=0, le=2**32 - 1, description="Of the people")
    until_h: float | None = Field(
        default=None, gt=0.0, le=LONGEST_H, description="End of the curves [h]"
    )
    points: int = Field(default=400, ge=2, le=800, description="Even steps")


class Curves(Question):
    """Curves of plans."""

    options: CurveOptions = Field(default_factory=CurveOptions)


def names_beside(loc: list[str | int]) -> tuple[str, ...]:
    """Return names that may stand in a body at a place, to suggest the nearest."""
    if len(loc) == 1:
        return ("scenario", "vial", "options")
    known = {name for options in OPTIONS for name in options.model_fields}
    return tuple(sorted(known))


OPTIONS = (CurveOptions,)
"""Every kind of options."""
