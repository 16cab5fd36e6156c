"""Numbers of many subjects, or at many times, side by side: a type that kernels calculate with.

The compiler turns a loop over lanes into vector instructions only where it can prove that no arrays
overlap, which it seldom can. Written in this type, an operation is a vector instruction by itself.
A product and the sum it goes into may be rounded once. Where kernels run uncompiled, the same names
work on NumPy arrays.
"""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import lower_builtin, models, register_model

LANES = 16
"""Numbers in the vectors that `load` and `full` make."""


class Vector(types.Type):
    """Type of so many doubles."""

    def __init__(self, lanes: int) -> None:
        self.lanes = lanes
        super().__init__(name=f"Vector({lanes})")


class Mask(types.Type):
    """Type of so many truth values."""

    def __init__(self, lanes: int) -> None:
        self.lanes = lanes
        super().__init__(name=f"Mask({lanes})")


@register_model(Vector)
class _VectorModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _doubles(kind))


@register_model(Mask)
class _MaskModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, ir.VectorType(ir.IntType(1), kind.lanes))


# What kernels call, as it is where they run uncompiled -------------------------------------------


def abreast(lanes: int) -> tuple[Any, Any]:
    """Return ``load`` and ``full`` for vectors of so many lanes."""

    def load(array, *place):  # type: ignore[no-untyped-def]
        """Return what lies at ``array[place]``, or in a row (L,) from ``place`` on."""
        if array.ndim == 1:
            return array[place[0] : place[0] + lanes].copy()
        return array[place].copy()

    def full(x):  # type: ignore[no-untyped-def]
        """Return the same number in all lanes."""
        return np.full(lanes, x)

    kind, loads, fills = Vector(lanes), f"load of {lanes} lanes", f"full of {lanes} lanes"
    _typed(load, lambda args: kind if isinstance(args[0], types.Array) else None, loads)
    _typed(full, lambda args: kind if args == (types.float64,) else None, fills)
    for indices in ((types.Integer,), (types.Integer, types.Integer)):
        lower_builtin(loads, types.Array, *indices)(_load)
    lower_builtin(fills, types.Float)(_full)
    return load, full


def digits(lanes: int) -> tuple[Any, ...]:
    """Return functions that tell which lanes' numbers have a binary digit, from the last one on.

    The compiler knows the answers, and leaves out what goes into no lane.
    """

    def of(j: int) -> Any:
        def has_digit():  # type: ignore[no-untyped-def]
            return np.arange(lanes) >> j & 1 == 1

        name = f"digit {j} of {lanes} lanes"
        _typed(has_digit, lambda args: None if args else Mask(lanes), name)
        lower_builtin(name)(_known([k >> j & 1 for k in range(lanes)]))
        return has_digit

    return tuple(of(j) for j in range(lanes.bit_length() - 1))


def store(x, array, *place):  # type: ignore[no-untyped-def]
    """Write a vector where ``load`` reads one."""
    if array.ndim == 1:
        array[place[0] : place[0] + len(x)] = x
    else:
        array[place] = x


def where(condition, x, y):  # type: ignore[no-untyped-def]
    """Return ``x`` in the lanes where a condition holds and ``y`` in the others."""
    return np.where(condition, x, y)


def larger(x, y):  # type: ignore[no-untyped-def]
    """Return the larger numbers of two, ``y`` where ``x`` is no number."""
    return np.where(x > y, x, y)


def root(x):  # type: ignore[no-untyped-def]
    """Return the square root."""
    return np.sqrt(x)


def size(x):  # type: ignore[no-untyped-def]
    """Return the absolute value."""
    return np.abs(x)


def exp(x):  # type: ignore[no-untyped-def]
    """Return the exponential of numbers that are not above 0; zero below -700."""
    with np.errstate(under="ignore"):
        return np.where(x > -700.0, np.exp(x), np.where(np.isnan(x), x, 0.0))


def expm1(x):  # type: ignore[no-untyped-def]
    """Return the exponential less 1 of numbers that are not above 0, small ones to all digits."""
    return np.expm1(x)


def logarithm(x):  # type: ignore[no-untyped-def]
    """Return the natural logarithm of positive numbers of full precision; NaN of all others."""
    return np.log(np.where((x >= _SMALLEST) & (x < math.inf), x, math.nan))


def binary_order(x):  # type: ignore[no-untyped-def]
    """Return the whole part of the logarithm to base 2 of the size, -1023 for zero."""
    return np.where(x == 0.0, -1023.0, np.frexp(x)[1] - 1.0)


def about_root(x):  # type: ignore[no-untyped-def]
    """Return the 32nd root of positive numbers, within 6 %: the bits of a float are a logarithm.

    Good enough to choose a step, and a tenth of the time that five square roots take.
    """
    return ((x.view(np.int64) - _BITS_OF_ONE >> 5) + _BITS_OF_ONE).view(np.float64)


