"""Expressions are arithmetic and nothing else, and their units fit."""

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from ketapk.errors import InputError, ModelError, UnitError
from ketapk.model.expressions import COVARIATES, Expression
from ketapk.units import Dimension, convert, parameter, quantity

UNITS = {"CL": "L/h", "V": "L", "k": "1/h", "per_kg": "L/kg", "slope": "L/h/y", "f": "1"}
KNOWN = {name: Dimension.of(unit) for name, unit in UNITS.items()} | COVARIATES

leaves = st.sampled_from(["a", "b", "1.5", "2", "0.25"])
texts = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "**"]), inner).map(
            lambda t: f"({t[0]} {t[1]} {t[2]})"
        ),
        st.tuples(st.sampled_from(["exp", "log", "sqrt"]), inner).map(lambda t: f"{t[0]}({t[1]})"),
        st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(
            lambda t: f"{t[0]}({t[1]}, {t[2]})"
        ),
        st.tuples(inner, inner, inner).map(lambda t: f"({t[0]} if {t[1]} < {t[2]} else -{t[0]})"),
    ),
    max_leaves=12,
).filter(lambda text: len(text) < 400)


@given(texts, st.floats(-5, 5), st.floats(-5, 5))
def test_an_expression_is_what_python_says_it_is(text, a, b):
    """The oracle is Python itself, with arrays of numpy in the place of the digits."""
    digits = {"1.5": "p", "0.25": "q", "2": "r"}
    names = {"exp": np.exp, "log": np.log, "sqrt": np.sqrt, "min": np.minimum, "max": np.maximum}
    names |= {name: np.array([float(number)]) for number, name in digits.items()}
    values = {"a": np.array([a]), "b": np.array([b])}
    plain = text
    for number, name in digits.items():
        plain = plain.replace(number, name)
    with np.errstate(all="ignore"):
        found = np.broadcast_to(Expression(text)(values), 1)
        assert_array_equal(found, eval(plain, names | values))


@given(texts, st.lists(st.tuples(st.floats(1, 5), st.floats(1, 5)), min_size=1, max_size=9))
def test_an_expression_takes_people_one_by_one(text, people):
    a, b = np.array(people).T
    whole = np.broadcast_to(Expression(text)({"a": a, "b": b}), len(people))
    alone = [Expression(text)({"a": a[i : i + 1], "b": b[i : i + 1]}) for i in range(len(people))]
    # Powers of arrays and of single numbers may differ in the last bit, and differences by more.
    for i, one in enumerate(alone):
        assert_allclose(np.ravel(one)[0], whole[i], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "().__class__",
        "CL.real",
        "CL[0]",
        "[CL for CL in (1, 2)]",
        "lambda: CL",
        "f'{CL}'",
        "CL := 3",
        "CL if True else 2",
        "1j * CL",
        "CL // 2",
        "CL % 2",
        "CL | 2",
        "eval('1')",
        "exp(CL, 2)",
        "exp(x=2)",
        "max(CL)",
        "max(*CL)",
        "await CL",
        "CL; CL",
        "",
        "CL +",
        "1e999",
        "9" * 400,
        "0x",
        "1if CL else 2",
        "0x10",
        "1_000",
        "2CL",
        "CL if sex == 'F\\d' else V",
        "\x00",
        "(" * 240 + "CL" + ")" * 240,
        "-" * 300 + "CL",
        "+".join(["CL"] * 160),
        "[" + "-" * 450 + "1]",
        "f(" + "-" * 450 + "1)",
        "CL" * 300,
        "CL is V",
        "CL in (V,)",
        "None",
        "b'x'",
    ],
)
def test_what_is_not_arithmetic_is_refused(text):
    with pytest.raises(ModelError):
        Expression(text)


