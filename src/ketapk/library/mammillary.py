"""What mammillary models have in common: values from a body weight, compartments from values."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.library.source import EXPONENTS
from ketapk.model.structures import mammillary
from ketapk.model.system import Graph

if TYPE_CHECKING:
    from ketapk.model.parameters import Parameter
    from ketapk.model.routes import Values
    from ketapk.patients import Cohort

REFERENCE_KG = 70.0
"""Weight to which scaled parameters are printed [kg]."""


def allometric(
    parameters: tuple[Parameter, ...], *, volumes: str, clearances: str
) -> Callable[[Cohort], dict[str, Any]]:
    """Scale parameters printed per 70 kg by the exponents among them.

    Parameters
    ----------
    parameters : tuple of Parameter
        With both exponents.
    volumes, clearances : str
        Names that scale, separated by spaces; all others are everybody's.
    """
    printed = {p.name: p.canonical for p in parameters}
    by_volume, by_clearance = (printed[name] for name in EXPONENTS)

    def individual(cohort: Cohort) -> dict[str, Any]:
        size = np.asarray(cohort.weight_kg) / REFERENCE_KG
        values: dict[str, Any] = dict(printed)
        for name in volumes.split():
            values[name] = printed[name] * size**by_volume
        for name in clearances.split():
            values[name] = printed[name] * size**by_clearance
        return values

    return individual


def from_rate_constants(parameters: tuple[Parameter, ...]) -> Callable[[Cohort], dict[str, Any]]:
    """Turn V1 per kg with k10, k12, k21 (k13, k31) [1/h] into volumes and clearances."""
    k = {p.name: p.canonical for p in parameters}

    def individual(cohort: Cohort) -> dict[str, Any]:
        V1 = k["V1"] * np.asarray(cohort.weight_kg)
        values: dict[str, Any] = {"V1": V1, "CL": k["k10"] * V1}
        for number in (2, 3):
            if f"k1{number}" in k:
                values[f"Q{number}"] = k[f"k1{number}"] * V1
                values[f"V{number}"] = values[f"Q{number}"] / k[f"k{number}1"]
        return values

    return individual


def two(p: Values) -> Graph:
    """Two compartments: CL and V1, Q2 and V2."""
    return _ketamine(p, ("2",))


def three(p: Values) -> Graph:
    """Three compartments: CL and V1, Q2 and V2, Q3 and V3."""
    return _ketamine(p, ("2", "3"))


def _ketamine(p: Values, numbers: tuple[str, ...]) -> Graph:
    graph = Graph()
    peripherals = tuple((p[f"Q{number}"], p[f"V{number}"]) for number in numbers)
    mammillary(graph, V1=p["V1"], CL=p["CL"], peripherals=peripherals)
    graph.output("ketamine", "central", volume=p["V1"])
    return graph
