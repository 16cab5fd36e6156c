"""What the page shows before anybody changes anything, worked out once and kept beside it.

The file is the answers to the page's first questions, so that the example stands before a kernel
is loaded. Run ``python -m ketapk.web.first`` to write it anew; a test compares it with the answers.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

from ketapk.scenario import Scenario
from ketapk.web.contents import contents
from ketapk.web.curves import curves
from ketapk.web.files import FIRST
from ketapk.web.questions import CurveOptions, Curves, Understanding
from ketapk.web.understanding import understanding
from ketapk.web.warmup import EXAMPLE


def first_answers() -> dict[str, Any]:
    """Return the library, and how the example is understood and answered."""
    example = Scenario(plans={"Infusion": EXAMPLE})
    options = CurveOptions(all_models=True, metabolite=False)
    answer = curves(Curves(scenario=example, options=options))
    del answer["took_ms"]
    return {
        "library": contents(),
        "understanding": understanding(Understanding(scenario=example, vial="10 mg/mL")),
        "curves": answer,
    }


def write() -> None:
    """Write the file of the page."""
    from pydantic_core import to_json

    place = Path(str(files("ketapk.web") / "static" / FIRST))
    place.write_bytes(to_json(first_answers(), inf_nan_mode="null") + b"\n")


if __name__ == "__main__":
    write()
