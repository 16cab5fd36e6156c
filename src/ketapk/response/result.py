"""What comes out of a response model: values, baseline, peak, a frame."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np

from ketapk import units
from ketapk.kernels import status
from ketapk.notice import NOTICE
from ketapk.response.balance import BalanceCurve

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from ketapk.profiles import Profiles
    from ketapk.response.attachment import ResponseModel
    from ketapk.response.drive import Drive

    Floats = NDArray[np.float64]

LOOKS = 33
"""Times of one look for the peak between two others."""
ROUNDS = 4


class Curve(Protocol):
    """A response of N patients as a function of time."""

    @property
    def drive(self) -> Drive:
        """Concentration that drives it."""
        ...

    @property
    def baseline(self) -> Floats:
        """Response without drug, (N,)."""
        ...

    def at(self, times: Floats) -> Floats:
        """Response at times (T,), or (N, T) of each patient's own, (N, T)."""
        ...


@dataclass(frozen=True, kw_only=True, repr=False)
class Response:
    """Responses of N patients at T times.

    Parameters
    ----------
    times_h : (T,) ndarray
        Times [h].
    run : Profiles
        What it is attached to.
    model : Emax, IndirectResponse, Turnover, Tolerance or Feedback
        The response model.
    curve : Curve
        The response at any time.
    warnings : tuple of str
        Everything a reader should know, that of the run included.
    """

    times_h: Floats
    run: Profiles
    model: ResponseModel
    curve: Curve
    warnings: tuple[str, ...] = ()

    @cached_property
    def values(self) -> Floats:
        """Responses, (N, T), in the unit of the baseline; NaN for a patient that failed."""
        return self.curve.at(self.times_h)

    @property
    def baseline(self) -> Floats:
        """Response without drug, (N,)."""
        return self.curve.baseline

    @cached_property
    def concentration(self) -> Floats:
        """Concentration that drives the response, in plasma or at its site, (N, T) [ng/mL]."""
        result: Floats = units.mg_per_l_to_ng_per_ml(self.curve.drive.at(self.times_h))
        return result

    @property
    def peak(self) -> Floats:
        """Response farthest from the baseline up to the last time, (N,)."""
        return self._peak[0]

    @property
    def peak_time_h(self) -> Floats:
        """Time of the peak, (N,) [h]."""
        return self._peak[1]

    @cached_property
    def _peak(self) -> tuple[Floats, Floats]:
        """Peaks and their times, looked for ever more closely around the farthest time."""
        grid = self.run.at_times(self.times_h).smooth().times_h
        everyone = np.arange(self.baseline.size)
        times = np.broadcast_to(grid, (everyone.size, grid.size))
        for look in range(ROUNDS):
            values = self.curve.at(grid if look == 0 else times)
            away = np.nan_to_num(np.abs(values - self.baseline[:, None]), nan=-1.0)
            top = np.argmax(away, axis=1)
            found, when = values[everyone, top], times[everyone, top]
            lo = times[everyone, np.maximum(top - 1, 0)]
            hi = times[everyone, np.minimum(top + 1, times.shape[1] - 1)]
            times = np.linspace(lo, hi, LOOKS, axis=1)
        return found, np.where(np.isnan(found), np.nan, when)

    @property
    def failed(self) -> dict[int, str]:
        """Patients that failed, by position, with a sentence each."""
        if isinstance(self.curve, BalanceCurve):
            worst = self.curve.worst
        else:
            worst = self.curve.drive.solution.worst
        return {int(n): status.SENTENCE[int(worst[n])] for n in np.flatnonzero(worst != status.OK)}

    def at_times(self, times_h: Floats) -> Response:
        """Return the same responses at other times [h]."""
        return replace(self, times_h=times_h)

    def to_frame(self) -> pl.DataFrame:
        """Tidy table: ``id``, ``time_h``, ``ng_per_ml`` (what drives), ``response``."""
        import polars as pl

        n, T = self.values.shape
        return pl.DataFrame(
            {
                "id": np.repeat(np.arange(n), T),
                "time_h": np.tile(self.times_h, n),
                "ng_per_ml": self.concentration.ravel(),
                "response": self.values.ravel(),
            }
        )

    def __repr__(self) -> str:
        lines = [
            f"<Response of {self.baseline.size} patient(s) at {self.times_h.size} times, "
            f"{type(self.model).__name__} on {self.run.model.name}>",
            *(f"  warning: {warning}" for warning in self.warnings),
            f"  {NOTICE}",
        ]
        return "\n".join(lines)
