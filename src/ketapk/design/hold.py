"""Target-controlled infusion: the schedule that holds a concentration in one person."""

from __future__ import annotations

import warnings as python_warnings
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ketapk import units
from ketapk.design.arrivals import Interval
from ketapk.design.control import Control
from ketapk.design.held import Held
from ketapk.design.limits import read_limits
from ketapk.design.person import effect_index, quietly, responses_of
from ketapk.design.targets import read_targets
from ketapk.design.whole import implausible, other_warnings
from ketapk.dosing.pump import Pump
from ketapk.dosing.regimen import MOST_DOSES, Dose, Regimen
from ketapk.dosing.sentence import parse
from ketapk.errors import InputError, KetapkWarning
from ketapk.library.catalogue import load_model
from ketapk.model.model import Model
from ketapk.patients.scalars import remarks
from ketapk.simulation import cohort_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.design.targets import Target
    from ketapk.patients import Cohort, Patient

    Floats = NDArray[np.float64]

Site = Literal["plasma", "effect"]
SITES: tuple[Site, ...] = ("plasma", "effect")
EVEN = 240
"""Even steps of the curve that is shown, beside the ends of the intervals."""


def hold(
    target: Any,
    model: Model | str,
    patient: Patient | Cohort | None = None,
    *,
    site: Site = "plasma",
    start: Any = None,
    until: Any,
    step: Any = None,
    max_rate: Any = None,
    pump: Pump | None = None,
    after: Regimen | str | None = None,
    drug: str | None = None,
    effect: str | None = None,
    allow_unmatched_ke0: bool = False,
    allow_implausible: bool = False,
) -> Held:
    """Find the infusion that brings a concentration to a target and holds it there.

    In plasma every interval ends exactly at the target. At the effect site the target is reached as
    fast as is possible without overshoot, and held through the plasma from there. While the
    concentration is too high nothing is given, until the moment at which it has fallen.

    Parameters
    ----------
    target : str, mapping or sequence of pairs
        A level, "100 ng/mL"; or steps up and down, "100 ng/mL; 150 ng/mL at 30 min", a mapping of
        times to levels, or pairs of them. "0 ng/mL" stops.
    model : Model or str
        A linear model with an intravenous route, or its name.
    patient : Patient or Cohort, optional
        One person.
    site : {"plasma", "effect"}
        Where the target holds.
    start : str, optional
        When it begins; with the first target, or after what was given before, by default.
    until : str
        When it ends.
    step : str, optional
        Time between two rates; the shortest that the pump allows, or 10 s, by default.
    max_rate : str, optional
        Highest rate: "100 mg/h", "1 mg/kg/h" (by the weight that the patient is dosed by), or
        "1200 mL/h" with a pump.
    pump : Pump, optional
        Rates are then those that it can run, and these are what is simulated: the one below while
        the effect site rises, the nearest one where plasma is held. While it is held the target may
        be passed by what one step of the pump does.
    after : Regimen or str, optional
        What was given before.
    drug : {"racemic", "S", "R"}, optional
        Form; the first that the model describes by default.
    effect : str, optional
        The effect whose site is held, a name from ``list_effects()``.
    allow_unmatched_ke0 : bool
        Accept a ke0 that was not estimated with this model; the result is marked.
    allow_implausible : bool
        Accept more drug than ten times what has been studied.

    Returns
    -------
    Held
        With ``.plan``, ``.table``, ``.run``, ``.reached``, ``.shortfall``, ``.basis``.

    Raises
    ------
    InputError
        If a number, a unit or a time is wrong, there is more than one person, or one step of the
        pump is more than the target takes.
    PlanError
        If the model is saturable or has no intravenous route, or the ke0 belongs to another model.

    Notes
    -----
    The rules are those of `ketapk.design.control`, on exact responses: no time grid is searched for
    a peak, and no step is integrated.

    Examples
    --------
    >>> from ketapk.patients import Patient
    >>> me = Patient(weight_kg=70)
    >>> held = hold("100 ng/mL", "kamp2020", me, until="1 h", step="5 min")
    >>> [round(rate, 1) for rate in held.table["mg_per_h"][:3]]
    [48.0, 28.2, 25.3]
    >>> [round(level, 6) for level in held.table["ng_per_ml"][:3]]
    [100.0, 100.0, 100.0]
    """
    if site not in SITES:
        raise InputError(f"site={site!r} is not known; write one of {', '.join(SITES)}.")
    if isinstance(model, list | tuple):
        raise InputError(
            f"A target is held in one model and {len(model)} are given; hold it in one of them, "
            f"and see the others with simulate_models(held.plan, patient)."
        )
    if isinstance(model, str):
        model = load_model(model)
    if pump is not None and not isinstance(pump, Pump):
        raise InputError(f"pump={pump!r} is no pump; write kp.Pump(concentration='10 mg/mL').")
    person = _one(patient)
    before = _given_before(after)
    targets = read_targets(target, model.parent, start=start, until=until, earliest=before.end)
    limits = read_limits(step, max_rate, pump, float(person.dosing_kg[0]))
    _check_lengths(targets, limits.least, limits.step)
    form = drug or model.drugs[0]
    how: dict[str, Any] = {
        "effect": effect,
        "allow_unmatched_ke0": allow_unmatched_ke0,
        "allow_implausible": True,
    }

    responses, state = responses_of(before, model, person, targets[0].start, form, how)
    system = responses.system
    control = Control(
        responses=responses,
        limits=limits,
        plasma=system.output_index(model.parent),
        effect=None if site == "plasma" else effect_index(model, responses),
    )
    intervals = _carried_out(control, state, targets)
    own = _plan(intervals, form)
    plan = before + own
    if not plan.events:
        raise InputError(
            f"The pump gives nothing for this target: {limits.too_coarse}; or write a higher "
            f"target."
        )
    run = quietly(plan, model, person, times=_times(intervals, before), **how)
    weights = float(person.weight_kg[0]), float(person.weight_kg[0])
    total = sum(float(i.end - i.start) * i.mg_per_h for i in intervals)
    hours = intervals[-1].end - intervals[0].start
    said = [
        *implausible(total, hours, weights, form, allow=allow_implausible),
        *(remarks(person) if person.dosed_otherwise else ()),
        *other_warnings(run, before, weights),
    ]
    held = Held(
        run=replace(run, warnings=tuple(said)),
        site=site,
        targets=targets,
        intervals=intervals,
        control=control,
    )
    for sentence in held.warnings:
        python_warnings.warn(sentence, KetapkWarning, stacklevel=2)
    return held


