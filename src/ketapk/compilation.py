"""Kernels compiled ahead of their first use, for a machine that is to answer at once."""

from __future__ import annotations

import multiprocessing
import os
import warnings
from concurrent.futures import ProcessPoolExecutor, as_completed
from fractions import Fraction
from typing import TYPE_CHECKING

from ketapk.errors import InputError, KetapkWarning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ketapk.model.model import Model
    from ketapk.profiles import Profiles

TIMES_H = (0.0, 1.0, 2.0)


def compile_kernels(processes: int | None = None) -> Iterator[str]:
    """Compile the kernels that are not in the cache yet, several families at once.

    Parameters
    ----------
    processes : int, optional
        How many at once; by default as many as there are cores.

    Yields
    ------
    str
        A family of kernels that is ready, from `FAMILIES`.

    Raises
    ------
    InputError
        If there is no folder in which compiled kernels can be kept.

    Examples
    --------
    >>> sorted(FAMILIES)[:2]
    ['curves of linear models', 'curves of saturable models']
    """
    from ketapk.kernels.compile import cache_folder

    if cache_folder() is None:
        raise InputError(
            "There is no folder to keep compiled kernels in; set KETAPK_CACHE_DIR to one that can "
            "be written."
        )
    with ProcessPoolExecutor(
        processes or min(len(FAMILIES), os.cpu_count() or 1),
        mp_context=multiprocessing.get_context("spawn"),
    ) as pool:
        begun = {pool.submit(_compile, family): family for family in FAMILIES}
        for done in as_completed(begun):
            done.result()
            yield begun[done]


def _compile(family: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", KetapkWarning)
        FAMILIES[family]()


def _infusion() -> Profiles:
    from ketapk.patients import Patient
    from ketapk.simulation import simulate

    return simulate("35 mg iv over 40 min", "kamp2020", Patient(weight_kg=70.0), times=TIMES_H)


def _saturable() -> Model:
    from ketapk.library.generic import one_compartment

    return one_compartment(V1=20.0, Vmax=50.0, Km=1.0)


def _linear_curves() -> None:
    from ketapk.grid import every
    from ketapk.library.generic import one_compartment
    from ketapk.simulation import simulate

    run = _infusion()
    run.concentration(run.model.parent)
    run.exposure(above="100 ng/mL")
    # Three equal rates in a row, which modes cannot part.
    equal = one_compartment(CL=20.0, V1=20.0, ka=1.0, ke0=1.0)
    simulate("35 mg oral", equal, times=TIMES_H).concentration("ketamine", site="effect")
    simulate("35 mg oral", equal, times=every("1 min", until="4 d")).concentration("ketamine")


def _one_by_one() -> None:
    from ketapk.patients import Patient
    from ketapk.simulation import simulate

    plan = "28 mg esketamine oral"
    simulate(plan, "perez_ruixo2021", Patient(weight_kg=70.0), times=TIMES_H).exposure()


def _linear_states() -> None:
    from ketapk.dosing.regimen import Dose, Regimen
    from ketapk.patients import Patient
    from ketapk.simulation import simulate

    daily = Regimen.of(Dose(route="iv", amt=35.0, dur=Fraction(1, 2), ii=Fraction(24), ss=1))
    run = simulate(daily, "kamp2020", Patient(weight_kg=70.0), times=TIMES_H)
    run.amounts  # noqa: B018
    run.exposure()


def _saturable_curves() -> None:
    from ketapk.simulation import simulate

    simulate("35 mg iv bolus", _saturable(), times=TIMES_H).concentration("ketamine")


def _saturable_states() -> None:
    from ketapk.simulation import simulate

    simulate("35 mg iv bolus", _saturable(), times=TIMES_H).amounts  # noqa: B018


def _responses() -> None:
    from ketapk.response.attachment import respond
    from ketapk.response.turnover import Turnover

    effect = Turnover(raises="loss", baseline=100.0, kout="0.02 1/h", doubles_at="50 ng/mL")
    respond(_infusion(), effect).values  # noqa: B018


def _own_equations() -> None:
    from ketapk.odes import solve_ode

    def decay(t: float, y: list[float], params: list[float], dy: list[float]) -> None:
        dy[0] = -params[0] * y[0]

    solve_ode(decay, [1.0], [0.0, 1.0], [0.5])


FAMILIES: dict[str, Callable[[], None]] = {
    "curves of linear models": _linear_curves,
    "states of saturable models": _saturable_states,
    "states of linear models": _linear_states,
    "responses": _responses,
    "curves of saturable models": _saturable_curves,
    "equations of one's own": _own_equations,
    "exposure of one subject at a time": _one_by_one,
}
"""What is compiled together, longest first, and a small question that needs it."""
