"""One plan through every eligible model: the spread of the literature, and who was left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.dosing.regimen import Regimen
from ketapk.dosing.sentence import parse
from ketapk.eligibility import eligible
from ketapk.errors import InputError, PlanError
from ketapk.library.catalogue import PUBLISHED
from ketapk.patients import Cohort
from ketapk.simulation import cohort_of, simulate

if TYPE_CHECKING:
    import polars as pl
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike, NDArray

    from ketapk.patients import Patient
    from ketapk.profiles import Profiles

    Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, repr=False)
class Ensemble:
    """One plan in every model that can answer it."""

    plan: Regimen
    runs: Mapping[str, Profiles]
    """Profiles by the name of the model, all at the same times."""
    reasons: Mapping[str, str]
    """Why each excluded model was left out."""
    _cache: dict[str, Any] = field(default_factory=dict)

    @property
    def times_h(self) -> Floats:
        """Times [h], (T,)."""
        return next(iter(self.runs.values())).times_h

    @property
    def table(self) -> pl.DataFrame:
        """One row a model: Cmax, Tmax, AUC, half-life (medians of a cohort), site and grade."""
        if "table" not in self._cache:
            import polars as pl

            self._cache["table"] = pl.DataFrame(
                [_row(name, run) for name, run in self.runs.items()]
            )
        result: pl.DataFrame = self._cache["table"]
        return result

    @property
    def excluded(self) -> pl.DataFrame:
        """One row for each model left out, with the reason."""
        import polars as pl

        return pl.DataFrame(
            {"model": list(self.reasons), "reason": list(self.reasons.values())},
            schema={"model": pl.String, "reason": pl.String},
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """Everything a reader should know, each once."""
        return tuple(dict.fromkeys(w for run in self.runs.values() for w in run.warnings))

    def concentration(self) -> dict[str, Floats]:
        """Concentration of the dosed drug by model, (N, T) [ng/mL]."""
        return {name: run.concentration(run.model.parent) for name, run in self.runs.items()}

    def band(self) -> tuple[Floats, Floats]:
        """Lowest and highest curve of all models and of the ranges of borrowed routes, (T,).

        Of a cohort, the medians are compared.
        """
        low, high = [], []
        for run in self.runs.values():
            spread = run.route_range() or (run.concentration(run.model.parent),) * 2
            low.append(np.nanmedian(spread[0], axis=0))
            high.append(np.nanmedian(spread[1], axis=0))
        return np.minimum.reduce(low), np.maximum.reduce(high)

    def smooth(self) -> Ensemble:
        """Return the same curves at more times, so that lines look right."""
        times = next(iter(self.runs.values())).smooth().times_h
        finer = {name: run.at_times(times) for name, run in self.runs.items()}
        return replace(self, runs=finer, _cache={})

    def plot(self, *, ax: Axes | None = None, log: bool = False, bands: Sequence[str] = ()) -> Axes:
        """Draw the band with one named line a model; needs the extra ``plot``.

        ``log`` takes a logarithmic axis; ``bands`` are effects whose bands are shaded.
        """
        from ketapk.plot import draw_ensemble

        return draw_ensemble(self, ax=ax, log=log, bands=bands)

    def plot_models(self, *, log: bool = False) -> Any:
        """Draw small multiples, a panel a model, with metabolites; needs the extra ``plot``."""
        from ketapk.plot import draw_models

        return draw_models(self, log=log)

    def to_frame(self) -> pl.DataFrame:
        """Tidy table: ``model``, ``id``, ``time_h``, ``analyte``, ``ng_per_ml``."""
        import polars as pl

        return pl.concat(
            [
                run.to_frame().select(pl.lit(name).alias("model"), pl.all())
                for name, run in self.runs.items()
            ]
        )

    def cite(self) -> str:
        """Sources of every model in it."""
        lines = [line for run in self.runs.values() for line in run.cite().splitlines()]
        return "\n".join(dict.fromkeys(lines))

    def __repr__(self) -> str:
        out = "\n".join(f"  not {name}: {reason}" for name, reason in self.reasons.items())
        return f"<Ensemble of {', '.join(self.runs)}>\n{self.table}\n{out}"


def simulate_models(
    plan: Regimen | str,
    patient: Patient | Cohort,
    *,
    times: ArrayLike | None = None,
    borrow: bool = True,
    intensive_care: bool = False,
    **options: Any,
) -> Ensemble:
    """Simulate a plan with every model in the library that can answer it.

    Parameters
    ----------
    plan : Regimen or str
        Doses, or a sentence that says them.
    patient : Patient or Cohort, optional
        Who.
    times : (T,) array_like, optional
        Ascending times [h]; by default a grid that shows every peak of the first model.
    borrow : bool
        Whether a model that lacks a route may borrow it (a composition, named model+route).
    intensive_care : bool
        Whether the patient is in intensive care, where other models hold.
    **options
        Passed on to `simulate`.

    Returns
    -------
    Ensemble
        With ``.runs``, ``.table``, ``.excluded``, ``.band()``, ``.plot()``.

    Raises
    ------
    PlanError
        If no model can answer the plan, with the reason of each.

    Examples
    --------
    >>> from ketapk.patients import Patient
    >>> spread = simulate_models("35 mg iv over 40 min", Patient(weight_kg=70))
    >>> spread.table["model"].to_list()
    ['kamp2020', 'domino', 'clements1981']
    """
    regimen = parse(plan) if isinstance(plan, str) else plan
    if not isinstance(regimen, Regimen):
        raise InputError(
            f"The plan is a {type(plan).__name__}; give doses such as kp.bolus('35 mg'), or a "
            f"sentence such as '35 mg iv bolus'."
        )
    cohort = cohort_of(patient)
    runs: dict[str, Profiles] = {}
    reasons: dict[str, str] = {}
    grid = times
    for name in PUBLISHED:
        chosen, reason = eligible(
            name, regimen, cohort, intensive_care=intensive_care, borrow=borrow
        )
        if chosen is None:
            reasons[name] = reason
            continue
        runs[chosen.name] = simulate(regimen, chosen, cohort, times=grid, **options)
        grid = runs[chosen.name].times_h if grid is None else grid
    if not runs:
        why = "; ".join(f"{name}: {reason}" for name, reason in reasons.items())
        raise PlanError(f"No model in the library answers {regimen} in this patient. {why}.")
    return Ensemble(plan=regimen, runs=runs, reasons=reasons)


def _row(name: str, run: Profiles) -> dict[str, Any]:
    found = run.exposure_columns()
    return {
        "model": name,
        "Cmax [ng/mL]": _median(found["Cmax"]),
        "Tmax [h]": _median(found["Tmax"]),
        "AUC [ng h/mL]": _median(found["AUC_inf"]),
        "t_half [h]": _median(found["t_half"]),
        "site": run.model.sampling_site,
        "grade": run.model.grade,
        "status": run.model.status,
    }


def _median(values: Floats) -> float:
    """Median of a cohort, in which what has no value counts as largest."""
    ranked = np.sort(values)
    low, high = ranked[(values.size - 1) // 2], ranked[values.size // 2]
    return float(0.5 * (low + high))
