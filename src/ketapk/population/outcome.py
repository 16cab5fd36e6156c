"""What a virtual trial found: percentiles, exposure, chances; with how exact they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.errors import InputError
from ketapk.notice import NOTICE
from ketapk.population.sketch import ERROR, Exact
from ketapk.population.totals import OverTime, Totals, quotient

if TYPE_CHECKING:
    import polars as pl
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from ketapk.population.design import Design

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

PERCENTILES = (5.0, 25.0, 50.0, 75.0, 95.0)
CONFIDENT = 1.959963984540054
"""Normal score of a 95 % interval."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Trial:
    """What happened to N people under every plan."""

    design: Design
    names: tuple[str, ...]
    """Names of the measures of exposure."""
    failed: dict[str, int]
    """People who failed, by plan."""
    warnings: tuple[str, ...]
    _curves: dict[tuple[str, str], OverTime]
    _measures: dict[tuple[str, str], Totals]
    _ratios: dict[tuple[str, str], Totals]

    @property
    def n(self) -> int:
        """Number of people."""
        return self.design.n

    @property
    def times_h(self) -> Floats:
        """(T,) times of the curves [h]."""
        return self.design.times_h

    @property
    def quantiles(self) -> str:
        """How exact percentiles over time are: "exact", or a sketch with its error."""
        return "exact" if self.design.exact else f"sketch, within {100 * ERROR:g} % of the value"

    def percentiles(self, shares: Sequence[float] = PERCENTILES) -> pl.DataFrame:
        """Percentiles over time.

        Parameters
        ----------
        shares : sequence of float
            Percentiles, 0 to 100.

        Returns
        -------
        polars.DataFrame
            ``plan``, ``analyte``, ``time_h``, ``n``, ``mean``, ``sd`` and a column a percentile
            [ng/mL].
        """
        groups = {key: curve.totals for key, curve in self._curves.items()}
        return _distributions(groups, {"time_h": self.times_h}, shares)

    def measures(self, plan: str | None = None, analyte: str | None = None) -> pl.DataFrame:
        """Measures of exposure of every person under one plan.

        Parameters
        ----------
        plan, analyte : str, optional
            Which; the first by default.

        Returns
        -------
        polars.DataFrame
            ``id`` and a column a measure: ng/mL, h, ng h/mL as in `Profiles.exposure`.

        Raises
        ------
        InputError
            If there are too many people to keep them one by one.
        """
        import polars as pl

        values = self._values(self._key(plan, analyte))
        return pl.DataFrame(values, schema=list(self.names)).with_row_index("id")

    def _values(self, key: tuple[str, str]) -> Floats:
        distribution = self._measures[key].distribution
        if not isinstance(distribution, Exact):
            raise InputError(
                f"{self.n} people are too many to keep one by one; read measures.parquet in the "
                f"chunks of the run's directory."
            )
        return distribution.values

    def exposure(self, shares: Sequence[float] = PERCENTILES) -> pl.DataFrame:
        """Return the distribution of every measure of exposure.

        Parameters
        ----------
        shares : sequence of float
            Percentiles, 0 to 100.

        Returns
        -------
        polars.DataFrame
            ``plan``, ``analyte``, ``measure``, ``n``, ``mean``, ``sd`` and a column a percentile:
            exact up to 40 million measures, beyond from a sketch within 0.5 %.
        """
        return _distributions(self._measures, {"measure": list(self.names)}, shares)

    def ratios(self, to: str | None = None, shares: Sequence[float] = PERCENTILES) -> pl.DataFrame:
        """Return the distribution of ratios within people, every plan over one of them.

        Parameters
        ----------
        to : str, optional
            Plan that the others are divided by; the first by default.
        shares : sequence of float
            Percentiles, 0 to 100.

        Returns
        -------
        polars.DataFrame
            As `exposure`, the plan written as ``other / to``.
        """
        first = next(iter(self.design.plans))
        base = to or first
        self._key(base, None)
        found = self._ratios
        if base != first:
            found = {}
            for plan, analyte in self._measures:
                if plan != base and (base, analyte) in self._measures:
                    pair = self._values((plan, analyte)), self._values((base, analyte))
                    found[plan, analyte] = Totals.of(len(self.names), exact=True)
                    found[plan, analyte].add(quotient(*pair))
        if not found:
            raise InputError(
                f"There is no other plan with the same analyte to compare {base!r} with."
            )
        over = {(f"{plan} / {base}", analyte): totals for (plan, analyte), totals in found.items()}
        return _distributions(over, {"measure": list(self.names)}, shares)

    def above(self) -> pl.DataFrame:
        """Share of people at or above every level, over time.

        Returns
        -------
        polars.DataFrame
            ``plan``, ``analyte``, ``level``, ``time_h``, ``share``.
        """
        return self._over_time("above", "level", list(self.design.levels))

    def inside(self) -> pl.DataFrame:
        """Share of people inside every window, over time.

        Returns
        -------
        polars.DataFrame
            ``plan``, ``analyte``, ``window``, ``time_h``, ``share``.
        """
        names = [f"{low} to {high}" for low, high in self.design.windows]
        return self._over_time("inside", "window", names)

    def _over_time(self, kind: str, column: str, names: list[str]) -> pl.DataFrame:
        import polars as pl

        if not names:
            asked = (
                "levels=('70 ng/mL',)"
                if column == "level"
                else "windows=(('70 ng/mL', '200 ng/mL'),)"
            )
            raise InputError(f"The trial was asked for no {column}; run it with {asked}.")
        return pl.concat(
            pl.DataFrame(
                {
                    "plan": plan,
                    "analyte": analyte,
                    column: name,
                    "time_h": self.times_h,
                    "share": getattr(curve, kind)[i] / np.maximum(curve.totals.counted, 1),
                }
            )
            for (plan, analyte), curve in self._curves.items()
            for i, name in enumerate(names)
        )

    def chance(self, level: str) -> pl.DataFrame:
        """Share of people who ever reach a level, such as a ceiling.

        Parameters
        ----------
        level : str
            Concentration with its unit.

        Returns
        -------
        polars.DataFrame
            ``plan``, ``analyte``, ``n``, ``share``, and ``low``, ``high``: the 95 % interval of
            Wilson (J Am Stat Assoc 1927;22:209-212), which the number of people leaves.
        """
        import polars as pl

        from ketapk import units

        rows = []
        for (plan, analyte), totals in self._measures.items():
            limit = units.mg_per_l_to_ng_per_ml(units.concentration_mg_per_l(level, analyte))
            column = self.names.index("Cmax")
            n = int(totals.counted[column])
            share = totals.distribution.at_least(limit, column) / max(n, 1)
            low, high = _wilson(share, n)
            rows.append(
                {"plan": plan, "analyte": analyte, "n": n, "share": share, "low": low, "high": high}
            )
        return pl.DataFrame(rows)

    def plot(
        self, analyte: str | None = None, *, ax: Axes | None = None, log: bool = False
    ) -> Axes:
        """Draw the median and the 5th to 95th percentile of every plan; needs the extra ``plot``.

        Parameters
        ----------
        analyte : str, optional
            Which; the first of the first plan by default.
        ax : matplotlib Axes, optional
            Where to draw; a new figure by default.
        log : bool
            Whether concentrations are on a logarithmic axis.

        Returns
        -------
        matplotlib Axes
        """
        from ketapk.plot.trial import draw_trial

        return draw_trial(self, analyte, ax=ax, log=log)

    def cite(self) -> str:
        """Sources of everything that the result rests on."""
        from ketapk.patients import Cohort
        from ketapk.patients.demography import source

        lines = dict.fromkeys(
            line for model in self.design.models.values() for line in model.cite().splitlines()
        )
        if not isinstance(self.design.people, Cohort):
            lines[f"people: {source()}"] = None
        return "\n".join(lines)

    def _key(self, plan: str | None, analyte: str | None) -> tuple[str, str]:
        chosen = plan or next(iter(self.design.plans))
        if chosen not in self.design.plans:
            raise InputError(
                f"There is no plan {chosen!r}; there are {', '.join(self.design.plans)}."
            )
        which = analyte or self.design.analytes[chosen][0]
        if which not in self.design.analytes[chosen]:
            raise InputError(
                f"{which!r} was not followed; {', '.join(self.design.analytes[chosen])} was."
            )
        return chosen, which

    def __repr__(self) -> str:
        plans = ", ".join(f"{name} ({m.name})" for name, m in self.design.models.items())
        lines = [
            f"<Trial of {self.n} people: {plans}; {self.times_h.size} times, quantiles "
            f"{self.quantiles}>",
            *(f"  warning: {warning}" for warning in self.warnings),
            f"  {NOTICE}",
        ]
        return "\n".join(lines)


