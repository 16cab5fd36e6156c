"""Shares of a variance, against what is known of log-normal areas."""

import numpy as np
import pytest

import ketapk as kp

ME = kp.Patient(weight_kg=70)
OTTO = ("25 mg esketamine iv bolus", "otto2021", ME)


def test_an_area_varies_with_clearance_alone():
    found = kp.variance_shares(
        "35 mg iv bolus", "domino", ME, "AUC_inf", n=256, rng=1, ranges={"CL": "20 %"}
    )
    (row,) = found.table.to_dicts()
    assert row["by"] == "CL"
    assert row["first"] == 1.0
    assert row["total"] == 1.0


def test_two_factors_of_a_product_share_as_their_variances_do():
    """AUC is F dose / CL: of uniform factors the shares are known (Sobol' of a product)."""
    model = kp.one_compartment(CL=20.0, V1=100.0, ka=1.0, F=0.5)
    ranges = {"F": "30 %", "CL": "10 %"}
    found = kp.variance_shares("35 mg oral", model, ME, "AUC_inf", n=2048, rng=1, ranges=ranges)
    u = np.linspace(-1.0, 1.0, 200_001)
    F, CL = 1.0 + 0.3 * u, 1.0 / (1.0 + 0.1 * u)
    cv2 = {"F": np.var(F) / np.mean(F) ** 2, "CL": np.var(CL) / np.mean(CL) ** 2}
    both = (1.0 + cv2["F"]) * (1.0 + cv2["CL"]) - 1.0
    rows = {row["by"]: row for row in found.table.to_dicts()}
    for name, other in (("F", "CL"), ("CL", "F")):
        first = cv2[name] / both
        assert rows[name]["first"] == pytest.approx(first, abs=0.02)
        assert rows[name]["total"] == pytest.approx(first + cv2["F"] * cv2["CL"] / both, abs=0.02)
        assert rows[name]["first_low"] < first < rows[name]["first_high"]
        assert cv2[other] > 0.0
    assert found.mean == pytest.approx(1e3 * 0.5 * 35.0 / 20.0 * np.mean(CL), rel=0.01)


def test_correlated_effects_are_named_by_what_is_left_of_them():
    found = kp.variance_shares(*OTTO, "AUC to 1 h", n=64, rng=1)
    assert "|" in " ".join(found.table["by"])
    assert "once b is known" in found.said
    assert "otto2021 (grade B)" in found.basis
    assert found.basis in repr(found)


def test_the_same_seed_gives_the_same():
    one, other = (kp.variance_shares(*OTTO, "AUC_inf", n=64, rng=7) for _ in range(2))
    assert one.table.equals(other.table)


@pytest.mark.parametrize(
    ("given", "more", "sentence"),
    [
        (OTTO, {"n": 100}, "n=100 is not possible; write a power of two, such as 1024."),
        (("35 mg iv bolus", "domino", ME), {}, "domino publishes no variability between people"),
        (OTTO, {"ranges": {"V9": "20 %"}}, "otto2021 has no parameter 'V9'"),
        (OTTO, {"ranges": {"CL": "150 %"}}, "ranges['CL']='150 %' is not a percentage"),
        (OTTO, {"ranges": {}}, "ranges is empty"),
        ((*OTTO, "Tmax"), {}, "Tmax is the same in everybody"),
        ((*OTTO, "time to 300 ng/mL"), {}, "of the people; choose a measure that everybody has"),
    ],
)
def test_what_is_wrong_is_said(given, more, sentence):
    with pytest.raises((kp.InputError, kp.PlanError)) as error:
        kp.variance_shares(*given, **{"n": 64, "rng": 1, **more})
    assert sentence in str(error.value)
