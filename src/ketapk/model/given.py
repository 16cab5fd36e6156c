"""What a builder is given, read or refused: names, texts, lists, numbers, expressions."""

from __future__ import annotations

import keyword
import math
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ketapk.errors import InputError, ModelError
from ketapk.model.expressions import ABOUT_PEOPLE, FUNCTIONS, Expression
from ketapk.model.variability import Scale
from ketapk.units import Dimension

if TYPE_CHECKING:
    from collections.abc import Container

SCALES: dict[str, Scale] = {
    "%": "CV %",
    "variance": "variance on the log scale",
    "logit SD": "SD on the logit scale",
}
"""How variability is written after its number."""
_SPREAD = re.compile(rf"\s*([0-9.eE+-]+)\s*({'|'.join(SCALES)})\s*")


def text(what: str, given: Any) -> str:
    """Read words for people."""
    if not isinstance(given, str):
        raise ModelError(f"{what}={given!r} is no text; write it in quotes.")
    return given


def name_of_model(given: Any) -> str:
    """Read the name of a model, which is also one on the command line."""
    if not isinstance(given, str) or not re.fullmatch(r"[A-Za-z][\w.-]*", given):
        raise ModelError(
            f"A model cannot be called {given!r}; write a letter, then letters, digits, '_' or '-'."
        )
    return given


def name_of_parameter(given: Any) -> str:
    """Read a name that expressions can use."""
    if not isinstance(given, str) or not re.fullmatch(r"[A-Za-z]\w*", given, re.A):
        raise ModelError(
            f"A parameter cannot be called {given!r}; write a letter, then letters, digits, '_'."
        )
    if given in FUNCTIONS or given in ABOUT_PEOPLE or keyword.iskeyword(given):
        raise ModelError(
            f"A parameter cannot be called {given!r}, which means something else in expressions; "
            f"give it another name."
        )
    return given


def new(name: Any, known: Container[Any], kind: str) -> None:
    """Refuse a name, or a pair of them, that is there already or is none."""
    names = name if isinstance(name, tuple) else (name,)
    if not all(isinstance(one, str) for one in names):
        raise ModelError(f"The {kind} {' and '.join(map(repr, names))} has no name; write a text.")
    if name in known:
        said = " and ".join(names) if isinstance(name, tuple) else repr(name)
        raise ModelError(f"The {kind} {said} is there already; leave one out.")


def different(what: str, given: Any) -> tuple[str, ...]:
    """Read different names: a sequence of them, or a text with spaces between."""
    names = tuple(given.split() if isinstance(given, str) else _several(given))
    if (
        not names
        or not all(isinstance(name, str) for name in names)
        or len(set(names)) < len(names)
    ):
        raise ModelError(f"{what}={given!r} is not a list of different names; write at least one.")
    return names


def _several(given: Any) -> Iterable[Any]:
    return given if isinstance(given, Iterable) else ()


def expression(given: Any, what: str) -> Expression:
    """Read a number or arithmetic."""
    if isinstance(given, float | int) and not isinstance(given, bool):
        try:
            number = float(given)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise ModelError(f"The {what} is no finite number; write one, such as 0.2.")
        return Expression(repr(number))
    if not isinstance(given, str):
        raise ModelError(f"The {what} is {given!r}; write a parameter, or arithmetic of them.")
    try:
        return Expression(given)
    except ModelError as error:
        raise ModelError(f"The {what}: {error}") from None


def spread(name: str, given: Any) -> tuple[float, Scale]:
    """Read how a parameter varies: its number, and the scale that it is on."""
    match = _SPREAD.fullmatch(given) if isinstance(given, str) else None
    value = _float(match[1]) if match else math.nan
    if match is None or not (math.isfinite(value) and value >= 0.0):
        raise InputError(
            f"{name}={given!r} is no variability; write '30 %', '0.09 variance' or '0.7 logit SD'."
        )
    return value, SCALES[match[2]]


def correlation(first: Any, second: Any, given: Any) -> float:
    """Read how two random effects go together."""
    names = isinstance(first, str) and isinstance(second, str) and first != second
    number = isinstance(given, float | int) and not isinstance(given, bool)
    if not (names and number and -1.0 <= given <= 1.0):
        raise InputError(
            f"A correlation of {first} and {second} of {given!r} is not possible; give two "
            f"parameters, and a number from -1 to 1."
        )
    return float(given)


def with_unit_given(note: str, value: Any, dimension: Dimension) -> str:
    """Keep in a note what was written, where it is in another unit."""
    if not isinstance(value, str):
        return note
    same = "%" not in value if dimension == Dimension() else value.strip().endswith(str(dimension))
    return note if same else "; ".join(filter(None, (note, f"given as {value.strip()}")))


def _float(digits: str) -> float:
    try:
        return float(digits)
    except ValueError:
        return math.nan
