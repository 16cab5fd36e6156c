"""A file or a data frame as columns of text or numbers, with the line that each row stands on."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.errors import InputError
from ketapk.records.problems import Problems

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

LONGEST_LINE = 100_000
"""Bytes; a longer line is no record."""
COMMENT = (b"#", b";")
"""What a comment row starts with; one whose first field is C is a comment too."""
NEWLINE = ord("\n")
BLANKS = b" \t\x0b\x0c"


@dataclass(frozen=True)
class Table:
    """Columns by their names in capitals, as they stand in the source."""

    name: str
    place: str
    """What a row is called in messages: "line" or "row"."""
    columns: dict[str, pl.Series]
    rows: NDArray[np.int64]
    """Line or row of each record, (R,)."""


def read_table(source: Any) -> Table:
    """Read a path, a polars or a pandas data frame.

    Raises
    ------
    RecordsError
        If it cannot be read as a table, with what is wrong.
    """
    import polars as pl

    if isinstance(source, (str, Path)):
        return _from_file(Path(source))
    if isinstance(source, pl.DataFrame):
        return _from_columns([(str(c), source[c]) for c in source.columns])
    if hasattr(source, "columns") and hasattr(source, "to_numpy"):
        return _from_columns(
            [(str(c), _series(source.iloc[:, i].to_numpy())) for i, c in enumerate(source.columns)]
        )
    raise InputError(
        f"Records come from a path or a data frame, not from a {type(source).__name__}; write "
        f"read_nonmem('events.csv')."
    )


def _series(values: Any) -> pl.Series:
    """Turn a column of another data frame into one of polars."""
    import polars as pl

    if values.dtype.kind in "iuf":
        return pl.Series(values, nan_to_null=True)
    texts = [None if _is_missing(value) else str(value) for value in values]
    return pl.Series(texts, dtype=pl.String)


def _is_missing(value: Any) -> bool:
    """Whether a value is None, NaN, or one that cannot even be compared."""
    try:
        return value is None or bool(value != value)  # noqa: PLR0124
    except TypeError:
        return True


def _from_columns(columns: list[tuple[str, pl.Series]]) -> Table:
    import polars as pl

    problems = Problems("The data frame", "row")
    names = _names([name for name, _ in columns], problems)
    height = columns[0][1].len() if columns else 0
    if height == 0:
        problems.add("It holds no records.")
    problems.settle()
    series = {}
    for name, (_, column) in zip(names, columns, strict=True):
        if column.dtype == pl.Boolean:
            series[name] = column.cast(pl.Int8)
        elif column.dtype.is_numeric() or column.dtype == pl.String:
            series[name] = column
        elif column.dtype.is_nested() or column.dtype == pl.Object:
            problems.add("The column holds neither text nor numbers.", column=name)
        else:
            series[name] = column.cast(pl.String, strict=False)
    problems.settle()
    return Table(problems.name, "row", series, np.arange(1, height + 1))


def _from_file(path: Path) -> Table:
    problems = Problems(path.name)
    try:
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(
            f"{path} cannot be read ({reason}); check the path and try again."
        ) from None
    data = _clean(data, problems)
    starts, ends = _lines(data, problems)
    rows = np.arange(1, starts.size + 1)
    header = _header(data, starts, ends, problems)
    separator = _separator(data[starts[header] : ends[header]])
    wanted = _kept(data, starts, ends, separator, header)
    if b'"' in data:
        fields, rows = _quoted(data, starts, ends, wanted, separator, problems)
        return _table(fields[0], fields[1:], rows[1:], problems)
    lines = np.flatnonzero(wanted)
    if separator == b" ":
        texts = [b",".join(data[starts[i] : ends[i]].split()) for i in lines]
        data, separator = b"\n".join(texts), b","
        starts, ends = _bounds(data)
    elif lines.size < starts.size:
        data = b"\n".join([data[starts[i] : ends[i]] for i in lines])
        starts, ends = _bounds(data)
    return _unquoted(data, starts, ends, separator, rows[lines], problems)


def _clean(data: bytes, problems: Problems) -> bytes:
    """Return the bytes with plain line ends and without a byte-order mark, or refuse them."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        problems.add("It is UTF-16; save it as UTF-8, for instance as 'CSV UTF-8'.")
        problems.settle()
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problems.add(
            f"It is not UTF-8: byte {data[error.start]:#04x} at position {error.start}; save it as "
            f"UTF-8.",
            row=line,
        )
        problems.settle()
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if b"\0" in data:
        problems.add(
            "It holds a zero byte; it is no text.", row=data.count(b"\n", 0, data.index(b"\0")) + 1
        )
    if not data.strip():
        problems.add("It is empty; write a header and at least one record.")
    problems.settle()
    return data.rstrip(b"\n")


