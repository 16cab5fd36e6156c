"""What is known of a person before anything is measured: how people differ, as published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.errors import PlanError
from ketapk.library.catalogue import PUBLISHED, load_model
from ketapk.model.variability import factor, shifted, slopes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.course import Course
    from ketapk.dosing.regimen import Regimen
    from ketapk.model.model import Model
    from ketapk.model.routes import Values
    from ketapk.model.variability import Variability

    Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Prior:
    """P random effects of one person: normal, with the covariance that the model publishes."""

    effects: tuple[Variability, ...]
    typical: Values
    """Values of the typical person of this weight and age."""
    factor: Floats
    """(P, P) Cholesky factor of the covariance."""

    @property
    def names(self) -> tuple[str, ...]:
        """Parameters that vary."""
        return tuple(effect.parameter for effect in self.effects)

    @property
    def covariance(self) -> Floats:
        """(P, P) covariance of the random effects."""
        return np.asarray(self.factor @ self.factor.T)

    def penalty(self, eta: Floats) -> Floats:
        """Minus the logarithm of the density (S,) at random effects (S, P), up to a constant."""
        white = np.linalg.solve(self.factor, eta.T)
        return np.asarray(0.5 * np.sum(white**2, axis=0))

    def values(self, eta: Floats) -> Values:
        """Values of S people with random effects (S, P), each parameter (S,) where it varies."""
        n = len(eta)
        moved = shifted(self.typical, self.effects, eta, np.zeros(n, dtype=np.int64))
        return {name: _each(value, n) for name, value in moved.items()}

    def slopes(self, values: Values, n: int) -> Floats:
        """Derivative (S, P) of the values of S people by their random effects."""
        return slopes(values, self.effects, n)

    def parameters(self, eta: Floats) -> Floats:
        """Values (S, P) of the parameters that vary."""
        values = self.values(eta)
        return np.stack([np.broadcast_to(values[name], len(eta)) for name in self.names], axis=1)


def _each(value: Any, n: int) -> Any:
    """A value for each of ``n`` people: arrays of one are repeated, what all share stays."""
    return np.repeat(value, n) if np.ndim(value) and np.size(value) == 1 else value


def prior_of(course: Course) -> Prior:
    """Return what a model publishes about how people differ.

    Raises
    ------
    PlanError
        If it publishes nothing; models of the library that do are named.
    """
    model = course.model
    chosen = tuple(e for e in model.variability if e.level == "between people")
    if not chosen:
        raise PlanError(
            f"{model.name} publishes no variability between people, without which nothing says how "
            f"far a person may be from the typical one. {could(course.plan)}"
        )
    return Prior(effects=chosen, typical=course.values, factor=factor(chosen, model.correlations))


def could(plan: Regimen, analyte: str | None = None) -> str:
    """Name models of the library with variability and a residual error, as a sentence."""
    able = [m for m in map(load_model, PUBLISHED) if _estimable(m, analyte)]
    taking = [m for m in able if _takes(m, plan)]
    what = "both" if analyte is None else f"both, for {analyte}"
    if not able:
        return f"No model of the library has variability and residual error of {analyte}."
    if taking:
        return f"Models with {what}, that take the plan: {_named(taking)}."
    hint = (
        " They describe esketamine; plan.enantiomer('S') follows the S half of a racemic dose."
        if "racemic" in plan.drugs
        else ""
    )
    return f"Models with {what}, of which none takes this plan: {_named(able)}.{hint}"


def _estimable(model: Model, analyte: str | None) -> bool:
    analytes = [residual.analyte for residual in model.residuals]
    varies = any(effect.level == "between people" for effect in model.variability)
    return varies and (bool(analytes) if analyte is None else analyte in analytes)


def _takes(model: Model, plan: Regimen) -> bool:
    return set(plan.drugs) <= set(model.drugs) and set(plan.routes) <= set(model.routes)


def _named(models: list[Model]) -> str:
    return ", ".join(model.name for model in models)
