"""How far long work is: a bar on a terminal, plain lines in a log, nothing when quiet."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, Protocol

from ketapk.errors import InputError

Show = Literal["auto", "bar", "lines", "quiet"]
SHOWS: tuple[Show, ...] = ("auto", "bar", "lines", "quiet")
EVERY_S = 10.0
"""Seconds between two lines of a log."""


class Report(Protocol):
    """Told of every finished piece."""

    def __call__(self, done: int, /) -> None:
        """So many patients are done."""


@contextmanager
def progress(show: Show, what: str, total: int, already: int) -> Iterator[Report]:
    """Show the progress of ``total`` patients, of whom ``already`` were done before."""
    if show not in SHOWS:
        raise InputError(f"progress={show!r} is not known; write one of {', '.join(SHOWS)}.")
    if show == "auto":
        show = "bar" if sys.stderr.isatty() else "lines"
    if show == "bar":
        with _bar(what, total, already) as report:
            yield report
    elif show == "lines":
        yield _Lines(what, total, already)
    else:
        yield lambda done, /: None


@contextmanager
def _bar(what: str, total: int, already: int) -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns: tuple[Any, ...] = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=total, completed=already)
        yield lambda done, /: bar.update(task, completed=done)


class _Lines:
    """One line every few seconds, from the first that is worth it; and one at the end."""

    def __init__(self, what: str, total: int, already: int) -> None:
        self.what, self.total, self.already = what, total, already
        self.began = self.last = time.monotonic()
        self.spoke = False

    def __call__(self, done: int, /) -> None:
        now = time.monotonic()
        if now - self.last < EVERY_S and not (done == self.total and self.spoke):
            return
        self.last, self.spoke = now, True
        pace = (done - self.already) / max(now - self.began, 1e-9)
        left = (
            f", about {(self.total - done) / pace:.0f} s left"
            if pace > 0 and done < self.total
            else ""
        )
        print(f"{self.what}: {done} of {self.total} patients{left}", file=sys.stderr, flush=True)
