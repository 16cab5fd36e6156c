"""The worked example of a right-hand side of one's own runs, agrees, and is in the document."""

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PROGRAM = ROOT / "examples/own_rhs.py"
PAGE = ROOT / "docs/responses.md"


def test_it_agrees_with_ketapk(capsys):
    found = runpy.run_path(str(PROGRAM), run_name="__main__")
    printed = capsys.readouterr().out
    rows = re.findall(r"^ *\d+\.0|^ *0\.5", printed, re.M)
    assert len(rows) == found["TIMES"].size
    assert found["R"] == pytest.approx(found["R_own"], rel=1e-7)
    assert found["R"].min() < 0.8 * found["BASELINE"]


def test_a_slip_in_the_right_hand_side_is_found(tmp_path):
    """What leaves one compartment and does not reach the next is missed by the mass balance."""
    source = PROGRAM.read_text(encoding="utf-8")
    wrong = source.replace("dy[1] = to_second", "dy[1] = 0.9 * to_second")
    assert wrong != source
    (tmp_path / "wrong.py").write_text(wrong, encoding="utf-8")
    with pytest.raises(SystemExit, match="loses or makes drug"):
        runpy.run_path(str(tmp_path / "wrong.py"), run_name="__main__")


def test_the_programs_of_the_page_run():
    names = {}
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    assert len(blocks) >= 3
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), names)
    assert names["effect"].peak[0] == pytest.approx(84.8, abs=0.05)
