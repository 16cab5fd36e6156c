"""What a pump can run: rates are whole steps, conversions go back and forth, nonsense is refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ketapk as kp

TEN = kp.Pump(concentration="10 mg/mL", max_rate="1200 mL/h", volume="50 mL", min_interval="30 s")
rates = st.just(0.0) | st.floats(1e-3, 20_000.0)


def test_what_was_said_is_read():
    assert TEN.step_mg_per_h == 1
    assert TEN.max_mg_per_h == 12_000.0
    assert TEN.volume_ml == 50.0
    assert float(TEN.min_interval_h) * 3600 == 30.0
    assert TEN.ml(35.0) == 3.5
    assert kp.Pump(concentration="50 mg/mL").max_mg_per_h == float("inf")


def test_the_salt_holds_less_base():
    salt = kp.Pump(concentration="10 mg/mL HCl")
    assert salt.mg_per_h(1.0) == pytest.approx(10.0 * 237.73 / 274.19, rel=1e-15)


@pytest.mark.parametrize("concentration", ["10 mg/mL", "2 mg/mL", "0.7 mg/mL", "50 mg/mL HCl"])
@given(mg_per_h=rates)
def test_a_rounded_rate_is_a_whole_number_of_steps_next_to_what_was_wanted(concentration, mg_per_h):
    pump = kp.Pump(concentration=concentration, resolution="0.1 mL/h")
    step = float(pump.step_mg_per_h)
    down, near, up = (pump.rounded(mg_per_h, way) for way in ("down", "nearest", "up"))
    assert down <= mg_per_h * (1 + 1e-11)
    assert up >= mg_per_h * (1 - 1e-11)
    assert up - down <= step * (1 + 1e-9)
    assert abs(near - mg_per_h) <= 0.5 * step * (1 + 1e-9)
    for rate in (down, near, up):
        flow = pump.ml_per_h(rate)
        assert Decimal(f"{flow:.9f}") % Decimal("0.1") == 0
        assert pump.rounded(rate, "down") == pump.rounded(rate, "up") == rate
        assert pump.mg_per_h(flow) == pytest.approx(rate, rel=1e-14)


def test_no_rate_is_above_the_highest():
    odd = kp.Pump(concentration="10 mg/mL", resolution="0.4 mL/h", max_rate="1 mL/h")
    assert odd.max_mg_per_h == 8.0
    assert odd.rounded(100.0) == odd.rounded(100.0, "up") == 8.0


BAD = [
    (
        {"concentration": 10},
        kp.UnitError,
        "concentration=10 has no unit; write a strength such as '10 mg/mL'.",
    ),
    ({"concentration": "10 mg"}, kp.UnitError, "of the wrong kind, an amount"),
    ({"resolution": "0.1 mg/h"}, kp.UnitError, "write a flow such as '12 mL/h'."),
    ({"max_rate": "0 mL/h"}, kp.InputError, "max_rate='0 mL/h' is not possible; write a positive"),
    ({"volume": "50 mg"}, kp.UnitError, "write a volume such as '5 mL'."),
    ({"min_interval": "-1 s"}, kp.InputError, "min_interval='-1 s' is not possible"),
    (
        {"max_rate": "0.05 mL/h"},
        kp.InputError,
        "max_rate='0.05 mL/h' is below one step of 0.1 mL/h; write a higher rate, or a finer",
    ),
]


@pytest.mark.parametrize(("given", "error", "sentence"), BAD)
def test_nonsense_is_refused_with_advice(given, error, sentence):
    with pytest.raises(error) as caught:
        kp.Pump(**{"concentration": "10 mg/mL"} | given)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("rate", "sentence"),
    [
        (-1.0, "mg_per_h=-1.0 is negative"),
        (float("nan"), "is not a finite number"),
        ("1", "is not"),
    ],
)
def test_a_rate_is_a_number_from_0(rate, sentence):
    with pytest.raises(kp.InputError, match=sentence):
        TEN.rounded(rate)
    with pytest.raises(kp.InputError, match="way='sideways' is not known"):
        TEN.rounded(1.0, "sideways")
