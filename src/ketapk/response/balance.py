"""A response that is made and lost, carried along the solution that drives it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ketapk.errors import InputError, PlanError
from ketapk.kernels import status
from ketapk.kernels.arrays import RESET, SystemArrays
from ketapk.kernels.batch import in_chunks
from ketapk.response.drive import Drive, layout
from ketapk.response.quantities import full, numbers, rates
from ketapk.timetable import read_only

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from ketapk.kernels.turnover import Turnover as TurnoverArrays
    from ketapk.model.system import System
    from ketapk.response.drive import Source

    Floats = NDArray[np.float64]


class Balanced(Protocol):
    """A response model of production against loss."""

    def balance(self, source: Source) -> Balance:
        """Numbers of the patients of a run."""
        ...


@dataclass(frozen=True, kw_only=True)
class Balance:
    """``dR/dt = kin made(C) - kout lost(C) R`` of N patients, in numbers.

    ``made`` or ``lost`` is 1 without drug, the other is 1 always.
    """

    baseline: Floats
    """(N,) kin / kout."""
    kout: Floats
    """(N,) [1/h]."""
    half: Floats
    """(N,) concentration of half the largest change, or of a doubling [mg/L]."""
    on_loss: bool
    size: Floats
    """(N,) largest change as a share [1]; of no meaning where proportional."""
    gamma: Floats
    """(N,) [1]."""
    proportional: bool = False
    ktol: Floats | None = None
    """(N,) rate of a moderator that opposes [1/h]."""

    def arrays(self) -> TurnoverArrays:
        """The same for the kernel."""
        from ketapk.kernels.turnover import Turnover

        ktol = np.zeros(self.kout.size) if self.ktol is None else self.ktol
        return Turnover(
            kout=np.array(self.kout),
            ktol=np.array(ktol),
            size=np.array(self.size),
            half=np.array(self.half),
            gamma=np.array(self.gamma),
            on_loss=self.on_loss,
            proportional=self.proportional,
        )


def check_turnover(kin: Any, baseline: ArrayLike | None, kout: Any) -> None:
    """Refuse a turnover that is not one."""
    if (kin is None) == (baseline is None):
        raise InputError("A turnover needs kin or its baseline, and not both: baseline = kin/kout.")
    rates("kout", kout)
    if kin is not None:
        rates("kin", kin)
    else:
        numbers("baseline", baseline, above=0.0)  # type: ignore[arg-type]


def baseline_and_loss(
    kin: Any, baseline: ArrayLike | None, kout: Any, n: int
) -> tuple[Floats, Floats]:
    """Baseline (N,) and rate of loss (N,) [1/h]."""
    loss = full("kout", rates("kout", kout), n)
    if kin is not None:
        with np.errstate(over="ignore"):
            found = full("kin", rates("kin", kin), n) / loss
        if not np.all(np.isfinite(found)):
            raise InputError(f"kin={kin!r} over kout={kout!r} is no finite baseline; check both.")
        return found, loss
    return full("baseline", numbers("baseline", baseline), n), loss  # type: ignore[arg-type]


def balance_curve(model: Balanced, source: Source, *, rtol: float, max_steps: int) -> BalanceCurve:
    """Attach a response of production against loss.

    Raises
    ------
    PlanError
        If the plan begins in a steady state, which such a response has not in closed form.
    """
    if any(dose.ss for dose in source.run.plan.doses):
        raise PlanError(
            "The plan begins in a steady state, and a response that is made and lost has no closed "
            "form there; write the doses out, such as '35 mg im every 8 h x 20', or attach "
            "an Emax model, which has one."
        )
    (drive,) = source.drives(None)
    return BalanceCurve(
        drive=drive,
        balance=model.balance(source),
        rtol=rtol,
        max_steps=max_steps,
        worst=drive.solution.outcome.copy(),
        begun=np.full((drive.solution.schedule.arrays.start.size, 3), np.nan),
    )


@dataclass(frozen=True, kw_only=True)
class BalanceCurve:
    """A response of N patients as a function of time."""

    drive: Drive
    balance: Balance
    rtol: float
    max_steps: int
    worst: NDArray[np.int64]
    """(N,) status of each patient, readings included."""
    begun: Floats
    """(G, 3) what readings so far have found at the start of every segment."""

    @property
    def baseline(self) -> Floats:
        """Response without drug, (N,)."""
        return self.balance.baseline

    @property
    def jumps(self) -> Floats:
        """Times at which the response jumps, (N, E) [h]: resets of the plan."""
        return self.drive.starts(self.drive.solution.schedule.arrays.action == RESET)

    def at(self, times: Floats, *, side: str = "after") -> Floats:
        """Response at times (T,), or (N, T) of each patient's own, (N, T)."""
        from ketapk.kernels.ode import METHOD_CODES
        from ketapk.kernels.turnover import responses

        solution = self.drive.solution
        n = solution.n_subjects
        flat, spans = layout(times, n)
        out = np.full((int(spans[-1, 2] + spans[-1, 1] - spans[-1, 0]), 1), np.nan)
        outcome, counts = solution.outcome.copy(), np.zeros((n, 5))
        arrays, S = solution.schedule.arrays, solution.system.n_dynamic
        system = _without_integrals(solution.system)
        schedule = arrays._replace(rate=np.ascontiguousarray(arrays.rate[:, :S]))
        state = np.ascontiguousarray(solution.state[:, :S])
        per_mg = read_only(np.ascontiguousarray(self.drive.per_mg[:, :S]))
        turnover = self.balance.arrays()
        method = METHOD_CODES["stiff" if solution.method == "stiff" else "auto"]

        def work(lo: int, hi: int) -> None:
            responses(
                system, schedule, state, per_mg, turnover, lo, hi, flat, spans,
                side == "before", self.begun, out, outcome, counts, method, self.rtol,
                solution.tolerance.atol, self.max_steps,
            )  # fmt: skip

        in_chunks(work, n, chunk=solution.chunk, threads=solution.threads)
        with np.errstate(over="ignore"):
            response: Floats = self.baseline[:, None] * out.reshape(n, -1)
        outcome[(outcome == status.OK) & np.any(np.isinf(response), axis=1)] = status.NOT_FINITE
        np.maximum(self.worst, outcome, out=self.worst)
        response[outcome != status.OK] = np.nan
        return response


def _without_integrals(system: System) -> SystemArrays:
    """The states that move a response: amounts and effect sites."""
    S = system.n_dynamic
    return SystemArrays(
        A=np.ascontiguousarray(system.A[:, :S, :S]),
        sat_src=system.sat_src,
        sat_dst=system.sat_dst,
        Vmax=system.Vmax,
        KmX=system.KmX,
        drift=np.ascontiguousarray(system.drift[:, :S, :S]),
        n_compartments=len(system.compartments),
        n_mass=system.n_mass,
        n_dynamic=S,
    )
