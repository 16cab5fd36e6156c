"""Non-compartmental analysis of measured concentrations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ketapk.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

Route = Literal["bolus", "infusion", "extravascular"]
Method = Literal["linear", "linear-up log-down"]
METHODS: tuple[Method, ...] = ("linear", "linear-up log-down")
ROUTES: tuple[Route, ...] = ("bolus", "infusion", "extravascular")
BELOW = ("start", "middle", "end")
TIE = 1e-4
"""Adjusted R2 within this of the best counts as equal; the fit with more points wins."""
CDISC = {
    "Cmax": "CMAX",
    "Tmax": "TMAX",
    "C0": "C0",
    "Clast": "CLST",
    "Tlast": "TLST",
    "lambda_z": "LAMZ",
    "lambda_z_points": "LAMZNPT",
    "lambda_z_start": "LAMZLL",
    "lambda_z_end": "LAMZUL",
    "R2": "R2",
    "R2_adjusted": "R2ADJ",
    "t_half": "LAMZHL",
    "AUC_last": "AUCLST",
    "AUC_inf_obs": "AUCIFO",
    "AUC_inf_pred": "AUCIFP",
    "AUC_extrapolated_obs": "AUCPEO",
    "AUC_extrapolated_pred": "AUCPEP",
    "AUC_back_extrapolated": "AUCPBEO",
    "AUMC_last": "AUMCLST",
    "AUMC_inf_obs": "AUMCIFO",
    "MRT_last": "MRTLST",
    "MRT_inf_obs": "MRTIFO",
    "CL": "CLO",
    "CL_F": "CLFO",
    "Vz": "VZO",
    "Vz_F": "VZFO",
    "Vss": "VSSO",
}
"""CDISC codes of the results, on request; intravenous MRT are MRTIVLST and MRTIVIFO."""


@dataclass(frozen=True, kw_only=True)
class BelowLimit:
    """What becomes of values below the limit of quantification, by where they stand.

    Each is "zero", "drop", or a concentration to take.
    """

    start: str | float = "zero"
    """Before the first quantifiable value."""
    middle: str | float = "drop"
    """Between quantifiable values."""
    end: str | float = "drop"
    """After the last quantifiable value."""


def nca(
    times: ArrayLike,
    concentrations: ArrayLike,
    *,
    dose: float,
    route: Route = "extravascular",
    infusion_h: float = 0.0,
    method: Method = "linear-up log-down",
    limit: float = 0.0,
    below: BelowLimit | None = None,
    terminal: tuple[float, float] | None = None,
    partial: Sequence[tuple[float, float]] = (),
    cdisc: bool = False,
) -> dict[str, float]:
    """Analyse one profile without a model.

    Parameters
    ----------
    times : (T,) array_like
        Ascending times since the dose [h].
    concentrations : (T,) array_like
        Concentrations [ng/mL]; NaN is missing, what lies below ``limit`` is below quantification.
    dose : float
        Dose [mg]; clearances and volumes are then in L/h and L.
    route : {"bolus", "infusion", "extravascular"}
        A bolus without a sample at 0 gets one by log-linear back-extrapolation of its first two;
        the residence time of an infusion is corrected by half its length.
    infusion_h : float
        Length of the infusion [h].
    method : {"linear-up log-down", "linear"}
        Rule for areas: logarithmic where the curve falls between positive values, or linear.
    limit : float
        Limit of quantification [ng/mL].
    below : BelowLimit, optional
        What becomes of values below it: zero at the start, left out later, by default.
    terminal : tuple of float, optional
        First and last time of the terminal phase [h]; by default the points, three or more after
        the peak, with the best adjusted R2, more points winning a tie of 1e-4.
    partial : sequence of (float, float)
        Intervals for partial areas [h]; beyond the last sample the terminal slope is used.
    cdisc : bool
        Use CDISC codes as names.

    Returns
    -------
    dict of str to float
        NaN for what the data do not give, such as a half-life without three falling points.

    Raises
    ------
    InputError
        If the data cannot be a profile.

    Examples
    --------
    >>> result = nca([0, 1, 2, 4, 8], [80, 40, 20, 5, 0.3125], dose=10, route="bolus")
    >>> round(result["t_half"], 6), round(result["AUC_inf_obs"], 3)
    (1.0, 115.416)
    """
    t, c = _profile(times, concentrations, limit, below or BelowLimit())
    _check(dose, route, infusion_h, method)
    C0 = np.nan
    if route == "bolus":
        C0 = _back_extrapolated(t, c)
        if t[0] > 0.0:
            t, c = np.insert(t, 0, 0.0), np.insert(c, 0, C0)
    elif t[0] > 0.0:
        t, c = np.insert(t, 0, 0.0), np.insert(c, 0, 0.0)
    seen = np.flatnonzero(c > 0.0)
    if seen.size == 0:
        return _named({"Cmax": 0.0, "Tmax": np.nan, "AUC_last": 0.0}, cdisc, route)
    last = int(seen[-1])
    peak = int(np.argmax(c))
    fit = _terminal(t, c, peak, last, route, terminal)
    area, moment = _areas(t[: last + 1], c[: last + 1], method)
    AUC, AUMC = float(area.sum()), float(moment.sum())
    k, predicted = fit["lambda_z"], fit.pop("predicted")
    rest = {"obs": c[last] / k, "pred": predicted / k}
    AUC_inf = {kind: AUC + more for kind, more in rest.items()}
    AUMC_inf = AUMC + c[last] * t[last] / k + c[last] / k**2
    half = 0.5 * infusion_h if route == "infusion" else 0.0
    MRT = AUMC_inf / AUC_inf["obs"] - half
    CL = dose / AUC_inf["obs"] * 1000.0
    suffix = "_F" if route == "extravascular" else ""
    result = {
        "Cmax": c[peak],
        "Tmax": t[peak],
        "C0": C0,
        "Clast": c[last],
        "Tlast": t[last],
        **fit,
        "t_half": np.log(2.0) / k,
        "AUC_last": AUC,
        "AUC_inf_obs": AUC_inf["obs"],
        "AUC_inf_pred": AUC_inf["pred"],
        "AUC_extrapolated_obs": 100.0 * rest["obs"] / AUC_inf["obs"],
        "AUC_extrapolated_pred": 100.0 * rest["pred"] / AUC_inf["pred"],
        "AUMC_last": AUMC,
        "AUMC_inf_obs": AUMC_inf,
        "MRT_last": AUMC / AUC - half,
        "MRT_inf_obs": MRT,
        f"CL{suffix}": CL,
        f"Vz{suffix}": CL / k,
    }
    if route == "bolus" and np.atleast_1d(np.asarray(times, dtype=float))[0] > 0.0:
        result["AUC_back_extrapolated"] = 100.0 * float(area[0]) / AUC_inf["obs"]
    if route != "extravascular":
        result["Vss"] = CL * MRT
    named = _named(result, cdisc, route)
    for start, end in partial:
        label = f"AUC_{start:g}_{end:g}" if not cdisc else f"AUCINT {start:g}-{end:g}"
        named[label] = _partial(t[: last + 1], c[: last + 1], start, end, k, method)
    return named


def nca_table(
    data: pl.DataFrame,
    *,
    by: str = "id",
    time: str = "time_h",
    concentration: str = "ng_per_ml",
    dose: float | str,
    **options: Any,
) -> pl.DataFrame:
    """Analyse every subject of a data frame.

    Parameters
    ----------
    data : polars.DataFrame
        One row a sample.
    by, time, concentration : str
        Names of the columns.
    dose : float or str
        Dose of everybody [mg], or the column that holds each subject's.
    **options
        Passed on to `nca`.

    Returns
    -------
    polars.DataFrame
        One row a subject, in the order in which they first appear.

    Raises
    ------
    InputError
        If a column is missing or a profile is wrong; the subject is named.

    Examples
    --------
    >>> import polars as pl
    >>> columns = {"id": [1] * 4, "time_h": [0.0, 1, 2, 3], "ng_per_ml": [8.0, 4, 2, 1]}
    >>> table = nca_table(pl.DataFrame(columns), dose=1, route="bolus")
    >>> round(table["t_half"].item(), 9)
    1.0
    """
    import polars as pl

    for column in (by, time, concentration, *([dose] if isinstance(dose, str) else [])):
        if column not in data.columns:
            raise InputError(
                f"There is no column {column!r}; there is {', '.join(data.columns)}. Name it with "
                f"by=, time=, concentration= or dose=."
            )
    rows = []
    for (subject,), part in data.group_by(by, maintain_order=True):
        given = float(part[dose][0]) if isinstance(dose, str) else dose
        try:
            found = nca(
                part[time].to_numpy(), part[concentration].to_numpy(), dose=given, **options
            )
        except InputError as error:
            raise InputError(f"{by} {subject}: {error}") from None
        rows.append({by: subject, **found})
    return pl.DataFrame(rows, infer_schema_length=None)


def _profile(
    times: ArrayLike, concentrations: ArrayLike, limit: float, below: BelowLimit
) -> tuple[Floats, Floats]:
    """Check a profile, leave out what is missing, and treat what is below quantification."""
    try:
        t, c = (np.atleast_1d(np.asarray(x, dtype=float)) for x in (times, concentrations))
    except (TypeError, ValueError):
        raise InputError(
            "times and concentrations must be numbers; write NaN where missing."
        ) from None
    if t.ndim != 1 or t.shape != c.shape:
        raise InputError(
            f"There are {t.size} times and {c.size} concentrations; give one for each."
        )
    t, c = t[~np.isnan(c)], c[~np.isnan(c)]
    if t.size < 2:
        raise InputError("A profile needs at least two samples.")
    if not np.all(np.isfinite(t)) or np.any(t < 0.0) or np.any(np.diff(t) <= 0.0):
        raise InputError("times must be finite, from 0 on, and ascend without repeats.")
    if not np.all(np.isfinite(c)) or np.any(c < 0.0):
        raise InputError("concentrations must be finite and not negative; NaN is missing.")
    low = c < limit
    if limit <= 0.0 or not np.any(low):
        return t, c
    if np.all(low):
        return t, np.zeros_like(c)
    first, last = np.flatnonzero(~low)[[0, -1]]
    place = np.where(np.arange(t.size) < first, 0, np.where(np.arange(t.size) > last, 2, 1))
    keep = np.ones(t.size, dtype=bool)
    for number, where in enumerate(BELOW):
        rule = getattr(below, where)
        here = low & (place == number)
        if rule == "drop":
            keep[here] = False
        elif rule == "zero":
            c = np.where(here, 0.0, c)
        elif isinstance(rule, int | float) and rule >= 0.0:
            c = np.where(here, float(rule), c)
        else:
            raise InputError(
                f"below.{where}={rule!r} is not known; write 'zero', 'drop' or a value."
            )
    return t[keep], c[keep]


def _check(dose: float, route: str, infusion_h: float, method: str) -> None:
    if not 0.0 < dose < np.inf:
        raise InputError(f"dose={dose!r} is not possible; give a positive amount in mg.")
    if route not in ROUTES:
        raise InputError(f"route={route!r} is not known; write one of {', '.join(ROUTES)}.")
    if method not in METHODS:
        raise InputError(f"method={method!r} is not known; write one of {', '.join(METHODS)}.")
    if (route == "infusion") != (infusion_h > 0.0):
        raise InputError("An infusion, and no other route, needs its length: infusion_h=0.667.")


def _back_extrapolated(t: Floats, c: Floats) -> float:
    """Concentration at 0 after a bolus: the sample there, or the line of the first two in logs."""
    if t[0] == 0.0:
        return float(c[0])
    if c[0] > 0.0 and c[1] > 0.0 and c[1] < c[0]:
        slope = np.log(c[1] / c[0]) / (t[1] - t[0])
        return float(c[0] * np.exp(-slope * t[0]))
    positive = c[c > 0.0]
    return float(positive[0]) if positive.size else 0.0


def _logarithmic(c: Floats, method: str) -> NDArray[np.bool_]:
    """Intervals in which the logarithmic rule holds."""
    falls: NDArray[np.bool_] = (c[1:] < c[:-1]) & (c[1:] > 0.0)
    return falls & (method == "linear-up log-down")


def _areas(t: Floats, c: Floats, method: str) -> tuple[Floats, Floats]:
    """Area and first moment of every interval, (T - 1,)."""
    dt, a, b = np.diff(t), c[:-1], c[1:]
    area = 0.5 * dt * (a + b)
    moment = 0.5 * dt * (t[:-1] * a + t[1:] * b)
    log = _logarithmic(c, method)
    k = np.log(a[log] / b[log]) / dt[log]
    area[log] = (a[log] - b[log]) / k
    moment[log] = (t[:-1][log] * a[log] - t[1:][log] * b[log]) / k + (a[log] - b[log]) / k**2
    return area, moment


def _terminal(
    t: Floats, c: Floats, peak: int, last: int, route: str, chosen: tuple[float, float] | None
) -> dict[str, float]:
    """Log-linear fit of the terminal phase."""
    nothing = dict.fromkeys(
        ("lambda_z", "lambda_z_points", "lambda_z_start", "lambda_z_end", "R2", "R2_adjusted"),
        np.nan,
    )
    nothing["predicted"] = np.nan
    usable = np.flatnonzero((c > 0.0) & (np.arange(t.size) <= last))
    if chosen is not None:
        inside = usable[(t[usable] >= chosen[0]) & (t[usable] <= chosen[1])]
        candidates = [inside] if inside.size >= 2 else []
    else:
        start = peak if route == "bolus" else peak + 1
        usable = usable[usable >= start]
        candidates = [usable[-n:] for n in range(3, usable.size + 1)]
    fits = [fit for fit in (_line(t[p], c[p], t[last]) for p in candidates) if fit is not None]
    if not fits:
        return nothing
    if len(fits) == 1:
        return fits[0]
    highest = max(fit["R2_adjusted"] for fit in fits)
    close = [fit for fit in fits if fit["R2_adjusted"] >= highest - TIE]
    return max(close, key=lambda fit: fit["lambda_z_points"])


def _line(x: Floats, c: Floats, end: float) -> dict[str, float] | None:
    """Straight line through the logarithms; None where it does not fall."""
    y, n = np.log(c), x.size
    slope, level = np.polyfit(x, y, 1)
    if slope >= 0.0:
        return None
    R2 = 1.0 - np.sum((y - level - slope * x) ** 2) / np.sum((y - y.mean()) ** 2)
    return {
        "lambda_z": -slope,
        "lambda_z_points": float(n),
        "lambda_z_start": x[0],
        "lambda_z_end": x[-1],
        "R2": R2,
        "R2_adjusted": 1.0 - (1.0 - R2) * (n - 1) / (n - 2) if n > 2 else np.nan,
        "predicted": float(np.exp(level + slope * end)),
    }


def _partial(t: Floats, c: Floats, start: float, end: float, k: float, method: str) -> float:
    """Area from ``start`` to ``end``, interpolated by the rule, extrapolated by the slope."""
    if not 0.0 <= start < end:
        raise InputError(
            f"A partial area from {start:g} to {end:g} h is not possible; write (0, 8)."
        )
    inner = t[(t > start) & (t < end)]
    points = np.concatenate([[start], inner, [end]])
    values = np.array([_value(t, c, x, k, method) for x in points])
    area, _ = _areas(points, values, method)
    return float(area.sum())


def _value(t: Floats, c: Floats, at: float, k: float, method: str) -> float:
    """Concentration between samples by the rule, beyond the last by the terminal slope."""
    if at >= t[-1]:
        return float(c[-1] * np.exp(-k * (at - t[-1])))
    i = int(np.searchsorted(t, at, side="right")) - 1
    share = (at - t[i]) / (t[i + 1] - t[i])
    if _logarithmic(c[i : i + 2], method)[0]:
        return float(c[i] * (c[i + 1] / c[i]) ** share)
    return float(c[i] + share * (c[i + 1] - c[i]))


def _named(result: dict[str, float], cdisc: bool, route: str) -> dict[str, float]:
    plain = {name: float(value) for name, value in result.items()}
    if not cdisc:
        return plain
    vein = {"MRT_last": "MRTIVLST", "MRT_inf_obs": "MRTIVIFO"} if route != "extravascular" else {}
    return {vein.get(name, CDISC[name]): value for name, value in plain.items()}
