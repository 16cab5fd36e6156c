"""A model of any kind as SBML: one person's rates, and the doses of a plan as events."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ketapk.errors import InputError, KetapkError, NumericalError, PlanError
from ketapk.exchange.reactions import at_rest, changes, reactions
from ketapk.kernels.status import OK, SENTENCE
from ketapk.library.catalogue import load_model
from ketapk.model.build import ModelBuilder
from ketapk.model.model import Model
from ketapk.patients import Patient
from ketapk.simulation import cohort_of, simulate

if TYPE_CHECKING:
    from os import PathLike

    from ketapk.dosing.regimen import Regimen
    from ketapk.patients import Cohort


def write_sbml(
    model: Model | ModelBuilder | str,
    path: str | PathLike[str],
    *,
    plan: Regimen | str | None = None,
    patient: Patient | Cohort | None = None,
    **options: Any,
) -> None:
    """Write a model with one person's values to an SBML file; arguments as in `to_sbml`."""
    text = to_sbml(model, plan=plan, patient=patient, **options)
    try:
        Path(path).write_text(text, encoding="utf-8")
    except (OSError, TypeError, ValueError) as error:
        raise InputError(f"{path!r} cannot be written: {error}.") from None


def to_sbml(
    model: Model | ModelBuilder | str,
    *,
    plan: Regimen | str | None = None,
    patient: Patient | Cohort | None = None,
    **options: Any,
) -> str:
    """Return a model with one person's values as SBML, level 3.

    Parameters
    ----------
    model : Model, ModelBuilder or str
        Any model, or the name of one of the library.
    plan : Regimen or str, optional
        Doses to go with it, as initial amounts and events. Without a plan everything is empty at
        the start, and every route has its depots.
    patient : Patient, optional
        Who; may be left out only where neither doses nor model depend on the person.
    **options
        Passed on to `simulate`, with a plan: ``effect``, ``allow_implausible``, ...

    Returns
    -------
    str
        Time is in hours. Species are amounts [mg] of the dosed drug, such as ``amount_central``;
        concentrations are rules [ng/mL], such as ``plasma_ketamine`` and ``effect_ketamine``.

    Raises
    ------
    PlanError
        If the patient is a cohort, the model cannot answer the plan, or the extra ``sbml`` is not
        installed.
    """
    text = to_antimony(model, plan=plan, patient=patient, **options)
    try:
        import antimony
    except ImportError:
        raise PlanError(
            "SBML is written by the package antimony, which is not installed; install it with "
            "pip install 'ketapk[sbml]'."
        ) from None
    antimony.clearPreviousLoads()
    if antimony.loadAntimonyString(text) < 0:
        raise KetapkError(f"Antimony did not take the model: {antimony.getLastError()}")
    sbml: str = antimony.getSBMLString(antimony.getMainModuleName())
    return sbml


def to_antimony(
    model: Model | ModelBuilder | str,
    *,
    plan: Regimen | str | None = None,
    patient: Patient | Cohort | None = None,
    **options: Any,
) -> str:
    """Return what `to_sbml` translates, in the language of Antimony; arguments as there.

    Examples
    --------
    >>> text = to_antimony("kamp2020", plan="35 mg iv bolus", patient=Patient(weight_kg=70))
    >>> [line.strip() for line in text.splitlines() if "amount_central = " in line]
    ['amount_central = 35.0;']
    """
    if isinstance(model, ModelBuilder):
        model = model.model()
    if isinstance(model, str):
        model = load_model(model)
    if not isinstance(model, Model):
        raise InputError(f"{model!r} is no model; give a Model, a ModelBuilder or a name.")
    cohort = cohort_of(patient)
    if len(cohort) != 1:
        raise PlanError(
            f"An SBML model is one person's, and the cohort has {len(cohort)}; give a Patient."
        )
    if plan is not None:
        run = simulate(plan, model, patient, times=[0.0], **options)
        solution = run.solution
        if solution.outcome[0] != OK:
            raise NumericalError(f"The plan has no solution: {SENTENCE[int(solution.outcome[0])]}.")
        return reactions(model, solution.system, changes(solution))
    if options:
        raise InputError(f"{', '.join(options)} belongs to a plan; give plan=... as well.")
    if model.covariates and patient is None:
        raise InputError(
            "The model depends on the patient; add one, e.g. kp.Patient(weight_kg=70)."
        )
    system = model.system(model.values(cohort))
    return reactions(model, system, at_rest(system))
