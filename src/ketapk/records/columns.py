"""Columns of text or numbers, read as what they are meant to hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ketapk.records.clock import DATES, HOURS_PER_DAY, clock_hours, day_number

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from ketapk.records.problems import Problems

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

MISSING = ("", ".")
"""How a missing value is written."""
LARGEST_COUNT = 1e9


@dataclass(frozen=True)
class Columns:
    """Columns by name; what cannot be read is noted as a problem."""

    series: dict[str, pl.Series]
    problems: Problems

    def __contains__(self, name: str) -> bool:
        return name in self.series

    def __iter__(self) -> Iterator[str]:
        return iter(self.series)

    @property
    def size(self) -> int:
        """Number of records, R."""
        return int(self.problems.rows.size)

    def words(self, name: str, missing: str | None = None) -> NDArray[np.str_]:
        """Text of every record (R,); a problem where it is missing, unless something stands in."""
        import polars as pl

        column = self.series[name]
        if column.dtype.is_float():
            column = column.fill_nan(None)
            whole = column.cast(pl.Int64, strict=False)
            column = whole if (whole == column).fill_null(False).sum() == column.count() else column
        text = column.cast(pl.String).fill_null("").str.strip_chars()
        words = np.asarray(text.to_numpy(), dtype=np.str_)
        gone = np.isin(words, MISSING)
        if missing is None:
            self.problems.unreadable(gone, name, "The value is missing.")
        return np.where(gone, missing or "", words)

    def numbers(self, name: str, *, missing: float = 0.0, required: bool = False) -> Floats:
        """Numbers of every record (R,), ``missing`` where there is none."""
        import polars as pl

        if name not in self.series:
            return np.full(self.size, missing)
        column = self.series[name]
        if column.dtype.is_numeric():
            values = column.cast(pl.Float64).to_numpy().astype(np.float64)
            gone = (
                np.isnan(values) if required or np.isnan(missing) else column.is_null().to_numpy()
            )
            wrong = ~np.isfinite(values) & ~gone
            given: NDArray[np.object_] | Floats = values
        else:
            text = column.str.strip_chars()
            gone = (text.is_null() | text.is_in(MISSING)).to_numpy()
            values = text.cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy()
            wrong = ~np.isfinite(values) & ~gone
            given = text.to_numpy()
        self.problems.unreadable(
            wrong, name, "{} is not a finite number; write '.' if missing.", given
        )
        if required:
            self.problems.unreadable(gone, name, "The value is missing, and nothing is imputed.")
        return np.where(gone | wrong, missing, values)

    def counts(self, name: str) -> Ints:
        """Whole numbers of every record (R,), 0 where there is none."""
        values = self.numbers(name)
        wrong = (values != np.round(values)) | (np.abs(values) > LARGEST_COUNT)
        self.problems.unreadable(wrong, name, "{} is not a whole number.", values)
        return np.where(wrong, 0.0, values).astype(np.int64)

    def times(self, first: Ints, unit_h: float) -> Floats:
        """Times of every record (R,) [h].

        ``first`` (R,) is the position of the first record of each record's subject, from which
        clock times and dates count; ``unit_h`` is the unit of other times [h].
        """
        import polars as pl

        dates = [name for name in DATES if name in self]
        if len(dates) > 1:
            self.problems.add(f"There are columns {' and '.join(dates)}; leave one of them.")
        column = self.series["TIME"]
        by_clock = column.dtype == pl.String and bool(column.str.contains(":", literal=True).any())
        if not by_clock:
            hours = self.numbers("TIME", required=True) * unit_h
            if not dates:
                return hours
        else:
            words = self.words("TIME")
            hours = self._unique(words, clock_hours)
            wrong = np.isnan(hours) & (words != "")
            self.problems.unreadable(
                wrong, "TIME", "{} is no clock time; write one such as 14:05.", words
            )
            hours = np.nan_to_num(hours)
        if dates:
            name = dates[0]
            words = self.words(name)
            days = self._unique(words, lambda text: day_number(text, DATES[name]))
            order = {"m": "month", "d": "day", "y": "year"}
            said = "/".join(order[letter] for letter in DATES[name])
            self.problems.unreadable(
                np.isnan(days) & (words != ""),
                name,
                f"{{}} is no date; write {said} with four digits for the year, or a day's number.",
                words,
            )
            hours = hours + HOURS_PER_DAY * np.nan_to_num(days)
        return hours - hours[first]

    def _unique(self, words: NDArray[np.str_], read: object) -> Floats:
        """Read every word once."""
        different, inverse = np.unique(words, return_inverse=True)
        return np.array([read(word) for word in different.tolist()])[inverse]  # type: ignore[operator]