def anywhere(condition):  # type: ignore[no-untyped-def]
    """Return whether a condition holds in any lane."""
    return bool(np.any(condition))


def highest(x):  # type: ignore[no-untyped-def]
    """Return the largest number of all lanes, whatever is no number left out."""
    return np.fmax.reduce(x)


# What the compiler makes of them -----------------------------------------------------------------

_BITS_OF_ONE = int(np.float64(1.0).view(np.int64))
_LOG2_HIGH, _LOG2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
"""Natural logarithm of 2 in two parts, the first with room for a whole number of them."""
_TERMS, _ODD_TERMS = 13, 11
"""Of the series of the exponential and of the logarithm."""
_LARGE = 1.5 * 2.0**52 + 1023.0
"""Beside it a number is rounded to a whole one, and the last bits are those of a power of two."""
_SMALLEST = 2.2250738585072014e-308
"""The smallest positive number of full precision."""
_BITS_OF_ROOT = int(np.float64(math.sqrt(0.5)).view(np.int64))
_FUSED = ("contract",)


def _doubles(kind: Any) -> Any:
    return ir.VectorType(ir.DoubleType(), kind.lanes)


def _longs(kind: Any) -> Any:
    return ir.VectorType(ir.IntType(64), kind.lanes)


def _typed(function: Any, result: Any, name: Any = None) -> None:
    """Tell the compiler what a function returns for arguments of some types, if it takes them."""

    @infer_global(function, typing_key=name or function)
    class Typed(AbstractTemplate):  # type: ignore[misc]
        def generic(self, args: Any, kws: Any) -> Any:
            found = None if kws else result(args)
            return None if found is None else signature(found, *args)


def _mixed(args: Any) -> Any:
    """Type of vectors among vectors and numbers; None for anything else."""
    kinds = {kind for kind in args if isinstance(kind, Vector)}
    others = {kind for kind in args if not isinstance(kind, Vector)}
    return kinds.pop() if len(kinds) == 1 and others <= {types.float64} else None


def _compared(args: Any) -> Any:
    kind = _mixed(args)
    return None if kind is None else Mask(kind.lanes)


def _one(args: Any) -> Any:
    return args[0] if isinstance(args[0], Vector) else None


def _chosen(args: Any) -> Any:
    if not isinstance(args[0], Mask):
        return None
    return _mixed(args[1:]) or Vector(args[0].lanes)


def _wide(builder: Any, value: Any, given: Any, kind: Any) -> Any:
    """Return a vector as it is, and a number in every lane."""
    if isinstance(given, Vector):
        return value
    nothing = ir.Constant(_doubles(kind), ir.Undefined)
    one = builder.insert_element(nothing, value, ir.IntType(32)(0))
    same = ir.Constant(ir.VectorType(ir.IntType(32), kind.lanes), [0] * kind.lanes)
    return builder.shuffle_vector(one, nothing, same)


def _number(kind: Any, value: float) -> Any:
    return ir.Constant(_doubles(kind), [value] * kind.lanes)


def _whole(kind: Any, value: int) -> Any:
    return ir.Constant(_longs(kind), [value] * kind.lanes)


def _call(builder: Any, kind: Any, name: str, *given: Any) -> Any:
    """Call an intrinsic of the compiler that takes and returns vectors."""
    own = ir.FunctionType(_doubles(kind), [_doubles(kind)] * len(given))
    function = cgutils.get_or_insert_function(builder.module, own, f"{name}.v{kind.lanes}f64")
    return builder.call(function, given)


_OPERANDS = ((Vector, Vector), (Vector, types.Float), (types.Float, Vector))


def _arithmetic(operation: Any, instruction: str) -> None:
    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        pairs = zip(args, sig.args, strict=True)
        x, y = (_wide(builder, value, kind, sig.return_type) for value, kind in pairs)
        return getattr(builder, instruction)(x, y, flags=_FUSED)

    _typed(operation, lambda args: _mixed(args) if len(args) == 2 else None)
    for kinds in _OPERANDS:
        lower_builtin(operation, *kinds)(lower)


def _comparison(operation: Any, symbol: str) -> None:
    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        pairs = zip(args, sig.args, strict=True)
        x, y = (_wide(builder, value, kind, sig.return_type) for value, kind in pairs)
        return builder.fcmp_ordered(symbol, x, y)

    _typed(operation, _compared)
    for kinds in _OPERANDS:
        lower_builtin(operation, *kinds)(lower)


