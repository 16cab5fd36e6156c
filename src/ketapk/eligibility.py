"""Which models can answer a plan for a patient, and why the others cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ketapk.errors import PlanError
from ketapk.library.catalogue import PUBLISHED, load_model
from ketapk.library.composition import borrowable, with_routes
from ketapk.model.model import ADULT_FROM_Y

if TYPE_CHECKING:
    from ketapk.dosing.regimen import Regimen
    from ketapk.model.model import Model
    from ketapk.patients import Cohort


def default_model(plan: Regimen, cohort: Cohort | None = None) -> Model:
    """Return the first model that has all routes of a plan, or else a composition.

    Parameters
    ----------
    plan : Regimen
        Doses.
    cohort : Cohort, optional
        Who: models that were studied in such people come first.

    Returns
    -------
    Model

    Raises
    ------
    PlanError
        If no model describes the drug, or a route is neither in a model nor to be borrowed.
    """
    models = [load_model(name) for name in PUBLISHED]
    fitting = [m for m in models if all(drug in m.drugs for drug in plan.drugs)]
    knows = [
        cohort is None or unfit(m, plan, cohort, intensive_care=False) is None for m in fitting
    ]
    for wanted in (True, False):
        group = [m for m, known in zip(fitting, knows, strict=True) if known is wanted]
        for model in group:
            if all(route in model.routes for route in plan.routes):
                return model
        for model in group:
            missing = [route for route in plan.routes if route not in model.routes]
            if all(borrowable(model, route) is None for route in missing):
                return with_routes(model.name, missing)
    raise PlanError(
        f"No model in the library answers {plan}: its routes are {', '.join(plan.routes)} and its "
        f"drug is {', '.join(plan.drugs)}; see the list of models."
    )


def eligible(
    name: str, plan: Regimen, cohort: Cohort, *, intensive_care: bool = False, borrow: bool = True
) -> tuple[Model | None, str]:
    """Return a model of the library with the routes that it borrows, or why it cannot answer.

    Parameters
    ----------
    name : str
        Name of a published model.
    plan : Regimen
        Doses.
    cohort : Cohort
        Who.
    intensive_care : bool
        Whether they are in intensive care.
    borrow : bool
        Whether it may borrow a route that it lacks.

    Returns
    -------
    tuple of Model or None and str
        The model and nothing, or nothing and the reason.
    """
    model = load_model(name)
    reason = unfit(model, plan, cohort, intensive_care) or unrouted(model, plan, cohort, borrow)
    if reason:
        return None, reason
    chosen = with_routes(name, plan.routes)
    try:
        chosen.check_plan(plan)
    except PlanError as refusal:
        return None, str(refusal).rstrip(".")
    return chosen, ""


def unfit(model: Model, plan: Regimen, cohort: Cohort, intensive_care: bool) -> str | None:
    """Why a model does not describe these people or this drug."""
    strange = [drug for drug in plan.drugs if drug not in model.drugs]
    if strange:
        return f"drug: it describes {' and '.join(model.drugs)}, and the plan gives {strange[0]}"
    studied = model.population
    if (studied.setting == "intensive care") != intensive_care:
        here = "is" if intensive_care else "is not"
        return f"intensive care: the patient {here} in intensive care, " + (
            "and it was studied elsewhere" if intensive_care else "and it was studied only there"
        )
    adult = cohort.age_y >= ADULT_FROM_Y
    if studied.group == "adults" and not np.any(adult):
        return "age: it was studied in adults"
    if studied.group == "children" and np.all(adult):
        return "age: it was studied in children"
    for what, unit, span in (
        ("age", "y", studied.age_y),
        ("weight", "kg", studied.weight_kg),
    ):
        values = getattr(cohort, f"{what}_{unit}")
        if span is not None and np.all((values < span[0]) | (values > span[1])):
            return (
                f"{what}: {values[0]:g} {unit} is outside the {span[0]:g} to {span[1]:g} {unit} "
                f"studied"
            )
    return None


def unrouted(model: Model, plan: Regimen, cohort: Cohort, borrow: bool) -> str | None:
    """Why a model cannot take a route of the plan."""
    of_adults = model.population.group != "children" and np.all(cohort.age_y < ADULT_FROM_Y)
    for route in plan.routes:
        if route in model.routes:
            continue
        if not borrow:
            return f"route: it has no route {route}, and borrowing is off"
        reason = borrowable(model, route)
        if route == "im" and of_adults:
            reason = "the borrowed muscle is that of adults, and children absorb faster"
        if reason:
            return f"route: {reason}"
    return None
