"""A directory of finished chunks: Parquet tables and a manifest, so that a run can go on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np

from ketapk.errors import InputError
from ketapk.notice import NOTICE
from ketapk.population.chunk import Chunk, CurveSummary

if TYPE_CHECKING:
    import polars as pl

    from ketapk.population.design import Design

MANIFEST = "manifest.json"
TABLES = ("measures", "times", "curves")
"""One row a person, one row a time, and values or bins, of every plan and analyte."""


def prepare(folder: str | Path, design: Design) -> set[int]:
    """Make or check the directory of a design; returns the chunks that are in it already.

    Raises
    ------
    InputError
        If the directory holds another run, or something else.
    """
    path = Path(folder)
    wanted = design.manifest()
    if not path.exists() or (path.is_dir() and not any(path.iterdir())):
        path.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"hash": design.fingerprint(), **wanted, "notice": NOTICE}, indent=2)
        _write_text(path / MANIFEST, text)
        return set()
    try:
        found = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError):
        raise InputError(
            f"{path} is in use and holds no run (no {MANIFEST}); give a new or an empty directory."
        ) from None
    if found.get("hash") != design.fingerprint():
        differ = [key for key, value in wanted.items() if found.get(key) != value]
        raise InputError(
            f"{path} holds another run: {', '.join(differ) or 'the manifest'} differ; give another "
            f"directory, or the same run to go on."
        )
    for rest in path.glob("chunk-*.part*"):
        shutil.rmtree(rest, ignore_errors=True)
    return {int(p.name.removeprefix("chunk-")) for p in path.glob("chunk-*") if p.is_dir()}


def _write_text(path: Path, text: str) -> None:
    part = path.with_suffix(f".part{uuid4().hex}")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def _place(folder: str | Path, number: int) -> Path:
    return Path(folder) / f"chunk-{number:07d}"


def write_chunk(folder: str | Path, chunk: Chunk) -> None:
    """Write a chunk, all or nothing: it has its name only once it is complete."""
    import polars as pl

    place = _place(folder, chunk.number)
    part = place.with_name(f"{place.name}.part{uuid4().hex}")
    part.mkdir()
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
    about = {"failed": chunk.failed, "warnings": chunk.warnings}
    (part / "about.json").write_text(json.dumps(about), encoding="utf-8")
    try:
        part.rename(place)
    except OSError:
        # Another worker was first with the same chunk, and made the same of it.
        if not place.is_dir():
            raise
        shutil.rmtree(part)


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
        tables = {name: pl.read_parquet(place / f"{name}.parquet") for name in TABLES}
        about = json.loads((place / "about.json").read_text(encoding="utf-8"))
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
    except (OSError, ValueError, KeyError, pl.exceptions.PolarsError) as error:
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
