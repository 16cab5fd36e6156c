"""Effects of ketamine and the concentrations at which they were seen, as published.

A ke0 belongs to the pharmacokinetic model it was estimated with. Landmarks are bands with their
sources; there is no antidepressant threshold, and none is given.
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from ketapk.errors import InputError, PlanError, nearest
from ketapk.units import MINUTES_PER_HOUR

if TYPE_CHECKING:
    import polars as pl

    from ketapk.model.model import Model
    from ketapk.model.parameters import Grade

NOT_PUBLISHED = "not published"


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """One effect as one source reports it."""

    name: str
    effect: str
    endpoint: str
    drug: str
    source: str
    grade: Grade
    n: str = NOT_PUBLISHED
    band: tuple[float, float] | None = None
    """Concentrations over which it is seen [ng/mL]."""
    C50: float | None = None
    """Concentration of half the effect [ng/mL]."""
    level: float | None = None
    """A single concentration that the source uses as a target or a bound [ng/mL]."""
    ke0_per_min: float | None = None
    """Rate constant of the effect site [1/min], where it is published as such."""
    half_time_min: float | None = None
    """Half-time of the effect site [min], where that is published."""
    pk: str = NOT_PUBLISHED
    """The pharmacokinetic model that its ke0 was estimated with."""
    site: str = NOT_PUBLISHED
    note: str = ""

    @property
    def ke0(self) -> float:
        """Rate constant of the effect site [1/h].

        Raises
        ------
        PlanError
            If none is published.
        """
        if self.half_time_min is not None:
            return math.log(2.0) / self.half_time_min * MINUTES_PER_HOUR
        if self.ke0_per_min is None:
            raise PlanError(
                f"No ke0 is published for the effect {self.name!r}; an effect site needs one of "
                f"{', '.join(e.name for e in EFFECTS if e.has_site)}."
            )
        return self.ke0_per_min * MINUTES_PER_HOUR

    @property
    def has_site(self) -> bool:
        """Whether the delay of an effect site is published."""
        return self.ke0_per_min is not None or self.half_time_min is not None

    def matches(self, model: Model) -> bool:
        """Whether the ke0 was estimated with a model (or the model its composition rests on)."""
        return self.pk == model.name.partition("+")[0]


def _read() -> tuple[Effect, ...]:
    """Read the catalogue that is shipped with the package."""
    text = (files("ketapk.library") / "data" / "effects.toml").read_text(encoding="utf-8")
    return tuple(
        Effect(**{**entry, "band": tuple(entry["band"]) if "band" in entry else None})
        for entry in tomllib.loads(text)["effect"]
    )


EFFECTS = _read()


def load_effect(name: str) -> Effect:
    """Return an effect of the catalogue.

    Parameters
    ----------
    name : str
        A name from ``list_effects()``.

    Returns
    -------
    Effect

    Raises
    ------
    InputError
        If there is no such effect.

    Examples
    --------
    >>> load_effect("antinociception_index").pk
    'domino'
    """
    for effect in EFFECTS:
        if effect.name == name:
            return effect
    names = tuple(effect.name for effect in EFFECTS)
    raise InputError(
        f"There is no effect {name!r}; there is {', '.join(names)}.{nearest(str(name), names)}"
    )


def list_effects() -> pl.DataFrame:
    """List the effects: band or C50, ke0, the model it belongs to, endpoint, n, source, grade.

    Returns
    -------
    polars.DataFrame
        One row an effect; concentrations in ng/mL.

    Examples
    --------
    >>> list_effects().filter(name="analgesia")["band [ng/mL]"].item()
    '70 to 160'
    """
    import polars as pl

    return pl.DataFrame(
        {
            "name": [e.name for e in EFFECTS],
            "effect": [e.effect for e in EFFECTS],
            "drug": [e.drug for e in EFFECTS],
            "band [ng/mL]": [
                f"{e.band[0]:g} to {e.band[1]:g}" if e.band else None for e in EFFECTS
            ],
            "C50 [ng/mL]": [e.C50 for e in EFFECTS],
            "level [ng/mL]": [e.level for e in EFFECTS],
            "ke0 [1/min]": [e.ke0_per_min for e in EFFECTS],
            "half-time [min]": [e.half_time_min for e in EFFECTS],
            "ke0 belongs to": [e.pk if e.has_site else None for e in EFFECTS],
            "endpoint": [e.endpoint for e in EFFECTS],
            "n": [e.n for e in EFFECTS],
            "site": [e.site for e in EFFECTS],
            "source": [e.source for e in EFFECTS],
            "grade": [e.grade for e in EFFECTS],
            "note": [e.note for e in EFFECTS],
        }
    )


def check_pairing(effect: Effect, model: Model, *, allow_unmatched: bool) -> str | None:
    """Refuse a ke0 with a model it was not estimated with, unless asked for; return the mark.

    Raises
    ------
    PlanError
        If the pairing is not the published one and was not asked for.
    """
    if effect.matches(model):
        return None
    ke0 = f"ke0 {effect.ke0 / MINUTES_PER_HOUR:g} /min of {effect.name} was not estimated with"
    if not allow_unmatched:
        raise PlanError(
            f"The {ke0} {model.name} (it belongs to: {effect.pk}); allow an "
            f"unmatched ke0 to pair it anyway, and the result will be marked."
        )
    return f"unmatched effect site: the {ke0} {model.name} (it belongs to: {effect.pk})"
