"""The one door: a plan, a model and patients in; profiles out."""

from __future__ import annotations

import warnings as python_warnings
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ketapk.accuracy import Tolerance
from ketapk.course import Course
from ketapk.dosing.regimen import Regimen
from ketapk.dosing.sentence import parse
from ketapk.draws import Draws
from ketapk.errors import ImplausibleError, InputError, KetapkWarning, PlanError
from ketapk.grid import checked_times, telling_times
from ketapk.library.catalogue import load_model
from ketapk.library.plausible import findings
from ketapk.model.body import PLANS
from ketapk.model.model import Model
from ketapk.patients import Cohort, Patient, span
from ketapk.patients.mismatch import mismatch
from ketapk.patients.scalars import remarks
from ketapk.profiles import Profiles
from ketapk.solution import Method

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def simulate(
    plan: Regimen | str,
    model: Model | str,
    patient: Patient | Cohort | None = None,
    *,
    times: ArrayLike | None = None,
    method: Method = "auto",
    rtol: float = 1e-8,
    atol: float = 1e-10,
    max_steps: int = 100_000,
    rng: Draws | np.random.Generator | np.random.SeedSequence | int | None = None,
    effect: str | None = None,
    allow_unmatched_ke0: bool = False,
    allow_implausible: bool = False,
    threads: int | None = None,
    chunk: int | None = None,
) -> Profiles:
    """Simulate a plan in one patient or many.

    Parameters
    ----------
    plan : Regimen or str
        Doses, or a sentence that says them.
    model : Model or str
        A model, or its name.
    patient : Patient or Cohort, optional
        Who; may be left out only where neither doses nor model depend on the person.
    times : (T,) array_like, optional
        Ascending times [h]; by default a grid that shows every peak.
    method : {"auto", "exact", "explicit", "stiff"}
        "auto" is exact for linear models and chooses an ODE method for saturable ones.
    rtol, atol : float
        Relative [1] and absolute [mg] tolerance of the ODE methods.
    max_steps : int
        ODE steps between two events after which a patient is given up.
    rng : int, SeedSequence, Generator or Draws, optional
        Draw people around the typical one with the variability that the model publishes: the same
        person of the cohort for the same seed, whatever the plan. None gives the typical person of
        each weight and age.
    effect : str, optional
        Attach an effect site with the ke0 of this effect, a name from ``list_effects()``.
    allow_unmatched_ke0 : bool
        Accept a ke0 that was not estimated with this model; the result is marked.
    allow_implausible : bool
        Accept doses more than ten times outside what has been studied.
    threads, chunk : int, optional
        Threads, and patients in one kernel call; the results do not depend on them.

    Returns
    -------
    Profiles

    Raises
    ------
    InputError
        If a number or a unit is wrong.
    ImplausibleError
        If a dose is far from what was studied, and ``allow_implausible`` is not set.
    PlanError
        If the model cannot answer the plan.

    Examples
    --------
    >>> from ketapk.patients import Patient
    >>> run = simulate("0.5 mg/kg iv over 40 min", "kamp2020", Patient(weight_kg=70))
    >>> round(float(run.exposure()["Cmax"][0]))
    253
    """
    if isinstance(plan, str):
        plan = parse(plan)
    if isinstance(model, str):
        model = load_model(model)
    if not isinstance(plan, Regimen):
        raise InputError(
            f"The plan is a {type(plan).__name__}; give doses such as kp.bolus('35 mg'), or a "
            f"sentence such as '35 mg iv bolus'."
        )
    if not plan.events:
        raise InputError("The plan has no doses; give at least one, such as '35 mg im'.")
    if patient is None:
        _check_somebody(plan, model)
    cohort = cohort_of(patient)
    tolerance = Tolerance.of(rtol, atol, max_steps)
    _check_sharing(threads, chunk)
    grid = None if times is None else checked_times(times)
    anybody = _suits(plan, model)
    said = _warnings(plan, model, cohort, allow_implausible=allow_implausible)
    said += anybody

    attached = None
    if effect is not None:
        from ketapk.library.effects import check_pairing, load_effect

        attached = load_effect(effect)
        mark = check_pairing(attached, model, allow_unmatched=allow_unmatched_ke0)
        said += [f"{mark}."] if mark else []
    course = Course(
        plan=plan,
        model=model,
        cohort=cohort,
        values=model.values(cohort, None if rng is None else Draws.of(rng)),
        samples=np.empty(0) if grid is None else grid,
        ke0=None if attached is None else attached.ke0,
        method=method,
        tolerance=tolerance,
        threads=threads,
        chunk=chunk,
    )
    _refuse_steady_state_of_drift(course)
    run = Profiles(
        times_h=telling_times(course) if grid is None else grid,
        course=course,
        effect=attached,
        warnings=tuple(said),
    )
    return _with_failures(run)


