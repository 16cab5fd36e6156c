"""A compartment system and its doses as reactions, rules and events, in the language of Antimony.

Time is in hours, amounts in milligrams of the dosed drug. Every place of the ledger is a species
and every flow a reaction; concentrations are assignment rules in ng/mL. Doses are laid out as the
schedule has them: amounts at once, and input rates that change at events.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

import numpy as np

from ketapk import units
from ketapk.errors import NumericalError
from ketapk.kernels.arrays import NO_ACTION
from ketapk.notice import NOTICE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from ketapk.model.model import Model
    from ketapk.model.system import System
    from ketapk.solution import Solution

    Floats = NDArray[np.float64]


_NOT_IN_XML = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML refuses, or that end a line."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What is done to a system at a time, and the input rates from then on."""

    time_h: float
    state: Floats
    """(S,) what every state becomes, or what is added to it."""
    adds: bool
    rate: Floats
    """(S,) input into each state [mg/h]."""


def at_rest(system: System) -> tuple[Change, ...]:
    """An empty system, into which nothing enters."""
    nothing = np.zeros(system.n_states)
    return (Change(time_h=0.0, state=nothing, adds=False, rate=nothing),)


def changes(solution: Solution) -> tuple[Change, ...]:
    """What a schedule does to its first subject, one change for each time, the start included.

    Where it resets the system or brings it to a steady state, the state is given outright.
    """
    arrays = solution.schedule.arrays
    segments = range(int(arrays.first[0]), int(arrays.first[1]))
    found = []
    for time, together in groupby(segments, lambda g: float(arrays.start[g])):
        here = list(together)
        outright = time == 0.0 or any(arrays.action[g] != NO_ACTION for g in here)
        found.append(
            Change(
                time_h=time,
                state=solution.state[here[-1]] if outright else arrays.jump[here].sum(axis=0),
                adds=not outright,
                rate=arrays.rate[here[-1]],
            )
        )
    return tuple(found)


def reactions(model: Model, system: System, doses: Sequence[Change]) -> str:
    """Write a system and what is done to it as a model of Antimony.

    Parameters
    ----------
    model : Model
        For its name and title.
    system : System
        Of one person.
    doses : sequence of Change
        In the order of their times; the first at the start.

    Returns
    -------
    str

    Raises
    ------
    NumericalError
        If a rate is not a finite number.
    """
    name = f"model_{_words(model.name)}"
    states = _names("amount", system.sites) + _names("level", system.effects)
    rates = _names("input", system.sites)
    lines = [
        f'model notes "{_quoted(model.cite())} {_quoted(NOTICE)}";',
        *_units(),
        "compartment body = 1;",
        *(f"substanceOnly species {state} in body;" for state in states[: system.n_mass]),
        *(f'{s} is "{_quoted(n)}";' for s, n in zip(states, system.states, strict=False)),
        *_first(doses[0], states),
        *_flows(system, states),
        *_inputs(doses, states, rates, system.n_mass),
        *_effect_sites(system, states),
        *_outputs(system, states),
        *_events(doses, states, rates),
    ]
    inside = "\n".join(f"  {line}" for line in lines)
    return f'model *{name}()\n{inside}\nend\n{name} is "{_quoted(model.title)}";\n'


def _units() -> Iterator[str]:
    yield f"unit time_unit = {_digits(units.convert('1 h', 's'))} second;"
    yield f"unit substance = {_digits(units.convert('1 mg', 'g'))} gram;"
    yield "unit extent = substance;"
    yield "unit volume = 1 litre;"


def _first(start: Change, states: Sequence[str]) -> Iterator[str]:
    for i, state in enumerate(states):
        yield f"{state} = {_digits(start.state[i])};"


