"""Event records of many subjects, checked, in hours and milligrams."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ketapk import units
from ketapk.dosing.regimen import DRUGS
from ketapk.draws import Draws
from ketapk.errors import InputError, UnitError
from ketapk.lazy import lazy
from ketapk.records.columns import Columns
from ketapk.records.problems import Problems
from ketapk.records.rules import check
from ketapk.records.table import read_table

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import ArrayLike, NDArray

    from ketapk.model.model import Model
    from ketapk.records.predictions import Predictions
    from ketapk.solution import Method

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

Carry = Literal["nocb", "locf"]
CARRY: tuple[Carry, ...] = ("nocb", "locf")
PER_COMPARTMENT = re.compile(r"(F|ALAG|R|D)([1-9]\d?)")
"""Columns of one compartment: bioavailability, lag, modelled rate, modelled duration."""
LARGEST_ID = 2.0**53
"""Identifiers from here on are no longer exact as numbers, and stay the text they are."""
COVARIATES = {
    "weight_kg": ("WT", "WEIGHT", "BW"),
    "age_y": ("AGE",),
    "height_cm": ("HT", "HEIGHT"),
    "sex": ("SEX",),
    "ancestry": ("ANCESTRY",),
}
"""Columns that hold what a model may ask for, in any case."""
WORDS = ("SEX", "ANCESTRY")
"""Those that hold words."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Records:
    """Records of N subjects, R in all, in the order of the file.

    Amounts are in mg, times in hours since the start of each subject's clock, levels in ng/mL.
    """

    name: str
    drug: str
    """Form of every dose: "racemic", "S" or "R"."""
    carry: Carry
    """"nocb": values of a record hold over the interval that ends at it, as in NONMEM; "locf": from
    it until the next."""
    frame: pl.DataFrame
    """The columns as they were read."""
    rows: Ints
    """(R,) line of the file, or row of the data frame."""
    subject: Ints
    """(R,) position of the subject of each record."""
    subjects: tuple[str, ...]
    """Identifiers of the subjects, N of them."""
    time_h: Floats
    evid: Ints
    amt: Floats
    rate: Floats
    """(R,) rate [mg/h]; -1 and -2 where it or the duration is the model's; 0 for none."""
    dur: Floats
    """(R,) duration [h]; 0 for none."""
    cmt: NDArray[np.str_]
    """(R,) compartment or route, by number or name; empty for the model's own."""
    ii: Floats
    addl: Ints
    ss: Ints
    device: Ints
    """(R,) number of a nasal device within its session, from 1; 0 for none."""
    mdv: Ints
    dv: Floats
    """(R,) observed concentration [ng/mL]; NaN where there is none."""
    per_compartment: Mapping[str, Floats] = field(default_factory=dict)
    """Columns such as F1, ALAG1, R1, D1: (R,) in 1, h, mg/h, h; NaN where missing."""

    @property
    def n_subjects(self) -> int:
        """Number of subjects, N."""
        return len(self.subjects)

    @lazy
    def keys(self) -> Ints:
        """(N,) number of each subject that keys what is drawn for it: its own, in any file."""
        return np.array([_key(name) for name in self.subjects], dtype=np.int64)

    @property
    def is_dose(self) -> NDArray[np.bool_]:
        """(R,) whether each record gives a dose."""
        gives: NDArray[np.bool_] = (self.evid == 1) | (self.evid == 4)
        return gives

    @property
    def is_observed(self) -> NDArray[np.bool_]:
        """(R,) whether each record holds an observed level."""
        seen: NDArray[np.bool_] = (self.evid == 0) & (self.mdv == 0) & np.isfinite(self.dv)
        return seen

    def __len__(self) -> int:
        return int(self.time_h.size)

    def simulate(
        self,
        model: Model | str,
        *,
        parameters: Sequence[str] | Mapping[str, str | ArrayLike] = (),
        covariates: Mapping[str, Any] | None = None,
        compartments: Mapping[int, str] | None = None,
        rng: Any = None,
        method: Method = "auto",
        rtol: float = 1e-8,
    ) -> Predictions:
        """Predict every record, dose rows included: there, the state just after the dose.

        Parameters
        ----------
        model : Model or str
            A model, or its name.
        parameters : sequence or mapping, optional
            Parameters of the model that the records give: names of columns, or a mapping from the
            parameter to a column, to one value a subject (N,), or to one a record (R,). In the
            model's own units, per hour and litre.
        covariates : mapping, optional
            ``weight_kg``, ``age_y``, ``height_cm``, ``sex`` or ``ancestry``, each to a column or to
            a value that holds for all. By default the columns WT, AGE, HT, SEX and ANCESTRY.
        compartments : mapping, optional
            What the numbers in CMT mean: names of compartments or of routes. By default depots come
            first, then the central and the other compartments.
        rng : int, SeedSequence, Generator or Draws, optional
            Draw every subject around the typical one, as the model publishes; None for typical
            subjects.
        method : {"auto", "exact", "explicit", "stiff"}
            As in `simulate`.
        rtol : float
            Relative tolerance of the ODE methods [1].

        Returns
        -------
        Predictions

        Raises
        ------
        RecordsError
            If the records ask for what the model does not have, with every row.
        InputError
            If an argument is wrong.

        Examples
        --------
        >>> import polars as pl
        >>> from ketapk.library.generic import one_compartment
        >>> records = read_nonmem(
        ...     pl.DataFrame({"ID": [1, 1], "TIME": [0, 2], "EVID": [1, 0], "AMT": [35, 0]})
        ... )
        >>> predicted = records.simulate(one_compartment(CL=70, V1=140))
        >>> predicted.concentration().round(3).tolist()
        [250.0, 91.97]
        """
        from ketapk.records.prediction import predict

        return predict(
            self,
            model,
            parameters=parameters,
            covariates=covariates or {},
            compartments=compartments,
            draws=None if rng is None else Draws.of(rng),
            method=method,
            rtol=rtol,
        )

    def to_nonmem(self, path: Any = None) -> pl.DataFrame:
        """Write the records with the names of NONMEM; see `to_nonmem`."""
        from ketapk.records.export import to_nonmem

        return to_nonmem(self, path)

    def __repr__(self) -> str:
        return (
            f"<Records of {self.name}: {len(self)} of {self.n_subjects} subject(s), "
            f"{int(self.is_dose.sum())} doses, {int(self.is_observed.sum())} levels>"
        )


