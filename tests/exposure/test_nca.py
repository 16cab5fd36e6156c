"""Analysis without a model: the conventions of the standard tools, by hand and against a model."""

from fractions import Fraction as Fr

import numpy as np
import polars as pl
import pytest
from numpy.testing import assert_allclose

import ketapk as kp
from ketapk.exposure.nca import CDISC

# Theoph and Indometh are data sets of R (Boeckmann, Sheiner & Beal 1994; Kwan 1976): subject 1.
THEOPH_T = ["0", "0.25", "0.57", "1.12", "2.02", "3.82", "5.1", "7.03", "9.05", "12.12", "24.37"]
THEOPH_C = ["0.74", "2.84", "6.57", "10.5", "9.66", "8.58", "8.36", "7.47", "6.89", "5.94", "3.28"]
INDOMETH_T = ["0.25", "0.5", "0.75", "1", "1.25", "2", "3", "4", "5", "6", "8"]
INDOMETH_C = ["1.5", "0.94", "0.78", "0.48", "0.37", "0.19", "0.12", "0.11", "0.08", "0.07", "0.05"]


def numbers(texts):
    return [float(text) for text in texts]


def by_hand(times, concentrations):
    """Area and first moment by linear trapezoids, in exact fractions."""
    t, c = [Fr(x) for x in times], [Fr(x) for x in concentrations]
    area = sum((c[i] + c[i + 1]) / 2 * (t[i + 1] - t[i]) for i in range(len(t) - 1))
    moment = sum(
        (c[i] * t[i] + c[i + 1] * t[i + 1]) / 2 * (t[i + 1] - t[i]) for i in range(len(t) - 1)
    )
    return area, moment


def line(times, concentrations):
    """Slope and level of the logarithms by the textbook's sums."""
    x, y = np.array(times), np.log(concentrations)
    slope = np.sum((x - x.mean()) * (y - y.mean())) / np.sum((x - x.mean()) ** 2)
    return -slope, y.mean() - slope * x.mean()


def test_theoph_by_linear_trapezoids():
    result = kp.nca(numbers(THEOPH_T), numbers(THEOPH_C), dose=319.992, method="linear")
    area, moment = by_hand(THEOPH_T, THEOPH_C)
    assert float(area) == pytest.approx(148.92305)
    assert result["AUC_last"] == pytest.approx(float(area), rel=1e-14)
    assert result["AUMC_last"] == pytest.approx(float(moment), rel=1e-14)
    assert (result["Cmax"], result["Tmax"], result["Tlast"]) == (10.5, 1.12, 24.37)
    # The last three points lie almost on a line: half-life 14.30 h.
    k, level = line([9.05, 12.12, 24.37], [6.89, 5.94, 3.28])
    assert result["lambda_z_points"] == 3
    assert result["lambda_z"] == pytest.approx(k, rel=1e-12)
    assert result["t_half"] == pytest.approx(14.304, abs=5e-4)
    assert result["AUC_inf_obs"] == pytest.approx(float(area) + 3.28 / k, rel=1e-12)
    assert result["AUC_inf_pred"] == pytest.approx(
        float(area) + np.exp(level - k * 24.37) / k, rel=1e-12
    )
    assert result["CL_F"] == pytest.approx(319.992 / result["AUC_inf_obs"] * 1000)
    assert result["AUC_extrapolated_obs"] == pytest.approx(
        100 * (1 - float(area) / result["AUC_inf_obs"])
    )


def test_indometh_as_a_bolus_is_extrapolated_back():
    result = kp.nca(
        numbers(INDOMETH_T), numbers(INDOMETH_C), dose=25, route="bolus", method="linear"
    )
    C0 = 1.5 * 1.5 / 0.94
    assert result["C0"] == pytest.approx(C0, rel=1e-12)
    area, moment = by_hand(INDOMETH_T, INDOMETH_C)
    back = (C0 + 1.5) / 2 * 0.25
    assert result["AUC_last"] == pytest.approx(float(area) + back, rel=1e-12)
    assert result["AUC_back_extrapolated"] == pytest.approx(100 * back / result["AUC_inf_obs"])
    assert result["AUMC_last"] == pytest.approx(float(moment) + 1.5 * 0.25 / 2 * 0.25, rel=1e-12)
    assert result["Vss"] == pytest.approx(result["CL"] * result["MRT_inf_obs"])
    assert result["Vz"] == pytest.approx(result["CL"] / result["lambda_z"])


