"""What records may not say: every rule of the format, over all records at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ketapk.records.problems import Problems
    from ketapk.records.records import Records

MODELLED_RATE, MODELLED_DURATION = -1.0, -2.0
"""What RATE holds where the model gives the rate, or the duration."""
MOST_ADDITIONAL = 1_000_000


def check(records: Records, problems: Problems) -> None:
    """Note every record that breaks a rule."""
    r, note = records, problems.where
    doses = r.is_dose
    restarts = r.evid >= 3
    note((r.evid < 0) | (r.evid > 4), "EVID", "{} is not known; write 0, 1, 2, 3 or 4.", r.evid)
    note((r.mdv != 0) & (r.mdv != 1), "MDV", "{} is not known; write 0 or 1.", r.mdv)
    note(r.time_h < 0.0, "TIME", "{} h is negative; times start at 0.", r.time_h)
    same = np.append(False, r.subject[1:] == r.subject[:-1])
    falls = same & np.append(False, np.diff(r.time_h) < 0.0) & ~restarts
    note(
        falls,
        "TIME",
        "{} h is before the record above it; sort the records of a subject by time, or reset with "
        "EVID 3 or 4.",
        r.time_h,
    )

    endless = (r.ss > 0) & (r.amt == 0.0) & (r.rate != 0.0)
    note(r.amt < 0.0, "AMT", "{} mg is negative; amounts are positive.", r.amt)
    note(
        doses & (r.amt == 0.0) & ~endless,
        "AMT",
        "A dose record gives nothing; write an amount, or EVID 0 or 2.",
    )
    for column, values in (("AMT", r.amt), ("RATE", r.rate), ("DUR", r.dur)):
        note(~doses & (values != 0.0), column, _no_dose(column), values)
    for column, counts in (("ADDL", r.addl), ("SS", r.ss)):
        note(~doses & (counts != 0), column, _no_dose(column), counts)

    known = (r.rate >= 0.0) | np.isin(r.rate, (MODELLED_RATE, MODELLED_DURATION))
    note(
        ~known,
        "RATE",
        "{} is not known; write a positive rate, -1 (the model's rate) or -2 (the model's "
        "duration).",
        r.rate,
    )
    note(r.dur < 0.0, "DUR", "{} h is negative; durations are positive.", r.dur)
    note(
        (r.rate != 0.0) & (r.dur != 0.0),
        "DUR",
        "A dose keeps its rate or its duration, and this one has both; leave one out.",
    )
    note((r.ss < 0) | (r.ss > 2), "SS", "{} is not supported; write 0, 1 or 2.", r.ss)
    note(
        (r.addl < 0) | (r.addl > MOST_ADDITIONAL),
        "ADDL",
        f"{{}} is not a count from 0 to {MOST_ADDITIONAL}.",
        r.addl,
    )
    note(r.ii < 0.0, "II", "{} h is negative; intervals are positive.", r.ii)
    note((r.addl > 0) & (r.ii == 0.0), "II", "ADDL needs the interval II between additional doses.")
    note(
        (r.ss > 0) & (r.ii == 0.0) & ~endless,
        "II",
        "SS needs the interval II, or a constant infusion with AMT 0 and a RATE.",
    )
    note(
        endless & (r.ii != 0.0),
        "II",
        "A constant infusion (AMT 0 with SS) has no interval; write II 0.",
    )
    note(
        endless & (r.rate == MODELLED_DURATION),
        "RATE",
        "A constant infusion (AMT 0 with SS) has no duration; write its rate, or -1.",
    )
    for name, values in r.per_compartment.items():
        if name.startswith(("R", "D")):
            note(values <= 0.0, name, "{} is not positive.", values)
        else:
            note(values < 0.0, name, "{} is negative.", values)


def _no_dose(column: str) -> str:
    return f"{column} is {{}} on a record that gives no dose; write 0, or EVID 1 or 4."
