"""Times that are read again are the same row, and nothing that a caller holds can change it."""

import numpy as np
import pytest

import ketapk as kp
from ketapk import units
from ketapk.timetable import LONGEST, MADE, Timetable, read_only, timetable

TIMES = np.arange(200) / 7.0
ME = kp.Patient(weight_kg=70)


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


@pytest.mark.parametrize(
    ("step", "until"), [("1 min", "2 d"), ("7 min", "1 h"), ("0.5 h", "0.5 h")]
)
def test_even_times_are_multiples_rounded_once(step, until):
    apart, last = units.time_h(step, "step"), units.time_h(until, "until")
    times = kp.every(step, until=until)
    assert times.tolist() == [float(k * apart) for k in range(times.size)]
    assert times[-1] <= last < times.size * apart


def test_even_times_whose_numbers_are_long_are_rounded_once_too():
    apart = units.time_h("0.12345678901234567 h", "step")
    times = kp.every("0.12345678901234567 h", until="3 h")
    assert times.tolist() == [float(k * apart) for k in range(times.size)]


def test_even_times_are_the_same_row_in_a_run():
    times = kp.every("1 min", until="1 d")
    assert kp.every("60 s", until="24 h") is times
    assert kp.simulate("25 mg iv bolus", "domino", ME, times=times).times_h is times
    with pytest.raises(ValueError, match="WRITEABLE"):
        times.flags.writeable = True


@pytest.mark.parametrize(
    ("step", "until", "said"),
    [
        ("0 min", "1 h", "no time at all"),
        ("1 min", "-1 h", "negative"),
        (1, "1 h", "no unit"),
        ("1 s", "10000 weeks", "longer step"),
        ("2 h", "1 h", "not longer"),
    ],
)
def test_times_that_cannot_be_even_are_refused(step, until, said):
    with pytest.raises(kp.KetapkError, match=said):
        kp.every(step, until=until)


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
