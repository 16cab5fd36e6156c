"""Ketamine pharmacokinetics: one dose, any route, every published model.

ketapk is for education and research. It is not a medical device and must not be used to decide how
a patient is treated.

Names load on first use, so that importing the package stays cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from ketapk.agreement import Observed, observed
    from ketapk.branches.branching import WhatIf, what_if
    from ketapk.branches.changes import Doubled, Late, OtherRate, PumpStop, Skipped
    from ketapk.branches.weights import OtherWeight
    from ketapk.carryover import CarryOver, carry_over
    from ketapk.comparison import Comparison, compare
    from ketapk.decrement import Decrement, decrement_times
    from ketapk.design.aims import AreaAim, LevelAim, WindowAim
    from ketapk.design.chances import Chance, ChanceAim
    from ketapk.design.designed import Designed
    from ketapk.design.held import Held
    from ketapk.design.hold import hold
    from ketapk.design.judged import Deviation
    from ketapk.design.nurse import design_schedule
    from ketapk.design.sheet import RunningSheet, running_sheet
    from ketapk.dosing.constructors import (
        bolus,
        buccal,
        infusion,
        inhaled,
        intramuscular,
        nasal,
        nasal_spray,
        oral,
        rectal,
        subcutaneous,
        sublingual,
    )
    from ketapk.dosing.pump import Pump
    from ketapk.dosing.regimen import Dose, Regimen, Reset
    from ketapk.dosing.sentence import parse
    from ketapk.dosing.wording import explain
    from ketapk.draws import Draws
    from ketapk.ensemble import Ensemble, simulate_models
    from ketapk.equivalence import Equivalence, equivalent_dose
    from ketapk.errors import (
        ImplausibleError,
        InputError,
        KetapkError,
        KetapkWarning,
        ModelError,
        NumericalError,
        PlanError,
        UnitError,
    )
    from ketapk.exchange.document import read_model, write_model
    from ketapk.exchange.sbml import to_sbml, write_sbml
    from ketapk.exposure.measures import Exposure
    from ketapk.exposure.nca import BelowLimit, nca, nca_table
    from ketapk.grid import every
    from ketapk.individual.estimate import individualise
    from ketapk.individual.forecast import Forecast
    from ketapk.individual.individual import Individual
    from ketapk.individual.levels import Level
    from ketapk.library.catalogue import list_models, load_model
    from ketapk.library.composition import compose
    from ketapk.library.effects import Effect, list_effects, load_effect
    from ketapk.library.generic import one_compartment, three_compartment, two_compartment
    from ketapk.library.observations import load_observations
    from ketapk.library.protocols import list_protocols, load_protocol
    from ketapk.linting.linting import Lint, lint, list_rules
    from ketapk.model.build import ModelBuilder
    from ketapk.model.model import Model
    from ketapk.odes import OdeResult, solve_ode
    from ketapk.patients import Cohort, Demography, Patient, list_weight_scalars, weight_scalar
    from ketapk.plateau import PlateauChange, plateau_time
    from ketapk.population.outcome import Trial
    from ketapk.population.predictive_check import PredictiveCheck, vpc
    from ketapk.population.trial import trial
    from ketapk.profiles import Profiles
    from ketapk.records.export import to_nonmem
    from ketapk.records.predictions import Predictions
    from ketapk.records.problems import RecordsError
    from ketapk.records.records import Records, read_nonmem
    from ketapk.repetition import accumulation
    from ketapk.response.attachment import respond
    from ketapk.response.direct import Emax
    from ketapk.response.feedback import Feedback
    from ketapk.response.indirect import IndirectResponse
    from ketapk.response.result import Response
    from ketapk.response.tolerance import Tolerance
    from ketapk.response.turnover import Turnover
    from ketapk.scenario import Scenario, read_scenario
    from ketapk.sensitivity.analysis import Sensitivity, sensitivities
    from ketapk.sensitivity.shares import VarianceShares, variance_shares
    from ketapk.simulation import simulate
    from ketapk.verification import Verification, verify

_HOME = {
    "branches.branching": "WhatIf what_if",
    "branches.changes": "Doubled Late OtherRate PumpStop Skipped",
    "branches.weights": "OtherWeight",
    "carryover": "CarryOver carry_over",
    "comparison": "Comparison compare",
    "design.aims": "AreaAim LevelAim WindowAim",
    "design.chances": "Chance ChanceAim",
    "design.designed": "Designed",
    "design.held": "Held",
    "design.hold": "hold",
    "design.judged": "Deviation",
    "design.nurse": "design_schedule",
    "design.sheet": "RunningSheet running_sheet",
    "dosing.constructors": (
        "bolus buccal infusion inhaled intramuscular nasal nasal_spray oral rectal subcutaneous "
        "sublingual"
    ),
    "dosing.pump": "Pump",
    "dosing.regimen": "Dose Regimen Reset",
    "dosing.sentence": "parse",
    "dosing.wording": "explain",
    "ensemble": "Ensemble simulate_models",
    "equivalence": "Equivalence equivalent_dose",
    "errors": "ImplausibleError InputError KetapkError KetapkWarning ModelError "
    "NumericalError PlanError UnitError",
    "grid": "every",
    "exchange.document": "read_model write_model",
    "exchange.sbml": "to_sbml write_sbml",
    "library.composition": "compose",
    "exposure.measures": "Exposure",
    "exposure.nca": "BelowLimit nca nca_table",
    "individual.estimate": "individualise",
    "individual.forecast": "Forecast",
    "individual.individual": "Individual",
    "individual.levels": "Level",
    "library.catalogue": "list_models load_model",
    "library.effects": "Effect list_effects load_effect",
    "library.observations": "load_observations",
    "library.protocols": "list_protocols load_protocol",
    "scenario": "Scenario read_scenario",
    "library.generic": "one_compartment three_compartment two_compartment",
    "linting.linting": "Lint lint list_rules",
    "model.build": "ModelBuilder",
    "model.model": "Model",
    "draws": "Draws",
    "plateau": "PlateauChange plateau_time",
    "patients": "Cohort Demography Patient list_weight_scalars weight_scalar",
    "population.outcome": "Trial",
    "population.predictive_check": "PredictiveCheck vpc",
    "population.trial": "trial",
    "profiles": "Profiles",
    "sensitivity.analysis": "Sensitivity sensitivities",
    "sensitivity.shares": "VarianceShares variance_shares",
    "simulation": "simulate",
    "agreement": "Observed observed",
    "decrement": "Decrement decrement_times",
    "records.export": "to_nonmem",
    "records.predictions": "Predictions",
    "records.problems": "RecordsError",
    "records.records": "Records read_nonmem",
    "repetition": "accumulation",
    "verification": "Verification verify",
    "odes": "OdeResult solve_ode",
    "response.attachment": "respond",
    "response.direct": "Emax",
    "response.feedback": "Feedback",
    "response.indirect": "IndirectResponse",
    "response.result": "Response",
    "response.tolerance": "Tolerance",
    "response.turnover": "Turnover",
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names.split()}

__all__ = [
    "AreaAim",
    "BelowLimit",
    "CarryOver",
    "Chance",
    "ChanceAim",
    "Cohort",
    "Comparison",
    "Decrement",
    "Demography",
    "Designed",
    "Deviation",
    "Dose",
    "Doubled",
    "Draws",
    "Effect",
    "Emax",
    "Ensemble",
    "Equivalence",
    "Exposure",
    "Feedback",
    "Forecast",
    "Held",
    "ImplausibleError",
    "IndirectResponse",
    "Individual",
    "InputError",
    "KetapkError",
    "KetapkWarning",
    "Late",
    "Level",
    "LevelAim",
    "Lint",
    "Model",
    "ModelBuilder",
    "ModelError",
    "NumericalError",
    "Observed",
    "OdeResult",
    "OtherRate",
    "OtherWeight",
    "Patient",
    "PlanError",
    "PlateauChange",
    "Predictions",
    "PredictiveCheck",
    "Profiles",
    "Pump",
    "PumpStop",
    "Records",
    "RecordsError",
    "Regimen",
    "Reset",
    "Response",
    "RunningSheet",
    "Scenario",
    "Sensitivity",
    "Skipped",
    "Tolerance",
    "Trial",
    "Turnover",
    "UnitError",
    "VarianceShares",
    "Verification",
    "WhatIf",
    "WindowAim",
    "accumulation",
    "bolus",
    "buccal",
    "carry_over",
    "compare",
    "compose",
    "decrement_times",
    "design_schedule",
    "equivalent_dose",
    "every",
    "explain",
    "hold",
    "individualise",
    "infusion",
    "inhaled",
    "intramuscular",
    "lint",
    "list_effects",
    "list_models",
    "list_protocols",
    "list_rules",
    "list_weight_scalars",
    "load_effect",
    "load_model",
    "load_observations",
    "load_protocol",
    "nasal",
    "nasal_spray",
    "nca",
    "nca_table",
    "observed",
    "one_compartment",
    "oral",
    "parse",
    "plateau_time",
    "read_model",
    "read_nonmem",
    "read_scenario",
    "rectal",
    "respond",
    "running_sheet",
    "sensitivities",
    "simulate",
    "simulate_models",
    "solve_ode",
    "subcutaneous",
    "sublingual",
    "three_compartment",
    "to_nonmem",
    "to_sbml",
    "trial",
    "two_compartment",
    "variance_shares",
    "verify",
    "vpc",
    "weight_scalar",
    "what_if",
    "write_model",
    "write_sbml",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'ketapk' has no attribute {name!r}")
    value = getattr(import_module(f"ketapk.{_MODULE_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
