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


_PLACES = [(types.Array(types.float64, d, "C"), *[types.intp] * max(1, d - 1)) for d in (1, 2, 3)]
_named(load, *(signature(vector, *place) for place in _PLACES))
_named(store, *(signature(types.none, vector, *place) for place in _PLACES))
_named(full, signature(vector, types.float64))
_named(where, signature(vector, mask, vector, vector))
_named(root, signature(vector, vector))
_named(size, signature(vector, vector))
_named(exp, signature(vector, vector))
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


def _exp(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    """Halve the argument away until it is small, add Taylor's series, and put the power back."""

    def number(value: float) -> Any:
        return ir.Constant(_DOUBLES, [value] * LANES)

    def call(name: str, *given: Any) -> Any:
        kind = ir.FunctionType(_DOUBLES, [_DOUBLES] * len(given))
        function = cgutils.get_or_insert_function(builder.module, kind, f"{name}.v{LANES}f64")
        return builder.call(function, given)

    (x,) = args
    x = builder.select(builder.fcmp_ordered(">", x, number(-700.0)), x, number(-700.0))
    power = call("llvm.rint", builder.fmul(x, number(1.0 / math.log(2.0))))
    rest = call("llvm.fma", power, number(-_LOG2_HIGH), x)
    rest = call("llvm.fma", power, number(-_LOG2_LOW), rest)
    total = number(1.0 / math.factorial(_TERMS))
    for k in range(_TERMS - 1, -1, -1):
        total = call("llvm.fma", total, rest, number(1.0 / math.factorial(k)))
    bits = builder.add(builder.fptosi(power, _LONGS), ir.Constant(_LONGS, [1023] * LANES))
    scale = builder.bitcast(builder.shl(bits, ir.Constant(_LONGS, [52] * LANES)), _DOUBLES)
    value = builder.select(
        builder.fcmp_ordered(">", args[0], number(-700.0)), builder.fmul(total, scale), number(0.0)
    )
    return builder.select(builder.fcmp_unordered("uno", args[0], args[0]), args[0], value)


lower_builtin(exp, Vector)(_exp)


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
