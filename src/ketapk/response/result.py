"""What comes out of a response model: values, baseline, peak, a frame."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from ketapk import units
from ketapk.kernels import status
from ketapk.lazy import lazy
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
OUT_OF_STEPS = "stopped at the step limit; raise max_steps or loosen rtol"
"""What to do about it where there is no method to choose."""


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

    @property
    def jumps(self) -> Floats:
        """Times at which it may jump, (N, E) [h]; who has fewer has the start in their place."""
        ...

    def at(self, times: Floats, *, side: str = "after") -> Floats:
        """Response at times (T,), or (N, T) of each patient's own, (N, T).

        A time of a jump is read after it, or before it.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Look:
    """What one look for the farthest responses of N patients has found."""

    value: Floats
    time: Floats
    away: Floats
    """Distance from the baseline."""
    around: tuple[Floats, Floats]
    """Times beside it, between which it lies."""

    def or_farther(self, other: Look) -> Look:
        """Return for each patient what is farther; the other where both are as far."""
        wins = self.away > other.away
        return Look(
            value=np.where(wins, self.value, other.value),
            time=np.where(wins, self.time, other.time),
            away=np.where(wins, self.away, other.away),
            around=self.around,
        )


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

    @lazy
    def values(self) -> Floats:
        """Responses, (N, T), in the unit of the baseline; NaN for a patient that failed."""
        return self.curve.at(self.times_h)

    @property
    def baseline(self) -> Floats:
        """Response without drug, (N,)."""
        return self.curve.baseline

    @lazy
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

    @lazy
    def _peak(self) -> tuple[Floats, Floats]:
        """Peaks and their times, looked for ever more closely around the farthest time.

        Every event of every patient is looked at itself, and a jump on both sides.
        """
        grid = self.run.at_times(self.times_h).smooth().times_h
        n, last = self.baseline.size, grid[-1]
        events = np.minimum(self.curve.drive.starts(), last)
        times = np.sort(np.concatenate([np.broadcast_to(grid, (n, grid.size)), events], axis=1))
        jumps = np.sort(np.minimum(self.curve.jumps, last))
        best = self._farthest(jumps, "before") if jumps.size else None
        for _ in range(ROUNDS):
            look = self._farthest(times, "after")
            best = look if best is None else look.or_farther(best)
            times = np.linspace(*look.around, LOOKS, axis=1)
        assert best is not None
        return best.value, np.where(np.isnan(best.value), np.nan, best.time)

    def _farthest(self, times: Floats, side: str) -> Look:
        """Value farthest from the baseline among times (N, T), and the times beside it."""
        values = self.curve.at(times, side=side)
        away = np.nan_to_num(np.abs(values - self.baseline[:, None]), nan=-1.0)
        top = np.argmax(away, axis=1)
        everyone = np.arange(top.size)
        return Look(
            value=values[everyone, top],
            time=times[everyone, top],
            away=away[everyone, top],
            around=(
                times[everyone, np.maximum(top - 1, 0)],
                times[everyone, np.minimum(top + 1, times.shape[1] - 1)],
            ),
        )

    @property
    def failed(self) -> dict[int, str]:
        """Patients that failed, by position, with a sentence each."""
        if isinstance(self.curve, BalanceCurve):
            worst = self.curve.worst
        else:
            worst = self.curve.drive.solution.worst
        sentence = {**status.SENTENCE, status.TOO_MANY_STEPS: OUT_OF_STEPS}
        return {
            int(n): self.run.failed.get(int(n), sentence[int(worst[n])])
            for n in np.flatnonzero(worst != status.OK)
        }

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
