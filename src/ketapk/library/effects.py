"""Effects of ketamine and the concentrations at which they were seen, as published.

A ke0 belongs to the pharmacokinetic model it was estimated with. Landmarks are bands with their
sources; there is no antidepressant threshold, and none is given.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ketapk.errors import InputError, PlanError, nearest
from ketapk.units import MINUTES_PER_HOUR, SECONDS_PER_MINUTE

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
    n: str
    source: str
    grade: Grade
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


EFFECTS = (
    Effect(
        name="antinociception_index",
        effect="antinociception",
        endpoint="antinociception index after 0.1 mg/kg at once",
        drug="racemic",
        n="20",
        ke0_per_min=0.238,
        pk="domino",
        source="Navarrete 2025, abstract (95 % CI of ke0 0.20 to 0.28; peak at 1.83 +/- 0.74 min)",
        grade="A",
    ),
    Effect(
        name="pressure_pain",
        effect="analgesia and external perception (dissociation)",
        endpoint="pain pressure threshold and external perception",
        drug="S",
        n="17 men",
        C50=121.0,
        half_time_min=8.3,
        pk="the Leiden model of the same trial, not published in usable form",
        site="arterial (according to Kamp 2021, same trial)",
        source="Anesthesiology 2022;136(5):792-801, doi:10.1097/ALN.0000000000004176, abstract",
        grade="A",
        note=(
            "C50 0.51 (0.38-0.66) nmol/mL; half-time 8.3 (5.1-13.0) min; arketamine had no effect, "
            "noresketamine was a small antagonist"
        ),
    ),
    Effect(
        name="rifampicin_study",
        effect="analgesia and cognition",
        endpoint="pain intensity, cognitive flexibility",
        drug="S",
        n=NOT_PUBLISHED,
        source="abstract of the effect model of the rifampicin study (Noppers 2011)",
        grade="A",
        note=(
            "half-times from 0 (cognitive flexibility) to 11.8 min (pain intensity), mean 6.1; "
            "linear: -3.8 cm of pain at 100 ng/mL ketamine, +1.5 cm at 50 ng/mL norketamine"
        ),
    ),
    Effect(
        name="eeg_slow_wave",
        effect="loss and return of responsiveness",
        endpoint="EEG slow waves after 1.5 mg/kg at once",
        drug="racemic",
        n=NOT_PUBLISHED,
        band=(1060.0, 1640.0),
        half_time_min=23.0 / SECONDS_PER_MINUTE,
        source="abstract; estimated brain concentrations, half-time 23 (4) s, theta 47 (22) s",
        grade="A",
        note="loss at 1.64 (0.17), return at 1.06 (0.21) mcg/mL; its PK set is not known",
    ),
    Effect(
        name="eeg_median_frequency",
        effect="EEG slowing",
        endpoint="median frequency; racemic 2.0 +/- 0.5, S 0.8 +/- 0.4, R 1.8 +/- 0.5 mcg/mL",
        drug="racemic",
        n="5",
        C50=2000.0,
        site="serum",
        source="Schuttler 1987, J Pharmacokinet Biopharm, doi:10.1007/BF01066320",
        grade="A",
    ),
    Effect(
        name="crps_pain_relief",
        effect="relief of pain in complex regional pain syndrome",
        endpoint="pain during and after 100 h of infusion",
        drug="S",
        n=NOT_PUBLISHED,
        C50=10.5,
        source="Dahan 2011, Eur J Pain 15:258-267, abstract",
        grade="A",
        note=(
            "C50 10.5 +/- 4.8 (4.37-21.2) ng/mL with onset and offset half-times of 10.9 +/- 4.0 "
            "days; in Goldberg 2011 relief did not track the concentration"
        ),
    ),
    Effect(
        name="psychedelic",
        effect="perceptual change",
        endpoint="visual analogue scale, linear over the band",
        drug="racemic",
        n=NOT_PUBLISHED,
        band=(50.0, 200.0),
        site="venous, steady state",
        source="Bowdle 1998, abstract",
        grade="A",
    ),
    Effect(
        name="dissociation",
        effect="dissociation at 0.5 mg/kg over 40 min",
        endpoint="range of concentrations in reviews",
        drug="racemic",
        n=NOT_PUBLISHED,
        band=(100.0, 250.0),
        source="Krystal 1994, cited in Zanos 2018, Table 1",
        grade="B",
    ),
    Effect(
        name="analgesia",
        effect="analgesia",
        endpoint="range of concentrations in reviews",
        drug="racemic",
        n=NOT_PUBLISHED,
        band=(70.0, 160.0),
        source="Zanos 2018, Table 1, many references",
        grade="B",
    ),
    Effect(
        name="volunteer_antinociception",
        effect="antinociception in volunteers",
        endpoint="C50 at the effect site, several tests",
        drug="S",
        n=NOT_PUBLISHED,
        band=(285.0, 404.0),
        site="arterial",
        source="Simons 2022, part 2 (1.2 to 1.7 nmol/mL, converted)",
        grade="A",
    ),
    Effect(
        name="drug_high",
        effect="feeling high",
        endpoint="visual analogue scale",
        drug="S",
        n=NOT_PUBLISHED,
        C50=71.0,
        site="arterial",
        source="Simons 2022, part 2 (0.3 nmol/mL, converted)",
        grade="A",
    ),
    Effect(
        name="psychotomimetic",
        effect="memory and psychotomimetic effects",
        endpoint="consistent above 70 ng/mL in plasma, 4 min after an injection",
        drug="S",
        n=NOT_PUBLISHED,
        level=70.0,
        source="Hartvig 1995, abstract",
        grade="A",
    ),
    Effect(
        name="analgesia_children",
        effect="analgesia, target used in children",
        endpoint="model target",
        drug="racemic",
        n=NOT_PUBLISHED,
        level=100.0,
        source="Herd 2007 and Hornik 2018, abstracts",
        grade="A",
    ),
    Effect(
        name="cardiac_output",
        effect="rise of cardiac output",
        endpoint="40 to 50 % up to a target of 320 ng/mL",
        drug="S",
        n=NOT_PUBLISHED,
        source="Sigtermans 2009 and Kamp 2021, Br J Anaesth 127:23-31, abstracts",
        grade="A",
        note=(
            "noresketamine lowers it, arketamine has no effect; parameters of the effect were not "
            "found"
        ),
    ),
    Effect(
        name="awakening",
        effect="awakening, target used in children",
        endpoint="model target",
        drug="racemic",
        n=NOT_PUBLISHED,
        level=750.0,
        source="Herd 2007 and Hornik 2018, abstracts",
        grade="A",
    ),
    Effect(
        name="recovery",
        effect="recovery from anaesthesia with nitrous oxide",
        endpoint="measured, 642 +/- 214 ng/mL",
        drug="racemic",
        n="31",
        band=(428.0, 856.0),
        source="Idvall 1979, Br J Anaesth 51:1167-1173 (2.7 +/- 0.9 umol/L)",
        grade="A",
    ),
    Effect(
        name="anaesthesia_racemic",
        effect="surgical anaesthesia with nitrous oxide",
        endpoint="measured, 2211 +/- 190 ng/mL",
        drug="racemic",
        n="31",
        band=(2021.0, 2401.0),
        source="Idvall 1979, Br J Anaesth 51:1167-1173 (9.3 +/- 0.8 umol/L)",
        grade="A",
    ),
    Effect(
        name="anaesthesia_s",
        effect="anaesthesia",
        endpoint="target 1500 to 2000, measured 1959 +/- 442 ng/mL",
        drug="S",
        n="8",
        band=(1500.0, 2000.0),
        site="serum",
        source="Langsjo 2005, Anesthesiology 103:258-268",
        grade="A",
    ),
    Effect(
        name="simtiva_peak",
        effect="time to peak effect of a TCI application",
        endpoint="not an endpoint: chosen so that the peak comes at 1.6 min",
        drug="racemic",
        n="0",
        ke0_per_min=1.390,
        pk="none: chosen for kamp2020 at 70 kg and not estimated",
        source="SimTIVA (0.1876 ln(weight) + 0.5932 per min)",
        grade="B",
    ),
)


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
            f"The {ke0} {model.name} (it belongs to: {effect.pk}); pair it anyway with "
            f"allow_unmatched_ke0=True, and the result will be marked."
        )
    return f"unmatched effect site: the {ke0} {model.name} (it belongs to: {effect.pk})"
