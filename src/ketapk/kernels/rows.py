"""Rows of lanes: arithmetic on one number of each of many subjects, in vector registers.

Plain Python sees NumPy arrays of ``LANES`` numbers. When a kernel is compiled, a row is a vector of
the compiler, because its loops over lanes become scalar code wherever it cannot prove that arrays
do not overlap: that is four times slower. A product and the sum it goes into may be rounded once.
No lane looks at another, so what a subject gets does not depend on who else is there.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic, models, overload, register_model

from ketapk.kernels.compile import OPTIONS, part

LANES = 64
"""Subjects abreast."""


class _Row(types.Type):
    """One number of each lane."""

    def __init__(self) -> None:
        super().__init__(name=f"Row({LANES})")


ROW = _Row()
VECTOR = ir.VectorType(ir.DoubleType(), LANES)
FUSED = ("contract",)


@register_model(_Row)
class _RowModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, VECTOR)


LINE = 8
"""Numbers in a line of the memory nearest to the processor, at whose start rows begin."""


@part
def rows(n):  # type: ignore[no-untyped-def]
    """Return ``n`` rows of zeros, (n, lanes)."""
    room = np.zeros(n * LANES + LINE)
    begin = -(room.ctypes.data // room.itemsize) % LINE
    return room[begin : begin + n * LANES].reshape((n, LANES))


BITS_OF_ONE = int(np.float64(1.0).view(np.int64))


# Plain Python ------------------------------------------------------------------------------------


def row(x, i):  # type: ignore[no-untyped-def]
    """Row ``i`` of ``x`` (n, lanes)."""
    return x[i].copy()


def put(x, i, values):  # type: ignore[no-untyped-def]
    """Write a row as row ``i`` of ``x`` (n, lanes)."""
    x[i] = values


def fabs(values):  # type: ignore[no-untyped-def]
    """Absolute value of a row."""
    return np.abs(values)


def about_root(values):  # type: ignore[no-untyped-def]
    """32nd root of a row of positive numbers, within 6 %: the bits of a float are a logarithm.

    Good enough to choose a step, and a tenth of the time that five square roots take.
    """
    return ((values.view(np.int64) - BITS_OF_ONE >> 5) + BITS_OF_ONE).view(np.float64)


def if_at_most(a, b, then, otherwise):  # type: ignore[no-untyped-def]
    """``then`` in lanes where ``a <= b``, elsewhere ``otherwise``, also where one is no number."""
    return np.where(a <= b, then, otherwise)


# Compiled ----------------------------------------------------------------------------------------


def _vector(builder: Any, kind: Any, value: Any) -> Any:
    """Return a row as it is, and a number once for every lane."""
    if isinstance(kind, _Row):
        return value
    one = builder.insert_element(ir.Constant(VECTOR, ir.Undefined), value, ir.IntType(32)(0))
    same = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    return builder.shuffle_vector(one, ir.Constant(VECTOR, ir.Undefined), same)


def _is_operand(kind: Any) -> bool:
    return isinstance(kind, _Row) or kind == types.float64


def _place(context: Any, builder: Any, kind: Any, array: Any, i: Any) -> Any:
    """Where a row of an array lies."""
    data = context.make_array(kind)(context, builder, array).data
    first = builder.gep(data, [builder.mul(i, ir.Constant(i.type, LANES))])
    return builder.bitcast(first, VECTOR.as_pointer())


@intrinsic
def _load(typing: Any, x: Any, i: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        return builder.load(_place(context, builder, signature.args[0], *given), align=8)

    return ROW(x, i), generate


@intrinsic
def _store(typing: Any, x: Any, i: Any, values: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        array, index, vector = given
        vector = _vector(builder, signature.args[2], vector)
        builder.store(vector, _place(context, builder, signature.args[0], array, index), align=8)
        return context.get_dummy_value()

    return types.void(x, i, values), generate


@intrinsic
def _choose(typing: Any, a: Any, b: Any, then: Any, otherwise: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        vectors = [
            _vector(builder, kind, value) for kind, value in zip(signature.args, given, strict=True)
        ]
        return builder.select(builder.fcmp_ordered("<=", *vectors[:2]), *vectors[2:])

    return ROW(a, b, then, otherwise), generate


@intrinsic
def _about_root(typing: Any, values: Any) -> Any:
    whole = ir.VectorType(ir.IntType(64), LANES)

    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        one, five = (ir.Constant(whole, [number] * LANES) for number in (BITS_OF_ONE, 5))
        bits = builder.sub(builder.bitcast(given[0], whole), one)
        return builder.bitcast(builder.add(builder.ashr(bits, five), one), VECTOR)

    return ROW(values), generate


@overload(about_root, jit_options=OPTIONS, inline="always")  # type: ignore[arg-type]
def _compiled_root(values):  # type: ignore[no-untyped-def]
    return lambda values: _about_root(values)  # type: ignore[call-arg]


@overload(row, jit_options=OPTIONS, inline="always")  # type: ignore[arg-type]
def _compiled_row(x, i):  # type: ignore[no-untyped-def]
    return lambda x, i: _load(x, i)  # type: ignore[call-arg]


@overload(put, jit_options=OPTIONS, inline="always")  # type: ignore[arg-type]
def _compiled_put(x, i, values):  # type: ignore[no-untyped-def]
    return lambda x, i, values: _store(x, i, values)  # type: ignore[call-arg]


@overload(if_at_most, jit_options=OPTIONS, inline="always")  # type: ignore[arg-type]
def _compiled_choice(a, b, then, otherwise):  # type: ignore[no-untyped-def]
    return lambda a, b, then, otherwise: _choose(a, b, then, otherwise)  # type: ignore[call-arg]


@intrinsic
def _absolute(typing: Any, values: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        kind = ir.FunctionType(VECTOR, [VECTOR])
        own = cgutils.get_or_insert_function(builder.module, kind, f"llvm.fabs.v{LANES}f64")
        return builder.call(own, given)

    return ROW(values), generate


@overload(fabs, jit_options=OPTIONS, inline="always")  # type: ignore[arg-type]
def _compiled_absolute(values):  # type: ignore[no-untyped-def]
    return lambda values: _absolute(values)  # type: ignore[call-arg]


def _register_operator(symbol: Any, name: str) -> None:
    """Compile an operator between rows, or a row and a number."""

    @intrinsic
    def apply(typing: Any, a: Any, b: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
            left, right = (
                _vector(builder, kind, value)
                for kind, value in zip(signature.args, given, strict=True)
            )
            return getattr(builder, name)(left, right, flags=FUSED)

        return ROW(a, b), generate

    @overload(symbol, jit_options=OPTIONS, inline="always")  # type: ignore[arg-type]
    def compiled(a, b):  # type: ignore[no-untyped-def]
        if _is_operand(a) and _is_operand(b) and ROW in (a, b):
            return lambda a, b: apply(a, b)  # type: ignore[call-arg]
        return None


for _symbol, _name in (
    (operator.add, "fadd"),
    (operator.sub, "fsub"),
    (operator.mul, "fmul"),
    (operator.truediv, "fdiv"),
):
    _register_operator(_symbol, _name)
