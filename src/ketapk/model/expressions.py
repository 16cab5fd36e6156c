"""Arithmetic of names, written as text: read safely, checked for units, evaluated over arrays.

Numbers, names, ``+ - * / **``, the functions exp, log, sqrt, min and max, and ``a if test else b``
with comparisons, ``and``, ``or`` and ``not``. Nothing else is read, and nothing is ever executed.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, reduce
from typing import Any

import numpy as np

from ketapk.errors import ModelError, UnitError, nearest
from ketapk.patients import ANCESTRIES, SEXES
from ketapk.units import Dimension

PURE = Dimension()
COVARIATES = {
    "weight_kg": Dimension.of("kg"),
    "age_y": Dimension.of("y"),
    "height_cm": Dimension.of("cm"),
}
"""Numbers about a person that an equation may name."""
WORDS = {"sex": SEXES, "ancestry": ANCESTRIES}
"""Words about a person that an equation may compare."""
ABOUT_PEOPLE = (*COVARIATES, *WORDS)
FUNCTIONS: dict[str, Any] = {
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "min": np.minimum,
    "max": np.maximum,
}
_ARITHMETIC: dict[type, Any] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.Pow: np.power,
}
_COMPARISON: dict[type, Any] = {
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Eq: np.equal,
    ast.NotEq: np.not_equal,
}
_RUN_ON = re.compile(r"(?<![\w.])(?>[\d.]+(?:[eE][+-]?\d+)?)[^\W\d]")
"""A number with a letter right behind it."""
MOST_CHARACTERS = 500
DEEPEST = 100
"""Operations inside one another; a sum of so many terms is so deep."""


@dataclass(frozen=True, slots=True)
class Expression:
    """Arithmetic of parameters, and in covariate equations of people.

    Raises
    ------
    ModelError
        If the text is not arithmetic of this kind.

    Examples
    --------
    >>> clearance = Expression("CL * (weight_kg / 70) ** 0.75")
    >>> clearance.names
    ('CL', 'weight_kg')
    >>> float(clearance({"CL": 80.0, "weight_kg": np.array([70.0])})[0])
    80.0
    >>> str(clearance.dimension({"CL": Dimension.of("L/h"), **COVARIATES}))
    'L/h'
    """

    text: str

    def __post_init__(self) -> None:
        _tree(self.text)

    @property
    def names(self) -> tuple[str, ...]:
        """Names in it, each once, in the order of the text."""
        return _names(_tree(self.text))

    def __call__(self, values: Mapping[str, Any]) -> Any:
        """Evaluate it: a number, or one value per person (N,); may be infinite or no number."""
        with np.errstate(all="ignore"):
            return _value(_tree(self.text), values)

    def dimension(self, dimensions: Mapping[str, Dimension]) -> Dimension:
        """What it is measured in, from what its names are measured in.

        A plain number beside a covariate alone is in the unit of the covariate, so that
        ``weight_kg / 70``, ``70 / weight_kg`` and ``age_y - 60`` are what they look like; 0 is in
        any unit.

        Raises
        ------
        UnitError
            If units inside do not fit, such as a sum of litres and hours.
        ModelError
            If a name is not known.
        """
        found = _measure(_tree(self.text), dimensions, self.text)
        if found is None:
            raise ModelError(
                f"{self.text!r} is a question and not a number; write 'a if it else b'."
            )
        return found

    def __str__(self) -> str:
        return self.text


@lru_cache(maxsize=4096)
def _tree(text: str) -> ast.expr:
    """Read a text once; refuse everything that is not arithmetic."""
    how = "write arithmetic of names, such as 'CL * (weight_kg / 70) ** 0.75'"
    if len(text) > MOST_CHARACTERS:
        raise ModelError(
            f"An expression of {len(text)} characters is too long; write at most {MOST_CHARACTERS}."
        )
    # What Python reads with a warning: "0x10", "1if x", an escape in a word.
    strange = "\\" in text or _RUN_ON.search(text)
    try:
        tree = None if strange else ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        tree = None
    if tree is None:
        raise ModelError(f"{text!r} cannot be read; {how}.")
    level: list[ast.AST] = [tree]
    for _ in range(DEEPEST):
        if not level:
            return tree
        try:
            for node in level:
                _allow(node, text, how)
        except RecursionError:
            break
        level = [child for node in level for child in _inside(node)]
    raise ModelError(f"{text!r} is nested too deeply; name a part of it as a parameter.")


def _inside(node: ast.AST) -> list[ast.expr]:
    """Expressions directly inside a node; the name of a function is none."""
    children = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
    return children[1:] if isinstance(node, ast.Call) else children


def _allow(node: ast.AST, text: str, how: str) -> None:
    match node:
        case ast.Name() | ast.IfExp() | ast.BoolOp():
            return
        case ast.Constant(value=str()):
            return
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            # An integer may have more digits than a float can hold.
            if abs(number) <= sys.float_info.max:
                return
        case ast.BinOp(op=op) if type(op) in _ARITHMETIC:
            return
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() | ast.Not()):
            return
        case ast.Compare(ops=ops) if all(type(op) in _COMPARISON for op in ops):
            return
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
            if name not in FUNCTIONS:
                raise ModelError(
                    f"{text!r} calls {name!r}, which is not known; there is "
                    f"{', '.join(FUNCTIONS)}.{nearest(name, FUNCTIONS)}"
                )
            count = 2 if name in ("min", "max") else 1
            if len(args) == count or (count == 2 and len(args) > 2):
                return
            raise ModelError(f"{text!r} calls {name} with {len(args)} numbers; give it {count}.")
    raise ModelError(f"{text!r} has a part that is not arithmetic, {_part(node)!r}; {how}.")


def _part(node: ast.AST) -> str:
    return ast.unparse(node)[:60]


def _names(node: ast.expr) -> tuple[str, ...]:
    if isinstance(node, ast.Name):
        return (node.id,)
    return tuple(dict.fromkeys(name for child in _inside(node) for name in _names(child)))


def _value(node: ast.expr, values: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant(value=str() as word):
            return word
        case ast.Constant(value=number):
            return np.float64(number)  # type: ignore[arg-type]
        case ast.Name(id=name):
            return values[name]
        case ast.UnaryOp(op=op, operand=operand):
            inner = _value(operand, values)
            if isinstance(op, ast.Not):
                return np.logical_not(inner)
            return np.negative(inner) if isinstance(op, ast.USub) else inner
        case ast.BinOp(left=left, op=op, right=right):
            return _ARITHMETIC[type(op)](_value(left, values), _value(right, values))
        case ast.Compare(left=left, ops=ops, comparators=others):
            sides = [_value(side, values) for side in (left, *others)]
            pairs = zip(ops, sides, sides[1:], strict=False)
            return reduce(np.logical_and, [_COMPARISON[type(op)](a, b) for op, a, b in pairs])
        case ast.BoolOp(op=op, values=parts):
            joined = np.logical_and if isinstance(op, ast.And) else np.logical_or
            return reduce(joined, [_value(part, values) for part in parts])
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return np.where(_value(test, values), _value(body, values), _value(orelse, values))
        case ast.Call(func=ast.Name(id=name), args=args):
            given = [_value(arg, values) for arg in args]
            return reduce(FUNCTIONS[name], given) if len(given) > 1 else FUNCTIONS[name](*given)
    raise AssertionError(node)


def _measure(node: ast.expr, dimensions: Mapping[str, Dimension], text: str) -> Dimension | None:
    """Dimension of a part, or None where it is true or false."""
    match node:
        case ast.Constant(value=str() as word):
            raise ModelError(f"{text!r} has the word {word!r} where a number belongs.")
        case ast.Constant():
            return PURE
        case ast.Name(id=name):
            return _dimension_of(name, dimensions, text)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            _answer(operand, dimensions, text)
            return None
        case ast.UnaryOp(operand=operand):
            return _number(operand, dimensions, text)
        case ast.BoolOp(values=parts):
            for part in parts:
                _answer(part, dimensions, text)
            return None
        case ast.Compare(left=left, ops=ops, comparators=others):
            for op, a, b in zip(ops, (left, *others), others, strict=False):
                if not _words(op, a, b, text):
                    _same((a, b), dimensions, text)
            return None
        case ast.IfExp(test=test, body=body, orelse=orelse):
            _answer(test, dimensions, text)
            return _same((body, orelse), dimensions, text)
        case ast.Call(func=ast.Name(id=name), args=args):
            if name in ("min", "max"):
                return _same(tuple(args), dimensions, text)
            inner = _number(args[0], dimensions, text)
            if name == "sqrt":
                return inner ** Fraction(1, 2)
            if inner != PURE:
                raise UnitError(
                    f"{text!r}: {name} takes a pure number, and {_part(args[0])!r} is in {inner}; "
                    f"divide it by its unit first."
                )
            return PURE
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _power(left, right, dimensions, text)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=right):
            return _same((left, right), dimensions, text)
        case ast.BinOp(left=left, op=op, right=right):
            one, other = (_number(side, dimensions, text) for side in (left, right))
            if isinstance(op, ast.Mult):
                return one * other
            for side, beside in ((left, right), (right, left)):
                if _about_people(side) and _plain(beside):
                    return PURE
            return one / other
    raise AssertionError(node)


def _dimension_of(name: str, dimensions: Mapping[str, Dimension], text: str) -> Dimension:
    if name in dimensions:
        return dimensions[name]
    if name in WORDS:
        raise ModelError(
            f"{text!r} takes {name} for a number; compare it, such as {name} == {WORDS[name][0]!r}."
        )
    if name in COVARIATES:
        raise ModelError(
            f"{text!r} names {name} outside a covariate equation; write an equation for a "
            f"parameter with build.covariates(...), and name that parameter here."
        )
    raise ModelError(
        f"{text!r} names {name!r}, which is no parameter; there is {', '.join(dimensions)}."
        f"{nearest(name, dimensions)}"
    )


def _number(node: ast.expr, dimensions: Mapping[str, Dimension], text: str) -> Dimension:
    found = _measure(node, dimensions, text)
    if found is None:
        raise ModelError(
            f"{text!r} counts with the question {_part(node)!r}; write 'a if it else b'."
        )
    return found


def _answer(node: ast.expr, dimensions: Mapping[str, Dimension], text: str) -> None:
    if _measure(node, dimensions, text) is not None:
        raise ModelError(
            f"{text!r} asks whether {_part(node)!r}, which is a number; compare it with something."
        )


def _same(parts: tuple[ast.expr, ...], dimensions: Mapping[str, Dimension], text: str) -> Dimension:
    """Dimension that parts share; a plain number takes that of a covariate, and 0 that of all."""
    found = [(part, _number(part, dimensions, text)) for part in parts]
    firm = [(part, d) for part, d in found if not _plain(part)] or found
    first, dimension = firm[0]
    people = all(_about_people(part) for part, _ in firm)
    for part, other in found:
        adopts = _plain(part) and (people or float(_value(part, {})) == 0.0)
        if other != dimension and not adopts:
            raise UnitError(
                f"{text!r}: {_part(first)!r} is in {dimension} and {_part(part)!r} in {other}; "
                f"only what is in one unit can be added or compared."
            )
    return dimension


def _power(
    base: ast.expr, exponent: ast.expr, dimensions: Mapping[str, Dimension], text: str
) -> Dimension:
    below, above = (_number(node, dimensions, text) for node in (base, exponent))
    if above != PURE:
        raise UnitError(f"{text!r}: the exponent {_part(exponent)!r} is in {above}, not pure.")
    if below == PURE:
        return PURE
    if not _plain(exponent):
        raise UnitError(
            f"{text!r}: {_part(base)!r} is in {below} and its exponent is no plain number; divide "
            f"by a reference first, such as (weight_kg / 70) ** exponent."
        )
    power = float(_value(exponent, {}))
    if not abs(power) <= 100.0:
        raise ModelError(f"{text!r}: the exponent {_part(exponent)!r} is not possible.")
    return below ** Fraction(power).limit_denominator(1000)


def _words(op: ast.cmpop, a: ast.expr, b: ast.expr, text: str) -> bool:
    """Whether two sides compare a word about a person with one that there is."""
    sides = {type(side): side for side in (a, b)}
    word, name = sides.get(ast.Constant), sides.get(ast.Name)
    if not (isinstance(word, ast.Constant) and isinstance(word.value, str)):
        return False
    if not (isinstance(name, ast.Name) and name.id in WORDS and type(op) in (ast.Eq, ast.NotEq)):
        raise ModelError(
            f"{text!r} has the word {word.value!r} where a number belongs; only sex and ancestry "
            f"are words, and they are compared with == or !=."
        )
    if word.value not in WORDS[name.id]:
        raise ModelError(
            f"{text!r} compares {name.id} with {word.value!r}; write one of "
            f"{', '.join(map(repr, WORDS[name.id]))}."
        )
    return True


def _plain(node: ast.expr) -> bool:
    """Whether it is a number without any name."""
    return not _names(node)


def _about_people(node: ast.expr) -> bool:
    """Whether it is made of covariates alone."""
    names = _names(node)
    return bool(names) and all(name in ABOUT_PEOPLE for name in names)
