"""The best schedule that a nurse can run: few rates, round times, whole steps of the pump."""

from __future__ import annotations

import math
import warnings as python_warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units
from ketapk.design.asked import read_aim
from ketapk.design.chances import ChanceAim
from ketapk.design.designed import Designed
from ketapk.design.goals import goal_of
from ketapk.design.hold import SITES, Site
from ketapk.design.judged import judge
from ketapk.design.person import quietly
from ketapk.design.search import Search
from ketapk.design.sheet import running_sheet
from ketapk.design.slots import read_slots
from ketapk.design.stretches import as_run
from ketapk.design.superposition import superposition
from ketapk.design.whole import implausible, other_warnings
from ketapk.dosing.pump import Pump
from ketapk.dosing.regimen import Regimen
from ketapk.errors import InputError, KetapkWarning, PlanError
from ketapk.library.catalogue import load_model
from ketapk.model.model import Model
from ketapk.patients import Patient, span
from ketapk.simulation import cohort_of

if TYPE_CHECKING:
    from fractions import Fraction

    from numpy.typing import NDArray

    from ketapk.design.asked import Aim
    from ketapk.design.search import Candidate
    from ketapk.design.slots import Slots
    from ketapk.patients import Cohort

    Floats = NDArray[np.float64]

GRID = "5 min"
"""Change times are multiples of it where nothing is said: a choice."""
AFTER = 1.5
"""Share of the schedule that the curves are shown for."""
EVEN = 240
"""Even steps of the curves that are shown."""
BETTER = 1e-3
"""Gain of the score from which on a limit is said to stand in the way."""


def design_schedule(
    aim: Aim | str,
    model: Model | str,
    patient: Patient | Cohort | None = None,
    *,
    pump: Pump,
    changes: int = 3,
    bolus: bool | str = False,
    until: Any = None,
    grid: Any = GRID,
    shortest: Any = None,
    max_rate: Any = None,
    max_dose: str | None = None,
    alternatives: int = 3,
    site: Site = "plasma",
    drug: str | None = None,
    effect: str | None = None,
    allow_unmatched_ke0: bool = False,
    allow_implausible: bool = False,
    rng: Any = None,
    seed: int = 1,
    start: str | None = None,
) -> Designed:
    """Find the best schedule of a few rates for a level, a window, an area, or stated chances.

    Rates are whole steps of the pump and change times are multiples of a round time; this rounded
    schedule is what is simulated, judged and reported.

    Parameters
    ----------
    aim : str or an aim
        A sentence such as "100 ng/mL from 10 min to 2 h", "80 to 120 ng/mL from 10 min to 2 h",
        "AUC of 200 ng h/mL until 2 h", or "at least 90 % above 100 ng/mL from 10 to 40 min, at most
        5 % ever above 300 ng/mL"; or a `LevelAim`, `WindowAim`, `AreaAim` or `ChanceAim`.
    model : Model or str
        A linear model with an intravenous route, or its name.
    patient : Patient or Cohort
        Who. All of a cohort are given the same rates [mg/h].
    pump : Pump
        What it can run with what is in its syringe.
    changes : int
        Most changes of the rate after the start, the stop at the end not counted: two for a
        schedule of three rates.
    bolus : bool or str
        Whether it may begin with one, or the highest, such as "20 mg" or "0.3 mg/kg".
    until : str, optional
        When the infusion ends; with the aim by default.
    grid : str
        Change times are multiples of it.
    shortest : str, optional
        Shortest time between two changes; that of the pump by default.
    max_rate : str, optional
        Highest rate: "100 mg/h", "1 mg/kg/h" or "20 mL/h".
    max_dose : str, optional
        Cumulative dose, bolus included, "60 mg" or "1 mg/kg"; one per kg is that of the lightest.
    alternatives : int
        How many of the next best to report.
    site : {"plasma", "effect"}
        Where the aim holds.
    drug : {"racemic", "S", "R"}, optional
        Form; the first that the model describes by default.
    effect : str, optional
        The effect whose site is aimed at, a name from ``list_effects()``.
    allow_unmatched_ke0, allow_implausible : bool
        As in `simulate`.
    rng : int, SeedSequence, Generator or Draws, optional
        Draw the people of a cohort with the variability that the model publishes.
    seed : int
        Where differential evolution begins, which chooses among very many sets of change times.
    start : str, optional
        Clock time of the start, for the sheet.

    Returns
    -------
    Designed
        With ``.plan``, ``.sheet``, ``.alternatives``, ``.deviation``, ``.run``, ``.chances``,
        ``.basis``, ``.warnings``, ``.plot()``.

    Raises
    ------
    InputError
        If the aim is not understood, or a limit impossible.
    PlanError
        If the model is saturable or has no intravenous route.

    Notes
    -----
    The model being linear, concentrations are sums of shifted unit responses. At given change times
    the best rates are a bounded least squares (level) or a linear programme (window, area; chances
    by the responses that all but the allowed share exceed). Change times are all tried while they
    are few, and else chosen by differential evolution. Rates are then moved in steps of the pump
    until no neighbour is better, for chances by the people themselves. Least squares, linear
    programming and differential evolution are SciPy's. Rounding keeps the schedule the best among
    its neighbours, which does not prove that it is the best of all.

    Examples
    --------
    >>> best = design_schedule(
    ...     "80 to 120 ng/mL from 10 min to 2 h", "kamp2020", Patient(weight_kg=70),
    ...     pump=Pump(concentration="10 mg/mL"), changes=2,
    ... )
    >>> best.met, [dose.rate for dose in best.plan.doses]
    (True, [70.0, 20.0, 13.0])
    """
    people = _somebody(patient)
    if isinstance(model, str):
        model = load_model(model)
    _check(pump, site, alternatives, seed)
    wanted = read_aim(aim, until=until)
    end = wanted.horizon if until is None else units.duration_h(until, "until")
    if isinstance(wanted, ChanceAim) and len(people) == 1:
        raise InputError(
            "A chance is about many people and there is one; give a cohort, or write a window such "
            "as '100 to 300 ng/mL from 10 to 40 min'."
        )
    slots = read_slots(
        pump=pump,
        changes=changes,
        bolus=bolus,
        until=end,
        grid=grid,
        shortest=shortest,
        max_rate=max_rate,
        max_dose=max_dose,
        lightest_kg=float(people.dosing_kg.min()),
    )
    form = drug or model.drugs[0]
    how: dict[str, Any] = {
        "effect": effect,
        "allow_unmatched_ke0": allow_unmatched_ke0,
        "allow_implausible": True,
        "rng": rng,
    }
    responses = superposition(slots, model, people, wanted.edges, site, form, how)
    search = Search(
        goal=goal_of(wanted, model.parent, responses), responses=responses, slots=slots, seed=seed
    )
    chosen = _distinct(search.candidates(), 1 + alternatives)
    one = Patient(
        weight_kg=float(np.median(people.weight_kg)), age_y=float(np.median(people.age_y))
    )
    weights = span(people.weight_kg)
    found = []
    for candidate in chosen:
        stretches = slots.stretches(candidate.changes, candidate.steps)
        plan = as_run(stretches, pump, form)
        total = plan.total_mg(weights[0])
        said = implausible(total, slots.end, weights, form, allow=allow_implausible)
        run = quietly(plan, model, people, times=_times(plan.end, wanted.edges), **how)
        run = replace(run, warnings=(*said, *other_warnings(run, Regimen(), weights)))
        found.append(
            Designed(
                aim=wanted,
                run=run,
                sheet=running_sheet(plan, pump, one, start=start),
                deviation=judge(run, wanted, site),
                site=site,
            )
        )
    order = sorted(range(len(found)), key=lambda k: (found[k].deviation.score, k))
    best = found[order[0]]
    obstacles = () if best.met is not False else _obstacles(search, chosen[order[0]])
    designed = replace(best, alternatives=tuple(found[k] for k in order[1:]), obstacles=obstacles)
    for sentence in designed.warnings:
        if sentence not in model.caveats:
            python_warnings.warn(sentence, KetapkWarning, stacklevel=2)
    return designed


