"""A one-compartment model in which one or two parameters vary, and what it gives by hand."""

from dataclasses import replace

import numpy as np

import ketapk as kp
from ketapk.model.variability import Residual, Variability

DOSE_MG, CL, V1 = 50.0, 60.0, 150.0
PLAN = "50 mg iv bolus"
OMEGA2 = 0.09


def varies(parameter, value=OMEGA2, scale="variance on the log scale"):
    return Variability(parameter=parameter, value=value, scale=scale, where="made up", grade="B")


def error(value, scale, analyte="ketamine"):
    return Residual(analyte=analyte, value=value, scale=scale, where="made up", grade="B")


def model(*residuals, effects=None):
    return replace(
        kp.one_compartment(CL=CL, V1=V1),
        variability=effects or (varies("CL"),),
        residuals=tuple(residuals),
    )


PROPORTIONAL = error(0.2, "proportional SD")
ADDITIVE = error(8.0, "additive SD [ng/mL]")
LOGARITHMIC = error(25.0, "% log-additive")


def by_hand(eta, times):
    """Level after a bolus with clearance CL exp(eta) [ng/mL]; the formula of the textbook."""
    return 1000.0 * DOSE_MG / V1 * np.exp(-CL * np.exp(eta) / V1 * np.asarray(times))
