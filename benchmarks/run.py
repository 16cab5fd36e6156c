"""Runs the jobs side by side and prints what they took and how wrong they were.

``python benchmarks/run.py`` is the quick version; ``--full`` is the whole, and writes
``RESULTS.md`` and figures beside this file. ``--smoke`` only shows that everything runs.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import calls
import figures
import growth
from about import about, the_machine
from contestants import contestants
from curves import curves_sheet
from effort import FULL, QUICK, SMOKE
from jobs import CURVES
from measuring import Results, measure
from precision import precision
from rich.console import Console
from sheets import Sheet
from streaming import streaming
from targets import Found, targets_sheet

HERE = Path(__file__).parent
PARTS = ("machine", *CURVES, "E", "F", "G", "threads", "growth", "memory", "precision")


def options() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--full", action="store_true", help="the whole; writes RESULTS.md")
    size.add_argument("--smoke", action="store_true", help="tiny sizes, one round, no figures kept")
    parser.add_argument("--jobs", help=f"only these of {', '.join(PARTS)}")
    parser.add_argument("--rounds", type=int, help="calls of each contestant at most")
    found = parser.parse_args()
    found.parts = PARTS
    if found.jobs is not None:
        found.parts = [name.strip() for name in found.jobs.split(",")]
    unknown = [name for name in found.parts if name not in PARTS]
    if unknown:
        parser.error(f"{unknown[0]!r} is not known; write some of {', '.join(PARTS)}")
    if found.rounds is not None and found.rounds < 1:
        parser.error("--rounds takes a whole number above 0")
    return found


def main() -> None:
    """Run what was asked for."""
    asked = options()
    effort = FULL if asked.full else SMOKE if asked.smoke else QUICK
    if asked.rounds:
        effort = replace(effort, rounds=asked.rounds)
    console = Console(width=160)
    begin = time.perf_counter()
    entries, absent, versions = contestants()
    head = about(versions)
    for line in head:
        console.print(line, highlight=False)
    console.print()
    sheets: list[Sheet] = []
    pictures: dict[str, figures.Figure] = {}

    def add(*new: Sheet) -> None:
        for sheet in new:
            sheet.show(console)
        sheets.extend(new)

    def wanted(part: str) -> bool:
        return part in asked.parts

    if wanted("machine"):
        add(*the_machine(effort))
    results: Results = {}
    for job in filter(wanted, CURVES):
        mine = [entry for entry in entries if entry.job == job]
        for size in effort.sizes[job]:
            results[job, size] = measure(job, size, mine, effort)
            add(curves_sheet(job, size, results[job, size], absent))
    if any(job in ("A", "C") for job, _ in results):
        pictures["time-against-patients"] = figures.time_against_patients(results)
    if results:
        pictures["error-against-time"] = figures.error_against_time(results)
    if wanted("E"):
        add(*calls.latency(effort))
    if wanted("F"):
        add(calls.exposure(effort))
    if wanted("G"):
        add(calls.library(effort))
    if wanted("threads"):
        add(growth.threads(effort))
    if wanted("growth"):
        add(*growth.linearity(effort))
    if wanted("memory"):
        sheet, passed = streaming(effort)
        add(sheet)
        pictures["memory"] = figures.memory(passed)
    if wanted("precision") and effort.tolerances:
        sheet, points = precision(entries, effort)
        add(sheet)
        pictures["work-precision"] = figures.work_precision(points)
    facts = {name: value for sheet in sheets for name, value in sheet.facts.items()}
    whole = set(PARTS) <= set(asked.parts)
    summary = targets_sheet(Found(results, facts), quick=effort.name != "full", whole=whole)
    summary.show(console)
    took = f"All of it took {time.perf_counter() - begin:.0f} s."
    console.print(took, highlight=False)
    if effort.name == "full":
        write([*head, took], [summary, *sheets], pictures, HERE)
        console.print(f"Wrote {HERE / 'RESULTS.md'}")
    elif effort.name == "smoke":
        with tempfile.TemporaryDirectory() as folder:
            write(head, [summary, *sheets], pictures, Path(folder))


def write(
    head: list[str], sheets: list[Sheet], pictures: dict[str, figures.Figure], folder: Path
) -> None:
    """Write the page of results, and its figures, into a folder."""
    names = figures.save(folder, pictures)
    shown = [f"![{Path(name).stem.replace('-', ' ')}]({name})\n" for name in names]
    text = ["# Results of `make bench-full`", "", *[f"- {line}" for line in head], ""]
    first, *others = [sheet.markdown() for sheet in sheets]
    text += [first, "## Figures", "", *shown, *others]
    (folder / "RESULTS.md").write_text("\n".join(text).rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
