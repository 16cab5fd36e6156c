"""Compartments and flows, lowered to the flat arrays that both solvers read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.errors import InputError, PlanError
from ketapk.lazy import lazy
from ketapk.model.sparse import Sparse

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

NEVER_ABSORBED = "never absorbed"
"""The loss that receives what a route does not deliver."""
WAITING = "waiting to be released"
"""The place where drug is counted during a lag or a zero-order release."""
IN_THE_BODY = "in plasma and tissues"
"""The fate of drug in a compartment, unless the compartment says otherwise."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Output:
    """A concentration that can be read: an analyte at a site."""

    analyte: str
    site: str
    """"plasma" or "effect"."""


@dataclass(frozen=True, kw_only=True)
class System:
    """A compartment system as flat arrays: R rows of parameters, S states, P outputs.

    States come in the order compartments, waiting places, losses, effect sites, integrals (one per
    output, [mg h/L]), counters [mg]. Every flow leaves one mass state and enters another, so
    compartments, waiting places and losses always sum to what was given; a counter only watches how
    much has passed through a flow.
    """

    compartments: tuple[str, ...]
    waiting: tuple[str, ...]
    losses: tuple[str, ...]
    effects: tuple[str, ...]
    outputs: tuple[Output, ...]
    counters: tuple[str, ...]
    rates: Sparse
    """(S, S) rate constants from state to state [1/h], integrals included."""
    reads: Sparse
    """(P, S) concentration [mg/L] per amount [mg]."""
    sat_src: NDArray[np.int64]
    sat_dst: NDArray[np.int64]
    Vmax: NDArray[np.float64]
    """(R, M) largest rate of each saturable flow [mg/h]."""
    KmX: NDArray[np.float64]
    """(R, M) amount at half the largest rate [mg]."""
    drift: NDArray[np.float64]
    """(R, S, S) change of ``A`` with time [1/h2]; (0, 0, 0) where rates are constant."""
    fates: tuple[str, ...]
    """What it means to be at each of ``sites``, for the ledger."""

    @property
    def A(self) -> Floats:
        """(R, S, S) rate constants ``A[row, to, from]`` [1/h], integrals included."""
        return self.rates.dense

    @property
    def observe(self) -> Floats:
        """(R, P, S) concentration [mg/L] per amount [mg]."""
        return self.reads.dense

    @lazy
    def sites(self) -> tuple[str, ...]:
        """Every place a milligram can be: compartments, waiting places, losses."""
        return self.compartments + self.waiting + self.losses

    @lazy
    def states(self) -> tuple[str, ...]:
        """Name of every state, in order."""
        integrals = tuple(f"AUC {o.analyte}, {o.site}" for o in self.outputs)
        return self.sites + self.effects + integrals + self.counters

    @property
    def n_rows(self) -> int:
        """Number of parameter rows, R."""
        return int(self.rates.value.shape[1])

    @property
    def n_states(self) -> int:
        """Number of states, S."""
        return self.rates.shape[0]

    @property
    def n_mass(self) -> int:
        """Number of states that hold mass."""
        return len(self.sites)

    @property
    def n_dynamic(self) -> int:
        """Number of states before the integrals."""
        return self.n_mass + len(self.effects)

    @property
    def linear(self) -> bool:
        """Whether all rates are constant, so that the solution is exact."""
        return self.superposes and self.drift.size == 0

    @property
    def superposes(self) -> bool:
        """Whether doses add up: no flow is saturable."""
        return self.sat_src.size == 0

    def rates_at(self, rows: NDArray[np.int64], times: NDArray[np.float64]) -> Floats:
        """Rate constants of system rows (Q,) at times (Q,) [h], (Q, S, S)."""
        A = self.A[rows]
        return A + times[:, None, None] * self.drift[rows] if self.drift.size else A

    @lazy
    def linked(self) -> NDArray[np.bool_]:
        """(S, S) whether a state (column) feeds another, or itself, in any subject."""
        linked = self.rates.filled.copy()
        if self.drift.size:
            linked |= (self.drift != 0.0).any(axis=0)
        if self.sat_src.size:
            linked[self.sat_dst, self.sat_src] = True
        return linked

    def upstream(self, output: int) -> tuple[int, ...]:
        """States before the integrals that an output depends on, in their order."""
        n = self.n_dynamic
        watched = self.reads.filled[output, :n]
        return _upstream(self.linked[:n, :n].tobytes(), watched.tobytes())

    def of(self, subjects: NDArray[np.int64]) -> System:
        """Return the system with the rows of some subjects, where each has a row of its own."""
        if self.n_rows == 1:
            return self
        names = ("Vmax", "KmX", *(("drift",) if self.drift.size else ()))
        rows: Any = {name: getattr(self, name)[subjects] for name in names}
        return replace(
            self,
            rates=self.rates.of_subjects(subjects),
            reads=self.reads.of_subjects(subjects),
            **rows,
        )

    def since(self, origin: float) -> System:
        """Return the system whose drifting rates count their time from ``origin`` [h]."""
        if self.drift.size == 0 or origin == 0.0:
            return self
        return replace(self, rates=Sparse.of(self.A - origin * self.drift))

    def index(self, name: str) -> int:
        """Position of a state by its name."""
        return self.states.index(name)

    def output_index(self, analyte: str, site: str = "plasma") -> int:
        """Position of an output by analyte and site."""
        for position, output in enumerate(self.outputs):
            if output.analyte == analyte and output.site == site:
                return position
        known = ", ".join(f"{o.analyte!r} ({o.site})" for o in self.outputs)
        raise InputError(f"There is no {analyte!r} at site {site!r} here; there is {known}.")


