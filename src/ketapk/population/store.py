"""A directory of finished chunks: Parquet tables and a manifest, so that a run can go on."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np

from ketapk.errors import InputError
from ketapk.notice import NOTICE
from ketapk.population.chunk import Chunk, CurveSummary
from ketapk.population.design import fingerprint

if TYPE_CHECKING:
    import polars as pl

    from ketapk.population.design import Design

MANIFEST = "manifest.json"
PART = ".part"
"""In the name of what is not complete."""
ABANDONED_S = 3600.0
"""Age from which an incomplete chunk belongs to nobody any more [s]."""
CHUNK_NAME = re.compile(r"chunk-(\d{7,})")
TABLES = ("measures", "times", "curves")
"""One row a person, one row a time, and values or bins, of every plan and analyte."""


def prepare(folder: str | Path, design: Design) -> set[int]:
    """Make or check the directory of a design; returns the chunks that are in it already.

    Raises
    ------
    InputError
        If the directory holds another run, or something else, or cannot be written.
    """
    path = Path(folder)
    wanted = design.manifest()
    try:
        path.mkdir(parents=True, exist_ok=True)
        held = [p for p in path.iterdir() if PART not in p.name]
        if not held:
            text = json.dumps({"hash": fingerprint(wanted), **wanted, "notice": NOTICE}, indent=2)
            _write_text(path / MANIFEST, text)
            return set()
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be used ({error}); give another directory.") from None
    try:
        found = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        known = found.get("hash")
    except (OSError, ValueError, AttributeError):
        raise InputError(
            f"{path} is in use and holds no run (no {MANIFEST}); give a new or an empty directory."
        ) from None
    if known != fingerprint(wanted):
        differ = [key for key, value in wanted.items() if found.get(key) != value]
        raise InputError(
            f"{path} holds another run: {', '.join(differ) or 'the manifest'} differ; give another "
            f"directory, or the same run to go on."
        )
    for rest in path.glob(f"*{PART}*"):
        # A younger one may be in the hands of another process.
        if time.time() - rest.stat().st_mtime > ABANDONED_S:
            shutil.rmtree(rest, ignore_errors=True)
    names = (CHUNK_NAME.fullmatch(p.name) for p in path.iterdir() if p.is_dir())
    return {int(name[1]) for name in names if name and int(name[1]) < design.n_chunks}


def _write_text(path: Path, text: str) -> None:
    part = path.with_suffix(f"{PART}{uuid4().hex}")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def _place(folder: str | Path, number: int) -> Path:
    return Path(folder) / f"chunk-{number:07d}"


def write_chunk(folder: str | Path, chunk: Chunk) -> None:
    """Write a chunk, all or nothing: it has its name only once it is complete.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    import polars as pl

    place = _place(folder, chunk.number)
    part = place.with_name(f"{place.name}{PART}{uuid4().hex}")
    try:
        part.mkdir()
        _write_tables(part, chunk)
        part.rename(place)
    except (OSError, pl.exceptions.PolarsError) as error:
        shutil.rmtree(part, ignore_errors=True)
        # Another worker may have been first with the same chunk, and made the same of it.
        if not place.is_dir():
            raise InputError(
                f"{place} cannot be written ({error}); make room, or give another directory; what "
                f"is finished stays."
            ) from None


def _write_tables(part: Path, chunk: Chunk) -> None:
    import polars as pl

    tables: dict[str, list[pl.DataFrame]] = {name: [] for name in TABLES}
    for (plan, analyte), measures in chunk.measures.items():
        curve = chunk.curves[plan, analyte]
        key = {"plan": pl.lit(plan), "analyte": pl.lit(analyte)}
        tables["measures"].append(
            pl.DataFrame(measures, schema=list(chunk.names)).with_columns(**key)
        )
        rows = {"counted": curve.counted, "total": curve.total, "squares": curve.squares}
        rows |= {f"above {i}": counts for i, counts in enumerate(curve.above)}
        rows |= {f"inside {i}": counts for i, counts in enumerate(curve.inside)}
        tables["times"].append(pl.DataFrame(rows).with_columns(**key))
        if curve.values is not None:
            columns: dict[str, Any] = {"value": curve.values.ravel()}
        else:
            names = ("time", "bin", "count")
            columns = dict(zip(names, curve.bins or (), strict=True))
        tables["curves"].append(pl.DataFrame(columns).with_columns(**key))
    for name, frames in tables.items():
        pl.concat(frames).write_parquet(part / f"{name}.parquet")
    about = {
        "chunk": chunk.number,
        "failed": chunk.failed,
        "warnings": chunk.warnings,
        "sha256": {name: _digest(part / f"{name}.parquet") for name in TABLES},
    }
    (part / "about.json").write_text(json.dumps(about), encoding="utf-8")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_chunk(folder: str | Path, number: int, design: Design) -> Chunk:
    """Read a finished chunk, to the bit what was written.

    Raises
    ------
    InputError
        If it is damaged.
    """
    import polars as pl

    place = _place(folder, number)
    try:
        about = json.loads((place / "about.json").read_text(encoding="utf-8"))
        for name in TABLES:
            if about["sha256"][name] != _digest(place / f"{name}.parquet"):
                raise ValueError(f"{name}.parquet is not what was written")
        if about["chunk"] != number:
            raise ValueError(f"it is chunk {about['chunk']}")
        tables = {name: pl.read_parquet(place / f"{name}.parquet") for name in TABLES}
        measures, curves = {}, {}
        names = tuple(c for c in tables["measures"].columns if c not in ("plan", "analyte"))
        for plan, analyte in design.curves:
            own = {
                name: table.filter(plan=plan, analyte=analyte).drop("plan", "analyte")
                for name, table in tables.items()
            }
            measures[plan, analyte] = own["measures"].to_numpy()
            curves[plan, analyte] = _curve(own["times"], own["curves"], design)
        return Chunk(
            number=number,
            measures=measures,
            names=names,
            curves=curves,
            failed=about["failed"],
            warnings=tuple(about["warnings"]),
        )
    except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError) as error:
        raise InputError(
            f"{place} is damaged ({error}); remove it, and the run will make it again."
        ) from None


def _curve(times: pl.DataFrame, values: pl.DataFrame, design: Design) -> CurveSummary:
    T = design.times_h.size

    def counts(kind: str, size: int) -> Any:
        rows = [times[f"{kind} {i}"].to_numpy() for i in range(size)]
        return np.stack(rows) if rows else np.zeros((0, T), dtype=np.int64)

    exact = "value" in values.columns
    return CurveSummary(
        counted=times["counted"].to_numpy(),
        total=times["total"].to_numpy(),
        squares=times["squares"].to_numpy(),
        above=counts("above", len(design.levels)),
        inside=counts("inside", len(design.windows)),
        values=values["value"].to_numpy().reshape(-1, T) if exact else None,
        bins=None
        if exact
        else (values["time"].to_numpy(), values["bin"].to_numpy(), values["count"].to_numpy()),
    )
