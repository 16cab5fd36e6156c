"""The models that a question is put to: those that were named, or all that are eligible."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ketapk.eligibility import eligible
from ketapk.errors import InputError, PlanError
from ketapk.library.catalogue import PUBLISHED, load_model
from ketapk.model.model import Model

if TYPE_CHECKING:
    from ketapk.dosing.regimen import Regimen
    from ketapk.draws import Draws
    from ketapk.patients import Cohort

Models = Model | str | Sequence[Model | str] | None


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Some models, each with the plan that it is asked, and who was left out."""

    plans: Mapping[str, Regimen]
    models: Mapping[str, Model]
    reasons: Mapping[str, str]
    """Why each excluded model was left out; empty where models were named."""
    named: bool
    """Whether the models were named."""

    def draws(self, model: Model, rng: Draws | None) -> tuple[Draws | None, list[str]]:
        """Whether people are drawn in a model, and what a reader should know of it.

        A model that was named and publishes no variability refuses when it is asked; one of all
        eligible ones shows typical people, and it is said.
        """
        if rng is None or self.named or model.variability:
            return rng, []
        return None, [f"{model.name} publishes no variability: its people are typical ones."]


def panel(
    models: Models,
    plan: Callable[[Model], Regimen],
    cohort: Cohort,
    *,
    intensive_care: bool = False,
) -> Panel:
    """Choose the models that answer.

    Parameters
    ----------
    models : Model, str, sequence of these, or None
        Models that are named; None for all of the library that are eligible.
    plan : callable
        What each model is asked; plans may differ in the form of the drug.
    cohort : Cohort
        Who.
    intensive_care : bool
        Whether they are in intensive care, where other models are eligible.

    Returns
    -------
    Panel

    Raises
    ------
    InputError
        If there is no model in a list.
    PlanError
        If no model of the library is eligible, with the reason of each.
    """
    if models is not None:
        one = isinstance(models, str | Model)
        given: list[Any] = [models] if one else list(models)  # type: ignore[arg-type]
        if not given:
            raise InputError("The list of models is empty; name one, or leave it out for all.")
        chosen = [load_model(m) if isinstance(m, str) else m for m in given]
        return Panel(
            plans={m.name: plan(m) for m in chosen},
            models={m.name: m for m in chosen},
            reasons={},
            named=True,
        )
    plans, found, reasons = {}, {}, {}
    for name in PUBLISHED:
        asked = plan(load_model(name))
        model, reason = eligible(name, asked, cohort, intensive_care=intensive_care)
        if model is None:
            reasons[name] = reason
        else:
            plans[model.name], found[model.name] = asked, model
    if not found:
        why = "; ".join(f"{name}: {reason}" for name, reason in reasons.items())
        raise PlanError(f"No model in the library answers this in this patient. {why}.")
    return Panel(plans=plans, models=found, reasons=reasons, named=False)
