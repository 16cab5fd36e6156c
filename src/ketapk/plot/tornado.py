"""How far a measure of exposure goes as each parameter is varied alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ketapk import units
from ketapk.plot.style import COLOURS, HATCHES, axes_or_new, plain, planning_footer, source_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ketapk.sensitivity.analysis import Sensitivity

LOWER, HIGHER = COLOURS[0], COLOURS[1]


def draw_tornado(
    found: Sensitivity, measure: str, *, most: int = 12, ax: Axes | None = None
) -> Axes:
    """Draw a bar for each parameter or dose, the widest on top.

    Parameters
    ----------
    found : Sensitivity
        What `sensitivities` returned.
    measure : str
        Which measure.
    most : int
        How many bars.
    ax : matplotlib Axes, optional
        Where to draw.

    Returns
    -------
    matplotlib Axes
    """
    axes = axes_or_new(ax)
    table = found.table.filter(found.table["measure"] == measure).head(most)
    rows = table.to_dicts()[::-1]
    names = []
    for y, row in enumerate(rows):
        for end, colour, hatch in (("low", LOWER, ""), ("high", HIGHER, HATCHES[1])):
            reach = row[f"figure_{end}"] - row["figure"]
            first = y == len(rows) - 1
            axes.barh(
                y, reach, left=row["figure"], color=colour, height=0.7, hatch=hatch,
                edgecolor="white",
                label=f"at the {end} end" if first else None,
            )  # fmt: skip
        published = "" if "choice" in row["range"] else " *"
        low, high = units.fmt(row["low"]), units.fmt(row["high"])
        names.append(f"{row['by']}{published}\n{low} to {high}")
    axes.axvline(rows[0]["figure"], color="black", linewidth=0.8)
    axes.set_yticks(range(len(names)), names, fontsize=7)
    axes.set_xlabel(f"{measure} of {found.analyte} [{rows[0]['unit']}]")
    axes.set_title(f"What {measure} depends on", loc="left", fontsize=11)
    plain(axes)
    axes.grid(axis="y", visible=False)
    axes.legend(frameon=False, fontsize=8, loc="lower right")
    starred = dict.fromkeys(row["range"] for row in rows if "choice" not in row["range"])
    others = dict.fromkeys(row["range"] for row in rows if "choice" in row["range"])
    said = [f"* {', '.join(starred)}"] if starred else []
    said += [f"{'others ' if starred else ''}{', '.join(others)}"] if others else []
    notes = [f"{'; '.join(said)}; values per hour and litre, doses in mg", source_of(found.run)]
    planning_footer(axes, notes)
    return axes
