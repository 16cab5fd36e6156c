"""What the library holds, as the page needs it to fill its lists."""

from __future__ import annotations

from functools import cache
from typing import Any

from ketapk import __version__
from ketapk.dosing.regimen import ROUTES
from ketapk.library.absorption import ABSORPTION
from ketapk.library.catalogue import PUBLISHED, load_model
from ketapk.library.composition import borrowable
from ketapk.library.effects import EFFECTS, Effect
from ketapk.library.protocols import load_protocols
from ketapk.model.model import Model
from ketapk.notice import NOTICE
from ketapk.patients.weights import WEIGHTS


@cache
def contents() -> dict[str, Any]:
    """Return models, protocols, effects with their bands, routes and dosing weights."""
    return {
        "version": __version__,
        "notice": NOTICE,
        "models": [_model(load_model(name)) for name in PUBLISHED],
        "protocols": [
            {
                name: getattr(p, name)
                for name in ("name", "title", "plan", "range", "source", "grade")
            }
            for p in load_protocols()
        ],
        "effects": [_effect(effect) for effect in EFFECTS],
        "bands": [band for effect in EFFECTS if (band := _band(effect)) is not None],
        "routes": [
            {"name": name, "title": title} for name, title in ROUTES.items() if name != "depot"
        ],
        "weight_scalars": [
            {
                field: getattr(weight, field)
                for field in ("name", "title", "formula", "limits", "citation", "doi", "grade")
            }
            for weight in WEIGHTS.values()
        ],
    }


def _model(model: Model) -> dict[str, Any]:
    population = model.population
    return {
        "name": model.name,
        "title": model.title,
        "grade": model.grade,
        "status": model.status,
        "drugs": list(model.drugs),
        "routes": list(model.routes),
        "borrows": [route for route in ABSORPTION if borrowable(model, route) is None],
        "analytes": list(model.analytes),
        "sampling_site": model.sampling_site,
        "population": {
            "description": population.description,
            "group": population.group,
            "setting": population.setting,
            "weight_kg": population.weight_kg,
            "age_y": population.age_y,
        },
        "structure": model.structure,
        "variability": bool(model.variability),
        "citation": model.citation,
        "doi": model.doi,
        "caveats": list(model.caveats),
        "problems": list(model.problems),
    }


def _effect(effect: Effect) -> dict[str, Any]:
    return {
        "name": effect.name,
        "effect": effect.effect,
        "endpoint": effect.endpoint,
        "drug": effect.drug,
        "n": effect.n,
        "C50_ng_per_ml": effect.C50,
        "level_ng_per_ml": effect.level,
        "ke0_per_min": effect.ke0_per_min,
        "half_time_min": effect.half_time_min,
        "ke0_belongs_to": effect.pk if effect.has_site else None,
        "site": effect.site,
        "source": effect.source,
        "grade": effect.grade,
        "note": effect.note,
    }


def _band(effect: Effect) -> dict[str, Any] | None:
    if effect.band is None:
        return None
    return {
        "name": effect.name,
        "effect": effect.effect,
        "drug": effect.drug,
        "low_ng_per_ml": effect.band[0],
        "high_ng_per_ml": effect.band[1],
        "source": effect.source,
        "grade": effect.grade,
    }
