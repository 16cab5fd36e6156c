"""How long a concentration takes from one plateau to another after a change of rate."""

from __future__ import annotations

import warnings as python_warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units
from ketapk.basis import basis
from ketapk.dosing.regimen import Dose, Regimen
from ketapk.draws import Draws
from ketapk.errors import InputError, KetapkWarning, PlanError
from ketapk.exposure.curve import Curve
from ketapk.panel import Models, panel
from ketapk.patients.wording import in_words
from ketapk.percentiles import percentiles
from ketapk.simulation import cohort_of, simulate

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from ketapk.model.model import Model
    from ketapk.patients import Cohort, Patient
    from ketapk.units import Quantity

    Floats = NDArray[np.float64]

SHARES = ("50 %", "90 %", "95 %")
LONG = 60.0
"""Terminal half-lives for which the new rate runs at first; doubled until the share is reached."""
DOUBLINGS = 12


@dataclass(frozen=True, kw_only=True, repr=False)
class PlateauChange:
    """Two plateaus, and the times to shares of the way between them.

    Parameters
    ----------
    before, after : str
        Rates.
    who : str
        Of whom, in words.
    plateaus : polars.DataFrame
        One row a model: ``model``, ``drug``, ``before``, ``after`` [ng/mL], ``without``, how many
        people have no plateau at one of the rates, and count nowhere else.
    table : polars.DataFrame
        One row a model and share: ``model``, ``share``, ``level`` [ng/mL], ``time_h`` since the
        change with ``low_h``, ``high_h`` (5th and 95th percentile of a cohort).
    models : mapping
        Models by name.
    reasons : mapping
        Why each excluded model was left out.
    warnings : tuple of str
        Everything a reader should know, each once.
    """

    before: str
    after: str
    who: str
    plateaus: pl.DataFrame
    table: pl.DataFrame
    models: Mapping[str, Model]
    reasons: Mapping[str, str]
    warnings: tuple[str, ...]

    @property
    def basis(self) -> str:
        """Which models and grades it rests on, and that it is no recommendation."""
        return basis(self.models.values())

    def __repr__(self) -> str:
        out = [f"  not {name}: {reason}" for name, reason in self.reasons.items()]
        said = [f"  warning: {warning}" for warning in self.warnings]
        lines = (
            f"<From the plateau of {self.before} to that of {self.after}, {self.who}>",
            str(self.plateaus),
            str(self.table),
        )
        return "\n".join((*lines, *out, *said, f"  {self.basis}"))


def plateau_time(
    before: str,
    after: str,
    models: Models,
    patient: Patient | Cohort,
    *,
    shares: str | Sequence[str] = SHARES,
    analyte: str | None = None,
    drug: str | None = None,
    rng: Any = None,
    intensive_care: bool = False,
) -> PlateauChange:
    """Time from the plateau of one infusion rate towards that of another.

    Parameters
    ----------
    before, after : str
        Rates such as "0.1 mg/kg/h"; of "0 mg/h" the plateau is nothing.
    models : Model, str, sequence of these, or None
        Models with an intravenous route; None for all that are eligible for the patient.
    patient : Patient or Cohort
        Who; of a cohort the median is given, with the 5th and 95th percentile.
    shares : str or sequence of str
        Shares of the way.
    analyte : str, optional
        The dosed one by default.
    drug : {"racemic", "S", "R"}, optional
        Form; the first that each model describes by default.
    rng : int, SeedSequence, Generator or Draws, optional
        Draw people as each model publishes.
    intensive_care : bool
        Whether the patient is in intensive care, where other models are eligible.

    Returns
    -------
    PlateauChange

    Raises
    ------
    InputError
        If nobody is given, or the two rates are the same or not understood.
    PlanError
        If a model has no steady state, or nobody in it a plateau at one of the rates.

    Examples
    --------
    >>> from ketapk.patients import Patient
    >>> change = plateau_time("0.1 mg/kg/h", "0.2 mg/kg/h", "kamp2020", Patient(weight_kg=70))
    >>> [round(hours, 1) for hours in change.table["time_h"]]
    [1.2, 8.0, 11.0]
    """
    import polars as pl

    if patient is None:
        raise InputError("There is nobody whose plateau it is; write kp.Patient(weight_kg=70).")
    cohort = cohort_of(patient)
    old, new = _rate(before, "before"), _rate(after, "after")
    moved = _differ(old, new, cohort)
    if not moved.any():
        raise InputError(
            f"Both rates are {before}; write two that differ."
            if before == after
            else f"{before} and {after} are the same rate for {in_words(cohort)}; write two that "
            f"differ."
        )
    texts = units.several(shares)
    if not texts:
        raise InputError("There is no share of the way; write one such as '90 %'.")
    parts = [units.percentage(share, "shares") for share in texts]
    said = []
    if not moved.all():
        said.append(
            f"Both rates are the same for {(~moved).sum()} of {len(cohort)} people; their times do "
            f"not count."
        )
    draws = None if rng is None else Draws.of(rng)
    some = old if old.exact else new
    asked = panel(
        models,
        lambda model: _steady(some, drug or model.drugs[0]),
        cohort,
        intensive_care=intensive_care,
    )
    plateaus, rows, answered, reasons = [], [], {}, dict(asked.reasons)
    for model in asked.models.values():
        own, known = asked.draws(model, draws)
        step = _Step(model, cohort, own, analyte or model.parent, drug or model.drugs[0])
        first, second = (step.plateau(rate) for rate in (old, new))
        without = np.isnan(first) | np.isnan(second)
        if without.all():
            reason = (
                f"no plateau of {before if np.isnan(first).all() else after} in "
                f"{_anybody(cohort)}: what flows in may exceed the largest rate of elimination"
            )
            if asked.named:
                raise PlanError(f"{model.name} has {reason}; write a lower rate.")
            reasons[model.name] = reason
            continue
        first, second = (np.where(without, np.nan, level) for level in (first, second))
        if without.any():
            said.append(
                f"{model.name}: {without.sum()} of {len(cohort)} people have no plateau at one of "
                f"the rates; they do not count."
            )
        plateaus.append(
            {
                "model": model.name,
                "drug": step.drug,
                "before": _middle(_ng(first)),
                "after": _middle(_ng(second)),
                "without": int(without.sum()),
            }
        )
        for share, part in zip(texts, parts, strict=True):
            level = first + part * (second - first)
            low, middle, high = percentiles(np.where(moved, step.reaches(old, new, level), np.nan))
            rows.append(
                {
                    "model": model.name, "share": share, "level": _middle(_ng(level)),
                    "time_h": middle, "low_h": low, "high_h": high,
                }
            )  # fmt: skip
        answered[model.name] = model
        # Who has no plateau is counted above.
        said += [w for w in step.warnings if not (without.any() and "patients failed" in w)]
        said += known
    if not answered:
        raise PlanError(f"No model has a plateau of both rates: {'; '.join(reasons.values())}.")
    return PlateauChange(
        before=before,
        after=after,
        who=in_words(cohort),
        plateaus=pl.DataFrame(plateaus),
        table=pl.DataFrame(rows),
        models=answered,
        reasons=reasons,
        warnings=tuple(dict.fromkeys(said)),
    )


