"""Published observations beside what the models predict: a report, not a pass mark."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.ensemble import simulate_models
from ketapk.errors import InputError, PlanError, nearest
from ketapk.library.catalogue import PUBLISHED
from ketapk.library.observations import Study, load_observations, load_studies
from ketapk.patients import Patient

if TYPE_CHECKING:
    import polars as pl
    from matplotlib.axes import Axes

    from ketapk.profiles import Profiles

ANALYTES = {
    "ketamine": 0,
    "S-ketamine": 0,
    "norketamine": 1,
    "S-norketamine": 1,
    "S-hydroxynorketamine": 2,
}
"""Position of an observed analyte among those of a model that describes the drug given."""


COLUMNS = (
    "id",
    "study",
    "model",
    "analyte",
    "quantity",
    "time_h",
    "observed",
    "predicted",
    "unit",
    "ratio",
    "site",
    "grade",
)


@dataclass(frozen=True, kw_only=True, repr=False)
class Observed:
    """Every suitable observation beside every eligible model."""

    rows: tuple[dict[str, Any], ...]
    studies_: tuple[dict[str, Any], ...]
    _cache: dict[str, Any] = field(default_factory=dict)

    @property
    def table(self) -> pl.DataFrame:
        """One row for each observation and model.

        Columns: ``id``, ``study``, ``model``, ``analyte``, ``quantity``, ``time_h``, ``observed``,
        ``predicted``, ``unit``, ``ratio`` (predicted over observed), ``site`` ("same", "pooled",
        "not stated"), ``grade`` of the observation.
        """
        import polars as pl

        return pl.DataFrame(self.rows, schema=_schema(), infer_schema_length=None)

    @property
    def studies(self) -> pl.DataFrame:
        """One row a study: whether it is comparable, with which models, and why or why not."""
        import polars as pl

        return pl.DataFrame(self.studies_, infer_schema_length=None)

    def summary(self, *by: str) -> pl.DataFrame:
        """Summarise by model, or by other columns of ``table``.

        Parameters
        ----------
        *by : str
            Columns such as "model", "analyte", "study"; "model" by default.

        Returns
        -------
        polars.DataFrame
            ``rows``, ``GMFE`` (geometric mean fold error), ``bias`` (geometric mean of predicted
            over observed), ``within 1.5-fold`` and ``within 2-fold`` [1].
        """
        import polars as pl

        fold = pl.col("ratio").log().abs()
        return (
            self.table.group_by(by or ("model",), maintain_order=True)
            .agg(
                pl.len().alias("rows"),
                pl.col("study").n_unique().alias("studies"),
                (pl.col("site") == "same").sum().alias("same site"),
                fold.mean().exp().alias("GMFE"),
                pl.col("ratio").log().mean().exp().alias("bias"),
                (fold <= np.log(1.5)).mean().alias("within 1.5-fold"),
                (fold <= np.log(2.0)).mean().alias("within 2-fold"),
            )
            .sort("rows", descending=True)
        )

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draw observed against predicted, log-log; needs the extra ``plot``."""
        from ketapk.plot import draw_observed

        return draw_observed(self, ax=ax)

    def __repr__(self) -> str:
        return f"<Observed: {len(self.rows)} comparisons>\n{self.summary()}"


def _schema() -> dict[str, Any]:
    import polars as pl

    numbers = ("time_h", "observed", "predicted", "ratio")
    return {name: pl.Float64 if name in numbers else pl.String for name in COLUMNS}


def observed(*models: str) -> Observed:
    """Compare published observations with every eligible model at the same sampling site.

    A model that pools sites, or does not state its own, is compared and marked; arterial samples
    are never held against a venous model, nor the other way round.

    Parameters
    ----------
    *models : str
        Published models to look at; all of them by default. Compositions of a model count as it.

    Returns
    -------
    Observed
        With ``.table``, ``.summary()``, ``.studies`` and ``.plot()``.

    Raises
    ------
    InputError
        If a model is not known.

    Examples
    --------
    >>> report = observed("otto2021")
    >>> report.summary()["within 2-fold"].max() > 0.9
    True
    """
    for name in models:
        if name not in PUBLISHED:
            raise InputError(f"There is no model {name!r}.{nearest(name, PUBLISHED)}")
    numbers = {row["id"]: row for row in load_observations().to_dicts()}
    rows: list[dict[str, Any]] = []
    studies: list[dict[str, Any]] = []
    for study in load_studies():
        found, said = _compare(study, numbers, models or PUBLISHED)
        rows += found
        studies.append(said)
    return Observed(rows=tuple(rows), studies_=tuple(studies))


