"""Commands that look at an order before anything is simulated."""

from __future__ import annotations

from typing import Annotated

import typer

from ketapk import units
from ketapk.cli import terminal
from ketapk.cli.options import (
    Age,
    Ancestry,
    Csv,
    DosingWeight,
    Height,
    Json,
    Quiet,
    Sex,
    Weight,
    close,
    model_of,
    one_output,
    patient,
    print_json,
    require_body,
)
from ketapk.errors import InputError
from ketapk.summary import person

WEIGHTS_BASIS = (
    "Rests on formulas that were fitted in adults and not for ketamine, of the grades that it "
    "prints. It is not a recommendation."
)


def weights(
    weight: Weight = 70.0,
    height: Height = None,
    sex: Sex = None,
    csv: Csv = False,
    json_: Json = False,
    quiet: Quiet = False,
) -> None:
    """Weights that a dose per kg can be counted by, for one person, with sources and limits."""
    one_output(csv=csv, json_=json_)
    require_body("ketapk weights", sex, height)
    import warnings

    import polars as pl

    from ketapk.errors import KetapkWarning
    from ketapk.patients import Cohort, list_weight_scalars, weight_scalar
    from ketapk.patients.scalars import doubts

    who = Cohort.of(patient(weight, 40.0, sex, height, "other"))
    table = list_weight_scalars()
    found: list[float | None] = []
    said: list[str] = []
    for name in table["name"]:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", KetapkWarning)
                kg = weight_scalar(who, name)
            found.append(float(kg[0]))
            said += [s for s in doubts(name, who, kg) if "nobody gave" not in s]
        except InputError as error:
            found.append(None)
            said.append(str(error))
    table = table.insert_column(1, pl.Series("kg", found, dtype=pl.Float64))
    if csv:
        print(table.write_csv(), end="")
    elif json_:
        print_json(
            {"patient": person(who), "weights": table.to_dicts(), "basis": WEIGHTS_BASIS}, said
        )
    else:
        print(f"{units.fmt(weight)} kg, {units.fmt(who.height_cm[0])} cm, {who.sex[0]}\n")
        terminal.weights(table)
        terminal.wrapped(WEIGHTS_BASIS, indent=0)
    close(said, failed=0, quiet=json_ or quiet)


FOUND = 3
"""Exit code where a rule found something: the plan is not taken without a second look."""


def lint(
    plan: Annotated[str, typer.Argument(help="A sentence, or a protocol.", metavar="PLAN")],
    model: Annotated[
        str | None, typer.Option("--model", help="Adds what it does not describe.", metavar="NAME")
    ] = None,
    weight: Weight = 70.0,
    age: Age = 40.0,
    sex: Sex = None,
    height: Height = None,
    ancestry: Ancestry = "other",
    dosing_weight: DosingWeight = "total",
    vial: Annotated[
        str | None,
        typer.Option(
            "--vial", help='What is in the syringe, "10 mg/mL"; adds the pump.', metavar="STRENGTH"
        ),
    ] = None,
    resolution: Annotated[
        str | None, typer.Option("--resolution", help='Step of the pump, "0.1 mL/h".')
    ] = None,
    max_rate: Annotated[
        str | None, typer.Option("--max-rate", help='Highest rate of the pump, "100 mL/h".')
    ] = None,
    volume: Annotated[
        str | None, typer.Option("--volume", help='What the syringe holds, "50 mL".')
    ] = None,
    min_interval: Annotated[
        str | None,
        typer.Option("--min-interval", help='Shortest time between changes of the rate, "5 min".'),
    ] = None,
    silence: Annotated[
        list[str] | None,
        typer.Option("--silence", help="Rule not to look at; may be repeated.", metavar="RULE"),
    ] = None,
    csv: Csv = False,
    json_: Json = False,
    quiet: Quiet = False,
) -> None:
    """Look for what is usually a mistake in a plan: units, salt, pump, amounts, people."""
    one_output(csv=csv, json_=json_)
    from ketapk.dosing.pump import RESOLUTION, Pump
    from ketapk.library.protocols import plan_of
    from ketapk.linting.linting import lint as look

    if vial is None and (resolution or max_rate or volume or min_interval):
        raise InputError('A pump needs what is in its syringe; add --vial "10 mg/mL".')
    found = look(
        plan_of(plan),
        patient(weight, age, sex, height, ancestry, dosing_weight),
        None if model is None else model_of(model),
        pump=None
        if vial is None
        else Pump(
            concentration=vial,
            resolution=resolution or RESOLUTION,
            max_rate=max_rate,
            volume=volume,
            min_interval=min_interval,
        ),
        silence=silence or (),
    )
    if csv:
        print(found.table.write_csv(), end="")
    elif json_:
        from ketapk.patients import Cohort

        who = patient(weight, age, sex, height, ancestry, dosing_weight)
        print_json(
            {
                "plan": str(found.plan),
                "patient": person(Cohort.of(who)),
                "model": model,
                "findings": found.table.to_dicts(),
                "silenced": list(found.silenced),
                "skipped": list(found.skipped),
                "basis": found.basis,
            },
            (),
        )
    else:
        terminal.lint(found)
    close((), failed=0, quiet=json_ or quiet)
    if found.findings:
        raise typer.Exit(FOUND)
