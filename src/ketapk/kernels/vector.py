"""Eight doubles side by side, as a type that kernels can add, multiply and compare.

The compiler turns a loop over eight subjects into vector instructions only where it can prove that
no arrays overlap, which it seldom can. Written in this type, an operation is a vector instruction
by itself. Where kernels run uncompiled, the same names work on NumPy arrays of eight.
"""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typing.templates import ConcreteTemplate, infer_global, signature
from numba.extending import lower_builtin, models, register_model

LANES = 16
"""Doubles in a vector."""
SMALLEST = 2.2250738585072014e-308
"""The smallest positive number of full precision."""

_DOUBLES = ir.VectorType(ir.DoubleType(), LANES)
_BITS = ir.VectorType(ir.IntType(1), LANES)
_EXACT_SUM = ("contract",)
"""A product may be added without rounding it first."""


class Vector(types.Type):
    """Type of eight doubles."""

    def __init__(self) -> None:
        super().__init__(name=f"Vector({LANES})")


class Mask(types.Type):
    """Type of eight truth values."""

    def __init__(self) -> None:
        super().__init__(name=f"Mask({LANES})")


vector, mask = Vector(), Mask()
_PAIRS = ((vector, vector), (vector, types.float64), (types.float64, vector))


@register_model(Vector)
class _VectorModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _DOUBLES)


@register_model(Mask)
class _MaskModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _BITS)


# What kernels call, as it is where they run uncompiled -------------------------------------------


def load(array, *place):  # type: ignore[no-untyped-def]
    """Return eight entries: of a row (L,) from ``place`` on, or those at ``array[place]``."""
    if array.ndim == 1:
        return array[place[0] : place[0] + LANES].copy()
    return array[place].copy()


def store(x, array, *place):  # type: ignore[no-untyped-def]
    """Write eight entries where `load` reads them."""
    if array.ndim == 1:
        array[place[0] : place[0] + LANES] = x
    else:
        array[place] = x


def full(x):  # type: ignore[no-untyped-def]
    """Return eight times the same number."""
    return np.full(LANES, x)


def where(condition, x, y):  # type: ignore[no-untyped-def]
    """Return ``x`` in the lanes where a condition holds and ``y`` in the others."""
    return np.where(condition, x, y)


def root(x):  # type: ignore[no-untyped-def]
    """Return the square root."""
    return np.sqrt(x)


def size(x):  # type: ignore[no-untyped-def]
    """Return the absolute value."""
    return np.abs(x)


def exp(x):  # type: ignore[no-untyped-def]
    """Return the exponential of numbers that are not above 0; zero below -700."""
    with np.errstate(under="ignore"):
        return np.where(x > -700.0, np.exp(x), 0.0)


def expm1(x):  # type: ignore[no-untyped-def]
    """Return the exponential less 1 of numbers that are not above 0, small ones to all digits."""
    return np.expm1(x)


def logarithm(x):  # type: ignore[no-untyped-def]
    """Return the natural logarithm of positive numbers of full precision; NaN of all others."""
    return np.log(np.where((x >= SMALLEST) & (x < math.inf), x, math.nan))


def binary_order(x):  # type: ignore[no-untyped-def]
    """Return the whole part of the logarithm to base 2 of the size, -1023 for zero."""
    return np.where(x == 0.0, -1023.0, np.frexp(x)[1] - 1.0)


def anywhere(condition):  # type: ignore[no-untyped-def]
    """Return whether a condition holds in any lane."""
    return bool(np.any(condition))


def highest(x):  # type: ignore[no-untyped-def]
    """Return the largest number of all lanes, whatever is no number left out."""
    return np.fmax.reduce(x)


# What the compiler makes of them -----------------------------------------------------------------


def _wide(builder: Any, value: Any, kind: Any) -> Any:
    """Value as a vector."""
    if isinstance(kind, Vector):
        return value
    one = builder.insert_element(ir.Constant(_DOUBLES, ir.Undefined), value, _int(0))
    order = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    return builder.shuffle_vector(one, ir.Constant(_DOUBLES, ir.Undefined), order)


def _int(value: int) -> Any:
    return ir.Constant(ir.IntType(32), value)


def _named(function: Any, *cases: Any) -> None:
    """Tell the compiler what a function of this file takes and returns."""

    @infer_global(function)
    class Typed(ConcreteTemplate):  # type: ignore[misc]
        key = function

    Typed.cases = list(cases)


def _arithmetic(operation: Any, instruction: str) -> None:
    _named(operation, *(signature(vector, *pair) for pair in _PAIRS))

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        x, y = (_wide(builder, *pair) for pair in zip(args, sig.args, strict=True))
        return getattr(builder, instruction)(x, y, flags=_EXACT_SUM)

    for kinds in ((Vector, Vector), (Vector, types.Float), (types.Float, Vector)):
        lower_builtin(operation, *kinds)(lower)


