"""How much is measured: a trial of the suite itself, the quick run, and the whole."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Effort:
    """Sizes, and how often everybody is called."""

    name: str
    rounds: int
    seconds: float
    """After which a contestant is not called again."""
    share: int
    """A slow contestant gets this many times fewer patients than it would in the whole."""
    sizes: dict[str, tuple[int, ...]]
    """Patients of the jobs that have curves."""
    checked: dict[str, int]
    """Patients whose error is measured; F's too."""
    exposed: int
    """Patients of job F, and of job A beside it."""
    threaded: dict[str, tuple[int, ...]]
    """Patients with one thread and with all."""
    patients: tuple[int, ...]
    """Of job A, for how the cost grows."""
    lengths: tuple[int, ...]
    """Numbers of times over the same day, for how the cost grows."""
    steady: int
    """Patients of job A while the number of times grows."""
    streamed: tuple[int, ...]
    """Patients of job A that go by in chunks."""
    chunk: int
    tolerances: tuple[float, ...]
    """Relative ones, for the work that precision costs; none leaves it out."""
    precise: int
    """Patients of it at most."""
    empty_cache: bool
    """Whether a process that has to compile everything is timed."""


SMOKE = Effort(
    name="smoke",
    rounds=1,
    seconds=0.05,
    share=1_000,
    sizes={"A": (64,), "B": (16,), "C": (64,), "C stiff": (16,), "D": (1,)},
    checked={"A": 2, "B": 1, "C": 1, "C stiff": 1, "D": 1, "F": 2},
    exposed=64,
    threaded={"A": (64,), "C": (32,)},
    patients=(32, 64),
    lengths=(61, 241),
    steady=32,
    streamed=(64, 128),
    chunk=32,
    tolerances=(1e-4, 1e-6),
    precise=8,
    empty_cache=False,
)
QUICK = Effort(
    name="quick",
    rounds=5,
    seconds=0.5,
    share=5,
    sizes={"A": (10_000,), "B": (1_000,), "C": (2_000,), "C stiff": (500,), "D": (1,)},
    checked={"A": 16, "B": 4, "C": 8, "C stiff": 4, "D": 1, "F": 8},
    exposed=10_000,
    threaded={"A": (10_000,), "C": (1_000,)},
    patients=(1_000, 3_000, 10_000),
    lengths=(61, 241, 961),
    steady=1_000,
    streamed=(20_000, 40_000),
    chunk=10_000,
    tolerances=(),
    precise=0,
    empty_cache=False,
)
FULL = Effort(
    name="full",
    rounds=9,
    seconds=20.0,
    share=1,
    sizes={
        "A": (1_000, 10_000, 100_000),
        "B": (100_000,),
        "C": (1_000, 10_000, 100_000),
        "C stiff": (10_000,),
        "D": (1,),
    },
    checked={"A": 16, "B": 8, "C": 8, "C stiff": 4, "D": 1, "F": 64},
    exposed=100_000,
    threaded={"A": (10_000, 100_000), "C": (10_000, 100_000)},
    patients=(1_000, 10_000, 100_000),
    lengths=(61, 241, 961, 3_841),
    steady=10_000,
    streamed=(100_000, 300_000, 1_000_000),
    chunk=10_000,
    tolerances=(1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10),
    precise=256,
    empty_cache=True,
)
