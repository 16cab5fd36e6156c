"""A schedule judged as a whole: short stretches look implausible one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ketapk.dosing.regimen import Dose, Regimen
from ketapk.errors import ImplausibleError
from ketapk.library.plausible import findings, outside

if TYPE_CHECKING:
    from fractions import Fraction

    from ketapk.profiles import Profiles


def implausible(
    total_mg: float, hours: Fraction, weights_kg: tuple[float, float], drug: str, *, allow: bool
) -> tuple[str, ...]:
    """Whether all that is given is too much for one infusion; far too much is refused.

    Too little is nothing to warn of: a schedule may wait, or top up what was given before.

    Parameters
    ----------
    total_mg : float
        Drug in all [mg].
    hours : Fraction
        Over so long [h].
    weights_kg : tuple of float
        Body weights of the lightest and the heaviest [kg].
    drug : {"racemic", "S", "R"}
        Form.
    allow : bool
        Accept more than ten times what has been studied.

    Raises
    ------
    ImplausibleError
        If it is far too much and not allowed.
    """
    if total_mg == 0.0:
        return ()
    lightest = weights_kg[0]
    whole = Dose(route="iv", amt=total_mg, dur=hours, drug=drug)
    found = outside(whole, (lightest,))
    if found is None or found.value <= found.band.high:
        return ()
    said, refused = findings(Regimen.of(whole), lightest, lightest)
    if refused and not allow:
        raise ImplausibleError(
            f"{refused} Check the unit of the target, or allow implausible doses."
        )
    return said


def other_warnings(
    run: Profiles, before: Regimen, weights_kg: tuple[float, float]
) -> tuple[str, ...]:
    """Warnings of a run, of its doses only those about what was given before."""
    judged, _ = findings(run.plan, *weights_kg)
    given, _ = findings(before, *weights_kg)
    return tuple(said for said in run.warnings if said in given or said not in judged)
