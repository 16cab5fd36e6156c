"""Times that are read again are the same row, and nothing that a caller holds can change it."""

import numpy as np
import pytest

import ketapk as kp
from ketapk.timetable import LONGEST, MADE, Timetable, read_only, timetable

TIMES = np.arange(200) / 7.0


def test_the_same_times_are_the_same_row():
    one, other = timetable(TIMES.copy()), timetable(TIMES.copy())
    assert one is other
    assert timetable(one.row) is one
    assert one.row.tobytes() == TIMES.tobytes()


@pytest.mark.parametrize("place", [0, 1, 100, 199])
def test_a_time_that_differs_in_its_last_bit_makes_another(place):
    other = TIMES.copy()
    other[place] = np.nextafter(other[place], 1e3)
    assert timetable(other) is not timetable(TIMES)
    assert timetable(other).row.tobytes() == other.tobytes()


def test_nought_with_a_sign_is_another_time():
    assert timetable(np.array([0.0, 1.0])) is not timetable(np.array([-0.0, 1.0]))


def test_what_is_kept_is_not_what_was_given():
    given = TIMES.copy()
    kept = timetable(given)
    given[5:] += 1.0
    assert kept.row.tobytes() == TIMES.tobytes()
    assert timetable(given) is not kept
    with pytest.raises(ValueError, match="WRITEABLE"):
        kept.row.flags.writeable = True


def test_times_with_gaps_are_kept_without():
    assert timetable(np.repeat(TIMES, 2)[::2]) is timetable(TIMES)


def test_what_is_made_is_made_once_and_not_for_ever():
    calls = []

    def make(row, number):
        calls.append(number)
        return float(row.sum()) + number

    table = timetable(np.arange(31.0))
    for number in (1, 2, 1, 2):
        assert table.once(make, number) == 465.0 + number
    assert calls == [1, 2]
    for number in range(3 * MADE):
        table.once(make, number)
    assert len(table._made) <= MADE


def test_too_many_times_are_not_kept():
    times = np.arange(LONGEST + 1.0)
    table = timetable(times)
    assert timetable(times) is not table
    assert np.shares_memory(table.row, times)
    assert not np.shares_memory(table.own(), times)


def test_times_that_do_not_ascend_are_known():
    assert timetable(TIMES).ascends
    assert not timetable(TIMES[::-1]).ascends
    assert not Timetable(np.array([0.0, np.nan, 1.0])).ascends


def test_read_only_is_a_view():
    times = TIMES.copy()
    row = read_only(times)
    assert not row.flags.writeable
    assert times.flags.writeable
    assert np.shares_memory(row, times)
    assert read_only(row) is row


@pytest.mark.parametrize("size", [50, 9000, LONGEST + 100])
def test_times_and_curves_of_a_run_are_its_own(size):
    model = kp.two_compartment(CL=84.0, V1=25.0, Q2=161.0, V2=56.0)
    me = kp.Patient(weight_kg=70)
    times = np.linspace(0.0, 30.0, size)
    first = kp.simulate("35 mg iv over 40 min", model, me, times=times)
    curve = first.concentration("ketamine").copy()
    first.concentration("ketamine")[:] = -1.0
    times[-1] += 1.0
    assert first.times_h[-1] == 30.0
    again = kp.simulate("35 mg iv over 40 min", model, me, times=first.times_h)
    assert np.array_equal(again.concentration("ketamine"), curve)