def test_the_logarithmic_rule_is_exact_for_an_exponential():
    t = np.array([0, 0.5, 1, 2.5, 4, 7, 12.0])
    k = 0.4
    result = kp.nca(t, 100 * np.exp(-k * t), dose=5, route="bolus", partial=[(1, 3), (3, 20)])
    assert result["AUC_last"] == pytest.approx(100 / k * (1 - np.exp(-k * 12)), rel=1e-13)
    assert result["AUC_inf_obs"] == pytest.approx(100 / k, rel=1e-12)
    assert result["AUMC_inf_obs"] == pytest.approx(100 / k**2, rel=1e-12)
    assert result["MRT_inf_obs"] == pytest.approx(1 / k, rel=1e-12)
    assert result["AUC_1_3"] == pytest.approx(100 / k * (np.exp(-k) - np.exp(-3 * k)), rel=1e-12)
    assert result["AUC_3_20"] == pytest.approx(
        100 / k * (np.exp(-3 * k) - np.exp(-20 * k)), rel=1e-12
    )
    assert result["lambda_z_points"] == 7


def test_an_infusion_is_corrected_by_half_its_length():
    me = kp.Patient(weight_kg=70)
    times = np.concatenate([np.linspace(0, 2, 400), np.geomspace(2.001, 40, 800)])
    run = kp.simulate("70 mg iv over 2 h", "kamp2020", me, times=times)
    result = kp.nca(
        times,
        run.concentration("ketamine")[0],
        dose=70,
        route="infusion",
        infusion_h=2.0,
        terminal=(20, 40),
    )
    p = run.values
    Vss = (p["V1"] + p["V2"] + p["V3"])[0]
    assert result["CL"] == pytest.approx(84.0, rel=1e-4)
    assert result["MRT_inf_obs"] == pytest.approx(float(Vss / 84.0), rel=1e-3)
    assert result["Vss"] == pytest.approx(float(Vss), rel=1e-3)
    assert result["t_half"] == pytest.approx(run.curve().t_half[0], rel=1e-3)
    assert result["MRT_inf_obs"] + 1.0 == pytest.approx(run.curve().MRT[0], rel=1e-3)


@pytest.mark.parametrize("name", ["kamp2020", "otto2021", "perez_ruixo2021"])
def test_dense_samples_of_a_model_give_the_model_back(name):
    me = kp.Patient(weight_kg=70)
    drug = "esketamine " if name != "kamp2020" else ""
    times = np.concatenate([[0.0], np.geomspace(1e-3, 80, 4000)])
    run = kp.simulate(f"20 mg {drug}iv bolus", name, me, times=times)
    parent = run.model.parent
    result = kp.nca(times, run.concentration(parent)[0], dose=20, route="bolus", terminal=(50, 80))
    truth = run.curve(parent)
    assert result["AUC_inf_obs"] == pytest.approx(truth.AUC_inf[0], rel=1e-4)
    assert result["t_half"] == pytest.approx(truth.t_half[0], rel=1e-3)
    assert result["MRT_inf_obs"] == pytest.approx(truth.MRT[0], rel=1e-3)


def test_the_best_slope_has_the_best_adjusted_r2_and_more_points_win_a_tie():
    t = np.arange(0.0, 9.0)
    straight = np.array([1, 50, *(100 * np.exp(-0.3 * t[2:]))])
    assert kp.nca(t, straight, dose=1)["lambda_z_points"] == 6  # the peak itself is left out
    bent = np.array([100 * np.exp(-1.5 * x) + 10 * np.exp(-0.1 * x) for x in t])
    fit = kp.nca(t, bent, dose=1, route="bolus")
    assert fit["lambda_z_points"] < 9
    best = []
    for n in range(3, 10):
        x, y = t[-n:], np.log(bent[-n:])
        r2 = np.corrcoef(x, y)[0, 1] ** 2
        best.append((1 - (1 - r2) * (n - 1) / (n - 2), n))
    top = max(r for r, _ in best)
    assert fit["lambda_z_points"] == max(n for r, n in best if r >= top - 1e-4)
    chosen = kp.nca(t, bent, dose=1, route="bolus", terminal=(5, 8))
    assert (chosen["lambda_z_start"], chosen["lambda_z_points"]) == (5.0, 4.0)


