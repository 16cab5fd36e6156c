"""Dose records become flows into states, additional doses and steady states included."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.collection import Collector, Given
from ketapk.kernels.arrays import STEADY_ADDS, STEADY_REPLACES
from ketapk.lowering import Action
from ketapk.records.rules import MODELLED_DURATION, MODELLED_RATE
from ketapk.records.targets import Target, Targets, at_rows
from ketapk.schedule import cycles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.model.routes import Input, Values
    from ketapk.model.system import System
    from ketapk.records.problems import Problems
    from ketapk.records.records import Records

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

KINDS = ("at once", "rate", "duration", "modelled rate", "modelled duration")


@dataclass(frozen=True)
class Flows:
    """What enters, F flows; (F,) each."""

    record: Ints
    """Record that it comes from."""
    start: Floats
    end: Floats
    amount: Floats
    state: Ints


@dataclass(frozen=True)
class Cycles:
    """Steady states that C records ask for, as pieces of one dosing interval."""

    record: Ints
    """(C,)"""
    dt: Floats
    """(C, I) length of each piece [h]."""
    rate: Floats
    """(C, I, S)"""
    jump: Floats
    """(C, I, S)"""


@dataclass(frozen=True)
class Doses:
    """Doses of records, lowered."""

    flows: Flows
    cycles: list[Cycles]


def kinds(records: Records) -> NDArray[np.int64]:
    """How each record enters (R,), as a position in ``KINDS``."""
    r = records
    return np.select(
        [r.rate > 0.0, r.dur > 0.0, r.rate == MODELLED_RATE, r.rate == MODELLED_DURATION],
        [1, 2, 3, 4],
        default=0,
    )


def check_modelled(
    records: Records, targets: Targets, words: Mapping[str, Target], problems: Problems
) -> None:
    """Note doses whose rate or duration neither the model nor a column gives."""
    kind, doses = kinds(records), records.is_dose
    for word, target in words.items():
        for code, letter, what in ((3, "R", "rate"), (4, "D", "duration")):
            rows = doses & (records.cmt == word) & (kind == code)
            if not rows.any():
                continue
            for route_input in targets.inputs(target, 1, targets.typical):
                number = targets.number(route_input.to, target.route)
                column = f"{letter}{number}"
                own = route_input.rate if code == 3 else route_input.dur
                if own is not None and np.any(np.asarray(own) > 0.0):
                    continue
                given = records.per_compartment.get(column, np.full(len(records), np.nan))
                problems.where(
                    rows & np.isnan(given),
                    "RATE",
                    f"RATE {{}} takes the {what} from the model, which gives none; write it into "
                    f"the column {column}.",
                    records.rate,
                )


def lower_doses(
    records: Records,
    rows: Ints,
    last: Floats,
    targets: Targets,
    words: Mapping[str, Target],
    system: System,
    values_at: Any,
) -> Doses:
    """Lower the doses among some records.

    Parameters
    ----------
    records : Records
        All records.
    rows : (D,) int array
        The dose records to lower.
    last : (R,) array
        Time of the last record before the next restart, after which nothing is needed [h].
    targets, words
        What compartments mean.
    system : System
        The compartments.
    values_at : callable
        Gives the parameter values of some records.
    """
    flows: list[Flows] = []
    found: list[Cycles] = []
    kind = kinds(records)
    words_of = records.cmt[rows]
    endless = (records.ss > 0) & (records.amt == 0.0)
    for word in np.unique(words_of).tolist():
        here = rows[words_of == word]
        signature = np.stack(
            [kind[here], records.ss[here], endless[here], records.device[here]], axis=1
        )
        for code, ss, constant, device in np.unique(signature, axis=0).tolist():
            group = here[np.all(signature == (code, ss, constant, device), axis=1)]
            inputs = _inputs(records, group, targets, words[word], device, code, values_at)
            if ss:
                flow, cycle = _steady(records, group, inputs, system, code, bool(constant))
                flows += flow
                found.append(cycle)
            if not constant:
                times = _written_out(records, group, last)
                flows += _enter(records, *times, targets, words[word], device, system, code,
                                values_at)  # fmt: skip
    nothing = Flows(*(np.empty(0, dtype=t) for t in (np.int64, float, float, float, np.int64)))
    merged = Flows(
        *(
            np.concatenate([getattr(f, name) for f in [nothing, *flows]])
            for name in ("record", "start", "end", "amount", "state")
        )
    )
    return Doses(merged, found)


def _inputs(
    records: Records, group: Ints, targets: Targets, target: Target, device: int, code: int,
    values_at: Any,
) -> tuple[Input, ...]:  # fmt: skip
    """Inputs of a group of like doses, each number (D,) or one for all."""
    values: Values = values_at(group)
    columns = {name: column[group] for name, column in records.per_compartment.items()}
    drop = {3: ("D",), 4: ("R",)}.get(code, ("R", "D"))
    wanted = {name: column for name, column in columns.items() if not name.startswith(drop)}
    return tuple(
        at_rows(route_input, targets.number(route_input.to, target.route), wanted)
        for route_input in targets.inputs(target, device, values)
    )


def _given(records: Records, group: Ints, times: Floats, code: int) -> Given:
    return Given(
        time=times,
        amount=records.amt[group],
        rate=records.rate[group] if code == 1 else None,
        dur=records.dur[group] if code == 2 else None,
        ii=records.ii[group],
    )


def _written_out(records: Records, group: Ints, last: Floats) -> tuple[Ints, Floats]:
    """Records and times of doses and their additional ones, as far as anybody looks."""
    ii = records.ii[group]
    room = np.floor((last[group] - records.time_h[group]) / np.where(ii > 0.0, ii, 1.0) + 1e-9)
    more = np.where(ii > 0.0, np.minimum(records.addl[group], room), 0).astype(np.int64)
    owner = np.repeat(np.arange(group.size), more + 1)
    k = np.arange(owner.size) - np.repeat(np.cumsum(more + 1) - (more + 1), more + 1)
    return group[owner], records.time_h[group][owner] + k * ii[owner]


def _enter(
    records: Records, owner: Ints, times: Floats, targets: Targets, target: Target, device: int,
    system: System, code: int, values_at: Any,
) -> list[Flows]:  # fmt: skip
    collector = Collector(system.states, np.ones(owner.size))
    inputs = _inputs(records, owner, targets, target, device, code, values_at)
    collector.enter(_given(records, owner, times, code), inputs)
    return _flat(collector, owner)


def _steady(
    records: Records, group: Ints, inputs: tuple[Input, ...], system: System, code: int,
    constant: bool,
) -> tuple[list[Flows], Cycles]:  # fmt: skip
    collector = Collector(system.states, np.ones(group.size))
    given = _given(records, group, records.time_h[group], code)
    if constant:
        rate = given.rate if given.rate is not None else np.asarray(inputs[0].rate)
        given = Given(time=given.time, amount=given.amount, rate=collector.each(rate))
    kind = STEADY_REPLACES if records.ss[group[0]] == 1 else STEADY_ADDS
    action = Action(time=given.time, kind=kind)
    collector.steady(given, inputs, action)
    dt, rate, jump, _ = cycles([action], system, group.size)
    return _flat(collector, group), Cycles(group, dt, rate, jump)


def _flat(collector: Collector, owner: Ints) -> list[Flows]:
    """Flows (N,) that were collected as single ones, without those that bring nothing."""
    found = []
    for flow in collector.flows:
        real = flow.amount != 0.0
        found.append(
            Flows(
                owner[real],
                flow.start[real],
                flow.end[real],
                flow.amount[real],
                np.full(int(real.sum()), flow.state),
            )
        )
    return found
