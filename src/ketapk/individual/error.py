"""How likely a measured level is, given the true one: the residual error, as published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ketapk.errors import PlanError
from ketapk.individual.prior import could
from ketapk.model.residual import spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.dosing.regimen import Regimen
    from ketapk.model.model import Model

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

LOG_2PI = float(np.log(2.0 * np.pi))


@dataclass(frozen=True, kw_only=True)
class Errors:
    """Residual error of L levels, measured or below a limit.

    A level below quantification counts by the chance of being below: method M3 of Beal,
    J Pharmacokinet Pharmacodyn 2001;28(5):481-504, doi:10.1023/A:1012299115260.
    """

    level: Floats
    """(L,) what was measured, or the limit it is below [ng/mL]."""
    below: Flags
    """(L,) whether it is below the limit."""
    proportional: Floats
    """(L,) standard deviation relative to the true level [1]."""
    additive: Floats
    """(L,) standard deviation that does not depend on it [ng/mL]."""
    logarithmic: Floats
    """(L,) standard deviation of the logarithm [1]; where it is not 0 it stands alone."""

    def sd(self, true: Floats) -> Floats:
        """Standard deviation (..., L) of a level around true ones (..., L) [ng/mL]."""
        relative = np.where(self.logarithmic > 0.0, self.logarithmic, self.proportional)
        return np.sqrt((relative * true) ** 2 + self.additive**2)

    def standardised(self, true: Floats) -> Floats:
        """How far levels are above true ones (..., L), in standard deviations."""
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.log(self.level / true) / self.logarithmic
            return np.where(self.logarithmic > 0.0, logs, (self.level - true) / self.sd(true))

    def surprise(self, true: Floats) -> tuple[Floats, Floats, Floats]:
        """Minus the log likelihood of each level, its derivative, and its information.

        Parameters
        ----------
        true : (..., L) ndarray
            True levels [ng/mL].

        Returns
        -------
        tuple of three (..., L) ndarrays
            The second by the true level [mL/ng]; the third is Fisher's expected information of a
            measured level, and a positive stand-in for one that is below [mL²/ng²].
        """
        from scipy.special import log_ndtr

        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            z = self.standardised(true)
            logs = self.logarithmic > 0.0
            sd = self.sd(true)
            # d(log sd) / d(true); 0 on the log scale, where the error does not depend on it.
            grows = np.where(logs, 0.0, self.proportional**2 * true / sd**2)
            falls = np.where(logs, -1.0 / (self.logarithmic * true), -1.0 / sd) - z * grows
            size = np.where(logs, self.logarithmic * self.level, sd)
            measured = np.log(size) + 0.5 * (z**2 + LOG_2PI)
            unlikely = -log_ndtr(z)
            hazard = np.exp(-0.5 * (z**2 + LOG_2PI) + unlikely)
            cost = np.where(self.below, unlikely, measured)
            slope = np.where(self.below, -hazard * falls, z * falls + grows)
            information = np.where(
                self.below,
                hazard * (hazard + z) * falls**2,
                np.where(logs, falls**2, 1.0 / sd**2 + 2.0 * grows**2),
            )
        # Nothing there is surely below any limit, and no small change of it matters.
        certain = self.below & (np.isposinf(z) | (hazard == 0.0))
        zero = np.zeros_like(cost)
        return (
            np.where(certain, zero, cost),
            np.where(certain, zero, slope),
            np.where(certain, zero, information),
        )


def errors_of(
    model: Model, plan: Regimen, analytes: list[str], level: Floats, below: Flags
) -> Errors:
    """Return the residual error of levels of these analytes (L), as the model publishes it.

    Raises
    ------
    PlanError
        If it publishes none of an analyte, or a mixture that has no likelihood.
    """
    sizes = {name: _sizes(model, plan, name) for name in dict.fromkeys(analytes)}
    each = {
        kind: np.array([sizes[name][kind] for name in analytes])
        for kind in ("proportional", "additive", "logarithmic")
    }
    return Errors(level=level, below=below, **each)


def _sizes(model: Model, plan: Regimen, analyte: str) -> dict[str, float]:
    """Standard deviation of every kind of error; several of a kind add up as variances."""
    found = {"proportional": 0.0, "additive": 0.0, "logarithmic": 0.0}
    for residual in model.residuals:
        if residual.analyte == analyte:
            kind, sd = spread(residual)
            found[kind] = float(np.hypot(found[kind], sd))
    if not any(found.values()):
        raise PlanError(
            f"{model.name} publishes no residual error of {analyte}, without which a measured "
            f"level has no weight. {could(plan, analyte)}"
        )
    if found["logarithmic"] and (found["proportional"] or found["additive"]):
        raise PlanError(
            f"{model.name} has a residual error of {analyte} on the log scale and another beside "
            f"it, which together have no likelihood in closed form; keep one of them."
        )
    return found