def _one(patient: Patient | Cohort | None) -> Cohort:
    """A cohort of one person."""
    if patient is None:
        raise InputError("A target is held in somebody; add one, e.g. kp.Patient(weight_kg=70).")
    person = cohort_of(patient)
    if len(person) != 1:
        raise InputError(
            f"A target is held in one person and the cohort has {len(person)}; give one of them, "
            f"such as kp.Patient(weight_kg=70), and see the others with simulate(held.plan, ...)."
        )
    return person


def _given_before(after: Regimen | str | None) -> Regimen:
    if after is None:
        return Regimen()
    if isinstance(after, str):
        return parse(after)
    if not isinstance(after, Regimen):
        raise InputError(
            f"after={after!r} is no plan; give doses such as kp.bolus('35 mg'), or a sentence such "
            f"as '35 mg iv bolus'."
        )
    return after


def _check_lengths(targets: tuple[Target, ...], least: Fraction, step: Fraction) -> None:
    """Refuse targets that change faster than a pump does, and schedules without end."""
    for target in targets:
        length = target.end - target.start
        if length < least:
            raise InputError(
                f"The target from {units.format_time(target.start)} holds for "
                f"{units.format_time(length)} and the rate may change every "
                f"{units.format_time(least)}; hold every target for longer."
            )
    intervals = (targets[-1].end - targets[0].start) / step
    if intervals > MOST_DOSES:
        raise InputError(
            f"A step of {units.format_time(step)} makes {int(intervals)} intervals, and "
            f"{MOST_DOSES} are the most; write a longer step."
        )


def _carried_out(
    control: Control, state: Floats, targets: tuple[Target, ...]
) -> tuple[Interval, ...]:
    """Every interval, from the state at the start on."""
    responses, intervals = control.responses, []
    for target in targets:
        time = target.start
        while time < target.end:
            move = control.move(state, target.mg_per_l, target.end - time)
            after = responses.carried(state, move.rate, move.hours)
            intervals.append(
                Interval(
                    start=time,
                    end=time + move.hours,
                    mg_per_h=move.rate,
                    target=target.mg_per_l,
                    state=state,
                    after=after,
                )
            )
            time, state = time + move.hours, after
    return tuple(intervals)


def _plan(intervals: tuple[Interval, ...], drug: str) -> Regimen:
    """Infusions at constant rates; neighbours at one rate are one."""
    doses: list[Dose] = []
    last = None
    for interval in intervals:
        rate, hours, begin = interval.mg_per_h, interval.end - interval.start, interval.start
        if rate > 0.0 and last is not None and last.mg_per_h == rate:
            begin = doses.pop().time
            hours = interval.end - begin
        if rate > 0.0:
            doses.append(
                Dose(route="iv", amt=rate * float(hours), rate=rate, drug=drug, time=begin)
            )
        last = interval
    return Regimen.of(*doses)


def _times(intervals: tuple[Interval, ...], before: Regimen) -> Floats:
    """Times [h] of the curves: the ends of all intervals, and even ones between them."""
    ends = [float(interval.end) for interval in intervals]
    begins = [float(dose.time) for dose in before.expand().doses]
    even = np.linspace(0.0, ends[-1], EVEN + 1)
    times: Floats = np.unique(np.concatenate([[float(intervals[0].start)], ends, begins, even]))
    return times