def _compare(
    study: Study, numbers: dict[str, Any], models: tuple[str, ...]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Compare one study; return its rows and what there is to say of it."""
    said: dict[str, Any] = {
        "study": study.name,
        "citation": numbers[study.rows[0]]["citation"],
        "site": study.site,
        "comparable": False,
        "models": "",
        "why": study.why_not,
    }
    if study.why_not:
        return [], said
    runs, reasons = _runs(study, models)
    found = []
    for row in (numbers[name] for name in study.rows):
        if _read_by(row) is None:
            continue
        for name, run in runs.items():
            prediction = _predicted(row, study, run)
            if prediction is not None:
                found.append(_row(row, study, name, run, prediction))
    why = [study.assumed] if study.assumed and found else []
    left = [row for row in study.rows if _read_by(numbers[row]) is None]
    if left:
        kinds = sorted({numbers[row]["quantity"] for row in left})
        why.append(f"left out, no concentration or area over a known time: {', '.join(kinds)}")
    unanswered = [
        numbers[row]["analyte"]
        for row in study.rows
        if _read_by(numbers[row]) is not None and all(f["id"] != row for f in found)
    ]
    if unanswered and runs:
        why.append(f"no eligible model follows: {', '.join(dict.fromkeys(unanswered))}")
    why += _left_out(reasons)
    said |= {
        "comparable": bool(found),
        "models": ", ".join(dict.fromkeys(row["model"] for row in found)),
        "why": "; ".join(why),
    }
    return found, said


def _left_out(reasons: dict[str, str]) -> list[str]:
    """Models left out, by the kind of the reason, which stands before its colon."""
    kinds: dict[str, list[str]] = {}
    for name, reason in reasons.items():
        kinds.setdefault(reason.partition(":")[0], []).append(name)
    return [f"not, for their {kind}: {', '.join(names)}" for kind, names in kinds.items()]


def _runs(study: Study, models: tuple[str, ...]) -> tuple[dict[str, Profiles], dict[str, str]]:
    """Runs of the models whose sampling site does not contradict the study's."""
    import warnings

    from ketapk.errors import KetapkWarning

    person = Patient(weight_kg=study.weight_kg, age_y=study.age_y)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", KetapkWarning)
        try:
            ensemble = simulate_models(study.plan, person)
        except PlanError as refusal:
            return {}, {"any model": str(refusal).rstrip(".")}
    reasons = {n: r for n, r in ensemble.reasons.items() if n in models}
    runs = {}
    for name, run in ensemble.runs.items():
        base = name.partition("+")[0]
        if base not in models:
            continue
        if _site(study.site, run.model.sampling_site) is None:
            reasons[name] = f"sampling site: the samples are {study.site}, the model is not"
            continue
        runs[name] = run
    return runs, reasons


def _site(study: str, model: str) -> str | None:
    """How two sampling sites go together; None where they contradict each other."""
    if "pooled" in model:
        return "pooled"
    unsure = "inferred" in model or "unverified" in model
    known = next((word for word in ("arterial", "venous") if word in model), "not stated")
    if "not stated" in (study, known):
        return "not stated"
    if study != known:
        return None
    return "inferred" if unsure else "same"


def _read_by(row: dict[str, Any]) -> str | None:
    """How a row is to be read from a run: "level", "peak", or an area with its end."""
    quantity = row["quantity"]
    if row["analyte"] not in ANALYTES or not re.fullmatch(r"[0-9.]+", row["value"] or ""):
        return None
    if quantity in ("C_at_t", "Cmax"):
        return "level" if quantity == "C_at_t" else "peak"
    if quantity == "AUCinf" or re.fullmatch(r"AUC 0-\d+ h", quantity):
        return str(quantity)
    return None


def _predicted(row: dict[str, Any], study: Study, run: Profiles) -> float | None:
    """What a run says of one row, [ng/mL] or [ng h/mL]; None where it lacks the analyte."""
    position = ANALYTES[row["analyte"]]
    analytes = run.model.analytes
    if position >= len(analytes):
        return None
    analyte, how = analytes[position], _read_by(row)
    by_vein = run.plan.doses[-1].route == "iv" and position == 0
    if how == "level" or (how == "peak" and by_vein and row["time_h"]):
        # After an injection the highest sample is where the first was drawn, not at time zero.
        return run.level(analyte, study.starts_h + float(row["time_h"]))
    if how == "peak":
        return float(run.exposure(analyte)["Cmax"][0])
    if how == "AUCinf":
        return float(run.exposure(analyte)["AUC_inf"][0])
    return run.area(analyte, float(str(how).split("-")[1].split()[0]))


def _row(
    row: dict[str, Any], study: Study, name: str, run: Profiles, predicted: float
) -> dict[str, Any]:
    value = float(row["value"])
    return {
        "id": row["id"],
        "study": study.name,
        "model": name,
        "analyte": row["analyte"].removeprefix("S-"),
        "quantity": row["quantity"],
        "time_h": float(row["time_h"]) if row["time_h"] else None,
        "observed": value,
        "predicted": predicted,
        "unit": row["unit"].replace("*", " "),
        "ratio": predicted / value,
        "site": _site(study.site, run.model.sampling_site),
        "grade": row["grade"],
    }
