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


def test_bands_are_shaded_and_their_source_is_in_the_footer():
    axes = kp.simulate("35 mg iv bolus", "kamp2020", ME).plot(bands=["analgesia"])
    said = " ".join(words(axes).split())
    assert "Zanos 2018, Table 1" in said
    assert "not a threshold" in said
    with pytest.raises(kp.InputError, match="has no band"):
        kp.simulate("35 mg iv bolus", "kamp2020", ME).plot(bands=["awakening"])


def test_a_logarithmic_axis_shows_the_tail():
    axes = kp.simulate("35 mg iv bolus", "kamp2020", ME).plot(log=True)
    assert axes.get_yscale() == "log"
    low, high = axes.get_ylim()
    assert 0 < low < high


def test_a_borrowed_route_is_hatched_over_its_range():
    run = kp.simulate("50 mg nasal", "kamp2020+nasal", ME)
    axes = run.plot()
    assert any(collection.get_hatch() for collection in axes.collections)
    assert "range of its borrowed route" in words(axes)
    own = kp.simulate("28 mg spravato", "perez_ruixo2021", ME).plot()
    assert not any(collection.get_hatch() for collection in own.collections)


def test_stacked_areas_are_the_ledger():
    run = kp.simulate("56 mg spravato", "perez_ruixo2021", ME)
    axes = run.plot_ledger(until="6 h")
    assert axes.get_ylim()[1] == pytest.approx(56.0)
    names = {text.get_text() for text in axes.get_legend().get_texts()}
    assert {"in plasma and tissues", "taken by the gut wall", "still in the nose"} <= names
    assert axes.get_xlim() == (0.0, 6.0)


def test_bars_of_fates_sum_to_the_dose():
    compared = kp.compare({"IM": "35 mg im", "device": "84 mg spravato"}, patient=ME)
    axes = compared.plot_fates()
    widths = {}
    for bar in axes.patches:
        widths[bar.get_y()] = widths.get(bar.get_y(), 0.0) + bar.get_width()
    assert list(widths.values()) == pytest.approx([100.0, 100.0])


def test_small_multiples_have_a_panel_a_model_on_one_scale():
    spread = kp.simulate_models(
        "35 mg esketamine iv over 40 min", kp.Patient(weight_kg=70, age_y=25)
    )
    panels = spread.plot_models()
    shown = [panel for panel in panels.flat if panel.get_visible()]
    assert [panel.get_title().partition("\n")[0] for panel in shown] == list(spread.runs)
    assert len({panel.get_ylim() for panel in shown}) == 1
    highest = max(run.exposure()["Cmax"][0] for run in spread.runs.values())
    assert shown[0].get_ylim()[1] >= highest


def test_decrement_times_are_drawn_as_they_are():
    from ketapk.plot import draw_decrement

    table = kp.decrement_times("kamp2020", ME, lengths=["1 h", "8 h"], by=["50 %"])
    (line,) = draw_decrement(table).lines
    np.testing.assert_allclose(line.get_ydata(), table["time_h"].to_numpy() * 60)


def test_a_card_holds_numbers_and_sources():
    figure = kp.simulate("28 mg spravato", "perez_ruixo2021", ME).plot_card()
    said = " ".join(t.get_text() for t in figure.findobj(lambda a: hasattr(a, "get_text")))
    for word in ("43.9", "noresketamine", "10.1007/s40262-020-00953-4", NOTICE.split(".")[0]):
        assert word in " ".join(said.split())


LOOKS = {
    "routes": lambda: kp.compare(
        {"IV": "35 mg iv over 40 min", "IM": "35 mg im"}, patient=ME
    ).plot(),
    "ledger": lambda: kp.simulate("84 mg spravato", "perez_ruixo2021", ME).plot_ledger(until="8 h"),
    "fates": lambda: kp.compare(
        {"IM": "35 mg im", "device": "84 mg spravato"}, patient=ME
    ).plot_fates(),
}


@pytest.mark.parametrize("name", LOOKS)
def test_figures_look_as_they_did(name, tmp_path):
    """To take a new look on purpose: KETAPK_NEW_LOOKS=1, then look at the images."""
    import os
    from pathlib import Path

    from matplotlib.testing.compare import compare_images

    baseline = Path(__file__).parent / "looks" / f"{name}.png"
    drawn = tmp_path / f"{name}.png"
    LOOKS[name]().figure.savefig(drawn, dpi=60)
    if os.environ.get("KETAPK_NEW_LOOKS"):
        baseline.parent.mkdir(exist_ok=True)
        baseline.write_bytes(drawn.read_bytes())
    assert compare_images(str(baseline), str(drawn), tol=12) is None
