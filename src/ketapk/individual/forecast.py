"""A person's own curve under a plan, with a band, beside that of the typical person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ketapk import units
from ketapk.basis import basis
from ketapk.individual.curves import curves, curves_with_slopes
from ketapk.lazy import lazy

if TYPE_CHECKING:
    import polars as pl
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from ketapk.dosing.regimen import Regimen
    from ketapk.individual.mode import Mode
    from ketapk.individual.prior import Prior
    from ketapk.individual.sample import Sample
    from ketapk.profiles import Profiles

    Floats = NDArray[np.float64]

BAND = (5.0, 95.0)
"""Percentiles between which the own curve is shaded."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Forecast:
    """Own and typical curve of a person under one plan.

    The band covers what is not known of the person, from the 5th to the 95th percentile at each
    time: it does not cover the error of a measurement, nor that of the model.
    """

    typical: Profiles
    """The typical person of this weight and age."""
    prior: Prior
    mode: Mode
    sample: Sample | None
    """People drawn, where sampling was asked for; else the band is from the curvature."""

    @property
    def plan(self) -> Regimen:
        """What is given."""
        return self.typical.plan

    @property
    def times_h(self) -> Floats:
        """Times (T,) [h]."""
        return self.typical.times_h

    @lazy
    def run(self) -> Profiles:
        """The estimated person: the most probable values."""
        course = self.typical.course
        values = self.prior.values(self.mode.eta[None, :])
        return replace(self.typical, course=course.varied(values), _cache={})

    def band(self, analyte: str | None = None) -> tuple[Floats, Floats]:
        """5th and 95th percentile of the own curve at each time.

        Parameters
        ----------
        analyte : str, optional
            One of ``run.analytes``; the dosed one by default.

        Returns
        -------
        tuple of two (T,) ndarrays
            [ng/mL]; from what was drawn, or from the curvature on the log scale.
        """
        course = self.typical.course
        output = course.system.output_index(analyte or course.model.parent)
        if self.sample is not None:
            own = curves(course, self.prior, self.sample.eta, output, self.times_h)
            low, high = np.nanpercentile(own, BAND, axis=0)
            return low, high
        from scipy.special import ndtri

        found, slopes = curves_with_slopes(
            course, self.prior, self.mode.eta[None, :], output, self.times_h
        )
        curve = np.maximum(found[0], 0.0)
        there = curve > 0.0
        relative = slopes[0][there] / curve[there][:, None]
        sd = np.zeros_like(curve)
        sd[there] = np.sqrt(np.einsum("tp,pq,tq->t", relative, self.mode.covariance, relative))
        low, high = (curve * np.exp(ndtri(percent / 100.0) * sd) for percent in BAND)
        return low, high

    def to_frame(self) -> pl.DataFrame:
        """Tidy table: ``time_h``, ``analyte``, ``typical``, ``own``, ``low``, ``high`` [ng/mL]."""
        import polars as pl

        parts = []
        for analyte in self.run.analytes:
            low, high = self.band(analyte)
            parts.append(
                pl.DataFrame(
                    {
                        "time_h": self.times_h,
                        "analyte": [analyte] * self.times_h.size,
                        "typical": self.typical.concentration(analyte)[0],
                        "own": self.run.concentration(analyte)[0],
                        "low": low,
                        "high": high,
                    }
                )
            )
        return pl.concat(parts)

    def smooth(self) -> Forecast:
        """Return the same curves at more times, so that lines look right."""
        return replace(self, typical=self.typical.smooth())

    def plot(
        self, *, analyte: str | None = None, log: bool = False, ax: Axes | None = None
    ) -> Axes:
        """Draw both curves and the band; needs the extra ``plot``.

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

        return draw_forecast(self, analyte=analyte, log=log, ax=ax)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Everything a reader should know of this plan."""
        return self.typical.warnings

    @property
    def basis(self) -> str:
        """What it rests on, and what it is not."""
        return basis([self.typical.model])

    def __repr__(self) -> str:
        exposure = self.run.exposure_columns()
        usual = self.typical.exposure_columns()
        lines = [f"<Forecast of {self.plan} ({self.typical.model.name})"]
        for name, unit in (("Cmax", "ng/mL"), ("AUC_inf", "ng h/mL")):
            own, typical = float(exposure[name][0]), float(usual[name][0])
            lines.append(f"  {name} {units.fmt(own)} {unit}; typical {units.fmt(typical)}")
        lines += [f"  warning: {warning}" for warning in self.warnings]
        return "\n".join([*lines, f"  {self.basis}>"])
