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
    from ketapk.comparison import Comparison, compare
    from ketapk.decrement import decrement_times
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
    from ketapk.dosing.regimen import Dose, Regimen, Reset
    from ketapk.dosing.sentence import parse
    from ketapk.dosing.wording import explain
    from ketapk.draws import Draws
    from ketapk.ensemble import Ensemble, simulate_models
    from ketapk.equivalence import Equivalence, equivalent_dose
    from ketapk.errors import (
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
    from ketapk.model.build import ModelBuilder
    from ketapk.model.model import Model
    from ketapk.odes import OdeResult, solve_ode
    from ketapk.patients import Cohort, Demography, Patient
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
    "comparison": "Comparison compare",
    "dosing.constructors": (
        "bolus buccal infusion inhaled intramuscular nasal nasal_spray oral rectal subcutaneous "
        "sublingual"
    ),
    "dosing.regimen": "Dose Regimen Reset",
    "dosing.sentence": "parse",
    "dosing.wording": "explain",
    "ensemble": "Ensemble simulate_models",
    "equivalence": "Equivalence equivalent_dose",
    "errors": "InputError KetapkError KetapkWarning ModelError NumericalError PlanError UnitError",
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
    "model.build": "ModelBuilder",
    "model.model": "Model",
    "draws": "Draws",
    "patients": "Cohort Demography Patient",
    "population.outcome": "Trial",
    "population.predictive_check": "PredictiveCheck vpc",
    "population.trial": "trial",
    "profiles": "Profiles",
    "sensitivity.analysis": "Sensitivity sensitivities",
    "sensitivity.shares": "VarianceShares variance_shares",
    "simulation": "simulate",
    "agreement": "Observed observed",
    "decrement": "decrement_times",
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
    "BelowLimit",
    "Cohort",
    "Comparison",
    "Demography",
    "Dose",
    "Draws",
    "Effect",
    "Emax",
    "Ensemble",
    "Equivalence",
    "Exposure",
    "Feedback",
    "Forecast",
    "IndirectResponse",
    "Individual",
    "InputError",
    "KetapkError",
    "KetapkWarning",
    "Level",
    "Model",
    "ModelBuilder",
    "ModelError",
    "NumericalError",
    "Observed",
    "OdeResult",
    "Patient",
    "PlanError",
    "Predictions",
    "PredictiveCheck",
    "Profiles",
    "Records",
    "RecordsError",
    "Regimen",
    "Reset",
    "Response",
    "Scenario",
    "Sensitivity",
    "Tolerance",
    "Trial",
    "Turnover",
    "UnitError",
    "VarianceShares",
    "Verification",
    "accumulation",
    "bolus",
    "buccal",
    "compare",
    "compose",
    "decrement_times",
    "equivalent_dose",
    "explain",
    "individualise",
    "infusion",
    "inhaled",
    "intramuscular",
    "list_effects",
    "list_models",
    "list_protocols",
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
    "read_model",
    "read_nonmem",
    "read_scenario",
    "rectal",
    "respond",
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
