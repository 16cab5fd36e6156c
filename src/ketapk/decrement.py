"""Context-sensitive decrement: how long a concentration takes to fall after longer infusions."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units
from ketapk.basis import basis
from ketapk.dosing.constructors import infusion
from ketapk.draws import Draws
from ketapk.errors import InputError, KetapkWarning
from ketapk.library.plausible import findings
from ketapk.model.model import Model
from ketapk.panel import Models, panel
from ketapk.patients import span
from ketapk.percentiles import percentiles
from ketapk.simulation import cohort_of, simulate

if TYPE_CHECKING:
    import polars as pl
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from ketapk.dosing.regimen import Regimen
    from ketapk.patients import Cohort, Patient
    from ketapk.profiles import Profiles

    Floats = NDArray[np.float64]

LENGTHS = ("10 min", "20 min", "40 min", "1 h", "2 h", "4 h", "8 h", "24 h", "48 h", "120 h")


@dataclass(frozen=True, kw_only=True, repr=False)
class Decrement:
    """Times to fall after infusions of different lengths, by model.

    Parameters
    ----------
    table : polars.DataFrame
        Columns ``model``, ``drug``, ``length_h``, ``by``, ``time_h``, and ``low_h``, ``high_h``
        (5th and 95th percentile of a cohort).
    models : mapping
        Models by name.
    reasons : mapping
        Why each excluded model was left out.
    rate : str
        Rate of the infusions.
    people : int
        How many people the percentiles are of.
    warnings : tuple of str
        Everything a reader should know, each once.
    """

    table: pl.DataFrame
    models: Mapping[str, Model]
    reasons: Mapping[str, str]
    rate: str
    people: int
    warnings: tuple[str, ...]

    def __getitem__(self, column: str) -> pl.Series:
        """A column of the table."""
        return self.table[column]

    @property
    def spread(self) -> pl.DataFrame:
        """Lowest and highest time of all models, with their names, by length and by how far.

        Of a cohort the medians are compared.
        """
        import polars as pl

        time = pl.col("time_h")
        return self.table.group_by("length_h", "by", maintain_order=True).agg(
            time.min().alias("low_h"),
            time.max().alias("high_h"),
            pl.col("model").sort_by(time).first().alias("fastest"),
            pl.col("model").sort_by(time).last().alias("slowest"),
            pl.len().alias("models"),
        )

    @property
    def basis(self) -> str:
        """Which models and grades it rests on, and that it is no recommendation."""
        return basis(self.models.values())

    def plot(self) -> Figure:
        """Draw a panel a percentage or level, a line a model; needs the extra ``plot``."""
        from ketapk.plot import draw_decrement_spread

        return draw_decrement_spread(self)

    def __repr__(self) -> str:
        out = [f"  not {name}: {reason}" for name, reason in self.reasons.items()]
        said = [f"  warning: {warning}" for warning in self.warnings]
        start = f"<Time to fall after {self.rate}, {', '.join(self.models)}>"
        return "\n".join((start, str(self.spread), *out, *said, f"  {self.basis}"))


def decrement_times(
    models: Models,
    patient: Patient | Cohort,
    *,
    rate: str = "0.2 mg/kg/h",
    lengths: str | Sequence[Any] = LENGTHS,
    by: str | Sequence[str] = ("20 %", "50 %", "80 %"),
    below: str | Sequence[str] = (),
    drug: str | None = None,
    rng: Any = None,
    intensive_care: bool = False,
) -> Decrement:
    """Time for the concentration to fall, against the length of an infusion.

    Parameters
    ----------
    models : Model, str, sequence of these, or None
        Models with an intravenous route; None for all that are eligible for the patient.
    patient : Patient or Cohort
        Who; of a cohort the median is given, with the 5th and 95th percentile.
    rate : str
        Rate of the infusion; times to fall by a percentage do not depend on it where the model is
        linear, times to fall below a level always do.
    lengths : str or sequence of str
        Lengths of the infusion with units.
    by : str or sequence of str
        Percentages of the concentration at the end of the infusion.
    below : str or sequence of str
        Levels, such as "50 ng/mL"; the time is 0 where the infusion never rose so high.
    drug : {"racemic", "S", "R"}, optional
        Form; the first that each model describes by default.
    rng : int, SeedSequence, Generator or Draws, optional
        Draw people as each model publishes.
    intensive_care : bool
        Whether the patient is in intensive care, where other models are eligible.

    Returns
    -------
    Decrement
        With ``.table``, ``.spread`` over models, ``.plot()`` and ``.basis``.

    Raises
    ------
    InputError
        If a length, a percentage or a level is missing or not understood.
    PlanError
        If no model is eligible, or one that was named cannot answer.

    Examples
    --------
    >>> from ketapk.patients import Patient
    >>> me = Patient(weight_kg=70)
    >>> found = decrement_times("kamp2020", me, lengths=["1 h", "8 h"], by=["50 %"])
    >>> [round(60 * hours) for hours in found.table["time_h"]]
    [12, 60]
    """
    import polars as pl

    lengths, by, below = (units.several(given) for given in (lengths, by, below))
    if not lengths:
        raise InputError(
            "There is no length of the infusion; write at least one, such as '30 min'."
        )
    if not (by or below):
        raise InputError(
            "There is nothing to fall by or below; write a percentage such as '50 %', or a level."
        )
    units.expect(rate, "rate", "rate", "rate per kg")
    for length in lengths:
        units.duration_h(length, "lengths")
    cohort = cohort_of(patient)
    draws = None if rng is None else Draws.of(rng)

    def plan_of(length: Any, model: Model) -> Regimen:
        return infusion(rate, over=length, drug=drug or model.drugs[0])

    asked = panel(models, lambda m: plan_of(lengths[0], m), cohort, intensive_care=intensive_care)
    targets = [(text, {"by": text}) for text in by]
    targets += [(f"below {text}", {"to": text}) for text in below]
    rows, said = [], []
    for model in asked.models.values():
        own, known = asked.draws(model, draws)
        said += known
        for length in lengths:
            run = _run(plan_of(length, model), model, cohort, own)
            said += _worth_saying(run)
            curve = run.curve()
            for label, target in targets:
                low, middle, high = percentiles(curve.falls(**target))
                rows.append(
                    {
                        "model": model.name,
                        "drug": drug or model.drugs[0],
                        "length_h": float(units.duration_h(length, "lengths")),
                        "by": label,
                        "time_h": middle,
                        "low_h": low,
                        "high_h": high,
                    }
                )
    return Decrement(
        table=pl.DataFrame(rows),
        models=asked.models,
        reasons=asked.reasons,
        rate=rate,
        people=len(cohort),
        warnings=tuple(dict.fromkeys(said)),
    )


def _run(plan: Regimen, model: Model, cohort: Cohort, draws: Draws | None) -> Profiles:
    with warnings.catch_warnings():
        # Short infusions at any rate are asked for here on purpose.
        warnings.simplefilter("ignore", KetapkWarning)
        return simulate(plan, model, cohort, times=[0.0], rng=draws, allow_implausible=True)


def _worth_saying(run: Profiles) -> list[str]:
    """Warnings of a run, but for those about doses that were asked for on purpose."""
    of_doses, _ = findings(run.plan, *span(run.cohort.weight_kg))
    return [warning for warning in run.warnings if warning not in of_doses]