@lru_cache(maxsize=1024)
def _upstream(linked: bytes, watched: bytes) -> tuple[int, ...]:
    """States from which the watched ones are reached; (n, n) and (n,) booleans as bytes."""
    found = np.frombuffer(watched, dtype=bool)
    feeds = np.frombuffer(linked, dtype=bool).reshape(found.size, found.size)
    while True:
        more = found | np.any(feeds[found], axis=0)
        if np.array_equal(more, found):
            return tuple(np.flatnonzero(found).tolist())
        found = more


@dataclass
class Graph:
    """Compartments and flows while a model is put together.

    Rates may be numbers or arrays of one value per subject; complex ones stay complex.

    Examples
    --------
    >>> graph = Graph()
    >>> graph.compartment("central")
    >>> graph.loss("eliminated")
    >>> graph.flow("central", "eliminated", 0.5)
    >>> graph.output("ketamine", "central", volume=10.0)
    >>> graph.system().sites
    ('central', 'waiting to be released', 'never absorbed', 'eliminated')
    """

    compartments: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=lambda: [WAITING])
    losses: list[str] = field(default_factory=lambda: [NEVER_ABSORBED])
    effects: list[tuple[str, str, ArrayLike, ArrayLike]] = field(default_factory=list)
    flows: list[tuple[str, str, ArrayLike]] = field(default_factory=list)
    saturable: list[tuple[str, str, ArrayLike, ArrayLike]] = field(default_factory=list)
    outputs: list[tuple[Output, str, ArrayLike]] = field(default_factory=list)
    counters: list[tuple[str, str, ArrayLike]] = field(default_factory=list)
    drifting: list[tuple[str, str, ArrayLike]] = field(default_factory=list)
    fates: dict[str, str] = field(default_factory=dict)
    first_pass: tuple[str, ArrayLike] | None = None
    """Where norketamine formed on a first pass enters, and the share of what the liver takes that
    becomes it; None for a model without norketamine."""

    def compartment(self, name: str, fate: str = IN_THE_BODY) -> None:
        """Add a compartment; ``fate`` says in the ledger what it means to be there."""
        self._add(self.compartments, name)
        self.fates[name] = fate

    def waiting_place(self, name: str) -> None:
        """Add a place where drug waits to be released; asking twice is fine."""
        if name not in self.waiting:
            self._add(self.waiting, name)

    def loss(self, name: str, fate: str = "") -> None:
        """Add a place where drug is lost; asking twice is fine."""
        if name not in self.losses:
            self._add(self.losses, name)
            self.fates[name] = fate or name

    def flow(self, source: str, target: str, rate: ArrayLike) -> None:
        """Add a first-order flow of ``rate`` [1/h] from a compartment to a compartment or loss."""
        self._must_know(source, self.compartments)
        self._must_know(target, self.compartments + self.losses)
        self.flows.append((source, target, rate))

    def drifting_flow(
        self, source: str, target: str, rate: ArrayLike, *, growth: ArrayLike
    ) -> None:
        """Add a flow of ``rate * (1 + growth * t)`` [1/h], t since the first dose [h]."""
        self.flow(source, target, rate)
        self.drifting.append((source, target, np.multiply(rate, growth)))

    def count(self, name: str, source: str, rate: ArrayLike) -> None:
        """Count what a flow of ``rate`` [1/h] out of ``source`` has carried, beside its target.

        Flows counted under one name are summed.
        """
        self._must_know(source, self.compartments)
        self.counters.append((name, source, rate))

    def saturable_flow(
        self, source: str, target: str, *, Vmax: ArrayLike, Km: ArrayLike, volume: ArrayLike
    ) -> None:
        """Add a Michaelis-Menten flow of ``Vmax`` [mg/h] and ``Km`` [mg/L] in ``volume`` [L]."""
        self._must_know(source, self.compartments)
        self._must_know(target, self.compartments + self.losses)
        self.saturable.append((source, target, Vmax, np.multiply(Km, volume)))

    def output(self, analyte: str, source: str, *, volume: ArrayLike) -> None:
        """Read a plasma concentration: the amount in ``source`` over ``volume`` [L]."""
        self._must_know(source, self.compartments)
        self.outputs.append((Output(analyte=analyte, site="plasma"), source, volume))

    def effect_site(self, analyte: str, *, ke0: ArrayLike) -> None:
        """Follow the plasma concentration of ``analyte`` with rate constant ``ke0`` [1/h]."""
        for output, source, volume in self.outputs:
            if output.analyte == analyte and output.site == "plasma":
                name = f"effect site of {analyte}"
                self.effects.append((name, source, np.divide(ke0, volume), ke0))
                self.outputs.append((Output(analyte=analyte, site="effect"), name, 1.0))
                return
        raise InputError(f"An effect site needs the plasma concentration of {analyte!r} first.")

    def system(self) -> System:
        """Lower the graph to arrays."""
        sites = self.compartments + self.waiting + self.losses
        names = sites + [name for name, *_ in self.effects]
        position = {name: i for i, name in enumerate(names)}
        counters = list(dict.fromkeys(name for name, *_ in self.counters))
        n_states = len(names) + len(self.outputs) + len(counters)
        rates = [rate for *_, rate in self.flows + self.counters + self.drifting]
        others = [v for *_, a, b in self.effects + self.saturable for v in (a, b)]
        volumes = [volume for *_, volume in self.outputs]
        shapes = {np.shape(v) for v in rates + others + volumes}
        (n_rows,) = (1,) if shapes <= {(), (1,)} else np.broadcast_shapes((1,), *shapes)
        # Complex numbers stay: their imaginary part carries a derivative.
        kind: Any = complex if any(map(np.iscomplexobj, rates + others + volumes)) else float
        entries: dict[tuple[int, int], Any] = {}
        for source, target, rate in self.flows:
            value = np.asarray(rate, dtype=kind)
            begin, end = position[source], position[target]
            there = entries.get((end, begin))
            entries[end, begin] = value if there is None else there + value
            entries[begin, begin] = entries.get((begin, begin), 0.0) - value
        for name, source, gain, ke0 in self.effects:
            entries[position[name], position[source]] = gain
            entries[position[name], position[name]] = np.negative(ke0)
        reads: dict[tuple[int, int], Any] = {}
        for p, (_, source, volume) in enumerate(self.outputs):
            reads[p, position[source]] = np.divide(1.0, volume)
            entries[len(names) + p, position[source]] = reads[p, position[source]]
        for name, source, rate in self.counters:
            place = (len(names) + len(self.outputs) + counters.index(name), position[source])
            entries[place] = entries.get(place, 0.0) + np.asarray(rate, dtype=kind)
        shape = (n_rows, n_states, n_states) if self.drifting else (0, 0, 0)
        drift = np.zeros(shape, dtype=kind)
        for source, target, rate in self.drifting:
            value = np.asarray(rate, dtype=kind)
            drift[:, position[target], position[source]] += value
            drift[:, position[source], position[source]] -= value
        M = len(self.saturable)
        Vmax, KmX = np.empty((n_rows, M), dtype=kind), np.empty((n_rows, M), dtype=kind)
        for m, (_, _, largest, half) in enumerate(self.saturable):
            Vmax[:, m], KmX[:, m] = largest, half
        return System(
            compartments=tuple(self.compartments),
            waiting=tuple(self.waiting),
            losses=tuple(self.losses),
            effects=tuple(name for name, *_ in self.effects),
            outputs=tuple(output for output, *_ in self.outputs),
            counters=tuple(counters),
            rates=Sparse.at((n_states, n_states), entries, n_rows, kind),
            reads=Sparse.at((len(self.outputs), n_states), reads, n_rows, kind),
            sat_src=np.array([position[s] for s, *_ in self.saturable], dtype=np.int64),
            sat_dst=np.array([position[d] for _, d, *_ in self.saturable], dtype=np.int64),
            Vmax=Vmax,
            KmX=KmX,
            drift=drift,
            fates=tuple(self.fates.get(site, site) for site in sites),
        )

    def _add(self, kind: list[str], name: str) -> None:
        if name in self.compartments + self.waiting + self.losses:
            raise PlanError(f"The place {name!r} is in the model already; give it another name.")
        kind.append(name)

    def _must_know(self, name: str, known: list[str]) -> None:
        if name not in known:
            raise PlanError(
                f"A flow names {name!r}, which is not in the model; add it first. Known: "
                f"{', '.join(known)}."
            )
