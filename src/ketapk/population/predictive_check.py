"""Observed levels beside what a model with its published variability would have given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.draws import Draws
from ketapk.errors import InputError
from ketapk.model.residual import measured
from ketapk.notice import NOTICE
from ketapk.records.records import Records

if TYPE_CHECKING:
    import polars as pl
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from ketapk.model.model import Model

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

PERCENTILES = (5.0, 50.0, 95.0)
INTERVAL = (2.5, 97.5)
"""Between which 95 % of the replicates are."""
BINS = 8
"""Bins of time, unless there are few enough different times for one each."""
OWN_BIN = 12


@dataclass(frozen=True, kw_only=True, repr=False)
class PredictiveCheck:
    """Percentiles of observed levels, and where those of simulated ones lie."""

    records: Records
    model: Model
    analyte: str
    seen: NDArray[np.bool_]
    """(R,) records that hold a level of the analyte."""
    replicates: int
    residual: bool
    table: pl.DataFrame
    """``time_h`` (median of the bin), ``n``, ``percentile``, ``observed``, ``simulated`` (median of
    the replicates), ``low``, ``high`` (their 95 % interval) [ng/mL]."""

    @property
    def inside(self) -> float:
        """Share of the observed percentiles that lie inside the interval of the simulated [1]."""
        import polars as pl

        return float(self.table.select(pl.col("observed").is_between("low", "high").mean()).item())

    def plot(self, *, ax: Axes | None = None, log: bool = False) -> Axes:
        """Draw observed levels and percentiles over simulated intervals; needs the extra ``plot``.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; a new figure by default.
        log : bool
            Whether concentrations are on a logarithmic axis.

        Returns
        -------
        matplotlib Axes
        """
        from ketapk.plot.predictive_check import draw_predictive_check

        return draw_predictive_check(self, ax=ax, log=log)

    def __repr__(self) -> str:
        return (
            f"<PredictiveCheck of {self.records.name} with {self.model.name}: {self.replicates} "
            f"replicates, {100 * self.inside:.0f} % of the observed percentiles inside>\n  {NOTICE}"
        )


def vpc(
    records: Records,
    model: Model | str,
    *,
    rng: Any,
    replicates: int = 200,
    residual: bool = True,
    bins: int | Sequence[float] | None = None,
    analyte: str | None = None,
    **options: Any,
) -> PredictiveCheck:
    """Compare observed levels with simulated ones: a visual predictive check.

    Parameters
    ----------
    records : Records
        Doses and observed levels (DV).
    model : Model or str
        A model with published variability, or its name.
    rng : int, SeedSequence, Generator or Draws
        Where all random numbers come from.
    replicates : int
        How often the whole data set is simulated.
    residual : bool
        Whether simulated levels carry the published residual error, as observed ones do.
    bins : int or sequence of float, optional
        Number of bins of time with equally many levels, or their edges [h]; by default every time
        is a bin where there are few, else 8.
    analyte : str, optional
        Whose levels; those of the dosed one by default. CMT says what a record observes.
    **options
        Passed on to `Records.simulate`: parameters, covariates, compartments.

    Returns
    -------
    PredictiveCheck

    Raises
    ------
    InputError
        If no level is observed, or an argument is wrong.
    PlanError
        If the model publishes no variability, or no residual error.

    Notes
    -----
    Percentiles are not corrected for prediction: subjects with different doses are in one bin.
    See Holford, The visual predictive check, PAGE 14 (2005) abstract 738.

    Examples
    --------
    >>> import polars as pl
    >>> from ketapk.records.records import read_nonmem
    >>> events = {"ID": [1, 1], "TIME": [0, 1], "AMT": [25, 0], "DV": [None, 90.0]}
    >>> records = read_nonmem(pl.DataFrame(events), drug="S")
    >>> check = vpc(records, "otto2021", rng=1, replicates=50, covariates={"weight_kg": 70})
    >>> check.table["percentile"].to_list()
    [5.0, 50.0, 95.0]
    """
    import polars as pl

    if not isinstance(records, Records):
        raise InputError(
            f"Levels come from records, not from a {type(records).__name__}; read them with "
            f"read_nonmem(...)."
        )
    if isinstance(replicates, bool) or not isinstance(replicates, int) or replicates < 2:
        raise InputError(f"replicates={replicates!r} is not a count; write a whole number from 2.")
    draws = Draws.of(rng)
    typical = records.simulate(model, **options)
    which_analyte = analyte or typical.model.parent
    chosen = typical.observed_as(which_analyte)
    seen = np.flatnonzero(chosen)
    if seen.size == 0:
        raise InputError(
            f"{records.name} holds no observed level of {which_analyte}; give DV on records with "
            f"EVID 0 and MDV 0."
        )
    which, times = _bins(records.time_h[seen], bins)
    simulated = np.empty((replicates, seen.size))
    for k in range(replicates):
        own = draws.named(f"replicate {k}")
        levels = records.simulate(typical.model, rng=own, **options).concentration(which_analyte)
        if residual:
            noise = partial(_noise, records, own.named("residual"))
            levels = measured(levels, which_analyte, typical.model.residuals, noise)
        simulated[k] = levels[seen]
    rows = []
    for b, time in enumerate(times.tolist()):
        here = which == b
        observed = np.percentile(records.dv[seen][here], PERCENTILES)
        replicated = np.nanpercentile(simulated[:, here], PERCENTILES, axis=1)
        low, high = np.percentile(replicated, INTERVAL, axis=1)
        for p, percentile in enumerate(PERCENTILES):
            rows.append(
                {
                    "time_h": time,
                    "n": int(here.sum()),
                    "percentile": percentile,
                    "observed": float(observed[p]),
                    "simulated": float(np.median(replicated[p])),
                    "low": float(low[p]),
                    "high": float(high[p]),
                }
            )
    return PredictiveCheck(
        records=records,
        model=typical.model,
        analyte=which_analyte,
        seen=chosen,
        replicates=replicates,
        residual=residual,
        table=pl.DataFrame(rows),
    )


def _noise(records: Records, draws: Draws, effect: str) -> Floats:
    """Standard normal numbers (R,), which belong to a subject and the number of its record."""
    first = np.searchsorted(records.subject, np.arange(records.n_subjects))
    number = np.arange(len(records)) - first[records.subject]
    noise = np.empty(len(records))
    for k in np.unique(number).tolist():
        here = number == k
        keys = records.keys[records.subject[here]]
        noise[here] = draws.normal(f"{effect}, record {k}", keys)
    return noise


def _bins(times: Floats, bins: int | Sequence[float] | None) -> tuple[Ints, Floats]:
    """Bin of each level (L,), and the median time of every bin that holds any [h]."""
    different = np.unique(times)
    if bins is None:
        bins = different.size if different.size <= OWN_BIN else BINS
    if isinstance(bins, (int, np.integer)) and not isinstance(bins, bool):
        if bins < 1:
            raise InputError(f"bins={bins!r} is not a count; write a whole number from 1.")
        if bins >= different.size:
            return np.searchsorted(different, times), different
        edges = np.quantile(times, np.linspace(0.0, 1.0, bins + 1))[1:-1]
    else:
        try:
            edges = np.asarray(bins, dtype=float)
        except (TypeError, ValueError):
            edges = np.full(1, np.nan)
        if edges.ndim != 1 or not np.all(np.isfinite(edges)) or np.any(np.diff(edges) <= 0.0):
            raise InputError(f"bins={bins!r} are no edges; write ascending times in hours.")
    place = np.searchsorted(edges, times, side="left")
    filled, which = np.unique(place, return_inverse=True)
    middles = np.array([np.median(times[place == b]) for b in filled])
    return which, middles