def _distributions(
    groups: dict[tuple[str, str], Totals], rows: dict[str, Any], shares: Sequence[float]
) -> pl.DataFrame:
    """Mean, spread and percentiles of every plan and analyte; ``rows`` names what each row is."""
    import polars as pl

    asked = _shares(shares)
    frames = []
    for (plan, analyte), totals in groups.items():
        found = totals.distribution.quantiles([share / 100.0 for share in asked])
        frames.append(
            pl.DataFrame(
                {
                    "plan": plan,
                    "analyte": analyte,
                    **rows,
                    "n": totals.counted,
                    "mean": totals.mean,
                    "sd": totals.sd,
                    **{f"p{share:g}": row for share, row in zip(asked, found, strict=True)},
                }
            )
        )
    return pl.concat(frames)


def _shares(shares: Sequence[float]) -> list[float]:
    try:
        asked = [float(share) for share in shares]
    except (TypeError, ValueError):
        asked = []
    if not asked or not all(0.0 <= share <= 100.0 for share in asked):
        raise InputError(
            f"shares={shares!r} are no percentiles; write numbers from 0 to 100, as in (5, 95)."
        )
    if len({f"{share:g}" for share in asked}) < len(asked):
        raise InputError(f"shares={shares!r} name a percentile twice; write each once.")
    return asked


def _wilson(share: float, n: int) -> tuple[float, float]:
    """Interval that holds the true share with 95 % confidence."""
    if n == 0:
        return 0.0, 1.0
    z2 = CONFIDENT**2 / n
    middle = (share + z2 / 2.0) / (1.0 + z2)
    half = CONFIDENT * np.sqrt(share * (1.0 - share) / n + z2 / (4.0 * n)) / (1.0 + z2)
    return float(max(0.0, middle - half)), float(min(1.0, middle + half))
