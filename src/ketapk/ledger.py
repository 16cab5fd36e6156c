"""Where every milligram is, by dose and by absorption site, at any time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units
from ketapk.errors import PlanError
from ketapk.lowering import Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl
    from numpy.typing import NDArray

    from ketapk.course import Course
    from ketapk.solution import Solution

    Floats = NDArray[np.float64]

MOST_PARTS = 400
"""Doses times sites that are solved one by one; more would take minutes."""
NOTHING = 1e-14
"""Share of a part below which a place counts as empty."""
EVERYTHING = "all"


def ledger(course: Course, at: Any = None, *, apart: bool = True) -> pl.DataFrame:
    """Return where every milligram of a plan is.

    Parameters
    ----------
    course : Course
        What was simulated.
    at : str or sequence of str, optional
        Times with units, such as "40 min"; by default after everything has left.
    apart : bool
        Whether every dose and absorption site has rows of its own; a saturable model has only the
        whole.

    Returns
    -------
    polars.DataFrame
        Columns ``id``, ``time_h`` (infinite for the end), ``dose`` (position in the plan),
        ``site`` (where it was absorbed), ``place``, ``fate``, ``mg``. Amounts of metabolites are in
        milligrams of the dosed drug. The rows of a patient and a time sum to the dose given so far.

    Raises
    ------
    PlanError
        If a saturable model is to be taken apart, or the plan has too many parts for it.
    """
    import polars as pl

    times = None if at is None else _times(at)
    frames = [
        _rows(course, part, solution, times)
        for part, solution in (_parts(course) if apart else _whole(course))
    ]
    return pl.concat(frames)


def curves(course: Course, analyte: str, times: Floats, site: str) -> dict[Part, Floats]:
    """Return what each part contributes to a concentration, (N, T) [mg/L] each."""
    output = course.system.output_index(analyte, site)
    per_mg = course.system.observe[:, output, :]
    return {
        part: np.einsum("nts,ns->nt", solution.at(times), np.broadcast_to(per_mg, _rows_of(course)))
        for part, solution in _parts(course)
    }


def areas(course: Course, analyte: str) -> dict[Part, Floats]:
    """Return what each part contributes to the area to infinity, (N,) [ng h/mL] each."""
    position = course.system.n_dynamic + course.system.output_index(analyte)
    return {
        part: units.mg_per_l_to_ng_per_ml(solution.final()[:, position])
        for part, solution in _parts(course)
    }


def _rows_of(course: Course) -> tuple[int, int]:
    return len(course.cohort), course.system.n_states


def _whole(course: Course) -> Iterator[tuple[None, Solution]]:
    yield None, course.solution


def _parts(course: Course) -> Iterator[tuple[Part, Solution]]:
    """Every part with its solution, one after the other."""
    if not course.system.superposes:
        raise PlanError(
            f"{course.model.name} has a saturable flow, so its doses do not add up and cannot be "
            f"told apart; ask for the whole with apart=False."
        )
    parts = course.parts
    if len(parts) > MOST_PARTS:
        raise PlanError(
            f"The plan has {len(parts)} doses by site, more than {MOST_PARTS}; ask for the whole "
            f"with apart=False, or for fewer doses."
        )
    for part in parts:
        yield part, course.part(part)


def _times(at: Any) -> Floats:
    texts = [at] if isinstance(at, str) else list(at)
    return np.array(sorted(float(units.time_h(text, "at")) for text in texts))


def _rows(
    course: Course, part: Part | None, solution: Solution, times: Floats | None
) -> pl.DataFrame:
    """Rows of one part: every place that holds something, at every time."""
    import polars as pl

    system = course.system
    K = system.n_mass
    if times is None:
        amounts = solution.final()[:, None, :K]
        times = np.array([np.inf])
    else:
        amounts = solution.at(times, keep=range(K))
    # A place that was emptied holds a rounding error; it is not a place where drug is.
    all_of_it = np.sum(np.abs(amounts), axis=2, keepdims=True)
    n, t, k = np.nonzero(np.abs(amounts) > NOTHING * all_of_it)
    fates = np.array(system.fates)
    return pl.DataFrame(
        {
            "id": n,
            "time_h": times[t],
            "dose": np.full(n.size, 0 if part is None else part.dose),
            "site": np.full(n.size, EVERYTHING if part is None else part.site),
            "place": np.array(system.sites)[k],
            "fate": fates[k],
            "mg": amounts[n, t, k],
        }
    )