def test_values_below_quantification_by_where_they_stand():
    t = [0, 1, 2, 3, 4, 5, 6, 7]
    c = [0.4, 8, 6, 0.3, 3, 2, 1, 0.2]
    plain = kp.nca(t, c, dose=1, limit=0.5)
    assert plain["AUC_last"] == pytest.approx(
        kp.nca([0, 1, 2, 4, 5, 6], [0, 8, 6, 3, 2, 1], dose=1)["AUC_last"]
    )
    assert plain["Tlast"] == 6
    zero = kp.nca(t, c, dose=1, limit=0.5, below=kp.BelowLimit(middle="zero", end="zero"))
    assert zero["AUC_last"] == pytest.approx(
        kp.nca(t[:7], [0, 8, 6, 0, 3, 2, 1], dose=1)["AUC_last"]
    )
    half = kp.nca(t, c, dose=1, limit=0.5, below=kp.BelowLimit(start=0.25, middle=0.25, end=0.25))
    assert half["Tlast"] == 7
    assert half["Clast"] == 0.25


def test_nothing_quantifiable_is_an_answer():
    assert kp.nca([0, 1, 2], [0.1, 0.2, 0.1], dose=1, limit=1.0)["AUC_last"] == 0.0


def test_too_few_falling_points_have_no_half_life():
    result = kp.nca([0, 1, 2], [0, 5, 4], dose=1)
    assert np.isnan(result["t_half"])
    assert np.isnan(result["AUC_inf_obs"])
    assert result["AUC_last"] > 0


def test_cdisc_codes_on_request():
    plain = kp.nca(numbers(THEOPH_T), numbers(THEOPH_C), dose=320)
    coded = kp.nca(numbers(THEOPH_T), numbers(THEOPH_C), dose=320, cdisc=True)
    assert coded == {
        CDISC[name]: pytest.approx(value, nan_ok=True) for name, value in plain.items()
    }
    vein = kp.nca(numbers(INDOMETH_T), numbers(INDOMETH_C), dose=25, route="bolus", cdisc=True)
    assert {"MRTIVIFO", "MRTIVLST", "CLO", "VSSO", "AUCPBEO"} <= set(vein)


def test_a_table_by_subject():
    data = pl.DataFrame(
        {
            "id": ["a"] * 11 + ["b"] * 11,
            "time_h": numbers(THEOPH_T) * 2,
            "ng_per_ml": numbers(THEOPH_C) + [2 * c for c in numbers(THEOPH_C)],
            "mg": [320.0] * 11 + [640.0] * 11,
        }
    )
    table = kp.nca_table(data, dose="mg")
    assert table["id"].to_list() == ["a", "b"]
    assert_allclose(table["CL_F"][0], table["CL_F"][1], rtol=1e-12)
    assert_allclose(table["AUC_last"][1], 2 * table["AUC_last"][0], rtol=1e-12)
    with pytest.raises(kp.InputError, match="There is no column 'dose'"):
        kp.nca_table(data, dose="dose")
    with pytest.raises(kp.InputError, match="id a: times must be finite"):
        kp.nca_table(data.reverse().filter(pl.col("id") == "a"), dose="mg")


BAD = {
    "times that repeat": (([0, 1, 1], [1, 2, 1]), {}, "ascend without repeats"),
    "lengths that differ": (([0, 1, 2], [1, 2]), {}, "3 times and 2 concentrations"),
    "negative concentration": (([0, 1, 2], [1, -2, 1]), {}, "not negative"),
    "one sample": (([0], [1]), {}, "at least two samples"),
    "text": ((["a", "b"], [1, 2]), {}, "must be numbers"),
    "no dose": (([0, 1, 2], [1, 2, 1]), {"dose": 0}, "positive amount"),
    "no length of the infusion": (([0, 1, 2], [1, 2, 1]), {"route": "infusion"}, "needs its length"),
    "unknown route": (([0, 1, 2], [1, 2, 1]), {"route": "iv"}, "bolus, infusion, extravascular"),
    "unknown rule": (([0, 1, 2], [1, 2, 1]), {"method": "log"}, "linear-up log-down"),
    "unknown treatment": (
        ([0, 1, 2], [1, 2, 1]), {"limit": 1.5, "below": kp.BelowLimit(end="half")}, "below.end='half'",
    ),
    "interval backwards": (([0, 1, 2], [1, 2, 1]), {"partial": [(3, 1)]}, "not possible"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_data_are_refused_with_a_way_out(name):
    data, options, message = BAD[name]
    with pytest.raises(kp.InputError, match=message):
        kp.nca(*data, **{"dose": 1, **options})
