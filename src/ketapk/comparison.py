"""Plans side by side: what the route did to the same drug."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units
from ketapk.dosing.regimen import Regimen
from ketapk.dosing.sentence import parse
from ketapk.eligibility import default_model
from ketapk.errors import InputError
from ketapk.library.composition import with_routes
from ketapk.model.model import Model
from ketapk.model.structures import FIRST_PASS_METABOLITE, GUT_WALL, LIVER_FIRST_PASS
from ketapk.simulation import cohort_of, simulate

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
    """Several plans in the same patient, each with one or more models that can answer it."""

    runs: Mapping[str, Profiles]
    """Profiles by label: the name of the plan, and of the model where there are several."""
    level: str = LEVEL
    _cache: dict[str, Any] = field(default_factory=dict)

    @property
    def table(self) -> pl.DataFrame:
        """One row per plan and model; medians where the patient is a cohort.

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

    def differences(self, reference: str | None = None) -> pl.DataFrame:
        """Every plan against one of them; medians of a cohort.

        Parameters
        ----------
        reference : str, optional
            Label of the run to compare with; the first by default.

        Returns
        -------
        polars.DataFrame
            ``plan``, ``AUC ratio``, ``Cmax ratio``, ``AUC per mg ratio``, ``Tmax difference
            [min]``, ``onset difference [min]``.

        Raises
        ------
        InputError
            If there is no such plan.
        """
        import polars as pl

        name = next(iter(self.runs)) if reference is None else reference
        if name not in self.runs:
            raise InputError(
                f"There is no plan {name!r} to compare with; there is {', '.join(self.runs)}."
            )
        one = _facts(self.runs[name], self.level)
        rows = []
        for label, run in self.runs.items():
            other = _facts(run, self.level)
            rows.append(
                {
                    "plan": label,
                    "AUC ratio": _median(other["AUC"] / one["AUC"]),
                    "Cmax ratio": _median(other["Cmax"] / one["Cmax"]),
                    "AUC per mg ratio": _median(
                        other["AUC"] / other["dose"] / (one["AUC"] / one["dose"])
                    ),
                    "Tmax difference [min]": _median(other["Tmax"] - one["Tmax"]),
                    "onset difference [min]": _median(other["onset"] - one["onset"]),
                }
            )
        return pl.DataFrame(rows, infer_schema_length=None)

    @property
    def first_pass(self) -> pl.DataFrame:
        """What happened before the drug ever reached the blood, as shares of the dose [1].

        ``never absorbed``, ``taken by the gut wall``, ``taken by the liver``, ``norketamine
        formed`` on the first pass (what the liver took and turned into it), and ``reached the
        blood``.
        """
        import polars as pl

        return pl.DataFrame([{"plan": n, **_first_pass(run)} for n, run in self.runs.items()])

    @property
    def ledger(self) -> pl.DataFrame:
        """Where every milligram ended: ``plan``, ``place``, ``mg``; means of a cohort."""
        return self.ledger_at(None).rename({"fate": "place"})

    def ledger_at(self, at: str | None) -> pl.DataFrame:
        """Where every milligram is at a time with its unit, or at the end; means of a cohort.

        Returns
        -------
        polars.DataFrame
            ``plan``, ``fate``, ``mg``; the rows of a plan sum to the dose given so far.
        """
        import polars as pl

        frames = []
        for name, run in self.runs.items():
            rows = run.ledger(at, apart=False)
            summed = rows.group_by("fate", maintain_order=True).agg(
                pl.col("mg").sum() / len(run.cohort)
            )
            frames.append(summed.select(pl.lit(name).alias("plan"), pl.all()))
        return pl.concat(frames)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Everything a reader should know, each once."""
        said = [w for run in self.runs.values() for w in run.warnings]
        return tuple(dict.fromkeys(said))

    def plot(self, *, ax: Axes | None = None, log: bool = False, bands: Sequence[str] = ()) -> Axes:
        """Draw the curves of all plans; needs the extra ``plot``.

        ``log`` takes a logarithmic axis; ``bands`` are effects whose bands are shaded.
        """
        from ketapk.plot import draw_comparison

        smooth = {name: run.smooth() for name, run in self.runs.items()}
        return draw_comparison(smooth, ax=ax, log=log, bands=bands)

    def plot_fates(self, *, ax: Axes | None = None) -> Axes:
        """Draw where every milligram ended, a bar a plan; needs the extra ``plot``."""
        from ketapk.plot import draw_fates

        return draw_fates(self.ledger, ax=ax)

    def to_html(self, *, command: str = "") -> str:
        """Return one self-contained page: curves, sliders, numbers, fates, sources.

        It works offline from disk and makes no request; the sliders recompute in the page by
        superposing exact responses of the model.

        Parameters
        ----------
        command : str
            What made it, to be shown; written from the plans by default.

        Returns
        -------
        str

        Raises
        ------
        PlanError
            If the patient is a cohort.
        """
        from ketapk.page.handout import handout

        return handout(self, command=command)

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
    model: Model | str | Sequence[Model | str] | None = None,
    level: str = LEVEL,
    borrow: bool = False,
    **options: Any,
) -> Comparison:
    """Simulate several plans in the same patient and set them side by side.

    Parameters
    ----------
    plans : mapping of str to Regimen or str
        Plans by name: different routes, doses, schedules, forms of the drug.
    patient : Patient or Cohort, optional
        Who gets them.
    model : Model, str or sequence of these, optional
        One model for all plans, or several, each for all plans. By default each plan gets the first
        model in the library that has all its routes for its form of the drug, or a composition
        that borrows the routes it lacks, and the table says which.
    level : str
        Concentration whose onset is compared, with its unit.
    borrow : bool
        Whether a model that is named borrows, for each plan, the routes it lacks; one that lacks a
        route is refused otherwise.
    **options
        Passed on to `simulate`.

    Returns
    -------
    Comparison
        With ``.table``, ``.differences()``, ``.first_pass``, ``.ledger``, ``.plot()``, ``.runs``.

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
    >>> [round(ratio, 2) for ratio in table.differences()["AUC ratio"]]
    [1.0, 0.93]
    """
    if not isinstance(plans, Mapping) or not plans:
        raise InputError(
            "Give plans by name, e.g. {'IV': '35 mg iv over 40 min', 'IM': '35 mg im'}."
        )
    units.concentration_mg_per_l(level, "ketamine")
    several = isinstance(model, Sequence) and not isinstance(model, str)
    models: list[Any] = list(model) if several else [model]  # type: ignore[arg-type]
    if not models:
        raise InputError("The list of models is empty; name at least one, or leave it out.")
    runs: dict[str, Profiles] = {}
    for name, plan in plans.items():
        regimen = parse(plan) if isinstance(plan, str) else plan
        for given in models:
            chosen = default_model(regimen, cohort_of(patient)) if given is None else given
            if borrow and isinstance(chosen, str):
                chosen = with_routes(chosen, regimen.routes)
            run = simulate(regimen, chosen, patient, **options)
            runs[f"{name} [{run.model.name}]" if len(models) > 1 else name] = run
    return Comparison(runs=runs, level=level)


def _facts(run: Profiles, level: str) -> dict[str, Any]:
    """What is compared, one value per patient."""
    found = run.exposure_columns(above=level)
    minutes = units.MINUTES_PER_HOUR
    return {
        "dose": sum(
            np.broadcast_to(d.amount_mg(run.cohort.dosing_kg), len(run.cohort))
            for d in run.plan.expand().doses
        ),
        "Cmax": found["Cmax"],
        "Tmax": found["Tmax"] * minutes,
        "onset": found[f"time to {level}"] * minutes,
        "AUC": found["AUC_inf"],
    }


def _first_pass(run: Profiles) -> dict[str, float | None]:
    """Shares of the dose, medians of a cohort."""
    from ketapk.model.system import NEVER_ABSORBED

    system, final = run.solution.system, run.solution.final()
    dose = sum(d.amount_mg(run.cohort.dosing_kg) for d in run.plan.expand().doses)

    def share(place: str) -> Any:
        return final[:, system.index(place)] / dose if place in system.states else 0.0 * final[:, 0]

    lost = {
        "never absorbed": share(NEVER_ABSORBED),
        "taken by the gut wall": share(GUT_WALL),
        "taken by the liver": share(LIVER_FIRST_PASS) + share(FIRST_PASS_METABOLITE),
    }
    shares = {
        **lost,
        "norketamine formed": share(FIRST_PASS_METABOLITE),
        "reached the blood": 1.0 - sum(lost.values()),
    }
    return {name: _median(value) for name, value in shares.items()}


def _row(name: str, run: Profiles, level: str) -> dict[str, Any]:
    """One line of the table."""
    facts, first_pass = _facts(run, level), _first_pass(run)
    ratio = None if run.model.metabolite is None else _median(run.metabolite_ratio())
    lost = (first_pass["taken by the gut wall"] or 0.0) + (first_pass["taken by the liver"] or 0.0)
    return {
        "plan": name,
        "dose [mg]": _median(facts["dose"]),
        "F": _median(run.bioavailability()),
        "Cmax [ng/mL]": _median(facts["Cmax"]),
        "Tmax [min]": _median(facts["Tmax"]),
        f"time to {level} [min]": _median(facts["onset"]),
        "AUC [ng h/mL]": _median(facts["AUC"]),
        "norketamine:ketamine": ratio,
        "first-pass loss": lost,
        "model": run.model.name,
        "grade": run.model.grade,
    }


def _median(values: Any) -> float | None:
    """Median of a cohort; None where more than half have no value."""
    array = np.where(np.isnan(values), np.inf, np.atleast_1d(np.asarray(values, dtype=float)))
    middle = float(np.median(array))
    return middle if np.isfinite(middle) else None