def read_nonmem(
    source: Any,
    *,
    drug: str = "racemic",
    carry: Carry = "nocb",
    time: str = "h",
    amount: str = "mg",
    level: str = "ng/mL",
    covariates: Sequence[str] = (),
) -> Records:
    """Read event records as NONMEM defines them.

    Parameters
    ----------
    source : path or data frame
        A text file with a header, separated by commas, tabs, semicolons or blanks, or a polars or
        pandas data frame. ``.`` and empty fields are missing; rows that begin with ``#``, ``;`` or
        a field ``C`` are comments; the header is in any case.
    drug : {"racemic", "S", "R"}
        Form of every dose, as base.
    carry : {"nocb", "locf"}
        Whether the values of a record hold over the interval that ends at it, as in NONMEM, or from
        it until the next.
    time, amount, level : str
        Units of the file: of TIME, II, DUR, ALAG and D; of AMT; of DV. Rates are amount per time.
    covariates : sequence of str
        Further columns that must hold a number in every record; WT, AGE and HT always must.

    Returns
    -------
    Records

    Raises
    ------
    RecordsError
        If anything is wrong, with every problem up to a limit; nothing is read by half.
    InputError
        If the source cannot be opened, or an argument is wrong.

    Notes
    -----
    Columns: ID TIME AMT, and EVID RATE DUR CMT II ADDL SS MDV DV DEVICE as needed; DATE, DAT1, DAT2
    or DAT3 beside clock times; F1, ALAG1, R1, D1 and so on by compartment. RATE of -1 and -2 takes
    rate or duration from the model, or from R1 and D1. CMT holds numbers, or names of compartments
    or routes.

    Examples
    --------
    >>> import polars as pl
    >>> read_nonmem(pl.DataFrame({"id": ["a", "a"], "time": ["8:00", "10:30"], "amt": [35, 0]}))
    <Records of The data frame: 2 of 1 subject(s), 1 doses, 0 levels>
    """
    import polars as pl

    if drug not in DRUGS:
        raise InputError(f"drug={drug!r} is not known; write one of {', '.join(DRUGS)}.")
    if carry not in CARRY:
        raise InputError(f"carry={carry!r} is not known; write one of {', '.join(CARRY)}.")
    hours, mg = _factor(time, "time", "h"), _factor(amount, "amount", "mg")
    ng_per_ml = _factor(level, "level", "ng/mL")
    table = read_table(source)
    problems = Problems(table.name, table.place, rows=table.rows)
    columns = Columns(table.columns, problems)
    missing = [name for name in ("ID", "TIME", "AMT") if name not in columns]
    for name in missing:
        problems.add(f"There is no column {name}; it has {', '.join(table.columns)}.")
    problems.settle()

    identifiers = _plain(columns.words("ID"))
    problems.subjects = identifiers
    first, subject = _subjects(identifiers, problems)
    amt = columns.numbers("AMT") * mg
    rate, dur = columns.numbers("RATE"), columns.numbers("DUR") * hours
    ss = columns.counts("SS")
    gives = (amt != 0.0) | ((ss > 0) & (rate != 0.0))
    evid = columns.counts("EVID") if "EVID" in columns else gives.astype(np.int64)
    dv = columns.numbers("DV", missing=np.nan)
    mdv = (
        columns.counts("MDV") if "MDV" in columns else (np.isnan(dv) | (evid != 0)).astype(np.int64)
    )
    records = Records(
        name=table.name,
        drug=drug,
        carry=carry,
        frame=pl.DataFrame(table.columns),
        rows=table.rows,
        subject=subject,
        subjects=tuple(identifiers[first].tolist()),
        time_h=columns.times(first[subject], hours),
        evid=evid,
        amt=amt,
        rate=np.where(rate > 0.0, rate * mg / hours, rate),
        dur=dur,
        cmt=columns.words("CMT", missing="") if "CMT" in columns else np.full(len(table.rows), ""),
        ii=columns.numbers("II") * hours,
        addl=columns.counts("ADDL"),
        ss=ss,
        device=columns.counts("DEVICE"),
        mdv=mdv,
        dv=dv * ng_per_ml,
        per_compartment={
            name: columns.numbers(name, missing=np.nan)
            * {"F": 1.0, "ALAG": hours, "R": mg / hours, "D": hours}[match[1]]
            for name in columns
            if (match := PER_COMPARTMENT.fullmatch(name))
        },
    )
    for names in COVARIATES.values():
        for name in names:
            if name in columns and name not in WORDS:
                columns.numbers(name, required=True)
    for name in (covariates,) if isinstance(covariates, str) else covariates or ():
        if not isinstance(name, str):
            raise InputError(f"covariates: {name!r} is no name of a column; write its name.")
        if name.upper() not in columns:
            problems.add(f"There is no covariate column {name}; it has {', '.join(columns)}.")
        else:
            columns.numbers(name.upper(), required=True)
    check(records, problems)
    problems.settle()
    return records