def _bounds(data: bytes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First and last byte of every line."""
    breaks = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == NEWLINE)
    return np.append(0, breaks + 1), np.append(breaks, len(data))


def _lines(data: bytes, problems: Problems) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    starts, ends = _bounds(data)
    for i in np.flatnonzero(ends - starts > LONGEST_LINE)[:3].tolist():
        problems.add(
            f"The line has {ends[i] - starts[i]} characters; no record has more than "
            f"{LONGEST_LINE}.",
            row=i + 1,
        )
    problems.settle()
    return starts, ends


def _header(
    data: bytes, starts: NDArray[np.int64], ends: NDArray[np.int64], problems: Problems
) -> int:
    """Position of the first line that is neither blank nor a comment."""
    for i, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        line = data[start:end].strip()
        if line and not line.startswith(COMMENT):
            return i
    problems.add("It holds comments and nothing else; write a header and at least one record.")
    problems.settle()
    return 0


def _separator(header: bytes) -> bytes:
    """Comma, tab or semicolon if the header has one, else blanks."""
    return next((mark for mark in (b",", b"\t", b";") if mark in header), b" ")


def _kept(
    data: bytes,
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    separator: bytes,
    header: int,
) -> NDArray[np.bool_]:
    """Whether each line is the header or a record: not blank, and no comment."""
    codes = np.frombuffer(data, dtype=np.uint8)
    last = codes.size - 1
    first = np.where(ends > starts, codes[np.minimum(starts, last)], NEWLINE)
    second = codes[np.minimum(starts + 1, last)]
    wanted = (ends > starts) & ~np.isin(first, [ord(mark) for mark in COMMENT])
    wanted &= ~(np.isin(first, [ord("C"), ord("c")]) & (second == ord(separator)))
    # Lines that begin with a blank are few, and looked at one by one.
    for i in np.flatnonzero(np.isin(first, list(BLANKS))).tolist():
        text = data[starts[i] : ends[i]].strip()
        wanted[i] = bool(text) and not text.startswith(COMMENT)
    wanted[:header] = False
    wanted[header] = True
    return wanted


def _quoted(
    data: bytes,
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    wanted: NDArray[np.bool_],
    separator: bytes,
    problems: Problems,
) -> tuple[list[list[str]], NDArray[np.int64]]:
    """Fields of a file with quotation marks, and the first line of every row.

    A quoted field may go on over lines; whether a line is a comment counts where a row begins.
    """
    mark = separator.decode()
    fields, rows = [], []
    pending, begins = "", 0
    for i, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        if not pending:
            if not wanted[i]:
                continue
            begins = i
        line = data[start:end].decode()
        pending += line.strip() if mark == " " else line
        if pending.count('"') % 2:
            pending += "\n"
            continue
        reader = csv.reader(
            io.StringIO(pending), delimiter=mark, skipinitialspace=True, strict=True
        )
        try:
            fields.append(next(reader, []))
        except csv.Error as error:
            problems.add(f"Quotation marks do not match ({error}).", row=begins + 1)
        rows.append(begins + 1)
        pending = ""
    if pending:
        problems.add("Quotation marks do not match (the last is never closed).", row=begins + 1)
    problems.settle()
    return fields, np.array(rows, dtype=np.int64)


def _table(
    header: list[str], fields: list[list[str]], rows: NDArray[np.int64], problems: Problems
) -> Table:
    import polars as pl

    names = _names(header, problems)
    for row, field in zip(rows.tolist(), fields, strict=True):
        if len(field) != len(names):
            problems.add(_ragged(len(field), len(names)), row=row)
    if not fields:
        problems.add("It holds a header and no records.")
    problems.settle()
    columns = {name: pl.Series([f[i] for f in fields]) for i, name in enumerate(names)}
    return Table(problems.name, "line", columns, rows)


def _unquoted(
    data: bytes,
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    separator: bytes,
    rows: NDArray[np.int64],
    problems: Problems,
) -> Table:
    import polars as pl

    names = _names(data[: ends[0]].decode().split(separator.decode()), problems)
    marks = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == ord(separator))
    fields = np.searchsorted(marks, ends) - np.searchsorted(marks, starts) + 1
    for i in np.flatnonzero(fields != len(names)).tolist():
        problems.add(_ragged(int(fields[i]), len(names)), row=int(rows[i]))
    if starts.size == 1:
        problems.add("It holds a header and no records.")
    problems.settle()
    try:
        frame = pl.read_csv(
            io.BytesIO(data[starts[1] :]),
            has_header=False,
            new_columns=names,
            separator=separator.decode(),
            quote_char=None,
            infer_schema=False,
        )
    except pl.exceptions.PolarsError as error:
        problems.add(f"It is no table of fields ({error}).")
        problems.settle()
    return Table(problems.name, "line", {name: frame[name] for name in names}, rows[1:])


def _ragged(has: int, wanted: int) -> str:
    return f"The row has {has} fields and the header {wanted}; write '.' where a value is missing."


def _names(given: list[str], problems: Problems) -> list[str]:
    """Column names in capitals, without quotation marks and blanks around them."""
    names = [re.sub(r"[\s\"']+", "", name).upper() for name in given]
    for i, name in enumerate(names):
        if not name:
            problems.add(f"Column {i + 1} has no name; write one into the header.")
        elif name in names[:i]:
            problems.add(f"The header names {name} twice.", column=name)
    if names and all(re.fullmatch(r"[-+.\dE]*", name) for name in names):
        problems.add("The first line holds no names; write a header above the records.")
    return names
