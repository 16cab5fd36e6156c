"""A comparison as a file: plans, patient, models and level in TOML."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ketapk.comparison import LEVEL, Comparison, compare
from ketapk.errors import InputError, nearest
from ketapk.library.protocols import plan_of
from ketapk.patients import Patient

if TYPE_CHECKING:
    from os import PathLike


LONGEST = 40
"""Characters of what was given that an error repeats."""
MISTAKES = {
    "missing": "is missing; add it",
    "string": "is {given}, which is no text; write it in quotes",
    "float": "is {given}, which is no number; write a number without quotes",
    "int": "is {given}, which is no whole number; write one without quotes",
    "bool": "is {given}; write true or false",
    "finite_number": "is {given}; write a finite number",
    "less_than_equal": "is {given}; write at most {le:g}",
    "greater_than_equal": "is {given}; write at least {ge:g}",
    "greater_than": "is {given}; write more than {gt:g}",
    "too_short": "has too few entries; write at least {min_length}",
    "too_long": "has too many entries; write at most {max_length}",
    "literal_error": "is {given}, which is not known; write {expected}",
    "list": "is {given}, which is no list; write one in square brackets",
    "tuple": "is {given}, which is no list; write one in square brackets",
    "dict": "is {given}, which is no table of names and values",
    "model": "is {given}, which is no table of names and values",
}
"""What is said of a mistake, by how its kind begins."""
Number = Annotated[float, Field(strict=True)]
"""A number that is written as one: neither text nor true or false."""


class Person(BaseModel):
    """Who gets the plans."""

    model_config = ConfigDict(extra="forbid")

    weight_kg: Number = Field(default=70.0, description="Body weight [kg]")
    age_y: Number = Field(default=40.0, description="Age [years]")
    sex: str = Field(default="F", description="F or M")
    height_cm: Number = Field(default=170.0, description="Height [cm]")
    ancestry: str = Field(default="other", description="other, asian or japanese")
    dosing_weight: str = Field(
        default="total",
        description="What doses per kg are counted by: total, ideal, lean, fat-free or adjusted",
    )


class Scenario(BaseModel):
    """A whole comparison, as it is written in a file.

    Examples
    --------
    >>> scenario = Scenario(plans={"IV": "35 mg iv over 40 min", "IM": "35 mg im"})
    >>> scenario.run().table["plan"].to_list()
    ['IV', 'IM']
    """

    model_config = ConfigDict(extra="forbid")

    title: str = Field(default="", description="What it is about")
    plans: dict[str, str] = Field(
        description="Plans by name: sentences, or names of protocols", min_length=1
    )
    patient: Person = Field(default_factory=Person, description="Who gets them")
    models: list[str] = Field(
        default_factory=list, description="Models, each for all plans; none lets each plan choose"
    )
    level: str = Field(default=LEVEL, description="Level whose onset is compared, with its unit")
    borrow: bool = Field(
        default=False, description="Whether a model borrows, for each plan, the routes it lacks"
    )
    allow_implausible: bool = Field(
        default=False, description="Accept doses far outside what was studied"
    )

    def run(self) -> Comparison:
        """Simulate the comparison."""
        models: Any = self.models
        if len(self.models) < 2:
            models = self.models[0] if self.models else None
        return compare(
            {name: plan_of(text) for name, text in self.plans.items()},
            patient=Patient(**self.patient.model_dump()),
            model=models,
            level=self.level,
            borrow=self.borrow,
            allow_implausible=self.allow_implausible,
        )


def read_scenario(path: str | PathLike[str]) -> Scenario:
    """Read a scenario file.

    Parameters
    ----------
    path : str or path
        A TOML file with a table ``plans``, and ``patient``, ``models``, ``level`` where they are
        not the usual ones.

    Returns
    -------
    Scenario

    Raises
    ------
    InputError
        If the file cannot be read; every key that is wrong is named with its path.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}.") from None
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path} is not TOML: {error}.") from None
    try:
        return Scenario.model_validate(content)
    except ValidationError as error:
        wrong = " ".join(mistake(item["loc"], item) for item in error.errors())
        raise InputError(f"{path}: {wrong}") from None


def mistake(loc: Sequence[Any], item: Mapping[str, Any], known: Iterable[str] = ()) -> str:
    """Say one mistake of a scenario, or of what stands beside it, with its path.

    Parameters
    ----------
    loc : sequence
        Path of the mistake within the scenario.
    item : mapping
        The mistake as pydantic gives it: ``type`` and ``msg``.
    known : iterable of str
        Names that may stand there; those of a scenario by default.

    Returns
    -------
    str
    """
    place = ".".join(str(part) for part in loc)
    if item["type"] == "extra_forbidden":
        owner = Person if len(loc) > 1 else Scenario
        return f"{place} is not known.{nearest(str(loc[-1]), tuple(known) or owner.model_fields)}"
    limits, given = item.get("ctx", {}), _shown(item.get("input"))
    for kind, sentence in MISTAKES.items():
        if item["type"].startswith(kind):
            return f"{place} {sentence.format(given=given, **limits)}."
    return f"{place}: {item['msg'][0].lower()}{item['msg'][1:]}."


def _shown(given: Any) -> str:
    """What was given, as a file or a body has it, and short."""
    text = json.dumps(given, default=str)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
