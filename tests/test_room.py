"""Memory of large results is used again, and never while something lies in it."""

import threading

import numpy as np
import pytest

import ketapk as kp
from ketapk import room as shelf
from ketapk.room import LARGE, MOST, room


@pytest.fixture(autouse=True)
def empty():
    shelf._kept.clear()
    yield
    shelf._kept.clear()


def place(array):
    return array.__array_interface__["data"][0]


def test_room_is_used_again_when_it_is_left_and_not_before():
    first = room(4, LARGE)
    first.fill(1.0)
    second = room(4, LARGE)
    second.fill(2.0)
    assert not np.shares_memory(first, second)
    assert (first == 1.0).all()
    left = place(first)
    del first
    third = room(LARGE, 4)
    assert place(third) == left
    assert third.shape == (LARGE, 4)
    assert third.flags.writeable
    assert third.flags.c_contiguous
    assert (second == 2.0).all()


def test_a_part_of_it_keeps_it():
    whole = room(LARGE)
    part, view = whole[-3:], memoryview(whole[:3])
    part[:] = 7.0
    del whole
    assert not np.shares_memory(room(LARGE), part)
    del view
    room(LARGE).fill(0.0)
    assert part.tolist() == [7.0] * 3


def test_little_room_is_not_kept():
    room(LARGE - 1).fill(0.0)
    assert not shelf._kept


@pytest.mark.parametrize("asked", [LARGE, 5 * LARGE])
def test_what_does_not_fit_is_given_back(asked):
    room(4 * LARGE)
    assert len(shelf._kept) == 1
    other = room(asked)
    assert not shelf._kept
    assert other.size == asked


def test_the_smallest_that_fits_is_taken():
    wide, narrow = room(LARGE + LARGE // 2), room(LARGE + LARGE // 4)
    wanted = place(narrow)
    del wide, narrow
    assert place(room(LARGE)) == wanted


def test_no_more_is_kept_than_is_said():
    pieces = [room(MOST // 4) for _ in range(6)]
    pieces.clear()
    assert sum(piece.size for piece in shelf._kept.values()) <= MOST


def test_threads_that_come_and_go_never_meet():
    wrong = []

    def work(mark):
        for _ in range(30):
            mine = room(LARGE)
            mine[::4096] = mark
            if not (mine[::4096] == mark).all():
                wrong.append(mark)

    threads = [threading.Thread(target=work, args=(float(k),)) for k in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not wrong


@pytest.mark.parametrize("elimination", [{"CL": 80.0}, {"Vmax": 80.0, "Km": 1.0}])
def test_curves_stay_as_they_are_whatever_is_simulated_after(elimination):
    model = kp.one_compartment(**elimination, V1=60.0)
    times = np.linspace(0.0, 24.0, 6001)
    who = kp.Cohort(weight_kg=np.linspace(50.0, 90.0, 100))
    assert len(who) * times.size >= LARGE

    def curves(dose):
        return kp.simulate(dose, model, who, times=times).concentration("ketamine")

    first = curves("0.5 mg/kg iv bolus")
    copy, left = first.copy(), place(curves("1 mg/kg iv bolus"))
    again = curves("2 mg/kg iv bolus")
    assert place(again) == left
    assert not np.shares_memory(first, again)
    np.testing.assert_array_equal(first, copy)
