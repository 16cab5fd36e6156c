"""Records and flows in the order in which they happen, as segments of constant input.

Every record is a segment of its own, at whose start its prediction is read. At one time come first
the ends of infusions and the lagged and additional doses that fall due, then the records in the
order of the file. A reset or a replacing steady state begins a course of its own, which knows
nothing of what was before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ketapk.kernels.arrays import NO_ACTION, STEADY_ADDS, STEADY_REPLACES, ScheduleArrays
from ketapk.kernels.segments import spread
from ketapk.schedule import TIE_ULPS, Schedule

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ketapk.records.doses import Doses
    from ketapk.records.records import Records

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

DUE, RECORD = 0, 1
"""At one time what falls due comes before the records."""


def courses(records: Records) -> tuple[Ints, Floats]:
    """Course of each record (R,), and the time of the last record of that course (R,) [h]."""
    begins = np.append(True, records.subject[1:] != records.subject[:-1])
    begins |= (records.evid >= 3) | (records.is_dose & (records.ss == 1))
    course = np.cumsum(begins) - 1
    ends = np.append(np.flatnonzero(begins)[1:], course.size) - 1
    return course, records.time_h[ends][course]


@dataclass(frozen=True)
class Events:
    """Segments of some records, and where each record is among them."""

    schedule: Schedule
    at: Ints
    """(R,) segment of each record."""
    course: Ints
    """(R,) position of the course of each record."""


def arrange(
    time: Floats, course: Ints, row: Ints, doses: Doses, steady: Ints, n_states: int, carry: str
) -> Events:
    """Arrange records and flows in segments.

    Parameters
    ----------
    time : (R,) array
        Time of each record [h].
    course : (R,) int array
        Course of each record, ascending from 0.
    row : (R,) int array
        Row of the system that belongs to each record.
    doses : Doses
        Flows and steady states; their records are positions in ``time``.
    steady : (R,) int array
        1 where a steady state replaces the state, 2 where it is added, else 0.
    n_states : int
        Number of states, S.
    carry : str
        "nocb" or "locf".
    """
    flows = doses.flows
    R, F = time.size, flows.start.size
    asks = np.flatnonzero(steady)
    owner = np.concatenate([course, course[asks], course[flows.record], course[flows.record]])
    when = np.concatenate([time, time[asks], flows.start, flows.end])
    moment = _moments(owner, when)
    # What a record gives by itself begins with it; the rest falls due before the records.
    begins = slice(R + asks.size, R + asks.size + F)
    with_record = moment[begins] == moment[:R][flows.record]
    priority = np.concatenate([np.full(R + asks.size, RECORD), np.full(2 * F, DUE)])
    rank = np.concatenate([2 * np.arange(R) + 1, 2 * asks, np.zeros(2 * F, dtype=np.int64)])
    order = np.lexsort((rank, priority, moment))
    place = np.empty(order.size, dtype=np.int64)
    place[order] = np.arange(order.size)

    at = place[:R]
    first = np.where(with_record, at[flows.record], place[begins])
    last = np.maximum(place[R + asks.size + F :], first)
    lengths = flows.end - flows.start
    at_once = moment[R + asks.size + F :] <= moment[begins]
    G = order.size
    rate, jump = np.zeros((G, n_states)), np.zeros((G, n_states))
    np.add.at(jump, (first[at_once], flows.state[at_once]), flows.amount[at_once])
    running = ~at_once
    pace = flows.amount[running] / lengths[running]
    spread(first[running], last[running], flows.state[running], pace, rate)

    owner, when = owner[order], when[order]
    new = np.append(True, owner[1:] != owner[:-1])
    end = np.append(when[1:], np.inf)
    end[np.append(new[1:], True)] = np.inf
    cycle, cycle_arrays = _cycles(doses, place[R : R + asks.size], asks, G, n_states)
    action = np.full(G, NO_ACTION)
    action[place[R : R + asks.size]] = np.where(steady[asks] == 1, STEADY_REPLACES, STEADY_ADDS)
    arrays = ScheduleArrays(
        np.append(np.flatnonzero(new), G),
        when,
        end,
        _rows(order, row, asks, at, new, carry),
        rate,
        jump,
        action,
        cycle,
        *cycle_arrays,
    )
    return Events(Schedule(arrays=arrays, given_events=(), restarts=()), at, course)


def _moments(owner: Ints, when: Floats) -> Ints:
    """Number the distinct times of every course in order; those within rounding are one."""
    order = np.lexsort((when, owner))
    o, t = owner[order], when[order]
    apart = np.diff(t) > TIE_ULPS * np.spacing(np.maximum(np.abs(t[1:]), np.abs(t[:-1])))
    new = np.append(True, apart | (o[1:] != o[:-1]))
    moment = np.empty(order.size, dtype=np.int64)
    moment[order] = np.cumsum(new)
    return moment


def _rows(order: Ints, row: Ints, asks: Ints, at: Ints, new: NDArray[np.bool_], carry: str) -> Ints:
    """Row of the system in every segment (G,): of the next record, or of the last one."""
    R, G = row.size, order.size
    course_of = np.cumsum(new)
    marks = np.full(G, -1)
    marks[at] = np.arange(R)
    if carry == "locf":
        held = np.maximum.accumulate(marks)
        # Before the first record of a course nothing is known; its own values hold.
        behind = (held < 0) | (course_of[at[np.maximum(held, 0)]] != course_of)
        first = at[np.searchsorted(course_of[at], course_of)]
        chosen = np.where(behind, marks[first], held)
    else:
        later = np.append(marks[1:], -1)
        later = np.where(later < 0, R, later)
        ahead = np.minimum.accumulate(later[::-1])[::-1]
        # After the last record of a course its own values go on.
        beyond = (ahead >= R) | (course_of[at[np.minimum(ahead, R - 1)]] != course_of)
        final = at[np.searchsorted(course_of[at], course_of, side="right") - 1]
        chosen = np.where(beyond, marks[final], ahead)
    result = row[chosen]
    # A steady state is that of its own record.
    is_steady = (order >= R) & (order < R + asks.size)
    result[is_steady] = row[asks[order[is_steady] - R]]
    return result


def _cycles(
    doses: Doses, place: Ints, asks: Ints, G: int, S: int
) -> tuple[Ints, tuple[Ints, Floats, Floats, Floats]]:
    """Cycle of every segment (G,), and the pieces of all cycles as the kernels take them."""
    cycle = np.full(G, -1)
    counts, dts, rates, jumps = [0], [np.empty(0)], [np.empty((0, S))], [np.empty((0, S))]
    segment_of = dict(zip(asks.tolist(), place.tolist(), strict=True))
    number = 0
    for found in doses.cycles:
        n, pieces = found.dt.shape
        cycle[[segment_of[r] for r in found.record.tolist()]] = number + np.arange(n)
        number += n
        counts += [pieces] * n
        dts.append(found.dt.ravel())
        rates.append(found.rate.reshape(-1, S))
        jumps.append(found.jump.reshape(-1, S))
    first = np.cumsum(counts).astype(np.int64)
    return cycle, (first, np.concatenate(dts), np.concatenate(rates), np.concatenate(jumps))