def _logic(operation: Any, instruction: str) -> None:
    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return getattr(builder, instruction)(*args)

    def both(args: Any) -> Any:
        return args[0] if isinstance(args[0], Mask) and args[0] == args[1] else None

    _typed(operation, both)
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
_logic(operator.and_, "and_")
_logic(operator.or_, "or_")
_logic(operator.xor, "xor")


def _address(context: Any, builder: Any, vector: Any, given: Any, array: Any, place: Any) -> Any:
    """Where the entries of a contiguous array begin; its last axis has as many as a vector."""
    struct = context.make_array(given)(context, builder, array)
    shape = cgutils.unpack_tuple(builder, struct.shape)
    offset = place[0]
    for axis, index in enumerate(place[1:], start=1):
        offset = builder.add(builder.mul(offset, shape[axis]), index)
    if given.ndim > 1:
        offset = builder.mul(offset, ir.Constant(offset.type, vector.lanes))
    return builder.bitcast(builder.gep(struct.data, [offset]), _doubles(vector).as_pointer())


def _load(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    kind = sig.return_type
    return builder.load(_address(context, builder, kind, sig.args[0], args[0], args[1:]), align=8)


def _store(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    address = _address(context, builder, sig.args[0], sig.args[1], args[1], args[2:])
    builder.store(args[0], address, align=8)
    return context.get_dummy_value()


def _full(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return _wide(builder, args[0], sig.args[0], sig.return_type)


def _known(bits: list[int]) -> Any:
    """Lower a mask that does not depend on anything."""

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return ir.Constant(ir.VectorType(ir.IntType(1), len(bits)), bits)

    return lower


def _where(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    """Choose, and hide that from what stores it: stores through a mask are slow."""
    pairs = zip(args[1:], sig.args[1:], strict=True)
    x, y = (_wide(builder, value, kind, sig.return_type) for value, kind in pairs)
    chosen = builder.select(args[0], x, y)
    return _call(builder, sig.return_type, "llvm.arithmetic.fence", chosen)


def _larger(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    """Choose among numbers that come from no memory, or the compiler loads through a mask."""
    pairs = zip(args, sig.args, strict=True)
    x, y = (_wide(builder, value, kind, sig.return_type) for value, kind in pairs)
    return _call(builder, sig.return_type, "llvm.maxnum", x, y)


def _not(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return builder.not_(args[0])


def _neg(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return builder.fneg(args[0])


def _intrinsic(name: str) -> Any:
    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _call(builder, sig.return_type, name, *args)

    return lower


def _parted(builder: Any, kind: Any, x: Any) -> tuple[Any, Any]:
    """Return ``x`` without whole logarithms of two, and the power of two that they make.

    Their number stands in the last bits of a sum with a large number, from where it is shifted:
    the machine has no instruction that makes whole numbers of several.
    """
    large = _number(kind, _LARGE)
    placed = _call(builder, kind, "llvm.fma", x, _number(kind, 1.0 / math.log(2.0)), large)
    power = builder.fsub(placed, large)
    rest = _call(builder, kind, "llvm.fma", power, _number(kind, -_LOG2_HIGH), x)
    rest = _call(builder, kind, "llvm.fma", power, _number(kind, -_LOG2_LOW), rest)
    bits = builder.shl(builder.bitcast(placed, _longs(kind)), _whole(kind, 52))
    return rest, builder.bitcast(bits, _doubles(kind))


def _above_1(builder: Any, kind: Any, rest: Any) -> Any:
    """Taylor's series of the exponential less 1: even and odd terms side by side, small ones first.

    One after the other, each would wait for the one before.
    """
    square = builder.fmul(rest, rest)

    def every_other(last: int, first: int) -> Any:
        total = _number(kind, 1.0 / math.factorial(last))
        for k in range(last - 2, first - 1, -2):
            term = _number(kind, 1.0 / math.factorial(k))
            total = _call(builder, kind, "llvm.fma", total, square, term)
        return total

    odd, even = every_other(_TERMS, 3), every_other(_TERMS - 1, 2)
    both = _call(builder, kind, "llvm.fma", odd, rest, even)
    return _call(builder, kind, "llvm.fma", both, square, rest)


def _far_below(builder: Any, kind: Any, x: Any, value: Any, last: float) -> Any:
    """Return ``last`` where ``x`` is below -700, and a value elsewhere, NaN where it is none."""
    below = builder.fcmp_ordered("<", x, _number(kind, -700.0))
    return builder.select(below, _number(kind, last), value)


def _exp(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    """Take whole powers of two out of it, add Taylor's series of the rest, and put them back."""
    kind = sig.return_type
    rest, scale = _parted(builder, kind, args[0])
    value = _call(builder, kind, "llvm.fma", _above_1(builder, kind, rest), scale, scale)
    return _far_below(builder, kind, args[0], value, 0.0)


def _expm1(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    """As the exponential, but 1 is taken from the power of two alone."""
    kind = sig.return_type
    rest, scale = _parted(builder, kind, args[0])
    less = builder.fsub(scale, _number(kind, 1.0))
    value = _call(builder, kind, "llvm.fma", _above_1(builder, kind, rest), scale, less)
    return _far_below(builder, kind, args[0], value, -1.0)


def _logarithm(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    """Take the power of two out of it, and add the series of ``2 artanh((x - 1) / (x + 1))``."""
    kind = sig.return_type
    bits = builder.bitcast(args[0], _longs(kind))
    # What is left lies between the roots of 1/2 and of 2.
    power = builder.ashr(builder.sub(bits, _whole(kind, _BITS_OF_ROOT)), _whole(kind, 52))
    bits = builder.sub(bits, builder.shl(power, _whole(kind, 52)))
    rest, one = builder.bitcast(bits, _doubles(kind)), _number(kind, 1.0)
    above = builder.fsub(rest, one)
    share = builder.fdiv(above, builder.fadd(rest, one))
    square = builder.fmul(share, share)
    total = _number(kind, 2.0 / (2 * _ODD_TERMS + 1))
    for k in range(_ODD_TERMS - 1, 0, -1):
        term = _number(kind, 2.0 / (2 * k + 1))
        total = _call(builder, kind, "llvm.fma", total, square, term)
    # Twice the share is what is above 1, less the share of it, so that it is not rounded.
    total = builder.fmul(share, builder.fsub(builder.fmul(total, square), above))
    power = builder.sitofp(power, _doubles(kind))
    total = _call(builder, kind, "llvm.fma", power, _number(kind, _LOG2_LOW), total)
    total = builder.fadd(total, above)
    total = _call(builder, kind, "llvm.fma", power, _number(kind, _LOG2_HIGH), total)
    fine = builder.fcmp_ordered(">=", args[0], _number(kind, _SMALLEST))
    fine = builder.and_(fine, builder.fcmp_ordered("<", args[0], _number(kind, math.inf)))
    return builder.select(fine, total, _number(kind, math.nan))


def _binary_order(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    kind = sig.return_type
    bits = builder.lshr(builder.bitcast(args[0], _longs(kind)), _whole(kind, 52))
    bits = builder.sub(builder.and_(bits, _whole(kind, 2047)), _whole(kind, 1023))
    return builder.sitofp(bits, _doubles(kind))


def _about_root(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    kind = sig.return_type
    bits = builder.sub(builder.bitcast(args[0], _longs(kind)), _whole(kind, _BITS_OF_ONE))
    bits = builder.add(builder.ashr(bits, _whole(kind, 5)), _whole(kind, _BITS_OF_ONE))
    return builder.bitcast(bits, _doubles(kind))


def _anywhere(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    bits = builder.bitcast(args[0], ir.IntType(sig.args[0].lanes))
    return cgutils.is_not_null(builder, bits)


def _highest(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    kind = sig.args[0]
    own = ir.FunctionType(ir.DoubleType(), [_doubles(kind)])
    name = f"llvm.vector.reduce.fmax.v{kind.lanes}f64"
    return builder.call(cgutils.get_or_insert_function(builder.module, own, name), args)


_typed(store, lambda args: types.none if isinstance(args[0], Vector) else None)
_typed(where, _chosen)
_typed(larger, lambda args: _mixed(args) if len(args) == 2 else None)
for _kinds in _OPERANDS:
    lower_builtin(larger, *_kinds)(_larger)
_typed(operator.invert, lambda args: args[0] if isinstance(args[0], Mask) else None)
_typed(anywhere, lambda args: types.boolean if isinstance(args[0], Mask) else None)
_typed(highest, lambda args: types.float64 if isinstance(args[0], Vector) else None)
for _indices in ((types.Integer,), (types.Integer, types.Integer)):
    lower_builtin(store, Vector, types.Array, *_indices)(_store)
for _then in (Vector, types.Float):
    for _otherwise in (Vector, types.Float):
        lower_builtin(where, Mask, _then, _otherwise)(_where)
lower_builtin(operator.invert, Mask)(_not)
lower_builtin(anywhere, Mask)(_anywhere)
lower_builtin(highest, Vector)(_highest)
for _function, _lowered in (
    (operator.neg, _neg),
    (root, _intrinsic("llvm.sqrt")),
    (size, _intrinsic("llvm.fabs")),
    (exp, _exp),
    (expm1, _expm1),
    (logarithm, _logarithm),
    (binary_order, _binary_order),
    (about_root, _about_root),
):
    _typed(_function, _one)
    lower_builtin(_function, Vector)(_lowered)

load, full = abreast(LANES)
ones, twos, fours, eights = digits(LANES)
