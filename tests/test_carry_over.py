"""Repeated sessions against the sum of their closed forms."""

import numpy as np
import pytest

import ketapk as kp
from ketapk.cli import main
from ketapk.dosing.sessions import session_starts
from ketapk.notice import NO_ADVICE

ME = kp.Patient(weight_kg=70)
CL, V1 = 3.0, 120.0
K = CL / V1
ONE = kp.one_compartment(CL=CL, V1=V1)
TOP = 60.0 / V1 * 1000.0


@pytest.mark.parametrize(
    ("every", "starts"),
    [
        ("3.5 d", [0, 84, 168, 252]),
        ("Mon, Thu", [0, 72, 168, 240]),
        ("friday and monday", [0, 72, 168, 240]),
    ],
)
def test_every_session_finds_the_sum_of_those_before(every, starts):
    found = kp.carry_over("60 mg iv bolus", ONE, ME, every=every, times=4, levels=["20 ng/mL"])
    assert [float(s) for s in found.starts] == starts
    rows = found.table.to_dicts()
    peaks = []
    for row, start in zip(rows, starts, strict=True):
        left = sum(TOP * np.exp(-K * (start - s)) for s in starts if s < start)
        peaks.append(left + TOP)
        assert row["before"] == pytest.approx(left, rel=1e-10, abs=1e-12)
        assert row["peak"] == pytest.approx(left + TOP, rel=1e-10)
        # One mode: the area over any fixed time after a start goes with the peak.
        assert row["accumulation"] == pytest.approx(peaks[-1] / TOP, rel=1e-10)
        if start:
            assert row["of_peak"] == pytest.approx(left / peaks[-2], rel=1e-10)
    gaps = [*np.diff(starts), np.inf]
    for row, peak, gap in zip(found.washout.to_dicts(), peaks, gaps, strict=True):
        hours = np.log(peak / 20.0) / K
        if hours < gap:
            assert row["after_h"] == pytest.approx(hours, rel=1e-10)
        else:
            assert row["after_h"] is None


def test_an_even_interval_accumulates_as_repetition_says():
    left = kp.carry_over("0.5 mg/kg iv over 40 min", "kamp2020", ME, every="6 h", times=4)
    table = kp.accumulation("0.5 mg/kg iv over 40 min", "kamp2020", ME, every="6 h", times=4)
    np.testing.assert_allclose(left.table["before"], table["Ctrough"])
    np.testing.assert_allclose(left.table["accumulation"], table["accumulation"])


def test_a_metabolite_that_rises_after_the_dose_is_washed_out_when_it_falls():
    found = kp.carry_over("84 mg spravato", "perez_ruixo2021", ME, times=2, levels=["50 ng/mL"])
    metabolite = found.washout.filter(analyte="noresketamine")
    once = kp.simulate("84 mg spravato", "perez_ruixo2021", ME).curve("noresketamine")
    assert once.level("10 min")[0] < 50.0
    end = once.intervals_above("50 ng/mL")["end_h"].max()
    assert metabolite["after_h"][0] == pytest.approx(end - 1.0 / 6.0, rel=1e-9)


def test_all_eligible_models_are_followed_and_named():
    found = kp.carry_over("84 mg spravato", None, ME, times=2)
    assert "perez_ruixo2021" in found.runs
    assert found.reasons
    assert found.basis in repr(found)
    assert set(found.table["model"]) == set(found.runs)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"every": 84}, "every=84 has no unit"),
        ({"every": "Mon, Fool"}, "has 'fool', which is no day"),
        ({"every": "Mon, Mon"}, "write each day once, in order"),
        ({"every": "Mon, Sun, Wed"}, "write each day once, in order"),
        ({"times": 0}, "times=0 is not a count; write a whole number from 1."),
        ({"times": 100_000}, "write at most 500."),
        ({"levels": ["5"]}, "has no unit"),
    ],
)
def test_what_is_wrong_is_said(options, said):
    with pytest.raises(kp.InputError) as error:
        kp.carry_over("35 mg iv over 40 min", "kamp2020", ME, **options)
    assert said in str(error.value)


def test_a_session_longer_than_the_interval_is_refused():
    with pytest.raises(kp.PlanError, match="has not ended when the next begins"):
        kp.carry_over("35 mg iv over 40 min", "kamp2020", ME, every="40 min")


def test_a_session_that_begins_at_steady_state_is_refused():
    steady = kp.Regimen.of(kp.Dose(route="iv", amt=10, ii=6, ss=1))
    with pytest.raises(kp.PlanError, match="begins with a steady state"):
        kp.carry_over(steady, "kamp2020", ME)


def test_one_level_may_be_given_alone():
    found = kp.carry_over("35 mg iv over 40 min", "kamp2020", ME, times=2, levels="5 ng/mL")
    assert found.levels == ("5 ng/mL",)


def test_days_of_a_week_go_on_over_its_end():
    assert [float(s) / 24 for s in session_starts("Sat and Tue", 5)] == [0, 3, 7, 10, 14]


def test_the_course_is_drawn_with_what_is_left():
    found = kp.carry_over("84 mg spravato", "perez_ruixo2021", ME, times=3)
    above, below = found.plot().axes
    dots = above.lines[1]
    own = found.table.filter(analyte="esketamine", session=3)
    assert dots.get_ydata()[-1] == pytest.approx(own["before"].item())
    assert below.get_title(loc="left") == "Metabolites"
    assert above.lines[0].get_color() == below.lines[0].get_color()
    assert NO_ADVICE in above.figure.get_supxlabel()


def test_the_command_prints_what_is_left(capsys):
    command = ["carry-over", "84 mg spravato", "--model", "perez_ruixo2021", "--every", "Mon, Thu"]
    assert main(command) == 0
    printed = capsys.readouterr().out
    assert "below 5 ng/mL after the last session" in printed
    assert main([*command, "--json"]) == 0
    assert "It is not a recommendation." in capsys.readouterr().out
