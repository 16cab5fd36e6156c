"""Figures show what was simulated."""

import numpy as np
import pytest
from matplotlib.figure import Figure

import ketapk as kp
from ketapk.notice import NOTICE

ME = kp.Patient(weight_kg=70)


def words(axes):
    figure = axes.figure
    return " ".join(text.get_text() for text in figure.findobj(lambda a: hasattr(a, "get_text")))


def test_a_profile_has_a_line_per_analyte_with_its_values():
    axes = kp.simulate("84 mg spravato", "perez_ruixo2021", ME, times=[0, 1, 2]).plot()
    lines = {line.get_label(): line for line in axes.lines}
    assert set(lines) == {"esketamine", "noresketamine"}
    for analyte, line in lines.items():
        hours = line.get_xdata() / 60.0
        run = kp.simulate("84 mg spravato", "perez_ruixo2021", ME, times=hours)
        np.testing.assert_allclose(line.get_ydata(), run.concentration(analyte)[0], rtol=1e-9)
    assert axes.get_ylabel() == "Plasma concentration [ng/mL]"


def test_a_coarse_run_is_drawn_as_a_smooth_curve_to_its_last_time():
    run = kp.simulate("35 mg iv over 40 min", "kamp2020", ME, times=[0, 0.5, 1.0])
    (line,) = run.plot().lines
    assert line.get_xdata().size > 400
    assert line.get_xdata()[-1] == 60.0
    assert line.get_ydata().max() == pytest.approx(run.exposure()["Cmax"][0], rel=1e-9)


def test_axes_given_are_used_and_returned():
    axes = Figure().add_subplot()
    assert kp.simulate("35 mg iv bolus", "kamp2020", ME).plot(ax=axes) is axes


def test_a_cohort_is_a_median_with_a_ribbon():
    run = kp.simulate("35 mg iv bolus", "kamp2020", kp.Cohort(weight_kg=np.linspace(50, 90, 21)))
    axes = run.plot()
    assert len(axes.lines) == 1
    assert len(axes.collections) == 1


def test_every_figure_carries_sources_and_the_notice():
    comparison = kp.compare({"IV": "35 mg iv over 40 min", "IM": "35 mg im"}, patient=ME)
    axes = comparison.plot()
    said = " ".join(words(axes).split())
    assert NOTICE in said
    assert "Grant 1981" in said
    assert [line.get_linestyle() for line in axes.lines] == ["-", "--"]


def test_short_spans_are_in_minutes_and_long_ones_in_hours():
    short = kp.simulate("35 mg iv bolus", "kamp2020", ME, times=np.linspace(0, 2, 50)).plot()
    long = kp.simulate("35 mg iv bolus", "kamp2020", ME, times=np.linspace(0, 24, 50)).plot()
    assert short.get_xlabel() == "Time [min]"
    assert short.lines[0].get_xdata()[-1] == pytest.approx(120.0)
    assert long.get_xlabel() == "Time [h]"


def test_a_grid_of_its_own_shows_every_peak():
    run = kp.simulate("84 mg spravato; 20 mg esketamine iv bolus at 9 h", "perez_ruixo2021", ME)
    table = run.exposure()
    assert run.concentration("esketamine").max() == pytest.approx(table["Cmax"][0], rel=1e-9)
    assert 9.0 in run.times_h
