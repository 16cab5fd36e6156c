"""A route card: one page with the curve, the fates, the numbers and the sources of one run."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from ketapk import units
from ketapk.notice import NOTICE
from ketapk.plot.curves import draw_profiles
from ketapk.plot.fates import draw_ledger
from ketapk.plot.style import new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ketapk.profiles import Profiles


def draw_card(run: Profiles, *, level: str = "70 ng/mL") -> Figure:
    """Draw a one-page card of a run.

    Parameters
    ----------
    run : Profiles
        What was simulated.
    level : str
        Level whose onset and duration are given.

    Returns
    -------
    matplotlib Figure
    """
    figure = new_figure(8.3, 11.0)
    head, curve, fates, foot = figure.subplots(
        4, 1, gridspec_kw={"height_ratios": [1.5, 4.0, 3.4, 1.6]}
    )
    smooth = run.smooth()
    draw_profiles(smooth, ax=curve)
    draw_ledger(run, ax=fates)
    figure.supxlabel("")
    for panel in (head, foot):
        panel.axis("off")
    head.text(0.0, 1.0, f"{run.plan}", fontsize=15, va="top", transform=head.transAxes)
    head.text(0.0, 0.72, "\n".join(_numbers(run, level)), fontsize=9, va="top",
              transform=head.transAxes, family="monospace")  # fmt: skip
    lines = [*run.cite().splitlines(), *run.warnings, NOTICE]
    text = "\n".join(textwrap.fill(line, 125) for line in lines)
    foot.text(0.0, 1.0, text, fontsize=6.5, va="top", color="0.3", transform=foot.transAxes)
    return figure


def _numbers(run: Profiles, level: str) -> list[str]:
    """Lines of a table: an analyte each."""
    import numpy as np

    minutes = units.MINUTES_PER_HOUR
    onset = f"onset {level} min"
    head = ("", "Cmax ng/mL", "Tmax min", "AUC ng h/mL", "t1/2 h", onset, "above min")
    rows: list[tuple[str, ...]] = [head]
    for analyte in run.analytes:
        curve = run.curve(analyte)
        values = (
            curve.Cmax,
            curve.Tmax * minutes,
            curve.AUC_inf,
            curve.t_half,
            curve.onset(level) * minutes,
            curve.time_above(level) * minutes,
        )
        told = [float(np.median(value)) for value in values]
        rows.append((analyte, *(units.fmt(v) if np.isfinite(v) else "never" for v in told)))
    widths = [max(len(row[i]) for row in rows) + 2 for i in range(len(head))]
    return ["".join(c.rjust(w) for c, w in zip(row, widths, strict=True)) for row in rows]
