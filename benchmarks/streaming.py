"""Job A in chunks, in a process of its own: the memory that is taken while patients go by.

A chunk's curves are summed up, into a mean and a highest curve, and forgotten, so that the memory
should not depend on the number of patients. As a program, it prints a line of JSON for every chunk.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from effort import Effort
from sheets import Row, Sheet, count, digits

STATUS = Path("/proc/self/status")


@dataclass(frozen=True)
class Passed:
    """What one process reported after each chunk."""

    n: int
    chunk: int
    done: list[int]
    """Patients so far."""
    resident: list[float]
    """Memory now [MB]."""
    peak: list[float]
    """The most so far [MB]."""
    seconds: float
    """Of all chunks [s]; drawing the patients does not count."""

    @property
    def row(self) -> Row:
        """It in a table."""
        whole = "all at once" if self.chunk >= self.n else count(self.chunk)
        return (
            count(self.n),
            whole,
            digits(self.seconds),
            f"{self.seconds / self.n * 1e6:.3g}",
            f"{self.peak[-1]:.0f}",
            f"{self.peak[-1] - self.resident[0]:.0f}",
        )


def streaming(effort: Effort) -> tuple[Sheet, list[Passed]]:
    """More and more patients in chunks of one size, and the fewest of them at once."""
    few = effort.streamed[0]
    # A process that has to compile its kernels takes more than one that finds them.
    _process(effort.chunk, effort.chunk)
    passed = [_process(n, effort.chunk) for n in effort.streamed]
    at_once = _process(few, few)
    columns = ("patients", "in chunks of", "s", "µs a patient", "peak memory [MB]",
               "of which for them [MB]")  # fmt: skip
    sheet = Sheet(
        "Job A in chunks: memory of a process", columns, [p.row for p in (*passed, at_once)]
    )
    grown = passed[-1].peak[-1] / passed[0].peak[-1]
    sheet.facts["memory of many"] = grown
    sheet.notes.append(
        f"{count(passed[-1].n)} patients take {grown:.3f} times the memory of {count(few)}. The "
        f"last column is without what the process holds before the first patient."
    )
    return sheet, [*passed, at_once]


def _process(n: int, chunk: int) -> Passed:
    """Run this file as a program."""
    command = [sys.executable, __file__, str(n), str(chunk)]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    return Passed(
        n=n,
        chunk=chunk,
        done=[line["done"] for line in lines],
        resident=[line["resident"] for line in lines],
        peak=[line["peak"] for line in lines],
        seconds=lines[-1]["seconds"],
    )


def memory_mb(field: str) -> float:
    """Return what this process holds now, ``VmRSS``, or has held at most, ``VmHWM`` [MB].

    Where the system does not tell, both are the most it has held.
    """
    if STATUS.exists():
        # The system's own account of the peak starts with that of the process that started it.
        (line,) = (s for s in STATUS.read_text().splitlines() if s.startswith(field))
        return int(line.split()[1]) * 1.024e-3
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most * (1e-6 if sys.platform == "darwin" else 1.024e-3)


def main() -> None:
    """Let patients go by."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("patients", type=int)
    parser.add_argument("chunk", type=int)
    options = parser.parse_args()

    import ketapk_jobs
    import numpy as np
    from jobs import TIMES_H, population

    total, highest = np.zeros(TIMES_H.size), np.zeros(TIMES_H.size)
    spent = 0.0

    def report(done: int) -> None:
        now, peak = memory_mb("VmRSS"), memory_mb("VmHWM")
        line = {"done": done, "resident": now, "peak": peak, "seconds": spent}
        print(json.dumps(line), flush=True)

    ketapk_jobs.sampled(population(2), TIMES_H)()
    report(0)
    for lo in range(0, options.patients, options.chunk):
        people = population(min(options.chunk, options.patients - lo), seed=lo)
        begin = time.perf_counter()
        (curves,) = ketapk_jobs.sampled(people, TIMES_H)()
        total += curves.sum(axis=0)
        np.maximum(highest, curves.max(axis=0), out=highest)
        spent += time.perf_counter() - begin
        done = lo + len(people)
        del people, curves
        report(done)


if __name__ == "__main__":
    main()
