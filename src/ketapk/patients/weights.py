"""Weights that a dose per kg can be meant for: total, ideal, lean, fat-free, adjusted.

Every formula was fitted in adults. None is better for ketamine than another: its models were
published with total weight, and so were the protocols, unless they say otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.errors import InputError
from ketapk.units import CM_PER_INCH, CM_PER_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Sexes = NDArray[np.str_]

FIVE_FEET_CM = 60 * CM_PER_INCH
"""Height from which Devine counts [cm]."""
JAMES = {"F": (1.07, 148.0), "M": (1.10, 128.0)}
"""By sex: share of weight, and of (weight / height in cm) squared, that is taken off."""
JAMES_TURNS = {sex: CM_PER_M**2 * a / (2.0 * b) for sex, (a, b) in JAMES.items()}
"""Body mass index above which lean body mass by James falls while weight rises [kg/m2]."""
JANMAHASATIAN = {"F": (8780.0, 244.0), "M": (6680.0, 216.0)}
"""By sex: what is below the line, at no body mass index and for each kg/m2."""
EXCESS = 0.4
"""Share of the excess weight that adjusted body weight counts."""


@dataclass(frozen=True, kw_only=True)
class WeightScalar:
    """A weight that doses per kg can be counted by, with its source."""

    name: str
    title: str
    formula: str
    """In words; W is weight [kg], H height [cm], BMI body mass index [kg/m2]."""
    citation: str
    doi: str
    grade: str
    """A read in the source, B in a secondary one."""
    limits: str
    """Where it is known to fail."""
    checked: str
    """Which printed numbers it was compared with."""
    kg: Callable[[Sexes, Floats, Floats], Floats]
    """Weight (N,) [kg] of sex, weight [kg] and height [cm]."""


def body_mass_index(weight_kg: Floats, height_cm: Floats) -> Floats:
    """Weight by the square of the height [kg/m2]."""
    found: Floats = weight_kg / (height_cm / CM_PER_M) ** 2
    return found


def _by_sex(sex: Sexes, numbers: Mapping[str, tuple[float, float]]) -> tuple[Any, Any]:
    female = sex == "F"
    first, second = (np.where(female, numbers["F"][k], numbers["M"][k]) for k in (0, 1))
    return first, second


def _total(sex: Sexes, weight: Floats, height: Floats) -> Floats:
    return weight


def _ideal(sex: Sexes, weight: Floats, height: Floats) -> Floats:
    base = np.where(sex == "F", 45.5, 50.0)
    found: Floats = base + 2.3 * (height - FIVE_FEET_CM) / CM_PER_INCH
    return found


def _lean(sex: Sexes, weight: Floats, height: Floats) -> Floats:
    share, less = _by_sex(sex, JAMES)
    found: Floats = share * weight - less * (weight / height) ** 2
    return found


def _fat_free(sex: Sexes, weight: Floats, height: Floats) -> Floats:
    base, slope = _by_sex(sex, JANMAHASATIAN)
    found: Floats = 9270.0 * weight / (base + slope * body_mass_index(weight, height))
    return found


def _adjusted(sex: Sexes, weight: Floats, height: Floats) -> Floats:
    ideal = _ideal(sex, weight, height)
    found: Floats = np.where(weight > ideal, ideal + EXCESS * (weight - ideal), weight)
    return found


_DEVINE = "Devine BJ. Gentamicin therapy. Drug Intell Clin Pharm 1974;8:650-655."
_SHORT = f"extrapolated below {FIVE_FEET_CM:.1f} cm; knows no weight, and may be above the total"
WEIGHTS = {
    scalar.name: scalar
    for scalar in (
        WeightScalar(
            name="total",
            title="total body weight",
            formula="W",
            citation="As weighed.",
            doi="",
            grade="A",
            limits="none of its own",
            checked="nothing to check",
            kg=_total,
        ),
        WeightScalar(
            name="ideal",
            title="ideal body weight (Devine)",
            formula="45.5 (women) or 50 (men) + 2.3 for every inch of height above 60",
            citation=_DEVINE,
            doi="",
            grade="B",
            limits=_SHORT,
            checked=(
                "a solved problem of a course on doses: a man of 70 inches, 73 kg. No example of "
                "the source itself was found"
            ),
            kg=_ideal,
        ),
        WeightScalar(
            name="lean",
            title="lean body mass (James)",
            formula="1.07 W - 148 (W/H)^2 (women), 1.10 W - 128 (W/H)^2 (men)",
            citation=(
                "James WPT. Research on obesity: a report of the DHSS/MRC group. London: HMSO, "
                "1976."
            ),
            doi="",
            grade="B",
            limits=(
                f"falls while weight rises above a body mass index of {JAMES_TURNS['F']:.1f} "
                f"(women) or {JAMES_TURNS['M']:.1f} kg/m2 (men), as follows from the formula, and "
                f"is refused there (see Nyman 2016, doi:10.1148/radiol.2016152031); some papers "
                f"print 120 for 128"
            ),
            checked=(
                "the table that the manual of the R package oro.pet 0.2.3 prints, to its digits. "
                "No example of the source itself was found"
            ),
            kg=_lean,
        ),
        WeightScalar(
            name="fat-free",
            title="fat-free mass (Janmahasatian)",
            formula="9270 W / (8780 + 244 BMI) (women), 9270 W / (6680 + 216 BMI) (men)",
            citation=(
                "Janmahasatian S, Duffull SB, Ash S, Ward LC, Byrne NM, Green B. Quantification of "
                "lean bodyweight. Clin Pharmacokinet 2005;44:1051-1065."
            ),
            doi="10.2165/00003088-200544100-00004",
            grade="B",
            limits="fitted in adults; above the total weight in men of less than 12 kg/m2",
            checked=(
                "56.1 kg for a man of 70 kg and 1.76 m (Morse 2022, "
                "doi:10.1007/s13318-022-00766-9) and 52.83 kg for a man of 75 kg and 30 kg/m2 "
                "(R package tci 0.2.1). No example of the source itself was found"
            ),
            kg=_fat_free,
        ),
        WeightScalar(
            name="adjusted",
            title="adjusted body weight (Devine, and 0.4 of the excess)",
            formula="ideal + 0.4 (W - ideal); W where it is below ideal",
            citation=(
                f"{_DEVINE} Traynor AM, Nafziger AN, Bertino JS. Aminoglycoside dosing weight "
                f"correction factors for patients of various body sizes. Antimicrob Agents "
                f"Chemother 1995;39:545-548."
            ),
            doi="10.1128/aac.39.2.545",
            grade="B",
            limits=(
                "0.4 stands for aminoglycosides, in which 0.43 was found; nobody measured it for "
                "ketamine"
            ),
            checked=(
                "a solved problem of a course on doses: a man of 190 kg and 70 inches, 119.8 kg. "
                "No example of the source itself was found"
            ),
            kg=_adjusted,
        ),
    )
}
"""By name."""


def weight_of(name: str, sex: Sexes, weight_kg: Floats, height_cm: Floats) -> Floats:
    """Weight of people by one of ``WEIGHTS``.

    Parameters
    ----------
    name : str
        One of ``WEIGHTS``.
    sex : (N,) array of str
        "F" or "M".
    weight_kg, height_cm : (N,) array
        Total weight [kg] and height [cm].

    Returns
    -------
    (N,) array
        [kg]

    Raises
    ------
    InputError
        If the formula does not hold for somebody: lean body mass where it falls with weight, and a
        weight that is not positive.

    Examples
    --------
    >>> one = np.array(["M"]), np.array([70.0]), np.array([176.0])
    >>> round(float(weight_of("fat-free", *one)[0]), 1)
    56.1
    """
    if name == "lean":
        _check_lean(sex, weight_kg, height_cm)
    found = WEIGHTS[name].kg(sex, weight_kg, height_cm)
    if not (found > 0.0).all():
        who = int(np.argmin(found))
        raise InputError(
            f"The {WEIGHTS[name].title} of {_person(who, found)} is {found[who]:.3g} kg at a "
            f"height of {height_cm[who]:g} cm: the formula does not hold there; use the "
            f"total weight."
        )
    return found


def _check_lean(sex: Sexes, weight_kg: Floats, height_cm: Floats) -> None:
    """Refuse lean body mass where more weight would give less of it."""
    index = body_mass_index(weight_kg, height_cm)
    turns = np.where(sex == "F", JAMES_TURNS["F"], JAMES_TURNS["M"])
    if not (index > turns).any():
        return
    who = int(np.argmax(index > turns))
    raise InputError(
        f"Lean body mass by James falls while weight rises above a body mass index of "
        f"{turns[who]:.1f} kg/m2, and {_person(who, index)} has {index[who]:.1f}; use 'fat-free', "
        f"which keeps rising."
    )


def _person(who: int, values: Floats) -> str:
    return f"person {who}" if values.size > 1 else "this person"
