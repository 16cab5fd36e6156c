"""Who takes part: limits and peers by module, and what can be loaded of them."""

from __future__ import annotations

import importlib

import ketapk_jobs
from entry import Absent, Entry

STEPPED = ("A", "B", "C", "C stiff", "D")
CONTESTANTS = {
    "limits.three_compartments": ("limit: three compartments", ("A", "D")),
    "limits.routes": ("limit: routes", ("B",)),
    "limits.rosenbrock_lanes": ("limit: Rosenbrock, eight abreast", ("C",)),
    "limits.rosenbrock_one": ("limit: Rosenbrock, one at a time", ("C",)),
    "peers.jax_closed_form": ("JAX closed form", ("A", "B", "D")),
    "peers.numpy_closed_form": ("NumPy closed form", ("A", "B", "D")),
    "peers.numbalsoda": ("numbalsoda LSODA", STEPPED),
    "peers.jax_diffrax": ("diffrax", ("A", "C", "C stiff")),
    "peers.roadrunner": ("libroadrunner CVODE", ("A", "C")),
    "peers.myokit": ("myokit CVODES", ("A", "C")),
    "peers.scipy_ivp": ("SciPy solve_ivp", STEPPED),
}
"""Modules, with a name and the jobs to be shown where one cannot be loaded."""


def contestants() -> tuple[list[Entry], list[Absent], list[str]]:
    """Everybody who can be loaded, who cannot and why, and versions."""
    found, absent = ketapk_jobs.entries(), []
    versions = [ketapk_jobs.versions()]
    for module, (name, takes_part) in CONTESTANTS.items():
        try:
            loaded = importlib.import_module(module)
        except ModuleNotFoundError as missing:
            absent.append(Absent(name, f"{missing.name} is missing", takes_part))
            continue
        reason = loaded.reason() if hasattr(loaded, "reason") else None
        if reason:
            absent.append(Absent(name, reason, takes_part))
            continue
        found += loaded.entries()
        versions.append(loaded.versions())
    single = dict.fromkeys(part for text in versions for part in text.split(", "))
    return found, absent, sorted(single)
