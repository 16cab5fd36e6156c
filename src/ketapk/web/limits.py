"""Bounds on the work of one request, each refused with a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ketapk import units
from ketapk.errors import InputError

if TYPE_CHECKING:
    from fractions import Fraction

    from ketapk.dosing.pump import Pump
    from ketapk.dosing.regimen import Regimen
    from ketapk.scenario import Scenario

MOST_BYTES = 64 * 1024
"""In the body of a request."""
MOST_PLANS = 12
MOST_DOSES = 200
"""In one plan, repeated doses written out."""
MOST_MODELS = 13
MOST_CHANGES = 8
"""To one plan."""
MOST_LETTERS = 200
"""In the name of a plan or a model."""
MOST_PEOPLE = 1000
MOST_TIMES = 1500
LONGEST_H = 9000.0
"""End of a time axis, a little more than a year [h]."""
MOST_INTERVALS = 1500
"""Of constant rate while a level is held."""
MOST_SYRINGES = 200
"""On one running sheet."""


def check_scenario(scenario: Scenario) -> None:
    """Refuse more plans or models than one request may ask for.

    Raises
    ------
    InputError
        With the number that is allowed.
    """
    for what, given, most in (
        ("plans", len(scenario.plans), MOST_PLANS),
        ("models", len(scenario.models), MOST_MODELS),
    ):
        if given > most:
            raise InputError(f"{given} {what} are too many for one request; send at most {most}.")
    for name in (*scenario.plans, *scenario.models):
        if len(name) > MOST_LETTERS:
            raise InputError(
                f"The name {name[:20]!r}... has {len(name)} characters; write at most "
                f"{MOST_LETTERS}."
            )


def check_plan(plan: Regimen) -> None:
    """Refuse a plan with more doses than one request may ask for.

    Raises
    ------
    InputError
        With the number that is allowed.
    """
    check_repetitions(sum(1 + dose.addl for dose in plan.doses))
    if float(plan.end) > LONGEST_H:
        raise InputError(
            f"The plan ends after {float(plan.end):g} h, too late for the page; end it within "
            f"{LONGEST_H:g} h, or use the command line."
        )


def check_repetitions(doses: int) -> None:
    """Refuse a number of doses.

    Raises
    ------
    InputError
        With the number that is allowed.
    """
    if doses > MOST_DOSES:
        raise InputError(
            f"The plan has {doses} doses, too many for the page; give at most {MOST_DOSES}, or use "
            f"the command line."
        )


def check_intervals(until_h: Fraction, step: str) -> None:
    """Refuse more changes of a rate than one request may ask for.

    Raises
    ------
    InputError
        With the number that is allowed.
    """
    count = until_h / units.duration_h(step, "step")
    if count > MOST_INTERVALS:
        raise InputError(
            f"step={step!r} makes {float(count):.0f} intervals, too many for the page; at most "
            f"{MOST_INTERVALS} are possible, so write a longer step."
        )


def check_syringes(plan: Regimen, pump: Pump, weight_kg: float) -> None:
    """Refuse more changes of the syringe than one sheet may list.

    Raises
    ------
    InputError
        With the number that is allowed.
    """
    if pump.volume_ml is None:
        return
    count = pump.ml(plan.total_mg(weight_kg)) / pump.volume_ml
    if count > MOST_SYRINGES:
        raise InputError(
            f"The plan empties {count:.3g} syringes of {pump.volume} with {pump.concentration}, "
            f"too many for the page; at most {MOST_SYRINGES} are possible, so write a stronger one."
        )
