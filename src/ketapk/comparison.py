"""Plans side by side: what the route did to the same drug."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units
from ketapk.dosing.regimen import Regimen
from ketapk.dosing.sentence import parse
from ketapk.errors import InputError, PlanError
from ketapk.exposure import Curve
from ketapk.library.catalogue import PUBLISHED, load_model
from ketapk.library.composition import borrowable
from ketapk.model.model import Model
from ketapk.model.structures import FIRST_PASS_METABOLITE, GUT_WALL, LIVER_FIRST_PASS
from ketapk.simulation import simulate

if TYPE_CHECKING:
    import polars as pl
    from matplotlib.axes import Axes

    from ketapk.patients import Cohort, Patient
    from ketapk.profiles import Profiles

LEVEL = "70 ng/mL"
"""Default level whose onset is compared: the lower end of the analgesic range in reviews
(Zanos 2018, Table 1, grade B)."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Comparison:
    """Several plans in the same patient, each with a model that can answer it."""

    runs: Mapping[str, Profiles]
    level: str = LEVEL
    _cache: dict[str, Any] = field(default_factory=dict)

    @property
    def table(self) -> pl.DataFrame:
        """One row per plan; medians where the patient is a cohort.

        Columns: ``plan``, ``dose [mg]``, ``F``, ``Cmax [ng/mL]``, ``Tmax [min]``, ``time to LEVEL
        [min]``, ``AUC [ng h/mL]``, ``norketamine:ketamine`` (ratio of their AUC),
        ``first-pass loss`` (share of the dose that gut wall and liver took before it ever reached
        the blood), ``model``, ``grade``.
        """
        if "table" not in self._cache:
            import polars as pl

            rows = [_row(name, run, self.level) for name, run in self.runs.items()]
            self._cache["table"] = pl.DataFrame(rows, infer_schema_length=None)
        result: pl.DataFrame = self._cache["table"]
        return result

    @property
    def ledger(self) -> pl.DataFrame:
        """Where every milligram ended: one row per plan and place; medians of a cohort [mg]."""
        import polars as pl

        rows = []
        for name, run in self.runs.items():
            final = np.median(run.solution.final(), axis=0)
            system = run.solution.system
            for site, amount in zip(system.sites, final, strict=False):
                if site in system.losses:
                    rows.append({"plan": name, "place": site, "mg": float(amount)})
        return pl.DataFrame(rows)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Everything a reader should know, each once."""
        said = [w for run in self.runs.values() for w in run.warnings]
        return tuple(dict.fromkeys(said))

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw the curves of all plans; needs the extra ``plot``."""
        from ketapk.plot import draw_comparison

        return draw_comparison({name: run.smooth() for name, run in self.runs.items()}, ax=ax)

    def cite(self) -> str:
        """Sources of everything compared."""
        lines = [line for run in self.runs.values() for line in run.cite().splitlines()]
        return "\n".join(dict.fromkeys(lines))

    def __repr__(self) -> str:
        return f"<Comparison of {', '.join(self.runs)}>\n{self.table}"


def compare(
    plans: Mapping[str, Regimen | str],
    *,
    patient: Patient | Cohort | None = None,
    model: Model | str | None = None,
    level: str = LEVEL,
    **options: Any,
) -> Comparison:
    """Simulate several plans in the same patient and set them side by side.

    Parameters
    ----------
    plans : mapping of str to Regimen or str
        Plans by name.
    patient : Patient or Cohort, optional
        Who gets them.
    model : Model or str, optional
        One model for all plans. By default each plan gets the first model in the library that has
        all its routes for its form of the drug, or a composition that borrows the routes it
        lacks, and the table says which.
    level : str
        Concentration whose onset is compared, with its unit.
    **options
        Passed on to `simulate`.

    Returns
    -------
    Comparison
        With ``.table``, ``.ledger``, ``.plot()`` and ``.runs``.

    Raises
    ------
    PlanError
        If no model can answer a plan.

    Examples
    --------
    >>> from ketapk.patients import Patient
    >>> table = compare({"IV": "35 mg iv over 40 min", "IM": "35 mg im"},
    ...                 patient=Patient(weight_kg=70))
    >>> table.table["model"].to_list()
    ['kamp2020', 'kamp2020+im']
    """
    if not isinstance(plans, Mapping) or not plans:
        raise InputError(
            "Give plans by name, e.g. {'IV': '35 mg iv over 40 min', 'IM': '35 mg im'}."
        )
    units.concentration_mg_per_l(level, "ketamine")
    runs = {}
    for name, plan in plans.items():
        regimen = parse(plan) if isinstance(plan, str) else plan
        chosen = model if model is not None else default_model(regimen)
        runs[name] = simulate(regimen, chosen, patient, **options)
    return Comparison(runs=runs, level=level)


def default_model(plan: Regimen) -> Model:
    """Return the first model that has all routes of a plan, or else a composition.

    Parameters
    ----------
    plan : Regimen
        Doses.

    Returns
    -------
    Model

    Raises
    ------
    PlanError
        If no model describes the drug, or a route is neither in a model nor to be borrowed.
    """
    models = [load_model(name) for name in PUBLISHED]
    fitting = [m for m in models if all(drug in m.drugs for drug in plan.drugs)]
    for model in fitting:
        if all(route in model.routes for route in plan.routes):
            return model
    for model in fitting:
        missing = [route for route in plan.routes if route not in model.routes]
        if all(borrowable(model, route) is None for route in missing):
            return load_model("+".join((model.name, *missing)))
    raise PlanError(
        f"No model in the library answers {plan}: its routes are {', '.join(plan.routes)} and its "
        f"drug is {', '.join(plan.drugs)}; see list_models()."
    )


def _row(name: str, run: Profiles, level: str) -> dict[str, Any]:
    """One line of the table."""
    model, system = run.model, run.solution.system
    parent = Curve(run.solution, system.output_index(model.parent))
    Cmax, Tmax = parent.peak
    onset, _ = parent.above(units.concentration_mg_per_l(level, model.parent))
    final = run.solution.final()
    dose = sum(
        np.broadcast_to(d.amount_mg(run.cohort.weight_kg), Tmax.shape)
        for d in run.plan.expand().doses
    )
    lost = sum(
        final[:, system.index(place)]
        for place in (GUT_WALL, LIVER_FIRST_PASS, FIRST_PASS_METABOLITE)
        if place in system.states
    )
    ratio = None
    if model.metabolite is not None:
        metabolite = Curve(run.solution, system.output_index(model.metabolite))
        ratio = _median(metabolite.AUC_inf / parent.AUC_inf)
    minutes = units.MINUTES_PER_HOUR
    return {
        "plan": name,
        "dose [mg]": _median(dose),
        "F": _median(run.bioavailability()),
        "Cmax [ng/mL]": _median(units.mg_per_l_to_ng_per_ml(Cmax)),
        "Tmax [min]": _median(Tmax * minutes),
        f"time to {level} [min]": _median(onset * minutes),
        "AUC [ng h/mL]": _median(units.mg_per_l_to_ng_per_ml(parent.AUC_inf)),
        "norketamine:ketamine": ratio,
        "first-pass loss": _median(lost / dose),
        "model": model.name,
        "grade": model.grade,
    }


def _median(values: Any) -> float | None:
    """Median of a cohort; None where more than half have no value."""
    array = np.where(np.isnan(values), np.inf, np.atleast_1d(np.asarray(values, dtype=float)))
    middle = float(np.median(array))
    return middle if np.isfinite(middle) else None
