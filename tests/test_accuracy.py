"""How closely ODE methods follow: numbers of any kind are taken, and all else is said."""

from fractions import Fraction

import numpy as np
import pytest

import ketapk as kp
from ketapk.accuracy import Tolerance

MODEL = kp.one_compartment(V1=20.0, Vmax=50.0, Km=1.0)
ME = kp.Patient(weight_kg=70)


@pytest.mark.parametrize(
    "given",
    [
        {"atol": 1},
        {"atol": np.int32(1)},
        {"rtol": np.float32(1e-6)},
        {"rtol": Fraction(1, 10**6)},
        {"rtol": np.float16(1e-3)},
        {"max_steps": np.int64(50_000)},
    ],
    ids=repr,
)
def test_numbers_of_any_kind_are_the_same_numbers(given):
    plain = {
        name: int(value) if name == "max_steps" else float(value) for name, value in given.items()
    }
    found, wanted = (
        kp.simulate("35 mg iv bolus", MODEL, ME, times=[0.0, 1.0], **how).concentration("ketamine")
        for how in (given, plain)
    )
    np.testing.assert_array_equal(found, wanted)
    assert all(type(value) in (float, int) for value in vars(Tolerance(**given)).values())


@pytest.mark.parametrize("name", ["rtol", "atol", "max_steps"])
@pytest.mark.parametrize(
    "value", [True, "a", None, [1e-6], float("nan"), 10**400, Fraction(10**400), -1, 0, 1j]
)
def test_what_is_no_number_in_range_is_said(name, value):
    with pytest.raises(kp.InputError, match=f"{name}=.* is out of range; give a "):
        kp.simulate("35 mg iv bolus", MODEL, ME, times=[0.0, 1.0], **{name: value})
    if name != "atol":
        with pytest.raises(kp.InputError, match=f"{name}=.* is out of range; give a "):
            kp.solve_ode(lambda t, y, p, dy: None, [1.0], [0.0, 1.0], **{name: value})
