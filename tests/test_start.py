"""Starting is cheap, and compiled kernels are found again."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import ketapk as kp

# A small kernel stands for all: they are kept by one decorator.
RUN = (
    "import numpy as np\n"
    "from ketapk.kernels.finite import matrix_is_finite\n"
    "found = matrix_is_finite(np.eye(2))\n"
    "print(found, sum(matrix_is_finite.stats.cache_hits.values()))\n"
)


def python(program, **environment):
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True,
        env={**os.environ, **environment},
    )  # fmt: skip
    return done


@pytest.mark.parametrize("program", ["import ketapk", "import ketapk.cli"])
def test_importing_loads_nothing_heavy(program):
    heavy = "numba matplotlib polars scipy pandas"
    done = python(
        f"import sys\n{program}\nprint([m for m in '{heavy}'.split() if m in sys.modules])"
    )
    assert done.stdout.strip() == "[]"


def test_every_public_name_loads_and_is_listed():
    for name in kp.__all__:
        assert getattr(kp, name) is not None
        assert name in dir(kp)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        getattr(kp, "nothing")  # noqa: B009


def test_a_public_name_is_a_function_whatever_was_imported_first():
    program = (
        "import ketapk.comparison, ketapk.simulation, ketapk as kp\nprint(callable(kp.simulate))"
    )
    assert python(program).stdout.strip() == "True"


def test_a_second_process_finds_the_kernels_compiled(tmp_path):
    first = python(RUN, KETAPK_CACHE_DIR=str(tmp_path))
    second = python(RUN, KETAPK_CACHE_DIR=str(tmp_path))
    assert first.stdout.split()[0] == second.stdout.split()[0] == "True"
    assert first.stdout.split()[1] == "0"
    assert second.stdout.split()[1] == "1"


def test_the_cache_folder_is_named_by_the_sources(tmp_path):
    from ketapk.kernels.compile import source_hash

    python(RUN, KETAPK_CACHE_DIR=str(tmp_path))
    assert [p.name for p in tmp_path.iterdir()] == [f"kernels-{source_hash()}"]


def test_without_any_writable_folder_it_compiles_and_warns_once(tmp_path):
    """A file stands where the folder should be, as good as read-only for any user."""
    blocked = tmp_path / "blocked"
    blocked.write_text("")
    done = python(RUN, KETAPK_CACHE_DIR=str(blocked))
    assert done.stdout.split()[1] == "0"
    assert done.stderr.count("KETAPK_CACHE_DIR") == 1


def test_the_package_ships_its_type_marker():
    assert (Path(kp.__file__).parent / "py.typed").exists()


def test_a_curve_on_the_command_line_loads_no_more_than_it_needs():
    program = (
        "import sys\n"
        "from ketapk.cli import main\n"
        "main(['simulate', '0.5 mg/kg iv over 40 min', '--model', 'kamp2020'])\n"
        "print([m for m in 'matplotlib polars scipy.optimize pandas'.split() if m in sys.modules])"
    )
    assert python(program).stdout.splitlines()[-1] == "[]"
