"""The running sheet: what is set on the pump, at which clock time, until the syringe runs out."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ketapk import units
from ketapk.design.stretches import BOLUS_STEP, SAME, Stretch, as_run, intravenous, stretches_of
from ketapk.dosing.pump import Pump
from ketapk.dosing.regimen import Regimen
from ketapk.dosing.sentence import parse
from ketapk.errors import InputError
from ketapk.lazy import lazy
from ketapk.notice import NOTICE
from ketapk.patients import Patient
from ketapk.units import ML_PER_L

if TYPE_CHECKING:
    import polars as pl

FOLLOWS = "Follows from the plan and the pump alone. It is not a recommendation."


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing to do."""

    time: Fraction
    """[h]"""
    action: str
    bolus: Fraction
    """[mL]"""
    flow: Fraction
    """What runs from now on [mL/h]."""
    given: Fraction
    """So far, the bolus included [mL]."""
    left: Fraction | None
    """In the syringe, after it [mL]; None where no volume is said."""


@dataclass(frozen=True, kw_only=True, repr=False)
class RunningSheet:
    """What is set on a pump, line by line.

    Parameters
    ----------
    asked : Regimen
        The plan as it was asked for.
    plan : Regimen
        The plan as the pump runs it, with rounded rates [mg].
    pump : Pump
        What it can run.
    weight_kg : float
        The weight that doses per kg are counted by [kg].
    start : Fraction or None
        Clock time of the start, since midnight [h].
    lines : tuple of Line
        What is done, in the order of time.
    notes : tuple of str
        What the pump cannot do as asked.
    """

    asked: Regimen
    plan: Regimen
    pump: Pump
    weight_kg: float
    start: Fraction | None
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()

    @property
    def total_ml(self) -> float:
        """Volume given in all [mL]."""
        return float(self.lines[-1].given)

    @property
    def total_mg(self) -> float:
        """Drug given in all [mg of base]."""
        return float(self._mg(self.lines[-1].given))

    @property
    def changes_h(self) -> tuple[float, ...]:
        """When the syringe is to be changed [h]."""
        return tuple(float(line.time) for line in self.lines if line.action.startswith(CHANGE))

    @lazy
    def table(self) -> pl.DataFrame:
        """A row per line.

        Columns ``clock`` (with a start), ``time_h``, ``action``, ``bolus_ml``, ``ml_per_h``,
        ``mg_per_kg_h``, ``mg_per_h``, ``given_ml`` and ``given_mg`` (so far, the bolus included),
        ``left_ml`` (in the syringe, where its volume is said).
        """
        import polars as pl

        columns: dict[str, Any] = {}
        if self.start is not None:
            columns["clock"] = self.clocks
        mg_per_h = [float(self._mg(line.flow)) for line in self.lines]
        columns |= {
            "time_h": [float(line.time) for line in self.lines],
            "action": [line.action for line in self.lines],
            "bolus_ml": [float(line.bolus) for line in self.lines],
            "ml_per_h": [float(line.flow) for line in self.lines],
            "mg_per_kg_h": [rate / self.weight_kg for rate in mg_per_h],
            "mg_per_h": mg_per_h,
            "given_ml": [float(line.given) for line in self.lines],
            "given_mg": [float(self._mg(line.given)) for line in self.lines],
        }
        if self.pump.volume is not None:
            columns["left_ml"] = [float(line.left or 0) for line in self.lines]
        return pl.DataFrame(columns)

    @property
    def clocks(self) -> list[str]:
        """Clock time of every line, or hours and minutes from the start where none is given."""
        seconds = not all(units.whole_minutes(line.time) for line in self.lines)
        begin, sign = (Fraction(0), "+") if self.start is None else (self.start, "")
        return [
            f"{sign}{units.format_clock(begin + line.time, seconds=seconds)}" for line in self.lines
        ]

    @property
    def warnings(self) -> tuple[str, ...]:
        """Where the pump gives something else than the plan says."""
        asked = self.asked.total_mg(self.weight_kg)
        said = list(self.notes)
        if abs(self.total_mg - asked) > SAME * asked:
            said.append(
                f"The pump gives {units.fmt(self.total_mg, 4)} mg and the plan says "
                f"{units.fmt(asked, 4)} mg: rates are in steps of {self.pump.resolution}, a bolus "
                f"in steps of {BOLUS_STEP}."
            )
        return tuple(said)

    @property
    def basis(self) -> str:
        """What this rests on, and that it is no recommendation."""
        return f"{FOLLOWS} {NOTICE}"

    def _mg(self, ml: Fraction) -> Fraction:
        return ml * self.pump.mg_per_l / ML_PER_L

    def __repr__(self) -> str:
        head = (
            f"<RunningSheet: {self.pump.concentration}, {units.fmt(self.weight_kg)} kg, "
            f"{units.fmt(self.total_ml)} mL = {units.fmt(self.total_mg)} mg"
        )
        rows = [
            f"  {clock:>9}  {line.action}; {units.fmt(float(line.flow), 5)} mL/h; "
            f"{units.fmt(float(line.given), 4)} mL given"
            for clock, line in zip(self.clocks, self.lines, strict=True)
        ]
        said = [f"  warning: {warning}" for warning in self.warnings]
        return "\n".join([head, *rows, *said, f"  {self.basis}>"])


