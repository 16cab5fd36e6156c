"""Observed levels and predicted curves of the subjects of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ketapk.errors import InputError
from ketapk.notice import NOTICE
from ketapk.plot.style import COLOURS, new_figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from ketapk.records.predictions import Predictions

MOST = 12
"""Subjects in one figure."""
COLUMNS = 4
LONGEST = 24
"""Characters of an identifier that fit above a panel."""
STEPS = 400


def draw_records(
    predicted: Predictions, subjects: Sequence[str] | None = None, *, log: bool = False
) -> Figure:
    """Draw a panel a subject: the curve, observed levels, and when doses were given.

    Parameters
    ----------
    predicted : Predictions
        What was predicted.
    subjects : sequence of str, optional
        Identifiers; the first ``MOST`` by default.
    log : bool
        Whether concentrations are on a logarithmic axis.

    Returns
    -------
    matplotlib Figure

    Raises
    ------
    InputError
        If more subjects are asked for than fit.
    """
    records, observed = predicted.records, predicted.observed_as()
    asked = (subjects,) if isinstance(subjects, str) else subjects
    names = list(records.subjects[:MOST] if asked is None else map(str, asked))
    if not 0 < len(names) <= MOST:
        raise InputError(f"{len(names)} subjects do not fit; name 1 to {MOST} of them.")
    across = min(COLUMNS, len(names))
    down = -(-len(names) // across)
    figure = new_figure(max(5.0, 2.6 * across), max(3.6, 2.3 * down + 0.6))
    panels = np.ravel(figure.subplots(down, across, sharex=True, sharey=True, squeeze=False))
    for axes in panels[len(names) :]:
        axes.set_visible(False)
    for axes, name in zip(panels, names, strict=False):
        rows = predicted.rows_of(name)
        times = records.time_h[rows]
        fine = np.union1d(np.linspace(times.min(), times.max(), STEPS), times)
        axes.plot(fine, predicted.curve(name, fine), color=COLOURS[0], label="predicted")
        seen = observed[rows]
        axes.plot(
            times[seen], records.dv[rows][seen], "o", color=COLOURS[1], markersize=4,
            markerfacecolor="none", label="observed",
        )  # fmt: skip
        given = times[records.is_dose[rows]]
        axes.plot(
            given, np.full(given.size, 0.02), "|", color="0.3", markersize=9, label="dose",
            transform=axes.get_xaxis_transform(),
        )  # fmt: skip
        title = f"ID {name}" if len(name) <= LONGEST else f"ID {name[:LONGEST]}..."
        axes.set_title(title, loc="left", fontsize=9)
        axes.spines[["top", "right"]].set_visible(False)
        if log:
            axes.set_yscale("log")
    if not log:
        panels[0].set_ylim(bottom=0.0)
    for axes in panels[max(0, len(names) - across) : len(names)]:
        axes.set_xlabel("Time [h]", fontsize=9)
        axes.tick_params(labelbottom=True)
    figure.supxlabel(NOTICE, fontsize=6.5, color="0.35", x=0.01, ha="left")
    figure.supylabel(f"{predicted.model.parent.capitalize()} [ng/mL]", fontsize=9)
    figure.suptitle(f"{records.name}, {predicted.model.name}", x=0.01, ha="left", fontsize=11)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="upper right", ncols=3, frameon=False, fontsize=8)
    return figure
