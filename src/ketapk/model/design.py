"""A model's structure as text: places, flows, inputs and equations, before anybody's values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units
from ketapk.errors import InputError, KetapkError, nearest
from ketapk.lazy import lazy
from ketapk.model.expressions import ABOUT_PEOPLE, Expression
from ketapk.model.routes import Input
from ketapk.model.structures import ELIMINATED, FATE_OF_ELIMINATED
from ketapk.model.system import IN_THE_BODY, Graph
from ketapk.patients import Cohort

if TYPE_CHECKING:
    from ketapk.dosing.regimen import Dose
    from ketapk.model.parameters import Parameter
    from ketapk.model.routes import Values

OUT = "out"
"""The target of a flow that leaves the body; what leaves is called after the analyte."""
Equation = Expression | Callable[[Any, Any], Any]
"""A covariate equation: arithmetic, or a function of values by name and a cohort."""
ROUNDING = 1e-12
"""What shares of a dose may sum to above 1."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A compartment."""

    name: str
    volume: Expression | None = None
    """Its volume [L], where it has one."""
    of: str | None = None
    """Analyte that it holds; None leaves it to what is read from it."""
    fate: str = ""
    """What it means to be there, for the ledger."""


@dataclass(frozen=True, kw_only=True)
class Loss:
    """A place where drug is lost."""

    name: str
    fate: str = ""


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """A first-order flow, by a rate constant [1/h] or a clearance [L/h] of its source."""

    source: str
    target: str
    rate: Expression | None = None
    clearance: Expression | None = None


@dataclass(frozen=True, kw_only=True)
class Saturable:
    """A Michaelis-Menten flow: ``Vmax`` [mg/h] and ``Km`` [mg/L] in the volume of its source."""

    source: str
    target: str
    Vmax: Expression
    Km: Expression


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One way by which a dose of a route enters."""

    route: str
    to: str
    F: Expression | None = None
    """Share of the dose [1]; None is all of it."""
    lag: Expression | None = None
    dur: Expression | None = None
    """Duration of zero-order release [h]."""
    site: str = ""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A concentration that is read from a compartment."""

    analyte: str
    compartment: str
    own_mass: bool = False
    """Whether it is in milligrams of the analyte, and not of the dosed drug."""


