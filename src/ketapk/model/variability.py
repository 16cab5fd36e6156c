"""How people differ from the typical person of a model, as published."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ketapk.errors import InputError, PlanError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from ketapk.draws import Draws
    from ketapk.model.parameters import Grade

Scale = Literal["CV %", "variance on the log scale", "SD on the logit scale"]
Level = Literal["between people", "between occasions"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Variability:
    """How one parameter differs between people, or in one person between occasions."""

    parameter: str
    value: float
    scale: Scale
    where: str
    grade: Grade
    level: Level = "between people"
    note: str = ""

    @property
    def variance(self) -> float:
        """Variance of the random effect, which acts on the log or the logit of the parameter."""
        if self.scale == "variance on the log scale":
            return self.value
        if self.scale == "CV %":
            return omega_from_cv(self.value / 100.0) ** 2
        return self.value**2


@dataclass(frozen=True, kw_only=True, slots=True)
class Correlation:
    """How the random effects of two parameters go together."""

    first: str
    second: str
    value: float
    scale: Literal["covariance on the log scale", "correlation"]
    where: str
    grade: Grade


@dataclass(frozen=True, kw_only=True, slots=True)
class Residual:
    """What is left between a prediction and a sample, as published."""

    analyte: str
    value: float
    scale: str
    """What the value is: "proportional variance", "additive SD [nmol/mL]", ..."""
    where: str
    grade: Grade
    note: str = ""


def covariance(
    effects: Sequence[Variability], correlations: Sequence[Correlation]
) -> NDArray[np.float64]:
    """Return the covariance of random effects, (P, P).

    Parameters
    ----------
    effects : sequence of Variability
        P effects.
    correlations : sequence of Correlation
        Pairs that go together; all others are independent.

    Examples
    --------
    >>> one = Variability(parameter="V1", value=0.04, scale="variance on the log scale",
    ...                   where="Table 1", grade="B")
    >>> covariance((one,), ()).tolist()
    [[0.04]]
    """
    matrix = np.diag([effect.variance for effect in effects])
    place = {effect.parameter: i for i, effect in enumerate(effects)}
    for pair in correlations:
        i, j = place[pair.first], place[pair.second]
        size = math.sqrt(matrix[i, i] * matrix[j, j]) if pair.scale == "correlation" else 1.0
        matrix[i, j] = matrix[j, i] = pair.value * size
    return matrix


def factor(
    effects: Sequence[Variability], correlations: Sequence[Correlation]
) -> NDArray[np.float64]:
    """Return the Cholesky factor of the covariance of random effects, (P, P).

    Raises
    ------
    PlanError
        If the covariance is not positive definite, so that nobody can be drawn from it.
    """
    matrix = covariance(effects, correlations)
    try:
        return np.asarray(np.linalg.cholesky(matrix), dtype=np.float64)
    except np.linalg.LinAlgError:
        least = float(np.linalg.eigvalsh(matrix).min())
        raise PlanError(
            f"The covariance of {', '.join(effect.parameter for effect in effects)} is not "
            f"positive definite (smallest eigenvalue {least:.3g}), so nobody can be drawn; lower "
            f"the correlations or raise the variances."
        ) from None


def draw(
    values: Mapping[str, Any],
    subjects: NDArray[np.int64],
    effects: Sequence[Variability],
    correlations: Sequence[Correlation],
    draws: Draws,
) -> dict[str, Any]:
    """Draw individual values around the typical ones of subjects (N,).

    Every effect is drawn under the name of its parameter, so that a subject keeps its draw.

    Raises
    ------
    PlanError
        If the model publishes no variability between people, or an impossible covariance.
    InputError
        If what varies on the logit scale is no share in somebody.
    """
    chosen = [effect for effect in effects if effect.level == "between people"]
    if not chosen:
        raise PlanError(
            "Variability between people is not published for this model, so nobody can be drawn; "
            "leave out rng, or --people on the command line."
        )
    normal = [draws.normal(effect.parameter, subjects) for effect in chosen]
    eta = np.stack(normal, axis=1) @ factor(chosen, correlations).T
    return shifted(values, chosen, eta, subjects)


def shifted(
    values: Mapping[str, Any],
    effects: Sequence[Variability],
    eta: NDArray[np.float64],
    subjects: NDArray[np.int64],
) -> dict[str, Any]:
    """Return the values of subjects (N,) whose random effects are ``eta`` (N, P).

    Raises
    ------
    InputError
        If what varies on the logit scale is no share in somebody.
    """
    moved = dict(values)
    for effect, shift in zip(effects, eta.T, strict=True):
        typical = np.asarray(values[effect.parameter])
        if effect.scale == "SD on the logit scale":
            _refuse_no_share(effect.parameter, typical, subjects)
            odds = typical / (1.0 - typical) * np.exp(shift)
            moved[effect.parameter] = odds / (1.0 + odds)
        else:
            moved[effect.parameter] = typical * np.exp(shift)
    return moved


def slopes(
    values: Mapping[str, Any], effects: Sequence[Variability], n: int
) -> NDArray[np.float64]:
    """Derivative (N, P) of the values of N subjects by their random effects."""
    found = np.empty((n, len(effects)))
    for p, effect in enumerate(effects):
        value = np.asarray(values[effect.parameter])
        logit = effect.scale == "SD on the logit scale"
        found[:, p] = value * (1.0 - value) if logit else value
    return found


def _refuse_no_share(name: str, typical: Any, subjects: NDArray[np.int64]) -> None:
    """Refuse a typical value, () or (N,), that has no logit."""
    wrong = np.broadcast_to(~((typical >= 0.0) & (typical < 1.0)), subjects.shape)
    if np.any(wrong):
        who = int(np.argmax(wrong))
        found = float(np.broadcast_to(typical, subjects.shape)[who])
        raise InputError(
            f"{name} is {found:g} for patient {subjects[who]} and varies on the logit scale, which "
            f"is for shares below 1; let its equation stay below 1, or vary it with '30 %'."
        )


def omega_from_cv(cv: float) -> float:
    """Log-normal standard deviation of a parameter from its coefficient of variation.

    Parameters
    ----------
    cv : float
        Coefficient of variation as a fraction, 0.3 for 30 %. [1]

    Returns
    -------
    float
        ``sqrt(log(1 + cv**2))``. [1]

    Raises
    ------
    InputError
        If ``cv`` is not between 0 and 3: a percentage was probably meant.

    Examples
    --------
    >>> round(omega_from_cv(0.3), 6)
    0.29356
    """
    if not 0.0 <= cv <= 3.0:
        raise InputError(f"A CV of {cv} is out of range; write 30 % as 0.3.")
    return math.sqrt(math.log1p(cv * cv))
