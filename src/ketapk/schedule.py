"""Flows into states become segments of constant input.

Every breakpoint of every subject becomes a segment that carries the absolute input rate into each
state, summed afresh from the inputs that run in it, so that no residue of rates switched on and
off can build up. Times of a subject that agree within four units in the last place are one time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ketapk.collection import collect
from ketapk.kernels.arrays import (
    NO_ACTION,
    RESET,
    STEADY_ADDS,
    STEADY_REPLACES,
    ScheduleArrays,
)
from ketapk.lowering import Action, Part

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from ketapk.dosing.regimen import Dose, Regimen
    from ketapk.lowering import Lowering
    from ketapk.model.routes import Input
    from ketapk.model.system import System

    Floats = NDArray[np.float64]

TIE_ULPS = 4.0
"""Times closer than this many units in the last place are one time."""


@dataclass(frozen=True)
class RowChange:
    """From ``time`` on [h], the system row ``row`` (N,) of each subject holds."""

    time: float
    row: NDArray[np.int64]


@dataclass(frozen=True)
class Schedule:
    """Segments of N subjects, and what was given when."""

    arrays: ScheduleArrays
    given_events: tuple[tuple[Floats, Floats, Floats], ...]
    """Start, end and amount, (N,) or (1,), of everything given [h, h, mg]."""
    restarts: tuple[Floats, ...]
    """Times (N,) or (1,) at which resets and replacing steady states start the count anew [h]."""

    @property
    def n_subjects(self) -> int:
        """Number of subjects, N."""
        return int(self.arrays.first.size - 1)

    def given(self, times: ArrayLike) -> Floats:
        """Amount given up to each time since the last restart, (N, T) [mg]."""
        at = np.atleast_1d(np.asarray(times, dtype=float))
        total = np.zeros((self.n_subjects, at.size))
        since = np.full((self.n_subjects, at.size), -np.inf)
        for restart in self.restarts:
            passed = restart[:, None] <= at
            since = np.where(passed, np.maximum(since, restart[:, None]), since)
        for start, end, amount in self.given_events:
            length = np.where(end > start, end - start, 1.0)[:, None]
            elapsed = np.clip((at - start[:, None]) / length, 0.0, 1.0)
            share = np.where((end > start)[:, None], elapsed, at >= start[:, None])
            total += np.where(start[:, None] >= since, amount[:, None] * share, 0.0)
        return total


def tie(times: Floats, samples: Floats) -> Floats:
    """Give times (N, E) that agree within rounding, or agree with a sample, one value."""

    def close(a: Floats, b: Floats) -> NDArray[np.bool_]:
        result: NDArray[np.bool_] = np.abs(a - b) <= TIE_ULPS * np.spacing(
            np.maximum(np.abs(a), np.abs(b))
        )
        return result

    tied = times.copy()
    with np.errstate(invalid="ignore"):
        if samples.size:
            after = np.minimum(samples.searchsorted(times), samples.size - 1)
            for candidate in (samples[np.maximum(after - 1, 0)], samples[after]):
                np.copyto(tied, candidate, where=close(tied, candidate))
        order = tied.argsort(axis=1, kind="stable")
        everyone = np.arange(len(tied))[:, None]
        ranked = tied[everyone, order]
        later, earlier = ranked[:, 1:], ranked[:, :-1]
        if (close(later, earlier) & (later != earlier)).any():
            for e in range(1, ranked.shape[1]):
                same = close(ranked[:, e], ranked[:, e - 1])
                np.copyto(ranked[:, e], ranked[:, e - 1], where=same)
            tied[everyone, order] = ranked
    return tied


def cycles(actions: list[Action], system: System, n: int) -> tuple[Floats, Floats, Floats, int]:
    """Pieces of every steady-state cycle: dt (C, I), rate and jump (C, I, S), C = actions * N."""
    steady = [action for action in actions if action.pieces]
    per_cycle = 1 + 2 * max((len(action.pieces) for action in steady), default=0)
    shape = (len(steady) * n, per_cycle)
    dt = np.zeros(shape)
    rate = np.zeros((*shape, system.n_states))
    jump = np.zeros((*shape, system.n_states))
    for a, action in enumerate(steady):
        block = slice(a * n, (a + 1) * n)
        if action.length is None:
            dt[block, 0] = np.inf
            for piece in action.pieces:
                rate[block, 0, piece.state] += piece.amount
            continue
        length = np.broadcast_to(action.length, (n,))
        period = length[:, None]
        cuts = [np.zeros(n)]
        for piece in action.pieces:
            cuts += [np.mod(piece.start, length), np.mod(piece.end, length)]
        cuts += [np.zeros(n)] * (per_cycle - len(cuts))
        begin = np.sort(np.stack(cuts, axis=1), axis=1)
        finish = np.concatenate([begin[:, 1:], period], axis=1)
        dt[block] = finish - begin
        for piece in action.pieces:
            dur = piece.end - piece.start
            pulse = dur <= 0.0
            first = np.argmax(begin >= np.mod(piece.start, length)[:, None], axis=1)
            jump[np.arange(block.start, block.stop), first, piece.state] += np.where(
                pulse, piece.amount, 0.0
            )
            pace = np.where(pulse, 0.0, piece.amount / np.where(pulse, 1.0, dur))
            laps = np.floor(dur / length)
            rest = dur - laps * length
            since = np.mod(begin - piece.start[:, None], period)
            middle = np.mod(since + 0.5 * dt[block], period)
            running = laps[:, None] + (middle < rest[:, None])
            rate[block, :, piece.state] += running * pace[:, None]
    return dt, rate, jump, per_cycle


def lower(
    plan: Regimen,
    system: System,
    route_inputs: Callable[[Dose], Sequence[Input]],
    weight_kg: ArrayLike,
    *,
    samples: ArrayLike = (),
    rows: ArrayLike | None = None,
    row_changes: Sequence[RowChange] = (),
) -> Schedule:
    """Lower a plan to segments for N subjects.

    Parameters
    ----------
    plan : Regimen
        Doses and resets; additional doses are written out here.
    system : System
        The compartments that the inputs name.
    route_inputs : callable
        Gives the inputs of a dose.
    weight_kg : (N,) array_like
        Body weight of each subject [kg], for doses per kg.
    samples : (T,) array_like
        Ascending times that will be read [h]: events within rounding of one are moved onto it.
    rows : (N,) array_like of int, optional
        Row of ``system`` that each subject starts with; 0 to N - 1, or 0 where there is one row.
    row_changes : sequence of RowChange
        Times at which other rows take over.

    Returns
    -------
    Schedule
    """
    lowering = collect(plan, system, route_inputs, weight_kg)
    return assemble(lowering, samples, rows=rows, row_changes=row_changes)


def breakpoints(
    lowering: Lowering, samples: ArrayLike, row_changes: Sequence[RowChange] = ()
) -> Floats:
    """Times of changes of rows, starts and ends of flows, stops and actions, (N, E) or (1, E) [h].

    The first is 0; those that agree within rounding, or agree with a sample, have one value.
    """
    flows = lowering.flows
    times = [np.zeros(1), *(np.array([change.time]) for change in row_changes)]
    times += [t for flow in flows for t in (flow.start, flow.end)]
    times += [flow.stop for flow in flows if flow.stop is not None]
    times += [action.time for action in lowering.actions]
    edges = np.empty((max(t.size for t in times), len(times)))
    for own, t in zip(edges.T, times, strict=True):
        own[:] = t
    return tie(edges, np.asarray(samples, dtype=float))


def assemble(
    lowering: Lowering,
    samples: ArrayLike,
    *,
    rows: ArrayLike | None = None,
    row_changes: Sequence[RowChange] = (),
    only: Part | None = None,
) -> Schedule:
    """Sort the breakpoints of every subject and fill the segments between them.

    Parameters
    ----------
    lowering : Lowering
        What `collect` returned.
    samples, rows, row_changes
        As in `lower`.
    only : Part, optional
        Let nothing else enter; the segments stay those of the whole.

    Returns
    -------
    Schedule
    """
    n, S = lowering.n, lowering.system.n_states
    changes = row_changes
    if rows is None:
        rows = np.arange(n) if lowering.system.n_rows > 1 else np.zeros(n)
    first_row = np.broadcast_to(np.asarray(rows, dtype=np.int64), (n,))
    flows = lowering.flows
    actions = [_restricted(action, only) for action in lowering.actions]
    tied = breakpoints(lowering, samples, row_changes)
    wide = len(tied)
    begin, action_at = _segments(tied, actions)
    G = begin.shape[1]
    end = np.concatenate([begin[:, 1:], np.full((wide, 1), np.inf)], axis=1)

    rate, jump = np.zeros((n, G, S)), np.zeros((n, G, S))
    cursor = 1 + len(changes)
    stops = iter(range(cursor + 2 * len(flows), tied.shape[1]))
    everyone = np.arange(n)
    for f, flow in enumerate(flows):
        start, stop = tied[:, cursor + 2 * f], tied[:, cursor + 2 * f + 1]
        at_once = stop <= start
        pace = np.where(at_once, 0.0, flow.amount / np.where(at_once, 1.0, stop - start))
        if flow.stop is not None:
            stop = np.minimum(stop, tied[:, next(stops)])
        if only is not None and flow.part != only:
            continue
        if np.any(at_once):
            place = _last_at(begin, start)
            jump[everyone, place, flow.state] += np.where(at_once, flow.amount, 0.0)
        if not np.all(at_once):
            low = int(np.min(_first_at(begin, start)))
            high = int(np.max(_first_at(begin, stop))) + 1
            window = begin[:, low:high]
            running = (window >= start[:, None]) & (window < stop[:, None])
            rate[:, low:high, flow.state] += np.where(running, pace[:, None], 0.0)

    row = np.broadcast_to(first_row[:, None], (n, G)).copy()
    for c, change in enumerate(changes):
        row = np.where(begin >= tied[:, 1 + c][:, None], change.row[:, None], row)
    action = np.full((n, G), NO_ACTION)
    cycle = np.full((n, G), -1)
    dt, cycle_rate, cycle_jump, per_cycle = cycles(actions, lowering.system, n)
    steady = 0
    for a, event in enumerate(actions):
        action[everyone, action_at[:, a]] = event.kind
        if event.pieces:
            cycle[everyone, action_at[:, a]] = steady * n + everyone
            steady += 1
    arrays = ScheduleArrays(
        first=np.arange(n + 1, dtype=np.int64) * G,
        start=_for_each(begin, n).ravel(),
        end=_for_each(end, n).ravel(),
        row=row.ravel().astype(np.int64),
        rate=rate.reshape(n * G, S),
        jump=jump.reshape(n * G, S),
        action=action.ravel().astype(np.int64),
        cycle=cycle.ravel().astype(np.int64),
        cycle_first=np.arange(dt.shape[0] + 1, dtype=np.int64) * per_cycle,
        piece_dt=dt.ravel(),
        piece_rate=cycle_rate.reshape(-1, S),
        piece_jump=cycle_jump.reshape(-1, S),
    )
    restarts = tuple(a.time for a in actions if a.kind != STEADY_ADDS)
    return Schedule(arrays=arrays, given_events=lowering.given, restarts=restarts)


def _for_each(values: Floats, n: int) -> Floats:
    """Rows (N, G) of what may be one row that all share."""
    return values if len(values) == n else np.repeat(values, n, axis=0)


def _restricted(action: Action, only: Part | None) -> Action:
    """Leave of an action what one part does: of a steady state of others, that it replaces."""
    if only is None or not action.pieces:
        return action
    pieces = [piece for piece in action.pieces if piece.part == only]
    emptied = RESET if action.kind == STEADY_REPLACES else NO_ACTION
    return replace(action, pieces=pieces, kind=action.kind if pieces else emptied)


def _segments(tied: Floats, actions: list[Action]) -> tuple[Floats, NDArray[np.int64]]:
    """Starts of the segments (N, G), and the segment of each action (N, actions).

    Breakpoints that all subjects share are kept once; every action gets a segment of its own,
    in the order in which the actions came, so that what enters at its time enters after it.
    """
    n, E = tied.shape
    n_actions = len(actions)
    # Ties are broken so that plain breakpoints come first and actions follow in their order.
    order = np.argsort(tied, axis=1, kind="stable")
    ranked = np.take_along_axis(tied, order, axis=1)
    is_action = order >= E - n_actions
    new = np.concatenate([np.full((n, 1), True), np.diff(ranked, axis=1) > 0.0], axis=1) | is_action
    keep = np.any(new, axis=0)
    position = np.cumsum(keep) - 1
    begin = ranked[:, keep]
    action_at = np.empty((n, n_actions), dtype=np.int64)
    where = np.empty_like(order)
    np.put_along_axis(where, order, np.broadcast_to(position, (n, E)), axis=1)
    action_at[:, :] = where[:, E - n_actions :]
    return begin, action_at


def _last_at(begin: Floats, time: Floats) -> NDArray[np.int64]:
    """Last segment of each subject that begins at ``time`` (N,)."""
    result: NDArray[np.int64] = np.sum(begin <= time[:, None], axis=1) - 1
    return result


def _first_at(begin: Floats, time: Floats) -> NDArray[np.int64]:
    """First segment of each subject that begins at or after ``time`` (N,)."""
    result: NDArray[np.int64] = np.sum(begin < time[:, None], axis=1)
    return result
