"""What a model predicts for records, to be read, drawn or written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units
from ketapk.errors import InputError, nearest
from ketapk.model.model import Model
from ketapk.notice import NOTICE
from ketapk.records.events import Events
from ketapk.solution import Solution

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import ArrayLike, NDArray

    from ketapk.model.system import System
    from ketapk.records.records import Records

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, repr=False)
class Predictions:
    """What a model predicts for every record.

    Dose rows hold the state just after the dose, so far as it enters at once.
    """

    records: Records
    model: Model
    system: System
    """Compartments, with one row of parameters for every different set."""
    row: Ints
    """(R,) row of the system that belongs to each record."""
    warnings: tuple[str, ...]
    failed: Mapping[str, str]
    """Subjects that failed, with a sentence each; their predictions are NaN."""
    _places: Mapping[str, str]
    """Compartment that each word in CMT names."""
    _state: Floats
    """(R, S)"""
    _solved: Callable[[slice], tuple[Events, Solution]]

    @property
    def analytes(self) -> tuple[str, ...]:
        """Names of the analytes that are predicted in plasma."""
        return tuple(o.analyte for o in self.system.outputs if o.site == "plasma")

    @property
    def sites(self) -> tuple[str, ...]:
        """Names of the places that `amounts` counts, K of them."""
        return self.system.sites

    @property
    def amounts(self) -> Floats:
        """Amount at every one of ``sites`` at every record, (R, K) [mg]."""
        return self._state[:, : self.system.n_mass]

    def concentration(self, analyte: str | None = None, *, site: str = "plasma") -> Floats:
        """Predicted concentration of every record, (R,) [ng/mL].

        Parameters
        ----------
        analyte : str, optional
            One of ``analytes``; the dosed one by default.
        site : {"plasma", "effect"}
            Where it is read.

        Returns
        -------
        (R,) ndarray
        """
        return self._read(self._state, self.row, analyte, site)

    def observed_as(self, analyte: str | None = None) -> NDArray[np.bool_]:
        """Whether each record holds an observed level of an analyte in plasma, (R,).

        What is observed is what the compartment in CMT is read as; the dosed analyte where it is
        read as nothing, or is left out.
        """
        wanted = self.system.output_index(analyte or self.model.parent)
        default = self.system.output_index(self.model.parent)
        found = np.full(len(self.records), default)
        for word, place in self._places.items():
            for p, output in enumerate(self.system.outputs):
                source = self.system.observe[0, p]
                if output.site == "plasma" and source[self.system.index(place)] > 0.0:
                    found[self.records.cmt == word] = p
        seen: NDArray[np.bool_] = self.records.is_observed & (found == wanted)
        return seen

    def _read(self, state: Floats, row: Ints, analyte: str | None, site: str) -> Floats:
        output = self.system.output_index(analyte or self.model.parent, site)
        per_mg = self.system.observe[:, output, :]
        result: Floats = units.mg_per_l_to_ng_per_ml(np.einsum("rs,rs->r", state, per_mg[row]))
        return result

    def curve(self, subject: str, times_h: ArrayLike, analyte: str | None = None) -> Floats:
        """Predicted concentration of one subject at any times, (T,) [ng/mL].

        Parameters
        ----------
        subject : str
            Identifier of the subject.
        times_h : (T,) array_like
            Ascending times, from the first record on [h].
        analyte : str, optional
            One of ``analytes``; the dosed one by default.

        Returns
        -------
        (T,) ndarray
            NaN before the first record.

        Raises
        ------
        InputError
            If there is no such subject, or its clock starts again after a reset.
        """
        times = np.atleast_1d(np.asarray(times_h, dtype=float))
        if times.ndim != 1 or not np.all(np.isfinite(times)) or np.any(np.diff(times) < 0.0):
            raise InputError("times_h must be finite hours that ascend; sort them.")
        rows = self.rows_of(subject)
        clock = self.records.time_h[rows]
        if np.any(np.diff(clock) < 0.0):
            raise InputError(
                f"The clock of subject {subject} starts again after a reset, so a time means more "
                f"than one moment; read its records instead."
            )
        solution = self._solved(rows)[1]
        arrays = solution.schedule.arrays
        starts = arrays.start[arrays.first[:-1]]
        course = np.searchsorted(starts, times, side="right") - 1
        state = np.full((times.size, self.system.n_states), np.nan)
        row = np.zeros(times.size, dtype=np.int64)
        for c in np.unique(course[course >= 0]).tolist():
            here = np.flatnonzero(course == c)
            state[here] = solution.part(c, c + 1).at(times[here])[0]
            lo, hi = arrays.first[c], arrays.first[c + 1]
            at = lo + np.searchsorted(arrays.start[lo:hi], times[here], side="right") - 1
            row[here] = arrays.row[at]
        return self._read(state, row, analyte, "plasma")

    def rows_of(self, subject: str) -> slice:
        """Records of a subject, or say which subjects there are."""
        if str(subject) not in self.records.subjects:
            known = self.records.subjects
            raise InputError(
                f"There is no subject {subject!r}; there are {', '.join(known[:8])}"
                f"{' and others' if len(known) > 8 else ''}.{nearest(str(subject), known)}"
            )
        position = self.records.subjects.index(str(subject))
        lo, hi = np.searchsorted(self.records.subject, [position, position + 1])
        return slice(int(lo), int(hi))

    def to_frame(self) -> pl.DataFrame:
        """The records as they were read, and a column of predictions for every analyte [ng/mL]."""
        import polars as pl

        frame = self.records.frame
        for output in self.system.outputs:
            site = "" if output.site == "plasma" else f" at the {output.site} site"
            name = f"{output.analyte}{site} ng_per_ml"
            values = self.concentration(output.analyte, site=output.site)
            frame = frame.with_columns(pl.Series(name, values))
        return frame

    def plot(self, subjects: Sequence[str] | None = None, *, log: bool = False) -> Any:
        """Draw observed levels and predicted curves of some subjects; needs the extra ``plot``.

        Parameters
        ----------
        subjects : sequence of str, optional
            Identifiers, at most 12; the first ones by default.
        log : bool
            Whether concentrations are on a logarithmic axis.

        Returns
        -------
        matplotlib Figure
        """
        from ketapk.plot.records import draw_records

        return draw_records(self, subjects, log=log)

    def cite(self) -> str:
        """Sources of the model."""
        return self.model.cite()

    def __repr__(self) -> str:
        lines = [
            f"<Predictions of {len(self.records)} records of {self.records.n_subjects} subject(s), "
            f"{self.model.name} (grade {self.model.grade})>",
            *(f"  warning: {warning}" for warning in self.warnings),
            f"  {NOTICE}",
        ]
        return "\n".join(lines)
