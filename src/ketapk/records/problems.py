"""What is wrong with a file of records: every problem with its row, subject and column."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ketapk.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHOWN = 20
"""Problems that are written out; the others are counted."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and where."""

    said: str
    row: int | None = None
    """Line of the file, header and comments counted, or row of the data frame, from 1."""
    subject: str | None = None
    column: str | None = None


class RecordsError(InputError):
    """Records that are refused whole.

    Parameters
    ----------
    name : str
        File, or what stands for it.
    problems : tuple of Problem
        The first of them, at most ``SHOWN``.
    total : int
        How many there are in all.
    place : str
        What a row is called: "line" of a file, "row" of a data frame.
    """

    def __init__(self, name: str, problems: tuple[Problem, ...], total: int, place: str) -> None:
        self.name = name
        self.problems = problems
        self.total = total
        count = "1 problem" if total == 1 else f"{total} problems"
        lines = [f"{name} is refused whole: {count}."]
        for problem in problems:
            where = [
                f"{what} {value}"
                for what, value in (
                    (place, problem.row),
                    ("ID", problem.subject),
                    ("column", problem.column),
                )
                if value not in (None, "")
            ]
            lines.append(f"  {', '.join(where)}: {problem.said}" if where else f"  {problem.said}")
        if total > len(problems):
            lines.append(f"  and {total - len(problems)} more.")
        super().__init__("\n".join(lines))


@dataclass
class Problems:
    """Problems while they are collected."""

    name: str
    place: str = "line"
    rows: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    """Line or row of each record, (R,)."""
    subjects: NDArray[np.str_] | None = None
    """Identifier of each record, (R,)."""
    found: list[Problem] = field(default_factory=list)
    total: int = 0
    unread: set[int] = field(default_factory=set)
    """Records with a field that could not be read, of which no rule is checked."""

    def add(self, said: str, *, row: int | None = None, column: str | None = None) -> None:
        """Note a problem of the file, or of one line of it."""
        self.total += 1
        if len(self.found) < SHOWN:
            self.found.append(Problem(said, row=row, column=column))

    def where(
        self, wrong: NDArray[np.bool_], column: str, said: str, values: object | None = None
    ) -> None:
        """Note a problem of every record (R,) that is ``wrong``.

        ``{}`` in ``said`` becomes the entry of ``values`` (R,).
        """
        at = np.flatnonzero(wrong)
        if self.total:
            at = np.array([r for r in at.tolist() if r not in self.unread], dtype=np.int64)
        self.total += at.size
        for r in at[: SHOWN - len(self.found)].tolist():
            value = "" if values is None else shown(values[r])  # type: ignore[index]
            subject = None if self.subjects is None else str(self.subjects[r])
            self.found.append(
                Problem(said.replace("{}", value), int(self.rows[r]), subject, column)
            )

    def unreadable(
        self, wrong: NDArray[np.bool_], column: str, said: str, values: object | None = None
    ) -> None:
        """Note records (R,) with a field that cannot be read, so that nothing follows from it."""
        known = self.unread
        self.unread = set()
        self.where(wrong, column, said, values)
        self.unread = known | set(np.flatnonzero(wrong).tolist())

    def settle(self) -> None:
        """Refuse the file if there is any problem."""
        if self.total:
            ranked = sorted(self.found, key=lambda problem: problem.row or 0)
            raise RecordsError(self.name, tuple(ranked), self.total, self.place)


def shown(value: object) -> str:
    """Write a value into a sentence: short, and numbers as people write them."""
    if isinstance(value, (float, np.floating)):
        return f"{value:.12g}"
    if isinstance(value, (int, np.integer)):
        return str(value)
    text = str(value)
    return repr(text if len(text) <= 40 else f"{text[:40]}...")
