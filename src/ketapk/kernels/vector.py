"""Eight doubles side by side, as a type that kernels can add, multiply and compare.

The compiler turns a loop over eight subjects into vector instructions only where it can prove that
no arrays overlap, which it seldom can. Written in this type, an operation is a vector instruction
by itself. Where kernels run uncompiled, the same names work on NumPy arrays of eight.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typing.templates import ConcreteTemplate, infer_global, signature
from numba.extending import lower_builtin, models, register_model

LANES = 8
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
_ROW = types.Array(types.float64, 1, "C")
_ROWS = (_ROW, types.Array(types.float64, 1, "A"))


@register_model(Vector)
class _VectorModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _DOUBLES)


@register_model(Mask)
class _MaskModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _BITS)


# What kernels call, as it is where they run uncompiled ---------------------------------------------


def load(row, place):  # type: ignore[no-untyped-def]
    """Return the eight entries of ``row`` from ``place`` on."""
    return row[place : place + LANES].copy()


def store(row, place, x):  # type: ignore[no-untyped-def]
    """Write eight entries of ``row`` from ``place`` on."""
    row[place : place + LANES] = x


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


def anywhere(condition):  # type: ignore[no-untyped-def]
    """Return whether a condition holds in any lane."""
    return bool(np.any(condition))


# What the compiler makes of them -------------------------------------------------------------------


def _wide(builder: Any, value: Any, kind: Any) -> Any:
    """Value as a vector."""
    if isinstance(kind, Vector):
        return value
    one = builder.insert_element(ir.Constant(_DOUBLES, ir.Undefined), value, _int(0))
    order = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    return builder.shuffle_vector(one, ir.Constant(_DOUBLES, ir.Undefined), order)


def _int(value: int) -> Any:
    return ir.Constant(ir.IntType(32), value)


def _arithmetic(operation: Any, instruction: str) -> None:
    @infer_global(operation)
    class Typed(ConcreteTemplate):  # type: ignore[misc]
        key = operation
        cases = [
            signature(vector, vector, vector),
            signature(vector, vector, types.float64),
            signature(vector, types.float64, vector),
        ]

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        x, y = (_wide(builder, *pair) for pair in zip(args, sig.args, strict=True))
        return getattr(builder, instruction)(x, y, flags=_EXACT_SUM)

    for kinds in ((Vector, Vector), (Vector, types.Float), (types.Float, Vector)):
        lower_builtin(operation, *kinds)(lower)


def _comparison(operation: Any, symbol: str) -> None:
    @infer_global(operation)
    class Typed(ConcreteTemplate):  # type: ignore[misc]
        key = operation
        cases = [
            signature(mask, vector, vector),
            signature(mask, vector, types.float64),
            signature(mask, types.float64, vector),
        ]

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        x, y = (_wide(builder, *pair) for pair in zip(args, sig.args, strict=True))
        return builder.fcmp_ordered(symbol, x, y)

    for kinds in ((Vector, Vector), (Vector, types.Float), (types.Float, Vector)):
        lower_builtin(operation, *kinds)(lower)


def _logic(operation: Any, instruction: str) -> None:
    @infer_global(operation)
    class Typed(ConcreteTemplate):  # type: ignore[misc]
        key = operation
        cases = [signature(mask, mask, mask)]

    @lower_builtin(operation, Mask, Mask)
    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return getattr(builder, instruction)(*args)


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


def _named(function: Any, *cases: Any) -> None:
    """Tell the compiler what a function of this file takes and returns."""

    @infer_global(function)
    class Typed(ConcreteTemplate):  # type: ignore[misc]
        key = function

    Typed.cases = list(cases)


_named(load, *(signature(vector, row, types.intp) for row in _ROWS))
_named(store, *(signature(types.none, row, types.intp, vector) for row in _ROWS))
_named(full, signature(vector, types.float64))
_named(where, signature(vector, mask, vector, vector))
_named(root, signature(vector, vector))
_named(size, signature(vector, vector))
_named(anywhere, signature(types.boolean, mask))


def _address(context: Any, builder: Any, kind: Any, row: Any, place: Any) -> Any:
    data = context.make_array(kind)(context, builder, row).data
    return builder.bitcast(builder.gep(data, [place]), _DOUBLES.as_pointer())


@lower_builtin(load, types.Array, types.Integer)
def _load(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return builder.load(_address(context, builder, sig.args[0], *args), align=8)


@lower_builtin(store, types.Array, types.Integer, Vector)
def _store(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    row, place, value = args
    builder.store(value, _address(context, builder, sig.args[0], row, place), align=8)
    return context.get_dummy_value()


@lower_builtin(full, types.Float)
def _full(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return _wide(builder, args[0], sig.args[0])


@lower_builtin(where, Mask, Vector, Vector)
def _where(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return builder.select(*args)


def _intrinsic(name: str) -> Any:
    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        kind = ir.FunctionType(_DOUBLES, [_DOUBLES])
        function = cgutils.get_or_insert_function(builder.module, kind, f"{name}.v{LANES}f64")
        return builder.call(function, args)

    return lower


lower_builtin(root, Vector)(_intrinsic("llvm.sqrt"))
lower_builtin(size, Vector)(_intrinsic("llvm.fabs"))


@lower_builtin(anywhere, Mask)
def _anywhere(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    bits = builder.bitcast(args[0], ir.IntType(LANES))
    return cgutils.is_not_null(builder, bits)
