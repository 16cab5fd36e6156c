"""What a virtual trial asks: plans, models, people, times, levels; as data that can travel."""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.draws import Draws
from ketapk.errors import InputError, KetapkError
from ketapk.library.catalogue import load_model
from ketapk.patients import ANCESTRIES, SEXES, Cohort, Demography

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.dosing.regimen import Regimen
    from ketapk.model.model import Model

    Floats = NDArray[np.float64]

MOST_CHECKED = 500
"""People of the first chunk whose numbers tell one model from another."""
VERSIONS = ("ketapk", "numpy", "scipy", "numba")
"""What the bits of a result depend on."""


@dataclass(frozen=True, kw_only=True)
class Design:
    """A virtual trial.

    Chunks of it need nothing but this and two numbers: everybody is drawn from the seed.
    """

    plans: Mapping[str, Regimen]
    models: Mapping[str, Model]
    """Model of every plan."""
    people: Cohort | Demography
    """Who comes; a demography draws them chunk by chunk."""
    n: int
    times_h: Floats
    """(T,)"""
    draws: Draws
    vary: bool
    """Whether people differ as published, or are typical for their covariates."""
    residual: bool
    """Whether curves carry the published residual error."""
    analytes: Mapping[str, tuple[str, ...]]
    """Analytes of every plan."""
    levels: tuple[str, ...]
    windows: tuple[tuple[str, str], ...]
    exact: bool
    """Whether every value is kept for its quantiles."""
    chunk: int
    allow_implausible: bool

    @property
    def curves(self) -> tuple[tuple[str, str], ...]:
        """Every plan with every analyte of it."""
        return tuple((plan, analyte) for plan in self.plans for analyte in self.analytes[plan])

    @property
    def n_chunks(self) -> int:
        """Number of chunks."""
        return -(-self.n // self.chunk)

    def bounds(self, number: int) -> tuple[int, int]:
        """First person of a chunk, and the one after its last."""
        return number * self.chunk, min((number + 1) * self.chunk, self.n)

    def somebody(self, lo: int, hi: int) -> Cohort:
        """People of a chunk."""
        if isinstance(self.people, Cohort):
            return self.people[lo:hi]
        return self.people.people(self.draws, np.arange(lo, hi))

    def manifest(self) -> dict[str, Any]:
        """What the results depend on, for people and for comparison."""
        who: Any = self.people
        first = self.somebody(*self.bounds(0))[:MOST_CHECKED]
        return {
            "plans": {name: _events(plan) for name, plan in self.plans.items()},
            "models": {name: model.name for name, model in self.models.items()},
            "model_numbers": {
                name: f"{_numbers(model, self.plans[name], _everyone())} and "
                f"{_numbers(model, self.plans[name], first)}"
                for name, model in self.models.items()
            },
            "people": _cohort(who) if isinstance(who, Cohort) else repr(who),
            "n": self.n,
            "seed": str(self.draws.seed),
            "sampling": self.draws.sampling,
            "vary": self.vary,
            "residual": self.residual,
            "times_h": _digest(self.times_h.tobytes()),
            "analytes": {name: list(found) for name, found in self.analytes.items()},
            "levels": list(self.levels),
            "windows": [list(window) for window in self.windows],
            "exact": self.exact,
            "chunk": self.chunk,
            "versions": {name: version(name) for name in VERSIONS},
        }

    def fingerprint(self) -> str:
        """Hash of the manifest."""
        return fingerprint(self.manifest())

    def packed(self) -> bytes:
        """Return the design as bytes for another process; models of the library go by name.

        Raises
        ------
        InputError
            If a model of the user's own cannot travel.
        """
        models = {name: _by_name(model) for name, model in self.models.items()}
        state = {**{f: getattr(self, f) for f in self.__dataclass_fields__}, "models": models}
        try:
            return pickle.dumps(state)
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            return _by_cloudpickle(state, error)

    @classmethod
    def unpacked(cls, data: bytes) -> Design:
        """Return the design that `packed` made bytes of."""
        state = pickle.loads(data)
        state["models"] = {
            name: load_model(model) if isinstance(model, str) else model
            for name, model in state["models"].items()
        }
        return cls(**state)


def fingerprint(manifest: dict[str, Any]) -> str:
    """Hash of what a run depends on."""
    return _digest(json.dumps(manifest, sort_keys=True).encode())


def _by_cloudpickle(state: dict[str, Any], error: Exception) -> bytes:
    try:
        import cloudpickle
    except ImportError:
        raise InputError(
            f"A model cannot be sent to other processes ({error}); write its equations as "
            f"expressions or named functions, or install cloudpickle: pip install "
            f"'ketapk[cluster]'."
        ) from None
    data: bytes = cloudpickle.dumps(state)
    return data


def _by_name(model: Model) -> Model | str:
    """Return the name of a model of the library, or the model."""
    try:
        known = load_model(model.name)
    except KetapkError:
        return model
    return model.name if known is model else model


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


def _events(plan: Regimen) -> list[str]:
    return [repr(event) for event in plan.events]


def _cohort(who: Cohort) -> str:
    return _digest(b"".join(getattr(who, name).tobytes() for name in Cohort.__slots__))


def _numbers(model: Model, plan: Regimen, people: Cohort) -> str:
    """Hash of what a model makes of some people, and of how people differ."""
    values = model.values(people)
    system = model.system(values, plan.routes)
    arrays = (system.A, system.observe, system.Vmax, system.KmX, system.drift)
    parts = [np.ascontiguousarray(a).tobytes() for a in arrays]
    for dose in plan.doses:
        for route_input in model.inputs(dose, values):
            parts.append(repr((route_input.to, route_input.site)).encode())
            for number in ("fraction", "lag", "dur", "rate"):
                given = getattr(route_input, number)
                parts.append(b"" if given is None else np.asarray(given, dtype=float).tobytes())
    parts += [repr((model.variability, model.correlations, model.residuals)).encode()]
    return _digest(b"".join(parts))


def _everyone() -> Cohort:
    """People of every kind, so that no effect of a covariate goes unseen."""
    kinds = np.array(
        np.meshgrid(
            [20.0, 70.0, 130.0], [5.0, 30.0, 75.0], [110.0, 170.0, 195.0], [0, 1], [0, 1, 2]
        )
    ).reshape(5, -1)
    return Cohort(
        weight_kg=kinds[0],
        age_y=kinds[1],
        height_cm=kinds[2],
        sex=np.array(SEXES)[kinds[3].astype(int)],
        ancestry=np.array(ANCESTRIES)[kinds[4].astype(int)],
    )
