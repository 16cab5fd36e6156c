"""What was measured: levels with their times, as people write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ketapk import units
from ketapk.errors import InputError, UnitError

if TYPE_CHECKING:
    import polars as pl

HOW = (
    "write levels as {'40 min': '180 ng/mL', '2 h': '60 ng/mL'}, as a list of kp.Level(...), or as "
    "a table with the columns time_h and ng_per_ml"
)
TROUGH = "trough"
"""Word after a time that stands at a dose: just before it."""


@dataclass(frozen=True)
class Level:
    """A measured level.

    Parameters
    ----------
    time : str
        When it was drawn, with a unit, counted as the plan's times are; "24 h trough" is just
        before what is given at 24 h.
    value : str, optional
        What was measured, such as "180 ng/mL"; "<5 ng/mL" is below a limit of quantification.
    analyte : str, optional
        Of what; the dosed drug by default.
    below : str, optional
        The limit of quantification, where nothing could be quantified, instead of a value.
    trough : bool, optional
        Whether it was drawn just before (True) or just after (False) a dose at the same time.

    Raises
    ------
    InputError
        If the time or the level is no number with a unit, or negative, or none.

    Examples
    --------
    >>> Level("40 min", "180 ng/mL")
    Level('40 min', '180 ng/mL')
    >>> Level("8 h", below="5 ng/mL") == Level("8 h", "<5 ng/mL")
    True
    """

    time: str
    value: str | None = None
    analyte: str | None = None
    below: str | None = None
    trough: bool | None = None

    def __post_init__(self) -> None:
        time, value, below = self.time, self.value, self.below
        if isinstance(time, str) and time.split()[-1:] == [TROUGH]:
            object.__setattr__(self, "time", time.rsplit(None, 1)[0])
            object.__setattr__(self, "trough", True)
        self._read_time()
        if isinstance(value, str) and value.strip().startswith("<"):
            if below is not None:
                raise InputError(
                    f"The level at {self.time} is given as {value!r} and below={below!r}; give one."
                )
            below = value.strip().removeprefix("<").strip()
            object.__setattr__(self, "value", None)
            object.__setattr__(self, "below", below)
        if self.value is None and below is None:
            raise InputError(
                f"The level at {self.time} has no value; write one such as '180 ng/mL', or "
                f"'<5 ng/mL' if it is below the limit of quantification."
            )
        if self.value is not None and below is not None:
            raise InputError(
                f"The level at {self.time} has the value {self.value!r} and below={below!r}; a "
                f"level is one or the other."
            )
        self._read(self.said)

    def _read_time(self) -> Fraction:
        try:
            return units.time_h(self.time, "time")
        except UnitError as error:
            raise UnitError(f"A level's {error}") from None
        except InputError as error:
            raise InputError(f"A level's {error}") from None

    def _read(self, text: str) -> units.Quantity:
        found = units.expect(text, f"level at {self.time}", "concentration", "molar concentration")
        if found.exact < 0 or (found.exact == 0 and self.value is not None):
            raise InputError(
                f"The level at {self.time} is {text!r}; a measured level is above 0. If it is "
                f"below the limit of quantification, write it as '<5 ng/mL' with that limit."
            )
        if found.exact == 0:
            raise InputError(f"The limit at {self.time} is {text!r}; give a limit above 0.")
        return found

    @property
    def said(self) -> Any:
        """The value, or the limit it is below, as written."""
        return self.below if self.value is None else self.value

    @property
    def time_h(self) -> Fraction:
        """When, exactly [h]."""
        return self._read_time()

    def ng_per_ml(self, analyte: str) -> float:
        """What was measured of an analyte, or the limit it is below [ng/mL]."""
        mg_per_l = units.concentration_mg_per_l(self.said, analyte)
        return float(units.mg_per_l_to_ng_per_ml(mg_per_l))

    def __str__(self) -> str:
        sign = "<" if self.value is None else ""
        what = f" {self.analyte}" if self.analyte else ""
        when = f" {TROUGH}" if self.trough else ""
        return f"{sign}{self.said}{what} at {self.time}{when}"

    def __repr__(self) -> str:
        given = [repr(self.time)]
        if self.value is not None:
            given.append(repr(self.value))
        for name in ("analyte", "below", "trough"):
            if getattr(self, name) is not None:
                given.append(f"{name}={getattr(self, name)!r}")
        return f"Level({', '.join(given)})"


def read_levels(given: Any) -> tuple[Level, ...]:
    """Read levels from a mapping, a list, a sentence, a CSV file or a frame.

    Parameters
    ----------
    given : mapping, sequence of Level, str, path or polars.DataFrame
        ``{"40 min": "180 ng/mL"}``, where a value may be a mapping of analytes to levels; a
        sentence, "40 min: 180 ng/mL, 2 h: 60 ng/mL noresketamine"; a table with the columns
        ``time_h``, ``ng_per_ml`` (empty or "<5" below a limit), and if need be ``analyte``,
        ``below_ng_per_ml``, ``trough``.

    Returns
    -------
    tuple of Level

    Raises
    ------
    InputError
        If one of them cannot be read.

    Examples
    --------
    >>> read_levels("40 min: 180 ng/mL, 24 h trough: <5 ng/mL")
    (Level('40 min', '180 ng/mL'), Level('24 h', below='5 ng/mL', trough=True))
    """
    if isinstance(given, Level):
        return (given,)
    if isinstance(given, Mapping):
        return tuple(level for time, what in given.items() for level in _at(time, what))
    if isinstance(given, Path) or (isinstance(given, str) and given.strip().endswith(".csv")):
        return _from_file(Path(given))
    if isinstance(given, str):
        return tuple(_from_words(part) for part in given.split(",") if part.strip())
    if hasattr(given, "to_dicts") and hasattr(given, "columns"):
        return _from_frame(given, "The table")
    if isinstance(given, Sequence):
        for level in given:
            if not isinstance(level, Level):
                raise InputError(f"{level!r} is no kp.Level; {HOW}.")
        return tuple(given)
    raise InputError(f"Levels are a {type(given).__name__}; {HOW}.")


def _at(time: Any, what: Any) -> list[Level]:
    if isinstance(what, Mapping):
        return [Level(time, value, analyte=analyte) for analyte, value in what.items()]
    return [Level(time, what)]


def _from_words(text: str) -> Level:
    """Read "40 min: 180 ng/mL noresketamine"."""
    time, sign, what = (part.strip() for part in text.partition(":"))
    if not sign or not what:
        raise InputError(f"{text.strip()!r} is no level; write it as '40 min: 180 ng/mL'.")
    words = what.split()
    # A unit has a slash; what comes after it says of what.
    unit = next((k for k, word in enumerate(words) if "/" in word), len(words) - 1)
    analyte = " ".join(words[unit + 1 :]) or None
    return Level(time, " ".join(words[: unit + 1]), analyte=analyte)


COLUMNS = ("time_h", "ng_per_ml", "analyte", "below_ng_per_ml", "trough")
"""Columns of a table of levels; the last three may be left out."""


def _from_file(path: Path) -> tuple[Level, ...]:
    import polars as pl

    try:
        frame = pl.read_csv(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InputError(f"{path} cannot be read as CSV: {error}.") from None
    return _from_frame(frame, str(path))


def _from_frame(frame: pl.DataFrame, name: str) -> tuple[Level, ...]:
    missing = [column for column in COLUMNS[:2] if column not in frame.columns]
    if missing:
        raise InputError(
            f"{name} has no column {missing[0]}; it has {', '.join(frame.columns)}. Needed are "
            f"time_h [h] and ng_per_ml [ng/mL]."
        )
    strange = [column for column in frame.columns if column not in (*COLUMNS, "id")]
    if strange:
        raise InputError(
            f"{name} has the column {strange[0]!r}, which says nothing of a level; it may have "
            f"{', '.join(COLUMNS)}, and an id."
        )
    if "id" in frame.columns and frame["id"].n_unique() > 1:
        raise InputError(
            f"{name} holds levels of {frame['id'].n_unique()} people; choose those of one."
        )
    return tuple(
        _from_row(row, f"{name}, row {number}") for number, row in enumerate(frame.to_dicts(), 1)
    )


def _from_row(row: dict[str, Any], where: str) -> Level:
    time, value, below = row["time_h"], row["ng_per_ml"], row.get("below_ng_per_ml")
    if time is None or (value is None and below is None):
        what = "time" if time is None else "level"
        raise InputError(
            f"{where} has no {what}; leave the row out, or write '<5' for a level below the limit "
            f"of quantification."
        )
    try:
        return Level(
            f"{time} h",
            None if value is None else f"{value} ng/mL",
            analyte=row.get("analyte"),
            below=None if below is None else f"{below} ng/mL",
            trough=row.get("trough"),
        )
    except InputError as error:
        raise type(error)(f"{where}: {error}") from None
