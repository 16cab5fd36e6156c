"""The command that says what exposure depends on."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ketapk.cli import dependence, terminal
from ketapk.cli.options import (
    Age,
    Ancestry,
    Csv,
    DosingWeight,
    Height,
    Json,
    Plot,
    Quiet,
    Sex,
    Weight,
    altered,
    check_figure,
    close,
    one_output,
    patient,
    print_json,
    save,
)
from ketapk.summary import row


def sensitivity(
    plan: Annotated[str, typer.Argument(help="A sentence, or a protocol.", metavar="PLAN")],
    model: Annotated[str, typer.Option("--model", help="Which model.", metavar="NAME")],
    measure: Annotated[
        list[str] | None,
        typer.Option(
            "--measure",
            help="Cmax, Tmax, AUC_inf, t_half, 'AUC to 24 h', 'level at 1 h', 'time to 70 ng/mL', "
            "'time above 70 ng/mL'; may be repeated.",
            metavar="WORDS",
        ),
    ] = None,
    change: Annotated[
        str, typer.Option(help="How far what has no published variability goes.", metavar="PERCENT")
    ] = "20 %",
    shares: Annotated[
        bool,
        typer.Option("--shares", help="Share out the published variance of the first measure."),
    ] = False,
    seed: Annotated[int, typer.Option(help="For the points of --shares.")] = 1,
    analyte: Annotated[
        str | None, typer.Option(help="Whose; the dosed drug by default.", metavar="NAME")
    ] = None,
    weight: Weight = 70.0,
    age: Age = 40.0,
    sex: Sex = None,
    height: Height = None,
    ancestry: Ancestry = "other",
    dosing_weight: DosingWeight = "total",
    csv: Csv = False,
    json_: Json = False,
    plot: Plot = None,
    quiet: Quiet = False,
) -> None:
    """Say what a peak, an area or a time depends on: exact derivatives, and a tornado."""
    one_output(csv=csv, json_=json_)
    check_figure(plot)
    from ketapk.library.protocols import plan_of
    from ketapk.sensitivity.analysis import sensitivities
    from ketapk.sensitivity.shares import variance_shares

    who = patient(weight, age, sex, height, ancestry, dosing_weight)
    given, chosen = plan_of(plan), altered(model, None)
    measures = measure or ["Cmax"]
    found = sensitivities(given, chosen, who, measures, change=change, analyte=analyte)
    split: Any = None
    if shares:
        split = variance_shares(given, chosen, who, measures[0], rng=seed, analyte=analyte)
    if csv:
        print((found.table if split is None else split.table).write_csv(), end="")
    elif json_:
        content: dict[str, Any] = {
            "plan": str(found.run.plan),
            "model": chosen.name,
            "analyte": found.analyte,
            "sensitivity": [row(line) for line in found.table.to_dicts()],
        }
        if split is not None:
            content["shares"] = [row(line) for line in split.table.to_dicts()]
            content["shares_of"] = split.measure
        print_json({**content, "basis": found.basis}, found.warnings)
    else:
        dependence.sensitivity(found)
        if split is not None:
            dependence.shares(split)
        terminal.wrapped(found.basis, indent=0)
    if plot is not None:
        save(found.tornado(), plot)
    close(found.warnings, failed=0, quiet=json_ or quiet)
