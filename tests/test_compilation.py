"""Kernels compiled ahead are found by the programs that come after."""

import subprocess
import sys

import pytest

from ketapk import InputError, compilation
from ketapk.kernels import compile as compiling


def test_without_a_folder_it_says_what_to_set(monkeypatch):
    monkeypatch.setattr(compiling, "cache_folder", lambda: None)
    with pytest.raises(InputError, match="KETAPK_CACHE_DIR"):
        next(compilation.compile_kernels())


def test_every_family_is_named_and_what_is_asked_afterwards_compiles_nothing():
    assert set(compilation.compile_kernels(2)) == set(compilation.FAMILIES)
    # Functions of one's own are compiled in every process, with how their numbers are read.
    program = (
        "from ketapk import compilation\n"
        "from numba.core import event\n"
        "class Compiled(event.Listener):\n"
        "    def on_start(self, told): seen.add(told.data['dispatcher'].py_func.__module__)\n"
        "    def on_end(self, told): pass\n"
        "seen = set()\n"
        "event.register('numba:compile', Compiled())\n"
        "for ask in compilation.FAMILIES.values(): ask()\n"
        "print([m for m in seen if 'ketapk.kernels' in m and m != 'ketapk.kernels.given'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