def _key(name: str) -> int:
    """Number of a subject: the identifier if it is a count, else a hash of it."""
    if name.isascii() and name.isdigit() and len(name) <= 15:
        return int(name)
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:7], "little")


def _factor(unit: str, name: str, wanted: str) -> float:
    """How many of the wanted unit one of the file's unit is."""
    try:
        return units.convert(f"1 {unit}", wanted)
    except UnitError as error:
        raise UnitError(f"{name}={unit!r}: {error}") from None


def _plain(identifiers: NDArray[np.str_]) -> NDArray[np.str_]:
    """Identifiers that are all numbers, written one way: 1, 1.0 and 01 are one subject."""
    different, inverse = np.unique(identifiers, return_inverse=True)
    try:
        numbers = [float(text) for text in different.tolist()]
    except ValueError:
        return identifiers
    plain = [
        f"{number:.0f}" if number.is_integer() and abs(number) < LARGEST_ID else text
        for number, text in zip(numbers, different.tolist(), strict=True)
    ]
    return np.array(plain)[inverse]


def _subjects(identifiers: NDArray[np.str_], problems: Problems) -> tuple[Ints, Ints]:
    """First record of each subject (N,), and position of the subject of each record (R,)."""
    new = np.append(True, identifiers[1:] != identifiers[:-1])
    first = np.flatnonzero(new)
    subject = np.cumsum(new) - 1
    _, known, inverse = np.unique(identifiers[first], return_index=True, return_inverse=True)
    again = known[inverse] != np.arange(first.size)
    if np.any(again):
        wrong = np.zeros(identifiers.size, dtype=bool)
        wrong[first[again]] = True
        problems.where(
            wrong,
            "ID",
            "The subject has records further up, with others between; put them together, or give "
            "another ID.",
        )
    return first, subject
