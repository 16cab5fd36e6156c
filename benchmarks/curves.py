"""Tables of the jobs that have curves: A to D."""

from __future__ import annotations

import ketapk_jobs
from entry import Absent
from jobs import CURVES
from measuring import Measured
from sheets import Sheet, count, digits, micro

COLUMNS = ("who", "patients", "µs a patient", "fastest to slowest", "time / ketapk's",
           "largest relative error", "in tolerances", "first call [s]", "calls")  # fmt: skip


def curves_sheet(job: str, size: int, measured: list[Measured], absent: list[Absent]) -> Sheet:
    """Table of one job at one size."""
    (ours,) = (m for m in measured if m.name == ketapk_jobs.PUBLIC)
    rows = [
        (
            m.name,
            count(m.n),
            micro(m.median),
            m.spread,
            digits(m.median / ours.median),
            f"{m.error:.1e}",
            f"{m.tolerances:.1e}" if m.tolerances < 0.1 else digits(m.tolerances),
            f"{m.first:.1f}",
            f"{len(m.times)}",
        )
        for m in sorted(measured, key=lambda m: m.median)
    ]
    gone = [a for a in absent if job in a.jobs]
    rows += [(a.name, "", "not installed", *[""] * (len(COLUMNS) - 3)) for a in gone]
    notes = [f"{a.name}: {a.reason}." for a in gone]
    patients = "" if size == 1 else f" ({count(size)} patients)"
    return Sheet(f"Job {job}: {CURVES[job].title}{patients}", COLUMNS, rows, notes)
