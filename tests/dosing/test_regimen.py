"""The algebra of doses."""

from fractions import Fraction as Fr

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ketapk as kp
from ketapk.dosing.regimen import Dose, Regimen, Reset

times = st.integers(0, 10_000).map(lambda n: Fr(n, 60))
doses = st.builds(
    Dose, route=st.sampled_from(["iv", "im", "oral"]), amt=st.floats(0.1, 500), time=times
)
plans = st.lists(doses, max_size=5).map(lambda d: Regimen.of(*d))


@given(plans, plans, plans)
def test_adding_is_associative_and_keeps_every_dose(a, b, c):
    assert (a + b) + c == a + (b + c)
    assert sorted((a + b).doses, key=repr) == sorted(a.doses + b.doses, key=repr)


@given(plans, plans, times)
def test_delaying_a_sum_delays_its_parts(a, b, by):
    assert (a + b).delay(by) == a.delay(by) + b.delay(by)


@given(plans, times.filter(lambda t: t > 0), st.integers(1, 6))
def test_repeating_is_adding_delayed_copies(plan, every, n):
    copies = sum((plan.delay(k * every) for k in range(n)), Regimen())
    assert sorted(plan.repeat(every=every, times=n).doses, key=repr) == sorted(
        copies.doses, key=repr
    )


@given(plans, st.integers(1, 6), st.floats(1, 200))
def test_repeating_multiplies_the_total(plan, n, weight):
    total = plan.repeat(every="1 h", times=n).total_mg(weight)
    assert total == pytest.approx(n * plan.total_mg(weight), rel=1e-12)


def test_decimal_intervals_are_exact():
    plan = kp.bolus("1 mg").repeat(every="0.1 h", times=4)
    assert [float(d.time) for d in plan.doses] == [0.0, 0.1, 0.2, 0.3]


def test_additional_doses_written_out():
    plan = Regimen.of(Dose(route="iv", amt=1.0, ii=Fr(1, 3), addl=2, ss=1))
    written = plan.expand().doses
    assert [d.time for d in written] == [0, Fr(1, 3), Fr(2, 3)]
    assert [d.ss for d in written] == [1, 0, 0]
    assert all(d.addl == 0 for d in written)


def test_an_infusion_of_an_amount_keeps_its_duration_and_one_of_a_rate_its_rate():
    amount = kp.infusion("0.5 mg/kg", over="40 min").doses[0]
    assert (amount.amt, amount.per_kg, amount.dur, amount.rate) == (0.5, True, Fr(2, 3), None)
    rate = kp.infusion("0.1 mg/kg/h", over="4 h").doses[0]
    assert (rate.amt, rate.per_kg, rate.dur, rate.rate) == (0.4, True, None, 0.1)


def test_hydrochloride_is_converted_to_base():
    assert kp.intramuscular("57.7 mg HCl").total_mg(70) == pytest.approx(50.03, abs=0.01)
    assert kp.intramuscular("32.3 mg hydrochloride").total_mg(70) == pytest.approx(28.0, abs=0.01)


def test_a_session_of_devices_counts_them():
    session = kp.nasal_spray(devices=3, every="5 min")
    assert [d.device for d in session.doses] == [1, 2, 3]
    assert [d.time for d in session.doses] == [0, Fr(1, 12), Fr(1, 6)]
    assert session.total_mg(70) == 84.0
    again = session.repeat(every="3.5 d", times=2)
    assert [d.device for d in again.doses] == [1, 2, 3, 1, 2, 3]


def test_the_s_half_of_a_racemic_dose_is_half_of_it():
    half = kp.infusion("0.5 mg/kg/h", over="1 h").enantiomer("S").doses[0]
    assert (half.amt, half.rate, half.drug) == (0.25, 0.25, "S")


def test_the_end_is_when_the_last_dose_has_been_given():
    plan = kp.parse("35 mg iv over 40 min; 10 mg im every 2 h x 3") + Regimen.of(Reset(time=Fr(1)))
    assert plan.end == 4


def test_the_table_has_a_row_per_dose():
    rows = kp.parse("2 mg/kg iv bolus every 30 min x 3").table()
    assert [row["time_h"] for row in rows] == [0.0, 0.5, 1.0]
    assert rows[0]["unit"] == "mg/kg"


def test_a_dose_reads_its_hours_as_the_decimals_they_print_as():
    dose = Dose(route="iv", amt=1, time=0.1, dur=0.5, ii=3, addl=1)
    assert (dose.time, dose.dur, dose.ii) == (Fr(1, 10), Fr(1, 2), Fr(3))
    assert Reset(time=0.1).time == Fr(1, 10)
