"""The command that writes a running sheet: of a sentence, a held target, a designed schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ketapk.cli import terminal
from ketapk.cli.options import (
    Age,
    Ancestry,
    Csv,
    DosingWeight,
    Height,
    Implausible,
    Json,
    Plot,
    Quiet,
    Sex,
    Weight,
    check_figure,
    close,
    crowd,
    model_of,
    one_output,
    patient,
    print_json,
    save,
)
from ketapk.errors import InputError
from ketapk.summary import row

if TYPE_CHECKING:
    from ketapk.design.designed import Designed
    from ketapk.design.held import Held
    from ketapk.design.sheet import RunningSheet
    from ketapk.dosing.pump import Pump
    from ketapk.patients import Patient

MODEL = "kamp2020"
"""Model of the command where none is said; it is printed with the result."""


def schedule(
    plan: Annotated[
        str | None, typer.Argument(help="A sentence or a protocol, intravenous.", metavar="[PLAN]")
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(
            help='Aim: "100 ng/mL", "80 to 120 ng/mL from 10 min", "AUC of 200 ng h/mL".',
            metavar="AIM",
        ),
    ] = None,
    chance: Annotated[
        str | None,
        typer.Option(
            help='Stated chances: "at least 90 % above 100 ng/mL from 10 to 40 min".', metavar="AIM"
        ),
    ] = None,
    hold: Annotated[
        str | None,
        typer.Option(help="Target-controlled instead, a rate every --step.", metavar="LEVEL"),
    ] = None,
    vial: Annotated[
        str | None, typer.Option(help='In the syringe: "10 mg/mL".', metavar="STRENGTH")
    ] = None,
    until: Annotated[str | None, typer.Option(help="When it ends.", metavar="TIME")] = None,
    start: Annotated[str | None, typer.Option(help='Clock time: "09:00".', metavar="CLOCK")] = None,
    changes: Annotated[
        int | None, typer.Option(help="Most changes of the rate; 3 by default.", metavar="N")
    ] = None,
    bolus: Annotated[
        str | None, typer.Option(help='"yes", or the highest, "20 mg".', metavar="AMOUNT")
    ] = None,
    grid: Annotated[
        str | None, typer.Option(help='Change times are multiples: "5 min".', metavar="TIME")
    ] = None,
    step: Annotated[
        str | None, typer.Option(help="Time between two rates of --hold.", metavar="TIME")
    ] = None,
    max_rate: Annotated[
        str | None, typer.Option(help='Highest rate, "100 mg/h" or "20 mL/h".', metavar="RATE")
    ] = None,
    max_dose: Annotated[
        str | None, typer.Option(help='Cumulative dose, "60 mg" or "1 mg/kg".', metavar="AMOUNT")
    ] = None,
    resolution: Annotated[
        str | None, typer.Option(help='Step of the pump; "0.1 mL/h".', metavar="RATE")
    ] = None,
    syringe: Annotated[
        str | None, typer.Option(help='What the syringe holds: "50 mL".', metavar="VOLUME")
    ] = None,
    min_interval: Annotated[
        str | None, typer.Option(help="Shortest time between two changes.", metavar="TIME")
    ] = None,
    site: Annotated[str, typer.Option(help="plasma or effect.", metavar="WORD")] = "plasma",
    effect: Annotated[
        str | None, typer.Option(help="The effect whose site it is.", metavar="NAME")
    ] = None,
    model: Annotated[
        str, typer.Option("--model", help="The model, or a file.", metavar="NAME")
    ] = MODEL,
    people: Annotated[
        int | None, typer.Option(help="Draw so many as the model publishes.", metavar="N")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of what is drawn.", metavar="N")] = 1,
    drug: Annotated[str | None, typer.Option(help="Form: racemic, S or R.")] = None,
    weight: Weight = 70.0,
    age: Age = 40.0,
    sex: Sex = None,
    height: Height = None,
    ancestry: Ancestry = "other",
    dosing_weight: DosingWeight = "total",
    allow_implausible: Implausible = False,
    csv: Csv = False,
    json_: Json = False,
    plot: Plot = None,
    quiet: Quiet = False,
) -> None:
    """Write the sheet by which a pump is run: of a plan, a held target, or the best few rates."""
    one_output(csv=csv, json_=json_)
    check_figure(plot)
    given = {"PLAN": plan, "--target": target, "--chance": chance, "--hold": hold}
    which = _one_of(given)
    pump = _pump(vial, resolution, syringe, min_interval)
    me = patient(weight, age, sex, height, ancestry, dosing_weight)
    used = {
        "changes": changes,
        "bolus": bolus,
        "grid": grid,
        "max_dose": max_dose,
        "people": people,
    }
    if which in ("PLAN", "--hold"):
        _refuse(used, f"belongs to --target or --chance and not to {which}")
    if which == "PLAN":
        _refuse({"until": until, "step": step, "max_rate": max_rate}, "does not fit a plan")
        _sheet_of_plan(str(plan), pump, me, start, csv=csv, json_=json_, plot=plot, quiet=quiet)
        return
    kept: dict[str, Any] = {
        "site": site,
        "effect": effect,
        "drug": drug,
        "allow_implausible": allow_implausible,
    }
    found: Any
    if which == "--hold":
        from ketapk.design.hold import hold as held_at
        from ketapk.design.sheet import running_sheet

        found = held_at(
            hold, model_of(model), me, until=until, step=step, max_rate=max_rate, pump=pump, **kept
        )  # fmt: skip
        sheet = running_sheet(found.plan, pump, me, start=start)
    else:
        _refuse({"step": step}, "belongs to --hold")
        if which == "--chance" and people is None:
            raise InputError("--chance is about many people; say how many, such as --people 500.")
        found = _designed(
            str(target or chance), model, me, people, seed,
            pump=pump, until=until, start=start, max_rate=max_rate, max_dose=max_dose,
            changes=3 if changes is None else changes, bolus=_bolus(bolus), grid=grid, **kept,
        )  # fmt: skip
        sheet = found.sheet
    said = tuple(dict.fromkeys((*found.warnings, *sheet.warnings)))
    if csv:
        print(sheet.table.write_csv(), end="")
    elif json_:
        print_json({**_content(sheet), **_result(found)}, said)
    else:
        print_sheet(sheet)
        _print_result(found)
    if plot is not None:
        save(found.plot(), plot)
    close(said, failed=0, quiet=json_ or quiet)


def _one_of(given: dict[str, Any]) -> str:
    """Name of the one thing that is asked for."""
    said = [name for name, value in given.items() if value is not None]
    if len(said) != 1:
        wrong = f"{' and '.join(said)} exclude each other" if said else "Nothing is asked for"
        raise InputError(
            f'{wrong}; write a plan ("0.5 mg/kg iv over 40 min"), --target, --chance or --hold.'
        )
    return said[0]


def _refuse(used: dict[str, Any], why: str) -> None:
    for name, value in used.items():
        if value is not None:
            raise InputError(f"--{name.replace('_', '-')} {why}; leave it out.")


def _pump(
    vial: str | None, resolution: str | None, syringe: str | None, min_interval: str | None
) -> Pump:
    from ketapk.dosing.pump import RESOLUTION, Pump

    if vial is None:
        raise InputError(
            '--vial is missing; say what is in the syringe, such as --vial "10 mg/mL".'
        )
    return Pump(
        concentration=vial,
        resolution=resolution or RESOLUTION,
        volume=syringe,
        min_interval=min_interval,
    )


def _bolus(text: str | None) -> bool | str:
    words = {"yes": True, "no": False}
    return False if text is None else words.get(text.strip().lower(), text)


def _designed(
    aim: str,
    model: str,
    me: Patient,
    people: int | None,
    seed: int,
    *,
    grid: str | None,
    **how: Any,
) -> Designed:
    """The best schedule for one person, or for people drawn around one."""
    from ketapk.design.nurse import GRID, design_schedule

    who = me if people is None else crowd(me, people)
    return design_schedule(
        aim, model_of(model), who, grid=grid or GRID, rng=None if people is None else seed, **how
    )


def _sheet_of_plan(
    plan: str, pump: Pump, me: Patient, start: str | None, *, csv: bool, json_: bool, plot: Any,
    quiet: bool,
) -> None:  # fmt: skip
    """The sheet of a plan, which needs no model."""
    from ketapk.design.sheet import running_sheet
    from ketapk.library.protocols import plan_of

    if plot is not None:
        raise InputError(
            "--plot does not fit a plan, whose sheet has no curve; draw it with simulate --plot."
        )
    sheet = running_sheet(plan_of(plan), pump, me, start=start)
    if csv:
        print(sheet.table.write_csv(), end="")
    elif json_:
        print_json({**_content(sheet), "basis": sheet.basis}, sheet.warnings)
    else:
        print_sheet(sheet)
        terminal.wrapped(sheet.basis)
    close(sheet.warnings, failed=0, quiet=json_ or quiet)


def _content(sheet: RunningSheet) -> dict[str, Any]:
    """A sheet for JSON."""
    return {
        "plan": str(sheet.plan),
        "asked": str(sheet.asked),
        "weight_kg": sheet.weight_kg,
        "vial": sheet.pump.concentration,
        "total_mg": sheet.total_mg,
        "total_ml": sheet.total_ml,
        "sheet": [row(line) for line in sheet.table.to_dicts()],
    }


def _result(found: Designed | Held) -> dict[str, Any]:
    """What a held target or a designed schedule comes to, for JSON."""
    from ketapk.design.held import Held

    model = found.run.model
    content: dict[str, Any] = {"model": model.name, "grade": model.grade, "basis": found.basis}
    if isinstance(found, Held):
        return {**content, "arrivals": [row(line) for line in found.arrivals.to_dicts()]}
    off = found.deviation
    return {
        **content,
        "aim": str(found.aim),
        "people": len(found.run.cohort),
        "met": found.met,
        "deviation": row(
            {"worst": off.worst, "at_h": off.at_h, "ng_per_ml": off.ng_per_ml, "mean": off.mean,
             "lowest_ng_per_ml": off.lowest, "highest_ng_per_ml": off.highest}
        ),
        "chances": [row(line) for line in found.chances.to_dicts()],
        "alternatives": [row(line) for line in found.table.to_dicts()[1:]],
    }  # fmt: skip


HELD = {True: "yes", False: "no", None: ""}
"""Whether a target is reached and then held; nothing is said of a target of 0."""


def _print_result(found: Designed | Held) -> None:
    """What a held target or a designed schedule comes to."""
    from ketapk.design.held import Held

    model = found.run.model
    print(f"Model: {model.name} (grade {model.grade}), {model.sampling_site}")
    if isinstance(found, Held):
        table = terminal.table_of(
            "target [ng/mL]",
            "from [h]",
            "reached [h]",
            "then furthest [ng/mL]",
            "held",
            "closest [ng/mL]",
        )
        for line in found.arrivals.to_dicts():
            terminal.add(
                table, line["target_ng_per_ml"], line["start_h"], line["reached_h"],
                line["worst_ng_per_ml"], HELD[line["reached"]], line["closest_ng_per_ml"],
            )  # fmt: skip
        terminal.show(table)
    else:
        terminal.wrapped(f"Aim: {found.aim}")
        terminal.wrapped(f"Deviation: {found.deviation}")
        for line in found.chances.to_dicts():
            reached = f"{100.0 * line['reached']:.1f} %"
            terminal.wrapped(f"{line['chance']}: {reached} of {len(found.run.cohort)} people")
        for rank, one in enumerate(found.alternatives, start=2):
            terminal.wrapped(f"{rank}. {one.plan}: {one.deviation}", indent=3)
    terminal.wrapped(found.basis)


def print_sheet(sheet: RunningSheet) -> None:
    """Print a running sheet, a row a line."""
    from ketapk import units
    from ketapk.design.sheet import CHANGE

    pump = sheet.pump
    holds = "" if pump.volume is None else f", syringe of {pump.volume}"
    print(f"Running sheet: {pump.concentration}{holds}, {units.fmt(sheet.weight_kg)} kg")
    table = terminal.table_of(
        "clock" if sheet.start is not None else "after", "do", "mL/h", "mg/kg/h", "mg/h",
        "mL given", "mg given", left=2,
    )  # fmt: skip
    for clock, line in zip(sheet.clocks, sheet.table.to_dicts(), strict=True):
        terminal.add(
            table, clock, line["action"], units.fmt(line["ml_per_h"], 5), line["mg_per_kg_h"],
            line["mg_per_h"], units.fmt(line["given_ml"], 4), line["given_mg"],
        )  # fmt: skip
    terminal.show(table)
    print(f"In all {units.fmt(sheet.total_ml, 4)} mL = {units.fmt(sheet.total_mg, 4)} mg")
    if pump.volume is not None:
        times = [
            clock
            for clock, line in zip(sheet.clocks, sheet.lines, strict=True)
            if line.action.startswith(CHANGE)
        ]
        runs_out = f"runs out at {', '.join(times)}" if times else "the first one is enough"
        print(f"Syringe: {runs_out}")
