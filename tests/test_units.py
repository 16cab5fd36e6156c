"""Quantities keep their value and their basis."""

from fractions import Fraction as Fr

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ketapk as kp
from ketapk import units
from ketapk.errors import UnitError


@pytest.mark.parametrize(
    ("text", "exact", "kind"),
    [
        ("35 mg", Fr(35), "amount"),
        ("500 mcg", Fr(1, 2), "amount"),
        ("500 ug", Fr(1, 2), "amount"),
        ("500 µg", Fr(1, 2), "amount"),
        ("1 g", Fr(1000), "amount"),
        ("0.5 mg/kg", Fr(1, 2), "amount per kg"),
        ("12 mcg/kg/min", Fr(72, 100), "rate per kg"),
        ("10 mg/h", Fr(10), "rate"),
        ("100 mg/24h", Fr(100, 24), "rate"),
        ("90 s", Fr(1, 40), "time"),
        ("3.5 d", Fr(84), "time"),
        ("70 ng/mL", Fr(7, 100), "concentration"),
        ("2 mcg/mL", Fr(2), "concentration"),
        ("2 mg/L", Fr(2), "concentration"),
        ("300 nmol/L", Fr(3, 10), "molar concentration"),
        ("5 mL", Fr(5, 1000), "volume"),
    ],
)
def test_a_unit_has_one_meaning(text, exact, kind):
    found = units.quantity(text)
    assert (found.exact, found.kind) == (exact, kind)


@pytest.mark.parametrize(
    "unit", ["mg/h/kg/h", "mg/", "1/h", "kg", "mg/min/kg", "M", "mg/kg/kg", "IU"]
)
def test_what_is_not_in_the_vocabulary_is_refused(unit):
    with pytest.raises(UnitError):
        units.quantity(f"1 {unit}")


@given(st.integers(1, 10**9), st.integers(0, 6))
def test_a_decimal_is_read_without_rounding(digits, places):
    text = f"{digits // 10**places}.{digits % 10**places:0{places}d}" if places else str(digits)
    assert units.quantity(f"{text} mg").exact == Fr(digits, 10**places)


@given(st.integers(1, 10**6).map(lambda n: Fr(n, 3600)))
def test_a_time_is_written_exactly(hours):
    assert units.time_h(units.format_time(hours), "t") == hours


@given(st.floats(1e-5, 1e8))
def test_a_number_for_people_has_no_trailing_zero_and_a_leading_one(value):
    text = units.fmt(value)
    assert not text.startswith(".")
    assert "e" not in text
    assert "." not in text or not text.endswith(("0", "."))
    assert float(text) == pytest.approx(value, rel=6e-3)


def test_molar_levels_use_the_mass_of_their_analyte():
    assert units.concentration_mg_per_l("1 umol/L", "noresketamine") == pytest.approx(0.2237)
    assert units.concentration_mg_per_l("1 umol/L", "esketamine") == pytest.approx(0.23773)


def test_the_salt_factor_is_that_of_the_label():
    """11.53 mg hydrochloride is 10 mg base, 32.3 mg is 28 mg (labels)."""
    assert pytest.approx(10.0, rel=1e-3) == units.BASE_IN_HYDROCHLORIDE * 11.53
    assert pytest.approx(28.0, rel=1e-3) == units.BASE_IN_HYDROCHLORIDE * 32.3


@pytest.mark.parametrize(
    ("concentration", "better"),
    [
        ("1 %", "write '10 mg/mL'"),
        ("0.5 %", "write '5 mg/mL'"),
        ("50 mg/50 mL", "write '1 mg/mL'"),
        ("500 mg / 20 mL", "write '25 mg/mL'"),
        ("5 mcg/100mL", "write '0.05 mcg/mL'"),
    ],
)
def test_a_concentration_as_on_a_label_is_answered_with_how_to_write_it(concentration, better):
    with pytest.raises(kp.UnitError, match=better):
        kp.Pump(concentration=concentration)
    assert kp.Pump(concentration=better.removeprefix("write '").rstrip("'")).mg_per_l > 0


@pytest.mark.parametrize("strange", ["nan %", "inf mg/50 mL", "5 mg/0 mL", "5 cats/50 mL"])
def test_what_is_no_concentration_at_all_is_refused(strange):
    with pytest.raises(kp.InputError):
        kp.Pump(concentration=strange)


def test_the_salt_may_be_said_in_full():
    short, full = "10 mg/mL HCl", "10 mg/mL ketamine hydrochloride"
    assert kp.Pump(concentration=full).mg_per_l == kp.Pump(concentration=short).mg_per_l