def _somebody(patient: Patient | Cohort | None) -> Cohort:
    if patient is None:
        raise InputError("A schedule is for somebody; add one, e.g. kp.Patient(weight_kg=70).")
    return cohort_of(patient)


def _check(pump: Any, site: str, alternatives: Any, seed: Any) -> None:
    if not isinstance(pump, Pump):
        raise InputError(f"pump={pump!r} is no pump; write kp.Pump(concentration='10 mg/mL').")
    if site not in SITES:
        raise InputError(f"site={site!r} is not known; write one of {', '.join(SITES)}.")
    for name, value in (("alternatives", alternatives), ("seed", seed)):
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise InputError(f"{name}={value!r} is not a count; write a whole number from 0.")


def _times(end: Fraction, edges: tuple[Fraction, ...]) -> Floats:
    """Times of the curves that are shown [h]."""
    last = AFTER * float(max(end, *edges))
    times: Floats = np.unique(np.append(np.linspace(0.0, last, EVEN + 1), float(end)))
    return times


def _distinct(candidates: list[Candidate], count: int) -> list[Candidate]:
    """The best that differ from one another by more than a shift of one slot."""
    chosen: list[Candidate] = []
    for candidate in candidates:
        if not any(candidate.steps):
            continue
        if all(_differ(candidate, other) for other in chosen):
            chosen.append(candidate)
        if len(chosen) == count:
            break
    if not chosen:
        raise PlanError(
            "Within these limits the best is to give nothing; allow a higher rate or more drug, or "
            "use a weaker syringe, whose steps are finer."
        )
    return chosen


def _differ(one: Candidate, other: Candidate) -> bool:
    if len(one.changes) != len(other.changes) or bool(one.steps[0]) != bool(other.steps[0]):
        return True
    return any(abs(a - b) > 1 for a, b in zip(one.changes, other.changes, strict=True))


def _obstacles(search: Search, best: Candidate) -> tuple[str, ...]:
    """Limits without which the same change times would come nearer to the aim, and how near."""
    slots, here = search.slots, search.fitted(best.changes)[1]
    without: list[tuple[str, Slots]] = []
    if math.isfinite(slots.most_drug):
        without.append(
            (f"the cumulative dose, {units.fmt(slots.most_drug)} mg",
             replace(slots, most_drug=math.inf))
        )  # fmt: skip
    if math.isfinite(slots.most_rate):
        without.append(
            (f"the highest rate, {units.fmt(slots.most_rate)} mg/h",
             replace(slots, most_rate=math.inf))
        )  # fmt: skip
    if math.isfinite(slots.most_bolus):
        limit = (
            f"at most {units.fmt(slots.most_bolus)} mg at once" if slots.most_bolus else "no bolus"
        )
        without.append((limit, replace(slots, most_bolus=math.inf)))
    said = []
    for name, freer in without:
        gained = here - replace(search, slots=freer).fitted(best.changes)[1]
        if gained > BETTER:
            said.append(name)
    if said:
        return (f"In the way: {', and '.join(said)}.",)
    if len(search.responses.step) > 1:
        return (
            "In the way: people differ by more than the aim allows; more changes or another aim.",
        )
    return ("In the way: the number of changes, and the times at which they are allowed.",)
