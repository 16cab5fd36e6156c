"""What a measured level adds to a predicted one: the residual error, as published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ketapk import units
from ketapk.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ketapk.draws import Draws
    from ketapk.model.variability import Residual

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

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
    times_h: Floats,
    subjects: Ints,
    analyte: str,
    residuals: Sequence[Residual],
    draws: Draws,
) -> Floats:
    """Return levels as they might be measured, (N, T) [ng/mL].

    Parameters
    ----------
    predicted : (N, T) array
        Predicted concentrations [ng/mL].
    times_h : (T,) array
        Their times [h], which key the numbers drawn together with the subject.
    subjects : (N,) int array
        Numbers of the subjects.
    analyte : str
        What is measured.
    residuals : sequence of Residual
        What the model publishes.
    draws : Draws
        Where the numbers come from.

    Returns
    -------
    (N, T) ndarray
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
        noise = np.stack(
            [draws.normal(f"{residual.scale} of {analyte} at {t!r} h", subjects)
             for t in times_h.tolist()],
            axis=1,
        )  # fmt: skip
        if residual.scale in PROPORTIONAL:
            levels += predicted * PROPORTIONAL[residual.scale](residual.value) * noise
        elif residual.scale in LOGARITHMIC:
            levels *= np.exp(LOGARITHMIC[residual.scale](residual.value) * noise)
        else:
            unit = ADDITIVE[residual.scale]
            levels += units.convert(f"{residual.value!r} {unit}", "ng/mL", analyte=analyte) * noise
    return levels
