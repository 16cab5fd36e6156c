"""Who and what a scenario is about: the patient, its plans, and where they do not read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ketapk.errors import InputError, KetapkError, nearest
from ketapk.library.protocols import plan_of
from ketapk.patients import Patient
from ketapk.web.limits import check_plan, check_repetitions, check_scenario
from ketapk.web.refusal import Problem, at, problem_of

if TYPE_CHECKING:
    from ketapk.dosing.regimen import Regimen
    from ketapk.scenario import Scenario

REPEATED = re.compile(r"\bx\s*(\d[\d.e+]*)|(\d[\d.e+]*)\s*(?:x|times)\b", re.IGNORECASE)
"""A number of repetitions, as sentences write it."""


def who_of(scenario: Scenario) -> Patient:
    """Return the patient, once the whole is small enough to be worked on."""
    with at(None):
        check_scenario(scenario)
    given = scenario.patient.model_dump()
    try:
        return Patient(**given)
    except InputError as error:
        with at(f"patient.{error.of}" if error.of in given else "patient"):
            raise


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The plan that a question is about, and who gets it."""

    who: Patient
    name: str
    plan: Regimen

    def place(self) -> AbstractContextManager[None]:
        """Give whatever is refused inside the place of the plan."""
        return at(f"plans.{self.name}")


def chosen(scenario: Scenario, name: str | None) -> Chosen:
    """Return the plan of a scenario that is named; the first by default."""
    who = who_of(scenario)
    if name is None:
        name = next(iter(scenario.plans))
    elif name not in scenario.plans:
        with at("options.plan"):
            raise InputError(
                f"There is no plan {name!r}; there is {', '.join(scenario.plans)}."
                f"{nearest(name, scenario.plans)}"
            )
    with at(f"plans.{name}"):
        return Chosen(who=who, name=name, plan=read_plan(scenario.plans[name]))


def plans_of(scenario: Scenario) -> Iterator[tuple[str, Regimen | Problem]]:
    """Name every plan, with its doses or with what is wrong."""
    for name, text in scenario.plans.items():
        try:
            yield name, read_plan(text)
        except KetapkError as error:
            yield name, problem_of(error, f"plans.{name}")


def read_plan(text: str) -> Regimen:
    """Read a plan that is short enough for the page."""
    # Before they are written out, which may take long.
    check_repetitions(sum(_count(a or b) for a, b in REPEATED.findall(text)))
    plan = plan_of(text)
    check_plan(plan)
    return plan


def _count(number: str) -> int:
    """Read a number of repetitions; 0 for what only looks like one."""
    try:
        return int(min(float(number), 1e9))
    except ValueError:
        return 0
