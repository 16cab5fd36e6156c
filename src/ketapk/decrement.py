"""Context-sensitive decrement: how long a concentration takes to fall after longer infusions."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units
from ketapk.dosing.constructors import infusion
from ketapk.errors import InputError, KetapkWarning
from ketapk.simulation import simulate

if TYPE_CHECKING:
    import polars as pl

    from ketapk.model.model import Model
    from ketapk.patients import Cohort, Patient

LENGTHS = ("10 min", "20 min", "40 min", "1 h", "2 h", "4 h", "8 h", "24 h", "48 h", "120 h")


def decrement_times(
    models: Model | str | Sequence[Model | str],
    patient: Patient | Cohort,
    *,
    rate: str = "0.2 mg/kg/h",
    lengths: Sequence[Any] = LENGTHS,
    by: Sequence[str] = ("20 %", "50 %", "80 %"),
    drug: str | None = None,
) -> pl.DataFrame:
    """Time for the concentration to fall by percentages, against the length of an infusion.

    Parameters
    ----------
    models : Model, str or sequence of these
        Models with an intravenous route.
    patient : Patient or Cohort
        Who; of a cohort the median is given.
    rate : str
        Rate of the infusion; the times do not depend on it where the model is linear.
    lengths : sequence of str
        Lengths of the infusion with units.
    by : sequence of str
        Percentages.
    drug : {"racemic", "S", "R"}, optional
        Form; the first that each model describes by default.

    Returns
    -------
    polars.DataFrame
        Columns ``model``, ``length_h``, ``by``, ``time_h``, and ``low_h``, ``high_h`` (5th and 95th
        percentile of a cohort).

    Examples
    --------
    >>> from ketapk.patients import Patient
    >>> me = Patient(weight_kg=70)
    >>> table = decrement_times("kamp2020", me, lengths=["1 h", "8 h"], by=["50 %"])
    >>> [round(60 * hours) for hours in table["time_h"]]
    [12, 60]
    """
    import polars as pl

    from ketapk.library.catalogue import load_model

    single = isinstance(models, str) or not isinstance(models, Sequence)
    chosen: list[Any] = [models] if single else list(models)  # type: ignore[arg-type]
    if not chosen or not lengths or not by:
        raise InputError("Give at least one model, one length and one percentage.")
    rows = []
    for given in chosen:
        model = load_model(given) if isinstance(given, str) else given
        for length in lengths:
            plan = infusion(rate, over=length, drug=drug or model.drugs[0])
            with warnings.catch_warnings():
                # Short infusions at any rate are asked for here on purpose.
                warnings.simplefilter("ignore", KetapkWarning)
                run = simulate(plan, model, patient, times=[0.0], allow_implausible=True)
            curve = run.curve()
            for percent in by:
                hours = curve.falls(by=percent)
                low, middle, high = np.nanpercentile(hours, (5.0, 50.0, 95.0))
                rows.append(
                    {
                        "model": model.name,
                        "length_h": float(units.duration_h(length, "lengths")),
                        "by": percent,
                        "time_h": middle,
                        "low_h": low,
                        "high_h": high,
                    }
                )
    return pl.DataFrame(rows)
