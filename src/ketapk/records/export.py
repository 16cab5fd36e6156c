"""Records written with the names of NONMEM, from records or from a simulation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk.dosing.regimen import Dose
from ketapk.errors import InputError
from ketapk.profiles import Profiles
from ketapk.records.records import Records
from ketapk.records.targets import Targets

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

WHOLE = ("EVID", "CMT", "ADDL", "SS", "MDV")


def to_nonmem(source: Records | Profiles, path: str | Path | None = None) -> pl.DataFrame:
    """Write event records as NONMEM reads them.

    Parameters
    ----------
    source : Records or Profiles
        Records that were read, or a simulation: its doses, with the amounts of every patient, and
        its curve of the dosed analyte as levels.
    path : path, optional
        Where to write a CSV file; nowhere by default.

    Returns
    -------
    polars.DataFrame
        Columns ID TIME EVID AMT RATE DUR CMT II ADDL SS MDV DV, and what else is needed: F, ALAG,
        R and D by compartment, covariates. Hours, mg, ng/mL; times of a subject count from its
        own start. Missing values are null, in the file ``.``.

    Raises
    ------
    InputError
        If the source is something else, or the file cannot be written.

    Notes
    -----
    A simulation gives one record for every way in of a dose, with the share, the lag and the
    duration of each patient in F, ALAG and D: read with the same model they give the same curve.
    DUR is no column of NONMEM itself: an infusion of given length has a RATE here.

    Examples
    --------
    >>> from ketapk.patients import Patient
    >>> from ketapk.simulation import simulate
    >>> run = simulate("0.5 mg/kg iv over 40 min", "kamp2020", Patient(weight_kg=70), times=[1])
    >>> to_nonmem(run).select("ID", "TIME", "AMT", "RATE", "CMT", "WT").rows()
    [(1, 0.0, 35.0, 52.5, 1, 70.0), (1, 1.0, 0.0, 0.0, 1, 70.0)]
    """
    import polars as pl

    if isinstance(source, Records):
        columns = _of_records(source)
    elif isinstance(source, Profiles):
        columns = _of_profiles(source)
    else:
        raise InputError(
            f"Records are written from kp.Records or from a simulation, not from a "
            f"{type(source).__name__}."
        )
    frame = pl.DataFrame(columns).with_columns(pl.selectors.float().fill_nan(None))
    if path is not None:
        _check_identifiers(frame)
        try:
            frame.write_csv(Path(path), null_value=".", float_precision=None)
        except OSError as error:
            raise InputError(f"{path} cannot be written ({error}); choose another path.") from None
    return frame


def _check_identifiers(frame: pl.DataFrame) -> None:
    """Refuse identifiers that would make a comment of their records."""
    import polars as pl

    names = frame["ID"].cast(pl.String).unique(maintain_order=True).to_list()
    wrong = [name for name in names if name.startswith(("#", ";")) or name.upper() == "C"]
    if wrong:
        raise InputError(
            f"The subject {wrong[0]!r} would begin a comment row; give another ID before writing."
        )


def _of_records(r: Records) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "ID": np.array(r.subjects)[r.subject],
        "TIME": r.time_h,
        "EVID": r.evid,
        "AMT": r.amt,
        "RATE": r.rate,
        "DUR": r.dur,
        "CMT": r.cmt,
        "II": r.ii,
        "ADDL": r.addl,
        "SS": r.ss,
        "MDV": r.mdv,
        "DV": r.dv,
        **r.per_compartment,
    }
    if r.device.any():
        columns["DEVICE"] = r.device
    if not r.dur.any():
        del columns["DUR"]
    if not r.cmt.any():
        del columns["CMT"]
    dates = ("DATE", "DAT1", "DAT2", "DAT3")
    others = [c for c in r.frame.columns if c not in columns and c not in dates]
    return columns | {name: r.frame[name] for name in others if name not in ("DUR", "CMT")}


def _of_profiles(run: Profiles) -> dict[str, Any]:
    """Doses by every way in, then levels, patient by patient."""
    if any(not isinstance(event, Dose) for event in run.plan.events):
        raise InputError("A plan with a reset is not written; write its parts one by one.")
    n, T = len(run.cohort), run.times_h.size
    system = run.model.system(run.values)
    targets = Targets.of(run.model, system, run.values, run.plan.drugs[0], None)
    blocks = [_dose(run, dose, route_input, targets) for dose in run.plan.doses
              for route_input in run.model.inputs(dose, run.values)
              if route_input.to in system.compartments]  # fmt: skip
    names = dict.fromkeys(name for block in blocks for name in block)
    observed = {
        "TIME": np.broadcast_to(run.times_h, (n, T)),
        "CMT": np.full((n, T), targets.number(_observed_in(run))),
        "DV": run.concentration(run.model.parent),
    }
    columns: dict[str, Any] = {}
    for name in ("TIME", "EVID", "AMT", "RATE", "CMT", "II", "ADDL", "SS", "MDV", "DV", *names):
        blank = np.nan if name == "DV" or (name[0] in "FAD" and name[-1].isdigit()) else 0.0
        parts = [np.broadcast_to(block.get(name, blank), (n,))[:, None] for block in blocks]
        parts.append(np.asarray(observed.get(name, np.full((n, T), blank)), dtype=float))
        columns[name] = np.concatenate(parts, axis=1)
    order = np.argsort(columns["TIME"], axis=1, kind="stable")
    flat = {name: np.take_along_axis(c, order, axis=1).ravel() for name, c in columns.items()}
    whole = {name: flat[name].astype(np.int64) for name in WHOLE}
    per_patient = {"WT": run.cohort.weight_kg, "AGE": run.cohort.age_y, "HT": run.cohort.height_cm,
                   "SEX": run.cohort.sex, "ANCESTRY": run.cohort.ancestry}  # fmt: skip
    rows = flat["TIME"].size // n
    return (
        {"ID": np.repeat(np.arange(1, n + 1), rows)}
        | flat
        | whole
        | {name: np.repeat(values, rows) for name, values in per_patient.items()}
    )


def _dose(run: Profiles, dose: Dose, route_input: Any, targets: Targets) -> dict[str, Any]:
    """Columns of one dose by one way in, one value a patient."""
    number = targets.number(route_input.to)
    weight = run.cohort.dosing_kg
    amount = dose.amount_mg(weight)
    rate: Any = 0.0
    if dose.rate is not None:
        rate = dose.rate * (weight if dose.per_kg else 1.0)
    elif dose.dur is not None:
        rate = amount * np.asarray(route_input.fraction) / float(dose.dur)
    columns = {
        "TIME": float(dose.time),
        "EVID": 1.0,
        "MDV": 1.0,
        "AMT": amount,
        "RATE": rate,
        "CMT": float(number or 0),
        "II": float(dose.ii or 0),
        "ADDL": float(dose.addl),
        "SS": float(dose.ss),
        f"F{number}": route_input.fraction,
        f"ALAG{number}": route_input.lag,
    }
    if dose.rate is None and dose.dur is None and np.any(np.asarray(route_input.dur) > 0.0):
        columns |= {"RATE": -2.0, f"D{number}": route_input.dur}
    if dose.rate is None and dose.dur is None and route_input.rate is not None:
        columns |= {"RATE": -1.0, f"R{number}": route_input.rate}
    return columns


def _observed_in(run: Profiles) -> str:
    """Compartment whose amount is the concentration of the dosed analyte."""
    system = run.solution.system
    per_mg = system.observe[0, system.output_index(run.model.parent)]
    return system.states[int(np.argmax(per_mg))]
