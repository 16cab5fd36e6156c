"""The one decorator that compiles a kernel and keeps it on disk.

Compiled kernels live in a folder named by a hash of all kernel sources, because numba notices an
edited function but not an edited function that it calls. ``KETAPK_CACHE_DIR`` moves the folder;
where no folder can be written, kernels are compiled in every process and one warning says so.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import warnings
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numba
import numpy as np
from numba.core import config

Function = TypeVar("Function")


@cache
def source_hash() -> str:
    """Hash of every kernel source file, which names the cache folder."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _candidate_folders() -> list[Path]:
    chosen = os.environ.get("KETAPK_CACHE_DIR")
    if chosen:
        return [Path(chosen)]
    caches = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return [Path(caches).expanduser() / "ketapk", Path(__file__).parent / "__pycache__" / "ketapk"]


@cache
def cache_folder() -> Path | None:
    """Folder of the compiled kernels, or None where nothing can be written."""
    for candidate in _candidate_folders():
        folder = candidate / f"kernels-{source_hash()}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError:
            continue
        return folder
    warnings.warn(
        "ketapk found no writable folder for its compiled kernels, so every process compiles them "
        "again; set KETAPK_CACHE_DIR to a writable folder.",
        RuntimeWarning,
        stacklevel=2,
    )
    return None


OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}


def kernel(function: Function) -> Function:
    """Compile a kernel on first call: no Python objects, no lock held, cached on disk.

    Uncompiled, it divides by zero as it does compiled: without a word.
    """
    if config.DISABLE_JIT:
        return np.errstate(all="ignore")(function)  # type: ignore[type-var,return-value]
    folder = cache_folder()
    if folder is None:
        return part(function)
    compile_kernel: Any = numba.njit
    before = config.CACHE_DIR
    config.CACHE_DIR = str(folder)
    try:
        return compile_kernel(cache=True, **OPTIONS)(function)  # type: ignore[no-any-return]
    finally:
        config.CACHE_DIR = before


def part(function: Function) -> Function:
    """Compile a function into the kernels that call it, without a cache entry of its own."""
    compile_part: Any = numba.njit
    return compile_part(**OPTIONS)(function)  # type: ignore[no-any-return]


def lean(function: Function) -> Function:
    """Compile a part that makes no arrays, without counting who refers to those it is given.

    For what runs millions of times on arrays that its caller holds: counting is a locked operation
    and a call that empties the vector registers.
    """
    compile_part: Any = numba.njit
    return compile_part(_nrt=False, **OPTIONS)(function)  # type: ignore[no-any-return]


def woven(function: Function) -> Function:
    """Compile a lean part into its caller, wherever that is.

    For what is short beside its arguments: tuples of arrays are hundreds of words to be copied.
    """
    compile_part: Any = numba.njit
    return compile_part(_nrt=False, forceinline=True, **OPTIONS)(function)  # type: ignore[no-any-return]
