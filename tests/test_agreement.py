"""The report of published observations beside predictions."""

import numpy as np
import pytest

import ketapk as kp
from ketapk.library.observations import load_studies


@pytest.fixture(scope="module")
def report():
    return kp.observed()


def test_every_row_belongs_to_one_study():
    rows = [row for study in load_studies() for row in study.rows]
    assert sorted(rows) == sorted(set(rows))
    assert sorted(rows) == sorted(kp.load_observations()["id"].to_list())


def test_every_observation_has_citation_and_grade():
    table = kp.load_observations()
    assert table.height == 210
    assert not table["citation"].null_count()
    assert set(table["grade"].unique()) == {"A", "B", "C", "B-model"}


def test_every_study_says_why(report):
    studies = report.studies
    assert studies.height == len(load_studies())
    for row in studies.to_dicts():
        assert row["why"]
        assert row["comparable"] == bool(row["models"])


def test_ratio_is_predicted_over_observed(report):
    table = report.table
    np.testing.assert_allclose(table["ratio"], table["predicted"] / table["observed"])
    assert table["predicted"].is_finite().all()


def test_arterial_samples_are_not_held_against_venous_models(report):
    leiden = report.table.filter(report.table["study"].str.starts_with("Kamp 2020"))
    assert set(leiden["model"]) == {"kamp2020", "simons2022"}
    otto = report.table.filter(report.table["study"].str.starts_with("Otto 2021"))
    assert "simons2022" not in set(otto["model"])
    assert set(report.table["site"]) == {"same", "inferred", "pooled", "not stated"}


def test_a_summary_is_that_of_its_rows(report):
    row = report.summary().filter(model="otto2021").row(0, named=True)
    ratios = report.table.filter(model="otto2021")["ratio"].to_numpy()
    fold = np.exp(np.abs(np.log(ratios)))
    assert row["rows"] == ratios.size == 16
    assert row["GMFE"] == pytest.approx(np.exp(np.mean(np.log(fold))))
    assert row["within 1.5-fold"] == pytest.approx(np.mean(fold <= 1.5))
    assert row["within 2-fold"] == pytest.approx(np.mean(fold <= 2.0))
    finer = report.summary("model", "analyte")
    assert finer["rows"].sum() == report.table.height


def test_a_prediction_is_what_the_model_says(report):
    row = report.table.filter(id="OBS0079", model="otto2021").row(0, named=True)
    run = kp.simulate(
        "10 mg esketamine iv over 30 min",
        "otto2021",
        kp.Patient(weight_kg=68, age_y=25),
        times=[0.5],
    )
    assert row["predicted"] == pytest.approx(run.concentration("esketamine")[0, 0])
    area = report.table.filter(id="OBS0259", model="simons2022").row(0, named=True)
    assert area["unit"] == "ng h/mL"
    assert area["ratio"] == pytest.approx(1.0, abs=0.1)


def test_what_no_model_reaches_is_reported(report):
    """45 ng/mL after 0.5 mg/kg by mouth (Zanos 2018, Table 1) is shown, not tested away."""
    row = report.table.filter(id="OBS0349", model="kamp2020+oral").row(0, named=True)
    assert row["ratio"] < 0.6


def test_one_model_can_be_asked_for():
    report = kp.observed("herd2007")
    assert {name.partition("+")[0] for name in report.table["model"]} == {"herd2007"}
    with pytest.raises(kp.InputError, match="Did you mean 'herd2007'"):
        kp.observed("herd2006")


def test_a_model_with_nothing_to_compare_has_an_empty_report():
    report = kp.observed("flint2017")
    assert report.table.height == 0
    assert report.summary().height == 0


def test_the_figure_has_unity_and_two_fold_lines(report):
    axes = report.plot()
    assert axes.get_xscale() == axes.get_yscale() == "log"
    x, y = axes.lines[0].get_data()
    np.testing.assert_allclose(x, y)
    slopes = sorted(float(line.get_ydata()[0] / line.get_xdata()[0]) for line in axes.lines)
    assert slopes == pytest.approx([0.5, 1.0, 2.0])
    drawn = sum(c.get_offsets().shape[0] for c in axes.collections[1:])
    assert drawn == report.table.filter(unit="ng/mL").height