CHANGE = "change the syringe"


def running_sheet(
    plan: Regimen | str, pump: Pump, patient: Patient, *, start: str | None = None
) -> RunningSheet:
    """Write an intravenous plan as a pump runs it: clock times, rates, volumes, syringes.

    Parameters
    ----------
    plan : Regimen or str
        Intravenous boluses and infusions. Infusions that overlap run as one.
    pump : Pump
        What it can run. Every rate is rounded to its resolution, every bolus to `BOLUS_STEP`; with
        a ``volume`` the sheet says when the syringe is to be changed. The first one is full.
    patient : Patient
        Who, for doses per kg.
    start : str, optional
        Clock time of the start, such as "09:00".

    Returns
    -------
    RunningSheet
        With ``.table``, ``.plan`` (what the pump gives), ``.warnings``, ``.basis``.

    Raises
    ------
    InputError
        If the plan is empty, or a bolus does not fit into the syringe.
    PlanError
        If a dose is not intravenous, or has no beginning or end.

    Examples
    --------
    >>> pump = Pump(concentration="1 mg/mL", volume="50 mL")
    >>> me = Patient(weight_kg=70)
    >>> sheet = running_sheet("0.5 mg/kg iv over 40 min", pump, me, start="09:00")
    >>> sheet.table["clock"].to_list(), sheet.table["ml_per_h"].to_list()
    (['09:00', '09:40'], [52.5, 0.0])
    >>> sheet.total_ml, sheet.changes_h
    (35.0, ())
    """
    regimen = parse(plan) if isinstance(plan, str) else plan
    if not isinstance(regimen, Regimen) or not regimen.doses:
        raise InputError(
            f"plan={plan!r} has no doses; write one such as '0.5 mg/kg iv over 40 min'."
        )
    if not isinstance(pump, Pump):
        raise InputError(f"pump={pump!r} is no pump; write kp.Pump(concentration='10 mg/mL').")
    if not isinstance(patient, Patient):
        raise InputError(f"patient={patient!r} is not one person; write kp.Patient(weight_kg=70).")
    clock = None if start is None else units.clock_h(start, "start")
    doses = intravenous(regimen)
    stretches, notes = stretches_of(doses, pump, patient.dosing_kg)
    return RunningSheet(
        asked=regimen,
        plan=as_run(stretches, pump, doses[0].drug),
        pump=pump,
        weight_kg=patient.dosing_kg,
        start=clock,
        lines=_lines(stretches, pump),
        notes=notes,
    )


def _lines(stretches: tuple[Stretch, ...], pump: Pump) -> tuple[Line, ...]:
    """What is done, line by line, with a new syringe whenever one is empty."""
    full = None
    if pump.volume is not None:
        full = units.expect(pump.volume, "volume", "volume").exact * ML_PER_L
    left, given, running = full, Fraction(0), Fraction(0)
    lines: list[Line] = []

    def put(time: Fraction, action: str, bolus: Fraction, flow: Fraction) -> None:
        lines.append(Line(time=time, action=action, bolus=bolus, flow=flow, given=given, left=left))

    for here in stretches:
        if full is not None and left is not None and here.bolus > left:
            if here.bolus > full:
                raise InputError(
                    f"A bolus of {units.fmt(float(here.bolus))} mL does not fit into a syringe of "
                    f"{pump.volume}; use a stronger one."
                )
            left = full
            put(here.start, f"{CHANGE}, before the bolus", Fraction(0), running)
        given += here.bolus
        left = None if left is None else left - here.bolus
        said = _action(here, running)
        if said:
            put(here.start, said, here.bolus, here.flow)
        running = here.flow
        time, hours = here.start, here.end - here.start
        while left is not None and full is not None and running * hours > left:
            lasted = left / running
            given, time, hours, left = given + left, time + lasted, hours - lasted, full
            put(time, CHANGE, Fraction(0), running)
        given += running * hours
        left = None if left is None else left - running * hours
    return tuple(lines)


def _action(here: Stretch, running: Fraction) -> str:
    """What is done at the start of a stretch, in words; nothing where nothing changes."""
    said = [f"bolus of {units.fmt(float(here.bolus), 4)} mL"] if here.bolus else []
    if here.flow != running:
        change = "stop" if not here.flow else ("start" if not running else "set the rate")
        said.append(change)
    elif here.start == here.end and not here.bolus:
        said.append("stop")
    return ", ".join(said)