def _flows(system: System, states: Sequence[str]) -> Iterator[str]:
    """Every first-order flow, drifting where it does, then the saturable ones."""
    A = system.A[0]
    drift = system.drift[0] if system.drift.size else np.zeros_like(A)
    K = system.n_mass
    linked = ((A[:K, :K] != 0.0) | (drift[:K, :K] != 0.0)) & ~np.eye(K, dtype=bool)
    flows = [(int(source), int(target)) for source, target in np.argwhere(linked.T)]
    sites = system.sites
    names = _names("", [f"from {sites[source]} to {sites[target]}" for source, target in flows])
    for name, (source, target) in zip(names, flows, strict=True):
        yield f"k_{name} = {_digits(A[target, source])};"
        rate = f"k_{name}"
        if drift[target, source] != 0.0:
            yield f"drift_{name} = {_digits(drift[target, source])};"
            rate = f"({rate} + drift_{name} * time)"
        yield f"{name}: {states[source]} => {states[target]}; {rate} * {states[source]};"
    for m, (source, target) in enumerate(zip(system.sat_src, system.sat_dst, strict=True), start=1):
        yield f"Vmax_{m} = {_digits(system.Vmax[0, m - 1])};"
        yield f"half_{m} = {_digits(system.KmX[0, m - 1])};"
        start = states[source]
        yield (
            f"saturable_{m}: {start} => {states[target]}; "
            f"Vmax_{m} * {start} / (half_{m} + {start});"
        )


def _inputs(
    doses: Sequence[Change], states: Sequence[str], rates: Sequence[str], n_mass: int
) -> Iterator[str]:
    """A reaction for each state that something enters over a time."""
    for i in _entered(doses, n_mass):
        yield f"{rates[i]} = {_digits(doses[0].rate[i])};"
        yield f"into_{states[i]}: => {states[i]}; {rates[i]};"


def _entered(doses: Sequence[Change], n_mass: int) -> list[int]:
    entered = np.any([change.rate[:n_mass] != 0.0 for change in doses], axis=0)
    return [int(i) for i in np.flatnonzero(entered)]


def _effect_sites(system: System, states: Sequence[str]) -> Iterator[str]:
    for i in range(system.n_mass, system.n_dynamic):
        terms = [
            f"{_digits(system.A[0, i, j])} * {states[j]}"
            for j in np.flatnonzero(system.A[0, i, : system.n_dynamic]).tolist()
        ]
        yield f"{states[i]}' = {' + '.join(terms) or '0'};"


def _outputs(system: System, states: Sequence[str]) -> Iterator[str]:
    """Concentrations, such as ``plasma_ketamine``."""
    names = [f"{output.site} {output.analyte}" for output in system.outputs]
    per_mg = units.mg_per_l_to_ng_per_ml(system.observe[0])
    for p, (name, given) in enumerate(zip(_names("", names), names, strict=True)):
        terms = [
            f"{_digits(per_mg[p, j])} * {states[j]}" for j in np.flatnonzero(per_mg[p]).tolist()
        ]
        yield f"{name} := {' + '.join(terms)};"
        yield f'{name} is "{_quoted(given)} [ng/mL]";'


def _events(doses: Sequence[Change], states: Sequence[str], rates: Sequence[str]) -> Iterator[str]:
    n_mass = len(rates)
    entered = _entered(doses, n_mass)
    for number, (before, now) in enumerate(pairwise(doses), start=1):
        done = [
            f"{state} = {state} + {_digits(now.state[i])}"
            if now.adds
            else f"{state} = {_digits(now.state[i])}"
            for i, state in enumerate(states)
            if not now.adds or now.state[i] != 0.0
        ]
        done += [
            f"{rates[i]} = {_digits(now.rate[i])}" for i in entered if now.rate[i] != before.rate[i]
        ]
        if done:
            yield f"dose_{number}: at (time >= {_digits(now.time_h)}), t0=false: {', '.join(done)};"


def _names(kind: str, names: Iterable[str]) -> list[str]:
    """Identifiers for names, each different."""
    found: list[str] = []
    for name in names:
        first = f"{kind}_{_words(name)}" if kind else _words(name)
        number, word = 1, first
        while word in found:
            number += 1
            word = f"{first}_{number}"
        found.append(word)
    return found


def _words(name: str) -> str:
    word = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")
    return word if re.match(r"[A-Za-z]", word) else f"x_{word}"


def _quoted(text: str) -> str:
    """Text between quotes, without what neither Antimony nor XML can hold."""
    return _NOT_IN_XML.sub(" ", text).replace('"', "'").replace("\\", "/")


def _digits(value: float) -> str:
    number = float(value)
    if not np.isfinite(number):
        raise NumericalError(f"The model has {number} for a rate or an amount, which is no number.")
    return repr(number)
