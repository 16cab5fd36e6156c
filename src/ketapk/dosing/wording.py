"""Words for plans: the sentence that says one, and how each dose was understood."""

from __future__ import annotations

from fractions import Fraction

from ketapk import units
from ketapk.dosing.pump import STRENGTH
from ketapk.dosing.regimen import DEVICE_EVERY, DEVICE_MG, Dose, Regimen, Reset
from ketapk.errors import InputError

DRUG_WRITTEN = {"racemic": "", "S": "esketamine ", "R": "arketamine "}
DRUG_NAMED = {"racemic": "racemic", "S": "esketamine", "R": "arketamine"}
"""How forms of the drug are called where each is named."""
FORM_WRITTEN = {"prolonged": " prolonged-release", "suppository": " suppository"}
ROUTE_WRITTEN = {"nasal_spray": "spravato"}


def sentence(plan: Regimen) -> str:
    """Write a plan as a sentence that `parse` reads back.

    Steady states, resets and modelled durations have no words; they are written in brackets.

    Examples
    --------
    >>> from ketapk.dosing.sentence import parse
    >>> sentence(parse("0.50 mg/kg intravenous over 2400 s"))
    '0.5 mg/kg iv over 40 min'
    >>> sentence(parse("2 mg/kg iv push after 10 min every 30 min x 3"))
    '2 mg/kg iv bolus at 10 min every 30 min x 3'
    """
    written: list[str] = []
    events = _devices_written_out(plan)
    while events:
        event = events.pop(0)
        if isinstance(event, Reset):
            written.append(f"[reset at {units.format_time(event.time)}]")
        elif event.device == 1:
            written.append(_session_text(event, events))
        else:
            written.append(_dose_text(event))
    return "; ".join(written)


def _devices_written_out(plan: Regimen) -> list[Dose | Reset]:
    """Events in which every device stands alone: a session is told by its devices."""
    told: list[Dose | Reset] = []
    for event in plan.events:
        alone = isinstance(event, Dose) and event.device and not event.ss
        told += Regimen.of(event).expand().events if alone else (event,)
    return sorted(told, key=lambda event: event.time)


def _stands_alone(events: list[Dose | Reset]) -> bool:
    """Whether the next session begins before a second device, and devices are too few for both."""
    numbers = [event.device for event in events if isinstance(event, Dose) and event.device]
    firsts, seconds = numbers.count(1) + 1, numbers.count(2)
    return firsts > seconds and next((n for n in numbers if n in (1, 2)), 1) == 1


def _session_text(first: Dose, events: list[Dose | Reset]) -> str:
    """Write a session, taking its later devices out of ``events``."""
    session = [first]
    alone = _stands_alone(events)
    step: Fraction | None = None
    for event in [] if alone else list(events):
        if not (isinstance(event, Dose) and event.device == len(session) + 1):
            continue
        gap = event.time - session[-1].time
        if step is None or gap == step:
            step = gap
            session.append(event)
            events.remove(event)
    at = f" at {units.format_time(first.time)}" if first.time else ""
    if len(session) <= 3 and step in (None, DEVICE_EVERY):
        return f"{len(session) * int(DEVICE_MG)} mg spravato{at}"
    every = f" every {units.format_time(step)}" if step else ""
    return f"{len(session)} devices spravato{every}{at}"


def _number(value: float) -> str:
    """Write a number so that it reads back to the bit, without an exponent or a trailing zero."""
    text = repr(value).removesuffix(".0")
    return text if "e" not in text else (units.decimal(Fraction(text)) or text)


def _dose_text(dose: Dose) -> str:
    basis = "mg/kg" if dose.per_kg else "mg"
    drug, route = DRUG_WRITTEN[dose.drug], ROUTE_WRITTEN.get(dose.route, dose.route)
    if dose.rate is not None and dose.amt == 0.0:
        start = f"{_number(dose.rate)} {basis}/h {drug}{route}"
    elif dose.rate is not None:
        start = f"{_number(dose.rate)} {basis}/h {drug}{route} for {units.format_time(dose.hours)}"
    elif dose.dur is not None:
        start = f"{_number(dose.amt)} {basis} {drug}{route} over {units.format_time(dose.dur)}"
    else:
        bolus = " bolus" if dose.route == "iv" and dose.modelled is None else ""
        start = f"{_number(dose.amt)} {basis} {drug}{route}{bolus}{FORM_WRITTEN.get(dose.form, '')}"
    if dose.time:
        start += f" at {units.format_time(dose.time)}"
    if dose.addl and dose.ii is not None:
        start += f" every {units.format_time(dose.ii)} x {dose.addl + 1}"
    if dose.ss:
        every = f" every {units.format_time(dose.ii)}" if dose.ii is not None else ""
        start += f" [steady state{every}{', added' if dose.ss == 2 else ''}]"
    if dose.modelled:
        start += f" [{dose.modelled} as the model gives it]"
    return start


def explain(plan: Regimen, weight_kg: float, *, vial: str | None = None) -> list[str]:
    """Say how a plan was understood, dose by dose, in mg and mg/kg, with rates.

    Parameters
    ----------
    plan : Regimen
        What is given.
    weight_kg : float
        Body weight [kg].
    vial : str, optional
        Strength of base in the vial or syringe, such as "10 mg/mL": adds volumes and mL/h.

    Returns
    -------
    list of str
        One line a dose; repeated doses in one line.

    Examples
    --------
    >>> from ketapk.dosing.sentence import parse
    >>> explain(parse("0.5 mg/kg iv over 40 min"), 70.0)
    ['0.5 mg/kg iv over 40 min: 35 mg = 0.5 mg/kg at 0.75 mg/kg/h = 12.5 mcg/kg/min']
    """
    if not 0.0 < weight_kg < float("inf"):
        raise InputError(f"A weight of {weight_kg!r} kg is not possible; write one such as 70.")
    strength = None if vial is None else strength_mg_per_ml(vial)
    return [_explain(event, weight_kg, strength) for event in plan.events]


def strength_mg_per_ml(vial: str) -> float:
    """Strength of base in a vial [mg/mL], from words such as "10 mg/mL".

    Raises
    ------
    InputError
        If it is no concentration above 0.
    """
    strength = units.expect(vial, "vial", "concentration", like=STRENGTH).value / units.ML_PER_L
    if strength <= 0.0:
        raise InputError(f"vial={vial!r} is not possible; write {STRENGTH}.")
    return strength


def _explain(event: Dose | Reset, weight_kg: float, mg_per_ml: float | None) -> str:
    if isinstance(event, Reset):
        return f"reset at {units.format_time(event.time)}"
    mg = event.amount_mg(weight_kg)
    said = _dose_text(event)
    if event.device:
        at = f" at {units.format_time(event.time)}" if event.time else ""
        said = f"esketamine device {event.device}{at}"
    line = f"{said}: {units.fmt(mg)} mg = {units.fmt(mg / weight_kg)} mg/kg"
    if event.hours:
        line += f" at {units.format_rate(mg / float(event.hours), weight_kg)}"
    if mg_per_ml is not None and not event.device:
        line += f"; {units.fmt(mg / mg_per_ml)} mL"
        if event.hours:
            line += f" at {units.fmt(mg / mg_per_ml / float(event.hours))} mL/h"
    return line