@dataclass(frozen=True, kw_only=True)
class Design:
    """All of a structure; expressions name parameters."""

    analytes: tuple[str, ...]
    places: tuple[Place, ...]
    losses: tuple[Loss, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    saturable: tuple[Saturable, ...] = ()
    entries: tuple[Entry, ...] = ()
    readings: tuple[Reading, ...] = ()
    effect_sites: tuple[tuple[str, Expression], ...] = ()
    """Analytes with the rate constant of their effect site [1/h]."""
    first_pass: tuple[str, Expression] | None = None
    """Where the metabolite of a first pass enters, and the share of it [1]."""

    @lazy
    def place(self) -> Mapping[str, Place]:
        """Compartments by name."""
        return {place.name: place for place in self.places}

    @lazy
    def holds(self) -> Mapping[str, str]:
        """Analyte that each compartment holds.

        A compartment holds what it says it does, or what is read from it; one that exchanges with
        such a compartment holds the same; the others hold the dosed drug.
        """
        found = {place.name: place.of for place in self.places}
        for reading in self.readings:
            found[reading.compartment] = found[reading.compartment] or reading.analyte
        ways = [(t.source, t.target) for t in self.transfers]
        both = [(a, b) for a, b in ways if (b, a) in ways]
        for _ in self.places:
            for a, b in both:
                found[b] = found[b] or found[a]
        return {name: analyte or self.analytes[0] for name, analyte in found.items()}

    @property
    def routes(self) -> tuple[str, ...]:
        """Routes by which it can be dosed, each once."""
        return tuple(dict.fromkeys(entry.route for entry in self.entries))

    @property
    def words(self) -> str:
        """Its flows in words."""
        said = [
            f"{t.source} to {t.target} ({t.rate})"
            if t.rate is not None
            else f"{t.source} to {t.target} (clearance {t.clearance})"
            for t in self.transfers
        ]
        said += [
            f"{s.source} to {s.target} (saturable, Vmax {s.Vmax}, Km {s.Km})"
            for s in self.saturable
        ]
        return "; ".join(said) + "."

    def target(self, flow: Transfer | Saturable) -> str:
        """Name of the place that a flow enters."""
        return self.way_out(self.holds[flow.source]) if flow.target == OUT else flow.target

    def way_out(self, analyte: str) -> str:
        """Where an analyte goes that leaves the body."""
        return ELIMINATED if analyte == self.analytes[0] else f"{ELIMINATED} as {analyte}"

    def fate(self, place: Place) -> str:
        """What it means to be in a compartment."""
        if place.fate:
            return place.fate
        if self.holds[place.name] != self.analytes[0]:
            return f"present as {self.holds[place.name]}"
        depot = place.volume is None and any(entry.to == place.name for entry in self.entries)
        return f"still in the {place.name}" if depot else IN_THE_BODY


@dataclass(frozen=True)
class Individual:
    """Parameter values of a cohort: as given, then changed by the covariate equations in order."""

    parameters: tuple[Parameter, ...]
    equations: tuple[tuple[str, Equation], ...] = ()

    def __call__(self, cohort: Cohort) -> Values:
        """Typical values of the people of a cohort by name: numbers, or (N,) arrays.

        Raises
        ------
        InputError
            If an equation gives somebody a negative value, or none, or a function fails.
        """
        values: dict[str, Any] = {p.name: p.canonical for p in self.parameters}
        for name, equation in self.equations:
            if isinstance(equation, Expression):
                about = (n for n in equation.names if n in ABOUT_PEOPLE)
                found = equation({**values, **{n: getattr(cohort, n) for n in about}})
            else:
                found = _called(name, equation, values, cohort)
            values[name] = _checked(name, found, len(cohort))
        return values

    def asks(self, cohort: Cohort) -> tuple[str, ...]:
        """What the equations ask of the people of a cohort: "weight_kg", ..."""
        watched = _Watched(cohort)
        self(watched)  # type: ignore[arg-type]
        return tuple(name for name in ABOUT_PEOPLE if name in watched.asked)


class _Watched:
    """A cohort that remembers what was asked of it."""

    def __init__(self, cohort: Cohort) -> None:
        self._cohort = cohort
        self.asked: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self.asked.add(name)
        return getattr(self._cohort, name)

    def __len__(self) -> int:
        return len(self._cohort)


def _called(
    name: str, function: Callable[[Any, Any], Any], values: Mapping[str, Any], cohort: Cohort
) -> Any:
    """What a function of values and a cohort returns; its own errors become a sentence."""
    try:
        return function(SimpleNamespace(**values), cohort)
    except KetapkError:
        raise
    except AttributeError as error:
        if error.name is None or not isinstance(error.obj, SimpleNamespace | Cohort):
            raise _failed(name, error) from error
        known = values if isinstance(error.obj, SimpleNamespace) else ABOUT_PEOPLE
        raise InputError(
            f"The equation of {name} asks for {error.name!r}, which there is not; there is "
            f"{', '.join(known)}.{nearest(error.name, known)}"
        ) from error
    except Exception as error:
        raise _failed(name, error) from error


def _failed(name: str, error: Exception) -> InputError:
    return InputError(
        f"The equation of {name} fails with {type(error).__name__}: {error}. It is given arrays of "
        f"one value per person, which it may not change; write a choice as np.where(test, a, b)."
    )


def _checked(name: str, found: Any, n: int) -> Any:
    """Values of a covariate equation, if everybody can have theirs."""
    try:
        values = np.array(found, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"The equation of {name} gives {found!r} and no numbers.") from None
    if values.shape not in ((), (n,)):
        raise InputError(
            f"The equation of {name} gives an array of shape {values.shape} for {n} patients; give "
            f"one value per patient, or one for all."
        )
    wrong = ~(np.isfinite(values) & (values >= 0.0))
    if np.any(wrong):
        who = int(np.argmax(wrong))
        raise InputError(
            f"The equation of {name} gives {values.ravel()[who]:g} for patient {who}; every value "
            f"must be finite and 0 or more."
        )
    # A function of the next equation is given them, and might change them in place.
    values.flags.writeable = False
    return values


@dataclass(frozen=True)
class Disposition:
    """Lowers a design to a graph of compartments for parameter values."""

    design: Design

    def __call__(self, p: Values) -> Graph:
        """Compartments, flows and outputs for parameter values."""
        design, graph = self.design, Graph()
        volumes = {
            place.name: _positive(place.volume(p))
            for place in design.places
            if place.volume is not None
        }
        for place in design.places:
            graph.compartment(place.name, design.fate(place))
        for loss in design.losses:
            graph.loss(loss.name, loss.fate)
        for transfer in design.transfers:
            graph.flow(transfer.source, self._target(graph, transfer), _rate(transfer, volumes, p))
        for flow in design.saturable:
            graph.saturable_flow(
                flow.source,
                self._target(graph, flow),
                Vmax=_not_negative(flow.Vmax(p)),
                Km=_positive(flow.Km(p)),
                volume=volumes[flow.source],
            )
        parent = design.analytes[0]
        for reading in design.readings:
            volume = volumes[reading.compartment]
            if reading.own_mass:
                volume = volume * (units.molar_mass(parent) / units.molar_mass(reading.analyte))
            graph.output(reading.analyte, reading.compartment, volume=volume)
        for analyte, ke0 in design.effect_sites:
            graph.effect_site(analyte, ke0=_not_negative(ke0(p)))
        if design.first_pass is not None:
            entry, share = design.first_pass
            graph.first_pass = (entry, _shares([share(p)])[0])
        return graph

    def _target(self, graph: Graph, flow: Transfer | Saturable) -> str:
        target = self.design.target(flow)
        if flow.target == OUT:
            analyte = self.design.holds[flow.source]
            parent = analyte == self.design.analytes[0]
            graph.loss(target, FATE_OF_ELIMINATED[ELIMINATED] if parent else f"gone as {analyte}")
        return target


def _rate(transfer: Transfer, volumes: Mapping[str, Any], p: Values) -> Any:
    """Rate constant of a first-order flow [1/h]."""
    if transfer.rate is not None:
        return _not_negative(transfer.rate(p))
    assert transfer.clearance is not None
    return _not_negative(transfer.clearance(p)) / volumes[transfer.source]


def _not_negative(values: Any) -> Any:
    """Values with no number where one is negative, so that only that patient fails."""
    return np.where(np.greater_equal(values, 0.0), values, np.nan)


def _positive(values: Any) -> Any:
    return np.where(np.greater(values, 0.0), values, np.nan)


def _shares(values: Sequence[Any]) -> list[Any]:
    """Shares of one whole, without numbers for whom one is negative or all exceed the whole.

    Only that patient fails.
    """
    fits = np.less_equal(sum(np.asarray(value) for value in values), 1.0 + ROUNDING)
    for value in values:
        fits = fits & np.greater_equal(value, 0.0)
    return [np.where(fits, value, np.nan) for value in values]


@dataclass(frozen=True)
class Entries:
    """The inputs of a dose, by the entries of its route."""

    entries: tuple[Entry, ...]

    def __call__(self, dose: Dose, p: Values) -> tuple[Input, ...]:
        """Inputs for parameter values; who has impossible shares has none, and fails alone.

        Raises
        ------
        InputError
            If somebody has a negative lag or duration.
        """
        shares = _shares([1.0 if entry.F is None else entry.F(p) for entry in self.entries])
        return tuple(
            Input(
                to=entry.to,
                fraction=share,
                lag=0.0 if entry.lag is None else _possible(entry, "lag", entry.lag, p),
                dur=0.0 if entry.dur is None else _possible(entry, "dur", entry.dur, p),
                site=entry.site or ("vein" if entry.route == "iv" else entry.to),
            )
            for entry, share in zip(self.entries, shares, strict=True)
        )


def _possible(entry: Entry, what: str, expression: Expression, p: Values) -> Any:
    """Values of a lag or duration, if everybody can have theirs."""
    values = np.asarray(expression(p))
    wrong = ~(np.isfinite(values) & (values >= 0.0))
    if np.any(wrong):
        who = int(np.argmax(wrong))
        raise InputError(
            f"{what} of the route {entry.route}, '{expression}', is {values.ravel()[who]:g} for "
            f"patient {who}; it must be finite and 0 or more."
        )
    return values