@pytest.mark.parametrize(
    ("text", "value"), [("1e3", 1000.0), ("1.E+3", 1000.0), (".5", 0.5), ("2.", 2.0), ("V1e2", 7.0)]
)
def test_numbers_are_read_as_python_reads_them(text, value):
    assert Expression(text)({"V1e2": 7.0}) == value


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text):
    with suppress(ModelError):
        Expression(text)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("CL * (weight_kg / 70) ** 0.75", "L/h"),
        ("per_kg * weight_kg", "L"),
        ("k * (70 / weight_kg) ** 0.25", "1/h"),
        ("k * (1 / (weight_kg / 70)) ** 0.25", "1/h"),
        ("CL / weight_kg * 70", "L/h/kg"),
        ("CL - slope * max(age_y - 60, 0)", "L/h"),
        ("CL / V", "1/h"),
        ("sqrt(CL * CL)", "L/h"),
        ("V ** 2 / V", "L"),
        ("V ** -1 * CL", "1/h"),
        ("CL * exp(-0.1 * (age_y - 40) / 40)", "L/h"),
        ("CL * (0.8 if sex == 'F' else 1)", "L/h"),
        ("0 if ancestry != 'asian' and age_y > 60 else CL", "L/h"),
        ("CL * (weight_kg / (height_cm / 100) ** 2 / 25)", "L/h"),
        ("(1 - f) * CL", "L/h"),
        ("max(CL, 0)", "L/h"),
        ("CL * f ** (age_y / 40)", "L/h"),
    ],
)
def test_units_that_fit(text, unit):
    assert str(Expression(text).dimension(KNOWN)) == unit


@pytest.mark.parametrize(
    ("text", "both"),
    [
        ("CL + V", ("L/h", "in L;")),
        ("CL + 5", ("L/h", "in 1;")),
        ("exp(CL)", ("exp", "L/h")),
        ("f ** CL", ("exponent", "L/h")),
        ("CL ** f", ("L/h", "exponent")),
        ("CL if f < 1 else V", ("L/h", "in L;")),
        ("CL if CL < V else CL", ("L/h", "in L;")),
        ("age_y + weight_kg", ("in y", "in kg")),
    ],
)
def test_units_that_do_not_fit_name_both(text, both):
    with pytest.raises(UnitError) as error:
        Expression(text).dimension(KNOWN)
    for word in both:
        assert word in str(error.value)


@pytest.mark.parametrize(
    "text",
    ["Cl * 2", "CL * sex", "CL if sex == 'X' else V", "CL if sex < 'F' else V", "CL < CL",
     "CL * (CL < CL)", "CL if f else V", "'F'", "CL if f == 'F' else V", "not CL"],
)  # fmt: skip
def test_names_and_words_that_do_not_fit_are_refused(text):
    with pytest.raises(ModelError):
        Expression(text).dimension(KNOWN)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("80 L/h", 80.0, "L/h"),
        ("20 mL/min/kg", 1.2, "L/h/kg"),
        ("1.2 1/h", 1.2, "1/h"),
        ("1.2 /h", 1.2, "1/h"),
        ("0.02 1/min", 1.2, "1/h"),
        ("30 min", 0.5, "h"),
        ("250 ng/mL", 0.25, "mg/L"),
        ("1 mcg/kg/min", 0.06, "mg/h/kg"),
        ("20 %", 0.2, "1"),
        ("0.2", 0.2, "1"),
        (0.2, 0.2, "1"),
        (np.float64(0.2), 0.2, "1"),
        ("3 L^2/h^2", 3.0, "L^2/h^2"),
        ("2.19 L/h/y", 2.19, "L/h/y"),
    ],
)
def test_parameters_are_read_to_mg_litres_and_hours(text, value, unit):
    number, dimension = parameter(text, "x")
    assert (float(number), str(dimension)) == (value, unit)
    assert parameter(f"{float(number)!r} {dimension}", "x") == (number, dimension)


@pytest.mark.parametrize("text", ["80 furlong", "80 L/h/70 kg", "5 umol/L", "5 L^x"])
def test_units_that_are_not_known_are_refused(text):
    with pytest.raises(UnitError, match="not known"):
        parameter(text, "x")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: quantity("1e308 g"), "'1e308 g' is too large"),
        (lambda: quantity("1e-320 ng"), "'1e-320 ng' is too small"),
        (lambda: convert("1e305 g", "ng"), "'1e305 g' is too large"),
    ],
)
def test_a_quantity_that_no_number_holds_is_refused(call, words):
    with pytest.raises(InputError, match=words):
        call()
