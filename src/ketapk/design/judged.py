"""What a schedule does to an aim, exactly: extremes of the solution and not of a grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units
from ketapk.design.aims import AreaAim, LevelAim, WindowAim
from ketapk.design.goals import HEAVY, LIGHT, NEAR
from ketapk.design.odds import deciding, needed

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from ketapk.design.asked import Aim
    from ketapk.design.chances import Chance
    from ketapk.exposure.curve import Curve
    from ketapk.profiles import Profiles

    Floats = NDArray[np.float64]

NODES = 12
"""Gauss-Legendre nodes of a stretch, for a mean square."""
PARTS = 8
"""Stretches, each twice as long as the one before it, between two changes."""


@dataclass(frozen=True, kw_only=True)
class Deviation:
    """How far a schedule is from its aim.

    Parameters
    ----------
    worst : float
        Furthest from the level, outside the window (negative: inside, so far from a limit), off
        the area, or below the margin of a chance, as a share [1].
    at_h : float or None
        When [h].
    person : int
        Position of the person in whom it is.
    ng_per_ml : float or None
        Concentration there and then.
    settled_h, settled : float or None
        When the level is first reached [h], and the worst from then on [1]; for one person and a
        level that is not reached at once.
    chance : str or None
        The stated chance with the least margin.
    mean : float or None
        Root mean square over people and time, as a share, for a level [1].
    lowest, highest : float
        Lowest and highest concentration of anybody in the time of the aim [ng/mL].
    score : float
        What schedules are put in order by; less is better.
    met : bool or None
        Whether the aim is met; None for a level, which is only come near to.
    """

    worst: float
    at_h: float | None
    person: int
    ng_per_ml: float | None
    mean: float | None
    lowest: float
    highest: float
    score: float
    met: bool | None
    settled_h: float | None = None
    settled: float | None = None
    chance: str | None = None

    def __str__(self) -> str:
        text = self._text()
        if self.chance is not None:
            return f"{text}, in person {self.person}, who decides '{self.chance}'"
        return f"{text} (person {self.person})" if self.person > 0 else text

    def _text(self) -> str:
        percent = units.fmt(100.0 * abs(self.worst), 3)
        where = ""
        if self.at_h is not None and self.ng_per_ml is not None:
            minutes = units.fmt(self.at_h * units.MINUTES_PER_HOUR, 3)
            where = f": {units.fmt(self.ng_per_ml)} ng/mL at {minutes} min"
        if self.mean is not None:
            typical = f"{units.fmt(100.0 * self.mean)} % in the mean square"
            after = ""
            if self.settled is not None and self.settled_h is not None:
                minutes = units.fmt(self.settled_h * units.MINUTES_PER_HOUR, 3)
                after = f"{units.fmt(100.0 * self.settled)} % from {minutes} min on, when reached; "
            return f"{percent} % off at worst{where}; {after}{typical}"
        side = "inside" if self.worst < 0.0 else "outside"
        return f"{percent} % {side} at worst{where}"


def judge(run: Profiles, aim: Aim, site: str) -> Deviation:
    """Judge a simulated schedule.

    Parameters
    ----------
    run : Profiles
        The schedule in N people.
    aim : LevelAim, WindowAim, AreaAim or ChanceAim
        What was wanted.
    site : {"plasma", "effect"}
        Where.

    Returns
    -------
    Deviation
    """
    curve, analyte = curve_of(run, site), run.model.parent
    drug = run.plan.total_mg(float(run.cohort.dosing_kg[0]))
    if not isinstance(aim, LevelAim | WindowAim | AreaAim):
        return _judge_chances(curve, aim.chances, analyte, drug)
    begin, end = float(aim.start_h), float(aim.end_h)
    low, low_at = curve.extreme_within(begin, end, -1.0)
    high, high_at = curve.extreme_within(begin, end, 1.0)
    ends: Any = {"lowest": _ng(float(low.min())), "highest": _ng(float(high.max()))}
    if isinstance(aim, AreaAim):
        area = curve.AUC(end, begin)
        off = float(area.mean()) / aim.mg_h_per_l - 1.0
        peak = float(high.max()) * (end - begin) / aim.mg_h_per_l
        return Deviation(
            worst=abs(off), at_h=None, person=0, ng_per_ml=None, mean=None, **ends,
            score=HEAVY * max(abs(off) - NEAR, 0.0) + peak, met=abs(off) <= NEAR,
        )  # fmt: skip
    if isinstance(aim, LevelAim):
        level = aim.mg_per_l(analyte)
        under, over = 1.0 - low / level, high / level - 1.0
    else:
        bottom, top = aim.mg_per_l(analyte)
        under, over = 1.0 - low / bottom, high / top - 1.0
    worst = np.maximum(under, over)
    who = int(np.argmax(worst))
    is_low = bool(under[who] >= over[who])
    mean: float | None = None
    after: tuple[float | None, float | None] = (None, None)
    if isinstance(aim, LevelAim):
        mean = _mean_square(run, curve, aim, level, site)
        after = _settled(curve, level, begin, end)
    return Deviation(
        worst=float(worst[who]),
        at_h=float((low_at if is_low else high_at)[who]),
        person=who,
        ng_per_ml=_ng(float((low if is_low else high)[who])),
        mean=mean,
        **ends,
        score=(float(worst[who]) if mean is None else mean) + LIGHT * LIGHT * drug,
        met=None if isinstance(aim, LevelAim) else bool(worst[who] <= 0.0),
        settled_h=after[0],
        settled=after[1],
    )


def curve_of(run: Profiles, site: str) -> Curve:
    """The curve of the dosed analyte, to be searched."""
    from ketapk.exposure.curve import Curve

    return Curve(run.solution, run.solution.system.output_index(run.model.parent, site))


def _settled(
    curve: Curve, level: float, begin: float, end: float
) -> tuple[float | None, float | None]:
    """When one person first comes to a level from below [h], and the worst from then on."""
    if curve.solution.n_subjects > 1 or curve.at(np.array([begin]))[0, 0] >= level:
        return None, None
    who, start, _ = curve.intervals_above(level)
    later = start[start > begin]
    if not (who.size and later.size and later.min() < end):
        return None, None
    first = float(later.min())
    low, high = (curve.extreme_within(first, end, sign)[0][0] for sign in (-1.0, 1.0))
    return first, float(max(1.0 - low / level, high / level - 1.0))


def _mean_square(run: Profiles, curve: Curve, aim: LevelAim, level: float, site: str) -> float:
    """Root mean square of what a level is missed by, by Gauss-Legendre, as a share."""
    begin, end = float(aim.start_h), float(aim.end_h)
    inner = [t for t in run.course.events if begin < t < end]
    edges = np.array([begin, *inner, end])
    x, w = np.polynomial.legendre.leggauss(NODES)
    # The curve bends most after a change: stretches double in length from there.
    shares = np.concatenate([[0.0], 2.0 ** np.arange(-PARTS + 1, 1)])
    cuts = np.unique((edges[:-1, None] + np.diff(edges)[:, None] * shares).ravel())
    cuts = np.unique(np.append(cuts, end))
    width = np.diff(cuts)
    times = (cuts[:-1, None] + 0.5 * width[:, None] * (x + 1.0)).ravel()
    weights = (0.5 * width[:, None] * w).ravel() / (end - begin)
    output = run.course.system.output_index(run.model.parent, site)
    off = run.course.curve(output, times) / level - 1.0
    return float(np.sqrt(np.mean(off**2 @ weights)))


def margins(curve: Curve, chance: Chance, analyte: str) -> tuple[Floats, Floats]:
    """How far everybody stays on the wanted side, (N,) as a share, and when least [h]."""
    level = chance.mg_per_l(analyte)
    begin = float(chance.start_h)
    end = np.inf if chance.end_h is None else float(chance.end_h)
    if chance.wants_more:
        found, when = curve.extreme_within(begin, end, -1.0)
        return found / level - 1.0, when
    found, when = curve.extreme_within(begin, end, 1.0)
    return 1.0 - found / level, when


def _judge_chances(
    curve: Curve, chances: tuple[Chance, ...], analyte: str, drug: float
) -> Deviation:
    """The chance with the least margin, in the person who decides it."""
    bounded = not all(chance.wants_more for chance in chances)
    found = []
    lowest, highest = np.inf, -np.inf
    for chance in chances:
        margin, when = margins(curve, chance, analyte)
        least = float(deciding(margin[None, :], chance.required)[0])
        who = int(np.flatnonzero(margin == least)[0])
        sign = 1.0 if chance.wants_more else -1.0
        level = chance.mg_per_l(analyte)
        ng = _ng(level * (1.0 + sign * least))
        found.append((least, who, float(when[who]), ng, str(chance)))
        values = level * (1.0 + sign * margin)
        lowest = min(lowest, float(values.min()) if chance.wants_more else np.inf)
        highest = max(highest, float(values.max()) if not chance.wants_more else -np.inf)
    least, who, when_h, ng, decides = min(found)
    kept = all(share >= 0.0 for share, *_ in found)
    score = -(least if bounded else min(least, 0.0))
    return Deviation(
        worst=-least, at_h=when_h, person=who, ng_per_ml=ng, mean=None,
        lowest=_ng(lowest), highest=_ng(highest),
        score=score + LIGHT * drug * (LIGHT if bounded else 1.0), met=kept,
        chance=decides,
    )  # fmt: skip


def chance_table(run: Profiles, chances: tuple[Chance, ...], site: str) -> pl.DataFrame:
    """A row per chance: ``chance``, ``required``, ``reached`` [1], ``people``, ``met``, ``margin``.

    ``reached`` and ``required`` are shares of people as the chance is worded: of "at most 5 % ever
    above", the share who are ever above.
    """
    import polars as pl

    curve, rows = curve_of(run, site), []
    for chance in chances:
        margin, _ = margins(curve, chance, run.model.parent)
        keep = int(np.sum(margin >= 0.0))
        share = keep / margin.size
        least = float(deciding(margin[None, :], chance.required)[0])
        at_least = chance.bound == "at least"
        rows.append(
            {
                "chance": str(chance),
                "required": chance.required if at_least else 1.0 - chance.required,
                "reached": share if at_least else 1.0 - share,
                "people": keep if at_least else margin.size - keep,
                "met": keep >= needed(chance.required, margin.size),
                "margin": least,
            }
        )
    schema = {
        "chance": pl.String, "required": pl.Float64, "reached": pl.Float64, "people": pl.Int64,
        "met": pl.Boolean, "margin": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


def _ng(mg_per_l: float) -> float:
    return float(units.mg_per_l_to_ng_per_ml(mg_per_l))