def _neg(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return builder.fneg(args[0])


lower_builtin(operator.neg, Vector)(_neg)


def _comparison(operation: Any, symbol: str) -> None:
    _named(operation, *(signature(mask, *pair) for pair in _PAIRS))

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        x, y = (_wide(builder, *pair) for pair in zip(args, sig.args, strict=True))
        return builder.fcmp_ordered(symbol, x, y)

    for kinds in ((Vector, Vector), (Vector, types.Float), (types.Float, Vector)):
        lower_builtin(operation, *kinds)(lower)


def _logic(operation: Any, instruction: str) -> None:
    _named(operation, signature(mask, mask, mask))

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return getattr(builder, instruction)(*args)

    lower_builtin(operation, Mask, Mask)(lower)


def _not(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return builder.not_(args[0])


lower_builtin(operator.invert, Mask)(_not)


for _operation, _instruction in (
    (operator.add, "fadd"),
    (operator.sub, "fsub"),
    (operator.mul, "fmul"),
    (operator.truediv, "fdiv"),
):
    _arithmetic(_operation, _instruction)
for _operation, _symbol in (
    (operator.lt, "<"),
    (operator.le, "<="),
    (operator.gt, ">"),
    (operator.ge, ">="),
    (operator.eq, "=="),
):
    _comparison(_operation, _symbol)
_named(operator.neg, signature(vector, vector))
_logic(operator.and_, "and_")
_logic(operator.or_, "or_")
_logic(operator.xor, "xor")
_named(operator.invert, signature(mask, mask))


_PLACES = [(types.Array(types.float64, d, "C"), *[types.intp] * max(1, d - 1)) for d in (1, 2, 3)]
_named(load, *(signature(vector, *place) for place in _PLACES))
_named(store, *(signature(types.none, vector, *place) for place in _PLACES))
_named(full, signature(vector, types.float64))
_named(where, signature(vector, mask, vector, vector))
_named(root, signature(vector, vector))
_named(size, signature(vector, vector))
_named(exp, signature(vector, vector))
_named(expm1, signature(vector, vector))
_named(logarithm, signature(vector, vector))
_named(binary_order, signature(vector, vector))
_named(highest, signature(types.float64, vector))
_named(anywhere, signature(types.boolean, mask))


def _address(context: Any, builder: Any, kind: Any, array: Any, place: Any) -> Any:
    """Where eight entries of a contiguous array begin."""
    struct = context.make_array(kind)(context, builder, array)
    shape = cgutils.unpack_tuple(builder, struct.shape)
    offset = place[0]
    for axis, index in enumerate(place[1:], start=1):
        offset = builder.add(builder.mul(offset, shape[axis]), index)
    if kind.ndim > 1:
        offset = builder.mul(offset, ir.Constant(offset.type, LANES))
    return builder.bitcast(builder.gep(struct.data, [offset]), _DOUBLES.as_pointer())


def _load(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return builder.load(_address(context, builder, sig.args[0], args[0], args[1:]), align=8)


def _store(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    address = _address(context, builder, sig.args[1], args[1], args[2:])
    builder.store(args[0], address, align=8)
    return context.get_dummy_value()


for _indices in ((types.Integer,), (types.Integer, types.Integer)):
    lower_builtin(load, types.Array, *_indices)(_load)
    lower_builtin(store, Vector, types.Array, *_indices)(_store)


def _full(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return _wide(builder, args[0], sig.args[0])


lower_builtin(full, types.Float)(_full)


def _where(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return builder.select(*args)


lower_builtin(where, Mask, Vector, Vector)(_where)


def _intrinsic(name: str) -> Any:
    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        kind = ir.FunctionType(_DOUBLES, [_DOUBLES])
        function = cgutils.get_or_insert_function(builder.module, kind, f"{name}.v{LANES}f64")
        return builder.call(function, args)

    return lower


lower_builtin(root, Vector)(_intrinsic("llvm.sqrt"))
lower_builtin(size, Vector)(_intrinsic("llvm.fabs"))


_LONGS = ir.VectorType(ir.IntType(64), LANES)
_LOG2_HIGH, _LOG2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
"""Natural logarithm of 2 in two parts, the first with room for a whole number of them."""
_TERMS = 13


def _number(value: float) -> Any:
    return ir.Constant(_DOUBLES, [value] * LANES)


def _long(value: int) -> Any:
    return ir.Constant(_LONGS, [value] * LANES)


def _call(builder: Any, name: str, *given: Any) -> Any:
    kind = ir.FunctionType(_DOUBLES, [_DOUBLES] * len(given))
    function = cgutils.get_or_insert_function(builder.module, kind, f"{name}.v{LANES}f64")
    return builder.call(function, given)


def _halved(builder: Any, x: Any) -> tuple[Any, Any]:
    """What is left of an argument without whole logarithms of 2, and the power of 2 they make."""
    x = builder.select(builder.fcmp_ordered(">", x, _number(-700.0)), x, _number(-700.0))
    power = _call(builder, "llvm.rint", builder.fmul(x, _number(1.0 / math.log(2.0))))
    rest = _call(builder, "llvm.fma", power, _number(-_LOG2_HIGH), x)
    rest = _call(builder, "llvm.fma", power, _number(-_LOG2_LOW), rest)
    bits = builder.add(builder.fptosi(power, _LONGS), _long(1023))
    return rest, builder.bitcast(builder.shl(bits, _long(52)), _DOUBLES)


def _series(builder: Any, rest: Any, last: int) -> Any:
    """Taylor's series of the exponential over the power before the term ``last``."""
    total = _number(1.0 / math.factorial(_TERMS))
    for k in range(_TERMS - 1, last - 1, -1):
        total = _call(builder, "llvm.fma", total, rest, _number(1.0 / math.factorial(k)))
    return total


def _unless_nan(builder: Any, x: Any, value: Any) -> Any:
    return builder.select(builder.fcmp_unordered("uno", x, x), x, value)


def _exp(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    """Halve the argument away until it is small, add Taylor's series, and put the power back."""
    (x,) = args
    rest, scale = _halved(builder, x)
    value = builder.fmul(_series(builder, rest, 0), scale)
    far = builder.fcmp_ordered(">", x, _number(-700.0))
    return _unless_nan(builder, x, builder.select(far, value, _number(0.0)))


def _expm1(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    """As the exponential, with what is less than the power of 2 apart from it."""
    (x,) = args
    rest, scale = _halved(builder, x)
    more = builder.fmul(_series(builder, rest, 1), rest)
    value = _call(builder, "llvm.fma", more, scale, builder.fsub(scale, _number(1.0)))
    return _unless_nan(builder, x, value)


_ODD_TERMS = 11


def _logarithm(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    """Part the power of 2 off, and add the series of ``2 artanh((x - 1) / (x + 1))``."""
    (x,) = args
    bits = builder.bitcast(x, _LONGS)
    # The rest lies between the roots of 1/2 and of 2.
    shifted = builder.sub(bits, _long(_ROOT_OF_HALF))
    power = builder.ashr(shifted, _long(52))
    rest = builder.bitcast(builder.sub(bits, builder.shl(power, _long(52))), _DOUBLES)
    above = builder.fsub(rest, _number(1.0))
    share = builder.fdiv(above, builder.fadd(rest, _number(1.0)))
    square = builder.fmul(share, share)
    total = _number(2.0 / (2 * _ODD_TERMS + 1))
    for k in range(_ODD_TERMS - 1, 0, -1):
        total = _call(builder, "llvm.fma", total, square, _number(2.0 / (2 * k + 1)))
    # The first term is what is above 1, less half a square that the division rounds.
    total = builder.fmul(share, builder.fsub(builder.fmul(total, square), above))
    whole = builder.sitofp(power, _DOUBLES)
    total = _call(builder, "llvm.fma", whole, _number(_LOG2_LOW), total)
    total = _call(builder, "llvm.fma", whole, _number(_LOG2_HIGH), builder.fadd(total, above))
    fine = builder.fcmp_ordered(">=", x, _number(SMALLEST))
    fine = builder.and_(fine, builder.fcmp_ordered("<", x, _number(math.inf)))
    return builder.select(fine, total, _number(math.nan))


_ROOT_OF_HALF = int(np.float64(math.sqrt(0.5)).view(np.int64))

lower_builtin(exp, Vector)(_exp)
lower_builtin(expm1, Vector)(_expm1)
lower_builtin(logarithm, Vector)(_logarithm)


def _binary_order(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    bits = builder.bitcast(args[0], _LONGS)
    bits = builder.lshr(bits, ir.Constant(_LONGS, [52] * LANES))
    bits = builder.and_(bits, ir.Constant(_LONGS, [2047] * LANES))
    bits = builder.sub(bits, ir.Constant(_LONGS, [1023] * LANES))
    return builder.sitofp(bits, _DOUBLES)


lower_builtin(binary_order, Vector)(_binary_order)


def _anywhere(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    bits = builder.bitcast(args[0], ir.IntType(LANES))
    return cgutils.is_not_null(builder, bits)


lower_builtin(anywhere, Mask)(_anywhere)


def _highest(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    kind = ir.FunctionType(ir.DoubleType(), [_DOUBLES])
    name = f"llvm.vector.reduce.fmax.v{LANES}f64"
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), args)


lower_builtin(highest, Vector)(_highest)
