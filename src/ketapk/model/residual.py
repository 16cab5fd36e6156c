"""What a measured level adds to a predicted one: the residual error, as published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from ketapk import units
from ketapk.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from ketapk.model.variability import Residual

    Floats = NDArray[np.float64]

Kind = Literal["proportional", "logarithmic", "additive"]
PROPORTIONAL = {
    "proportional SD": lambda value: value,
    "proportional %": lambda value: value / 100.0,
    "proportional variance": lambda value: value**0.5,
}
"""Standard deviation relative to the prediction [1], from what a source prints."""
LOGARITHMIC = {"% log-additive": lambda value: value / 100.0}
"""Standard deviation of the logarithm, from what a source prints."""
ADDITIVE = {"additive SD [nmol/mL]": "nmol/mL", "additive SD [ng/mL]": "ng/mL"}
"""Unit of a standard deviation that does not depend on the prediction."""


def measured(
    predicted: Floats,
    analyte: str,
    residuals: Sequence[Residual],
    noise: Callable[[str], Floats],
) -> Floats:
    """Return levels as they might be measured [ng/mL].

    Parameters
    ----------
    predicted : array
        Predicted concentrations, of any shape [ng/mL].
    analyte : str
        What is measured.
    residuals : sequence of Residual
        What the model publishes.
    noise : callable
        Gives standard normal numbers of the same shape for the name of an effect.

    Returns
    -------
    ndarray
        Where the published error is proportional or additive a level may be negative.

    Raises
    ------
    PlanError
        If the model publishes no residual error of the analyte.
    """
    chosen = [r for r in residuals if r.analyte == analyte]
    if not chosen:
        raise PlanError(
            f"A residual error of {analyte} is not published for this model, so no measured level "
            f"can be drawn; leave the residual error out."
        )
    levels = predicted.copy()
    for residual in chosen:
        numbers = noise(f"{residual.scale} of {analyte}")
        kind, sd = spread(residual)
        if kind == "proportional":
            levels += predicted * sd * numbers
        elif kind == "logarithmic":
            levels *= np.exp(sd * numbers)
        else:
            levels += sd * numbers
    return levels


def spread(residual: Residual) -> tuple[Kind, float]:
    """Kind of a residual error and its standard deviation, [1] or, where additive, [ng/mL].

    Examples
    --------
    >>> from ketapk.model.variability import Residual
    >>> spread(Residual(analyte="ketamine", value=0.04, scale="proportional variance",
    ...                 where="Table 1", grade="B"))
    ('proportional', 0.2)
    """
    if residual.scale in PROPORTIONAL:
        return "proportional", PROPORTIONAL[residual.scale](residual.value)
    if residual.scale in LOGARITHMIC:
        return "logarithmic", LOGARITHMIC[residual.scale](residual.value)
    text = f"{residual.value!r} {ADDITIVE[residual.scale]}"
    return "additive", units.convert(text, "ng/mL", analyte=residual.analyte)
