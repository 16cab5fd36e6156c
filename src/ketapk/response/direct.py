"""An effect that a concentration has at once: Emax and sigmoid Emax."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from ketapk.errors import InputError, PlanError
from ketapk.library.effects import EFFECTS, Effect, check_pairing, load_effect
from ketapk.response.quantities import concentrations, full, numbers, rates

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from ketapk.response.drive import Drive, Source

    Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Emax:
    """An effect that rises with a concentration to a largest one (Hill).

    ``E = E0 + Emax C**gamma / (EC50**gamma + C**gamma)``, with C in plasma, or at an effect site
    that follows it, ``dCe/dt = ke0 (C - Ce)`` (Holford & Sheiner, Clin Pharmacokinet 1981;6:429).

    Parameters
    ----------
    E0 : float or (N,) array_like
        Effect without drug, in the unit of the effect.
    Emax : float or (N,) array_like
        Largest change; negative where the drug lowers.
    EC50 : str, list of str, or tuple of array_like and str
        Concentration of half of it: "100 ng/mL", one such text per patient, or
        ``([80, 120], "ng/mL")``.
    gamma : float or (N,) array_like
        Steepness [1]; 1 is the plain Emax model.
    ke0 : str, list of str, or tuple of array_like and str, optional
        Rate of an effect site, "0.3 1/min"; by default plasma drives.
    source : Effect, optional
        Where EC50 and ke0 were published; `published` fills it in.

    Raises
    ------
    InputError
        If a number is impossible or has no unit.

    Examples
    --------
    >>> Emax(E0=0, Emax=100, EC50="100 ng/mL", gamma=2, ke0="0.3 1/min").gamma
    2
    """

    E0: ArrayLike
    Emax: ArrayLike
    EC50: Any
    gamma: ArrayLike = 1.0
    ke0: Any = None
    source: Effect | None = None

    def __post_init__(self) -> None:
        numbers("E0", self.E0)
        if np.any(numbers("Emax", self.Emax) == 0.0):
            raise InputError(f"Emax={self.Emax!r} is no effect; give the largest change.")
        _refuse_endless(self.E0, self.Emax)
        concentrations("EC50", self.EC50)
        numbers("gamma", self.gamma, above=0.0)
        if self.ke0 is not None:
            rates("ke0", self.ke0)

    @classmethod
    def published(cls, name: str, *, E0: ArrayLike, Emax: ArrayLike, gamma: ArrayLike) -> Self:
        """Return the model with the C50, and the ke0 if there is one, of a published effect.

        Parameters
        ----------
        name : str
            A name from ``list_effects()``.
        E0, Emax, gamma : float or (N,) array_like
            As in `Emax`; the catalogue has none of them.

        Raises
        ------
        InputError
            If there is no such effect.
        PlanError
            If it has no C50.

        Examples
        --------
        >>> Emax.published("drug_high", E0=0, Emax=1, gamma=1).EC50
        '71.0 ng/mL'
        """
        effect = load_effect(name)
        if effect.C50 is None:
            raise PlanError(
                f"No C50 is published for the effect {name!r}; there is one for "
                f"{', '.join(e.name for e in EFFECTS if e.C50 is not None)}."
            )
        ke0 = f"{effect.ke0!r} 1/h" if effect.has_site else None
        return cls(
            E0=E0, Emax=Emax, EC50=f"{effect.C50!r} ng/mL", gamma=gamma, ke0=ke0, source=effect
        )

    def check(self, source: Source, *, allow_unmatched_ke0: bool) -> list[str]:
        """Refuse what does not belong together; return what a reader should know.

        Raises
        ------
        InputError
            If the model brings a ke0 to an effect site that the run has already.
        PlanError
            If a published C50 is of another form of the drug, or its ke0 of another model.
        """
        if self.ke0 is not None and source.site == "effect":
            raise InputError(
                "The response has a ke0 and is to follow an effect site, so the delay would count "
                "twice; leave out ke0, or write site='plasma'."
            )
        if self.source is None:
            return []
        effect, plan, model = self.source, source.run.plan, source.run.model
        if plan.drugs != (effect.drug,):
            raise PlanError(
                f"The C50 of {effect.name} is one of {effect.drug} drug and the plan gives "
                f"{' and '.join(plan.drugs)}; give the number yourself as EC50 if it is meant."
            )
        mark = None
        if self.ke0 is not None:
            mark = check_pairing(effect, model, allow_unmatched=allow_unmatched_ke0)
        said = [f"{mark}."] if mark else []
        note = f"; {effect.note}" if effect.note else ""
        return [*said, f"{effect.name}: {effect.source} (grade {effect.grade}){note}."]

    def curve(self, source: Source) -> DirectCurve:
        """Effect of one analyte of a run, at any time."""
        n = source.n
        ke0 = None if self.ke0 is None else full("ke0", rates("ke0", self.ke0), n)
        (drive,) = source.drives(ke0)
        return self.on(drive, source)

    def on(self, drive: Drive, source: Source) -> DirectCurve:
        """Effect of a concentration of a run."""
        n = source.n
        return DirectCurve(
            drive=drive,
            baseline=full("E0", numbers("E0", self.E0), n),
            largest=full("Emax", numbers("Emax", self.Emax), n),
            half=full("EC50", concentrations("EC50", self.EC50, source.analyte), n),
            gamma=full("gamma", numbers("gamma", self.gamma), n),
        )


@dataclass(frozen=True, kw_only=True)
class DirectCurve:
    """An effect of N patients as a function of time."""

    drive: Drive
    """Concentration that has the effect."""
    baseline: Floats
    """(N,)"""
    largest: Floats
    """(N,)"""
    half: Floats
    """(N,) [mg/L]."""
    gamma: Floats
    """(N,) [1]."""

    @property
    def jumps(self) -> Floats:
        """Times at which the effect may jump, (N, E) [h]: the events of the plan."""
        return self.drive.starts()

    def at(self, times: Floats, *, side: str = "after") -> Floats:
        """Effect at times (T,), or (N, T) of each patient's own, (N, T)."""
        return self.of(self.drive.at(times, side=side), self.half[:, None], self.largest[:, None])

    def of(self, concentration: Floats, half: Floats, largest: Floats) -> Floats:
        """Effect of concentrations (N, T) [mg/L]."""
        from scipy.special import expit

        # The share C**gamma / (half**gamma + C**gamma), whatever overflows on the way.
        with np.errstate(divide="ignore", over="ignore"):
            log_ratio = np.log(concentration) - np.log(half)
            share = expit(self.gamma[:, None] * log_ratio)
        effect: Floats = self.baseline[:, None] + largest * share
        return effect


def _refuse_endless(E0: ArrayLike, Emax: ArrayLike) -> None:
    """Refuse an effect that no number holds at its largest."""
    lowest, change = np.ravel(numbers("E0", E0)), np.ravel(numbers("Emax", Emax))
    with np.errstate(over="ignore"):
        if not np.all(np.isfinite(lowest[:, None] + change)):
            raise InputError(f"E0={E0!r} and Emax={Emax!r} are too large together; give less.")
