"""A schedule judged as a whole: short stretches look implausible one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ketapk.dosing.regimen import Dose, Regimen
from ketapk.errors import PlanError
from ketapk.library.plausible import INFUSED, findings

if TYPE_CHECKING:
    from fractions import Fraction

    from ketapk.profiles import Profiles


def implausible(
    total_mg: float, hours: Fraction, weights_kg: tuple[float, float], drug: str, *, allow: bool
) -> tuple[str, ...]:
    """What is implausible about all that is given, as one infusion; far too much is refused.

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
    PlanError
        If it is far too much and not allowed.
    """
    if total_mg == 0.0:
        return ()
    whole = Regimen.of(Dose(route="iv", amt=total_mg, dur=hours, drug=drug))
    said, refused = findings(whole, *weights_kg)
    if refused and not allow and total_mg / float(hours) / weights_kg[0] > INFUSED.high:
        raise PlanError(
            f"{refused} Check the unit of the target, or allow it with allow_implausible=True."
        )
    return said


def other_warnings(run: Profiles, weights_kg: tuple[float, float]) -> tuple[str, ...]:
    """Warnings of a run without those about its doses one by one."""
    judged, _ = findings(run.plan, *weights_kg)
    return tuple(sentence for sentence in run.warnings if sentence not in judged)
