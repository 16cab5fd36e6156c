"""The first answers, asked before anybody does, so that their kernels are ready."""

from __future__ import annotations

import contextlib
import gc
from typing import Literal

from ketapk.errors import KetapkError

KernelState = Literal["not asked for", "loading", "compiling", "ready"]

EXAMPLE = "0.5 mg/kg iv over 40 min"
"""The plan that the page begins with."""


def warm_up() -> None:
    """Ask what the page asks: first what its first view shows, then what the others do."""
    from ketapk.scenario import Scenario
    from ketapk.web.contents import contents
    from ketapk.web.curves import curves
    from ketapk.web.fates import ledger
    from ketapk.web.questions import (
        CurveOptions,
        Curves,
        Decrement,
        Hold,
        HoldOptions,
        Ledger,
        Routes,
        Understanding,
    )
    from ketapk.web.routes import routes
    from ketapk.web.schedules import decrement, hold
    from ketapk.web.understanding import understanding

    example = Scenario(plans={"Infusion": EXAMPLE})
    understanding(Understanding(scenario=example, vial="10 mg/mL"))
    curves(Curves(scenario=example, options=CurveOptions(all_models=True)))
    contents()
    routes(Routes(scenario=example))
    ledger(Ledger(scenario=example))
    hold(Hold(scenario=example, options=HoldOptions(target="100 ng/mL")))
    decrement(Decrement(scenario=example))


class Kernels:
    """How far the kernels are; one thread writes it, and whoever asks reads it."""

    state: KernelState = "not asked for"

    def warm_up(self) -> None:
        """Warm up; what cannot be answered is told to the one who asks for it."""
        from ketapk.kernels.compile import cache_folder

        folder = cache_folder()
        compiled = folder is not None and any(folder.rglob("*.nbi"))
        self.state = "loading" if compiled else "compiling"
        with contextlib.suppress(KetapkError):
            warm_up()
        # What is loaded stays; to look through all of it now and then would hold an answer up.
        gc.collect()
        gc.freeze()
        self.state = "ready"


KERNELS = Kernels()