class _Step:
    """A change of rate in one model and the same people."""

    def __init__(
        self, model: Model, cohort: Cohort, draws: Draws | None, analyte: str, drug: str
    ) -> None:
        self.model, self.cohort, self.draws = model, cohort, draws
        self.analyte, self.drug = analyte, drug
        self.warnings: list[str] = []

    def curve(self, plan: Regimen) -> Curve:
        with python_warnings.catch_warnings():
            # What it warns of is told once, with the result.
            python_warnings.simplefilter("ignore", KetapkWarning)
            run = simulate(plan, self.model, self.cohort, times=[0.0], rng=self.draws)
        self.warnings += run.warnings
        return Curve(run.solution, run.course.system.output_index(self.analyte, "plasma"))

    def plateau(self, rate: Quantity) -> Floats:
        """Concentration at steady state, (N,) [mg/L]."""
        if not rate.exact:
            return np.zeros(len(self.cohort))
        steady: Floats = self.curve(_steady(rate, self.drug)).at(np.zeros(1))[:, 0]
        return steady

    def reaches(self, old: Quantity, new: Quantity, level: Floats) -> Floats:
        """Time from the change to a level (N,) [mg/L] of everybody, (N,) [h]."""
        before = _steady(old, self.drug) if old.exact else Regimen()
        if not new.exact:
            return self.curve(before).falls_to(level, 0.0)
        hours = LONG * float(np.nanmax(self.curve(_steady(new, self.drug)).t_half))
        for _ in range(DOUBLINGS):
            curve = self.curve(before + _running(new, hours, self.drug))
            rises = curve.at(np.zeros(1))[:, 0] < level
            time = np.where(rises, curve.above(level)[0], curve.falls_to(level, 0.0))
            unknown = np.isnan(level) | (curve.solution.outcome != 0)
            # Before the new rate ends, or it was the end that the level was met by.
            met = time <= hours
            if np.all(met | unknown):
                break
            hours *= 2.0
        return np.where(unknown, np.nan, np.where(met, time, np.inf))


def _steady(rate: Quantity, drug: str) -> Regimen:
    """An infusion that has run for ever, up to time 0."""
    return Regimen.of(
        Dose(route="iv", amt=0.0, rate=rate.value, per_kg=rate.per_kg, ss=1, drug=drug)
    )


def _running(rate: Quantity, hours: float, drug: str) -> Regimen:
    """An infusion for so many hours from time 0."""
    amount = rate.value * hours
    return Regimen.of(Dose(route="iv", amt=amount, rate=rate.value, per_kg=rate.per_kg, drug=drug))


def _rate(text: str, name: str) -> Quantity:
    rate = units.expect(text, name, "rate", "rate per kg")
    if rate.exact < 0:
        raise InputError(f"{name}={text!r} is negative; write a rate from 0.")
    return rate


def _differ(old: Quantity, new: Quantity, cohort: Cohort) -> NDArray[np.bool_]:
    """In whom two rates differ, (N,): "7 mg/h" is "0.1 mg/kg/h" at 70 kg."""
    weights, which = np.unique(cohort.dosing_kg, return_inverse=True)
    differ = [old.of_body(kg) != new.of_body(kg) for kg in weights.tolist()]
    return np.array(differ)[which]


def _anybody(cohort: Cohort) -> str:
    return "this person" if len(cohort) == 1 else f"any of the {len(cohort)} people"


def _middle(values: Floats) -> float:
    return float(np.nanmedian(values))


def _ng(mg_per_l: Floats) -> Floats:
    found: Floats = units.mg_per_l_to_ng_per_ml(mg_per_l)
    return found