def _refuse_steady_state_of_drift(course: Course) -> None:
    """Refuse a steady state where a clearance grows for ever, so that none exists."""
    if course.plan.steady and course.system.drift.size:
        raise PlanError(
            f"{course.model.name} has a clearance that grows with time, so it has no steady state; "
            f"write the doses out."
        )


def _suits(plan: Regimen, model: Model) -> tuple[str, ...]:
    """Refuse a plan that a model cannot answer; return what is to be said of the two to anybody."""
    said = model.suited.get(plan)
    if said is None:
        _offer_to_borrow(plan, model)
        model.check_plan(plan)
        borrowed = [model.routes[name] for name in plan.routes if model.routes[name].borrowed]
        said = (
            *model.caveats,
            *(
                f"{model.name} is a composition: {route.title} ({route.source}; grade "
                f"{route.grade})."
                for route in borrowed
            ),
        )
        if len(model.suited) >= PLANS:
            model.suited.clear()
        model.suited[plan] = said
    return said


def _offer_to_borrow(plan: Regimen, model: Model) -> None:
    """Refuse a route that the model lacks, and name the composition that has it."""
    missing = [route for route in plan.routes if route not in model.routes]
    if not missing:
        return
    from ketapk.library.absorption import ABSORPTION
    from ketapk.library.composition import borrowable

    for route in missing:
        reason = borrowable(model, route)
        if reason and model.status != "generic" and "no absorption record" not in reason:
            raise PlanError(f"{model.name} has no route {route!r} and cannot borrow it: {reason}.")
    if model.status != "generic" and all(r in ABSORPTION for r in missing):
        composed = "+".join((model.name, *missing))
        raise PlanError(
            f"{model.name} has no route {missing[0]!r}; it has {', '.join(model.routes)}. To "
            f"borrow one that was studied elsewhere, use the model {composed!r}."
        )


def _with_failures(run: Profiles) -> Profiles:
    """Name failures on the way: read the curves once, unless it is known that there are none."""
    output = run.course.system.output_index(run.model.parent, "plasma")
    if run.course.superposes(output, run.times_h):
        return run
    run.concentration(run.model.parent)
    failed = run.failed
    if not failed:
        return run
    first = min(failed)
    sentence = (
        f"{len(failed)} of {len(run.cohort)} patients failed; patient {first} {failed[first]}."
    )
    python_warnings.warn(sentence, KetapkWarning, stacklevel=3)
    return replace(run, warnings=(*run.warnings, sentence))


def cohort_of(patient: Patient | Cohort | None) -> Cohort:
    """Return a patient or a cohort as a cohort; 70 kg and 40 years if nobody is given."""
    if isinstance(patient, Cohort):
        return patient
    if isinstance(patient, Patient):
        return Cohort.of(patient)
    if patient is not None:
        raise InputError(
            f"The patient is {patient!r}; write kp.Patient(weight_kg=70) or kp.Cohort(...)."
        )
    return Cohort.of(Patient(weight_kg=70.0))


def _check_somebody(plan: Regimen, model: Model) -> None:
    """Refuse to invent a person on whom the answer would depend."""
    if model.covariates or plan.per_kg:
        raise InputError(
            "The plan or the model depends on the patient; add one, e.g. kp.Patient(weight_kg=70)."
        )


def _check_sharing(threads: int | None, chunk: int | None) -> None:
    """Refuse what is no number of threads, or of patients in a kernel call."""
    for name, value in (("threads", threads), ("chunk", chunk)):
        if value is not None and (
            isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1
        ):
            raise InputError(f"{name}={value!r} is out of range; give a whole number above 0.")


def _warnings(plan: Regimen, model: Model, cohort: Cohort, *, allow_implausible: bool) -> list[str]:
    """What a reader should know before believing the curves; louder ones are Python warnings."""
    said: list[str] = []
    if model.status != "generic":
        sentences, refused = findings(plan, *span(cohort.weight_kg))
        if refused and not allow_implausible:
            raise ImplausibleError(f"{refused} Correct the dose, or allow implausible doses.")
        said += sentences
        said += mismatch(cohort)
    said += [f"{model.name}: {sentence}." for sentence in model.population.outside(cohort)]
    for sentence in said:
        python_warnings.warn(sentence, KetapkWarning, stacklevel=3)
    if cohort.dosed_otherwise and plan.per_kg:
        said += remarks(cohort)
    return said
