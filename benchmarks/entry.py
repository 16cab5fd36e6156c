"""What takes part: a name, a job, and a call to be timed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Curves = tuple[Any, ...]
"""(N, T) arrays [mg/L]: one, or for job B nine, route by route and output by output."""


@dataclass(frozen=True)
class Entry:
    """One contestant in one job."""

    job: str
    name: str
    prepare: Callable[..., Callable[[], Curves]]
    """Takes the patients and returns the call; what it does itself is not timed."""
    most: int = 1_000_000
    """Patients that it is given at most, so that a run ends; times are per patient."""
    steps: bool = False
    """Whether it chooses steps by its error; then ``prepare`` also takes a relative tolerance."""


@dataclass(frozen=True)
class Absent:
    """A contestant that could not be loaded, and why."""

    name: str
    reason: str
    jobs: tuple[str, ...]
