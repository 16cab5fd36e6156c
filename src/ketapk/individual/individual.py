"""What levels say of one person: estimates, how sure they are, curves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units
from ketapk.basis import basis
from ketapk.errors import InputError
from ketapk.individual.forecast import BAND, Forecast
from ketapk.lazy import lazy
from ketapk.simulation import simulate

if TYPE_CHECKING:
    import polars as pl
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike, NDArray

    from ketapk.dosing.regimen import Regimen
    from ketapk.individual.levels import Level
    from ketapk.individual.mode import Mode
    from ketapk.individual.posterior import Posterior
    from ketapk.individual.sample import Sample
    from ketapk.model.model import Model
    from ketapk.profiles import Profiles

    Floats = NDArray[np.float64]

SURPRISING = 3.0
"""Standard deviations beyond which a residual, or a person, is worth a warning: a choice."""
TOLD_NOTHING = 0.95
"""Shrinkage above which the levels said next to nothing of a parameter: a choice."""
POOR = 0.1
"""Share of independent draws below which a sample is worth a warning: a choice."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Individual:
    """A person's own values, the most probable given the levels and how people differ."""

    posterior: Posterior
    given: tuple[Level, ...]
    """The levels, as they were given."""
    mode: Mode
    sample: Sample | None
    forecast: Forecast
    """Own and typical curve under the plan that was given."""
    gradient: str
    """"exact", by the sensitivity of the solution, or "differences" where rates saturate or the
    plan begins with a steady state."""

    @property
    def model(self) -> Model:
        """The model."""
        return self.posterior.course.model

    @property
    def run(self) -> Profiles:
        """The estimated person under the plan that was given."""
        return self.forecast.run

    @property
    def eta(self) -> Floats:
        """Random effects (P,): how far the person is from the typical one, log or logit."""
        return self.mode.eta

    @property
    def covariance(self) -> Floats:
        """Uncertainty of the random effects (P, P), from the curvature."""
        return self.mode.covariance

    @property
    def shrinkage(self) -> Floats:
        """Share of what people differ that the levels left open, (P,) [1].

        Variance of a random effect given the levels over its variance between people: 0 where the
        levels decide, 1 where they say nothing. See Combes et al., Pharm Res 2013;30(9):2355-2367.
        """
        return np.diag(self.covariance) / np.diag(self.posterior.prior.covariance)

    @lazy
    def table(self) -> pl.DataFrame:
        """A row for each parameter that varies between people.

        ``parameter``, ``typical`` and ``estimate`` (per hour and litre), ``eta`` (log or logit of
        their ratio), ``rse`` (standard error over the estimate, in per cent), ``low`` and ``high``
        (5th and 95th percentile, from the curvature or from what was drawn), ``shrinkage`` (0 where
        the levels decide, 1 where they say nothing).
        """
        import polars as pl
        from scipy.special import ndtri

        prior = self.posterior.prior
        at = self.eta[None, :]
        sd = np.sqrt(np.diag(self.covariance))
        estimate = prior.parameters(at)[0]
        slope = prior.slopes(prior.values(at), 1)[0]
        if self.sample is None:
            ends = [prior.parameters(at + ndtri(p / 100.0) * sd)[0] for p in BAND]
        else:
            ends = list(np.percentile(prior.parameters(self.sample.eta), BAND, axis=0))
        return pl.DataFrame(
            {
                "parameter": list(prior.names),
                "typical": prior.parameters(np.zeros_like(at))[0],
                "estimate": estimate,
                "eta": self.eta,
                "rse": 100.0 * sd * slope / estimate,
                "low": ends[0],
                "high": ends[1],
                "shrinkage": self.shrinkage,
            }
        )

    @lazy
    def levels(self) -> pl.DataFrame:
        """A row for each level, beside what the person's and the typical curve have there.

        ``time_h``, ``analyte``, ``level`` and ``below`` (whether it is a limit), ``trough``,
        ``typical``, ``own``, ``residual`` (level less own, not of limits) [ng/mL], ``weighted`` (in
        standard deviations of the residual error).
        """
        import polars as pl

        errors = self.posterior.errors
        at = np.stack([np.zeros_like(self.eta), self.eta])
        typical, own = self.posterior.predicted(at)
        weighted = errors.standardised(own)
        limits = errors.below.tolist()
        missing: Any = lambda values: [  # noqa: E731
            None if limit else value for limit, value in zip(limits, values.tolist(), strict=True)
        ]
        return pl.DataFrame(
            {
                "time_h": [float(level.time_h) for level in self.given],
                "analyte": [level.analyte or self.model.parent for level in self.given],
                "level": errors.level,
                "below": errors.below,
                "trough": [bool(level.trough) for level in self.given],
                "typical": typical,
                "own": own,
                "residual": pl.Series(missing(errors.level - own), dtype=pl.Float64),
                "weighted": pl.Series(missing(weighted), dtype=pl.Float64),
            }
        )

    def predict(
        self,
        plan: Regimen | str,
        *,
        times: ArrayLike | None = None,
        allow_implausible: bool = False,
    ) -> Forecast:
        """Predict the person's curve under another plan, with a band.

        Parameters
        ----------
        plan : Regimen or str
            Doses, or a sentence that says them; what was given before is only part of it if it is
            written there.
        times : (T,) array_like, optional
            Ascending times [h]; by default a grid that shows every peak.
        allow_implausible : bool
            Accept doses more than ten times outside what has been studied.

        Returns
        -------
        Forecast

        Raises
        ------
        PlanError
            If the model cannot answer the plan.
        """
        typical = simulate(
            plan,
            self.model,
            self.posterior.course.cohort,
            times=times,
            allow_implausible=allow_implausible,
        )
        return Forecast(
            typical=typical, prior=self.posterior.prior, mode=self.mode, sample=self.sample
        )

    def plot(
        self, *, analyte: str | None = None, log: bool = False, ax: Axes | None = None
    ) -> Axes:
        """Draw levels, typical and own curve, and the band; needs the extra ``plot``.

        Parameters
        ----------
        analyte : str, optional
            Of what; the dosed one by default.
        log : bool
            Whether concentrations are on a logarithmic axis.
        ax : matplotlib Axes, optional
            Where to draw; a new figure by default.

        Returns
        -------
        matplotlib Axes
        """
        from ketapk.plot.individual import draw_forecast

        whose = analyte or self.model.parent
        return draw_forecast(
            self.forecast, analyte=whose, log=log, ax=ax,
            levels=self.levels.filter(self.levels["analyte"] == whose),
        )  # fmt: skip

    def draws(self) -> Floats:
        """Random effects (S, P) that were drawn, equally probable.

        Raises
        ------
        InputError
            If no sampling was asked for.
        """
        if self.sample is None:
            raise InputError("Nothing was drawn; ask for it with individualise(..., rng=1).")
        return self.sample.eta

    @property
    def basis(self) -> str:
        """What it rests on, and what it is not."""
        return basis([self.model])

    @lazy
    def warnings(self) -> tuple[str, ...]:
        """Everything a reader should know."""
        return (*self.forecast.warnings, *self._doubts())

    def _doubts(self) -> list[str]:
        said = []
        if not self.mode.converged:
            said.append(
                f"The search did not end at a highest point (a derivative of "
                f"{units.fmt(self.mode.slope)} is left); do not rely on the estimate."
            )
        for worse, eta in self.mode.rivals:
            values = self.posterior.prior.parameters(eta[None, :])[0].tolist()
            named = zip(self.posterior.prior.names, values, strict=True)
            other = ", ".join(f"{name}={units.fmt(value)}" for name, value in named)
            said.append(
                f"Another person explains the levels too, {units.fmt(float(np.exp(worse)), 2)} "
                f"times less probable: {other}."
            )
        if self.mode.curvature == "expected":
            said.append("The curvature is not positive; the expected information stands for it.")
        if self.sample is not None and self.sample.share < POOR:
            said.append(
                f"The draws are worth only {self.sample.effective:.0f} independent ones; draw more."
            )
        said += self._surprises()
        within = [e.parameter for e in self.model.variability if e.level == "between occasions"]
        if within:
            said.append(
                f"{self.model.name} also publishes how {', '.join(dict.fromkeys(within))} differ "
                f"between occasions; that is left out, so what was peculiar to this occasion "
                f"counts as the person's own."
            )
        borrowed = [r for r in self.run.plan.routes if self.model.routes[r].borrowed]
        if borrowed:
            said.append(
                f"The borrowed route {', '.join(borrowed)} stays as published: nothing of the "
                f"person's own absorption is estimated."
            )
        return said

    def _surprises(self) -> list[str]:
        prior = self.posterior.prior
        said = []
        for row in self.levels.to_dicts():
            if row["weighted"] is not None and abs(row["weighted"]) > SURPRISING:
                said.append(
                    f"The level of {row['analyte']} at {units.fmt(row['time_h'])} h, "
                    f"{units.fmt(row['level'])} ng/mL, is {units.fmt(abs(row['weighted']), 2)} "
                    f"standard deviations from the own curve ({units.fmt(row['own'])} ng/mL); "
                    f"check its time and the doses."
                )
        far = np.abs(self.eta) / np.sqrt(np.diag(prior.covariance))
        for name, how in zip(prior.names, far.tolist(), strict=True):
            if how > SURPRISING:
                said.append(
                    f"{name} is {units.fmt(how, 2)} standard deviations from the typical person: "
                    f"check levels, times and doses, or the model does not describe this person."
                )
        silent = [
            name
            for name, left in zip(prior.names, self.shrinkage.tolist(), strict=True)
            if left > TOLD_NOTHING
        ]
        if silent:
            said.append(f"The levels say next to nothing of {', '.join(silent)}.")
        return said

    def __repr__(self) -> str:
        how = "curvature" if self.sample is None else f"{len(self.sample.eta)} draws"
        lines = [f"<Individual of {self.model.name}, {len(self.given)} level(s), {how}"]
        for row in self.table.to_dicts():
            lines.append(
                f"  {row['parameter']} {units.fmt(row['estimate'])} "
                f"({units.fmt(row['low'])} to {units.fmt(row['high'])}); typical "
                f"{units.fmt(row['typical'])}; shrinkage {units.fmt(row['shrinkage'], 2)}"
            )
        lines += [f"  warning: {warning}" for warning in self.warnings]
        return "\n".join([*lines, f"  {self.basis}>"])
