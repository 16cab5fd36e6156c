"""Commands beside simulation: protocols, equivalent doses, data, units, sources, the machine."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from ketapk.cli import terminal
from ketapk.cli.options import (
    LEVEL,
    Age,
    Ancestry,
    Csv,
    Height,
    Json,
    Level,
    Quiet,
    Sex,
    Weight,
    close,
    one_output,
    patient,
    print_json,
    say,
)
from ketapk.errors import InputError
from ketapk.summary import row


def protocols(csv: Csv = False, json_: Json = False, quiet: Quiet = False) -> None:
    """List published protocols; their names may be written instead of a plan."""
    one_output(csv=csv, json_=json_)
    from ketapk.library.protocols import list_protocols

    table = list_protocols()
    if csv:
        print(table.write_csv(), end="")
    elif json_:
        print_json({"protocols": table.to_dicts()}, ())
    else:
        terminal.protocols(table)
    close((), failed=0, quiet=json_ or quiet)


def equivalent(
    plan: Annotated[str, typer.Argument(help="What is to be matched.", metavar="PLAN")],
    route: Annotated[str, typer.Argument(help="Route of the equivalent dose.", metavar="ROUTE")],
    match: Annotated[
        str, typer.Option(help='What is to be the same: AUC, Cmax or "time above".')
    ] = "AUC",
    model: Annotated[
        str | None, typer.Option("--model", help="One model with both routes.", metavar="NAME")
    ] = None,
    analyte: Annotated[
        str | None, typer.Option(help="Whose; the dosed drug by default.", metavar="NAME")
    ] = None,
    drug: Annotated[
        str | None, typer.Option(help="Form of the equivalent dose: racemic, S or R.")
    ] = None,
    weight: Weight = 70.0,
    age: Age = 40.0,
    sex: Sex = None,
    height: Height = None,
    ancestry: Ancestry = "other",
    level: Level = LEVEL,
    csv: Csv = False,
    json_: Json = False,
    quiet: Quiet = False,
) -> None:
    """Find the dose by another route that matches a plan, and what it cannot match."""
    one_output(csv=csv, json_=json_)
    from ketapk.equivalence import equivalent_dose
    from ketapk.library.protocols import plan_of

    found = equivalent_dose(
        plan_of(plan),
        route,
        match=match,  # type: ignore[arg-type]
        analyte=analyte,
        patient=patient(weight, age, sex, height, ancestry),
        model=model,
        level=level,
        drug=drug,
    )
    if csv:
        print(found.table.write_csv(), end="")
    elif json_:
        print_json(
            {
                "given": str(found.given.plan),
                "equivalent": str(found.plan),
                "dose_mg": found.dose_mg,
                "match": match,
                "model": found.found.model.name,
                "table": [row(line) for line in found.table.to_dicts()],
            },
            found.warnings,
        )
    else:
        terminal.equivalence(found)
    close(found.warnings, failed=0, quiet=json_ or quiet)


def nca(
    file: Annotated[Path, typer.Argument(help="CSV with a column each.", metavar="FILE")],
    dose: Annotated[
        str, typer.Option(help='Dose of everybody, "35 mg", or a column of mg.', metavar="DOSE")
    ],
    route: Annotated[str, typer.Option(help="bolus, infusion or extravascular.")] = "extravascular",
    infusion: Annotated[
        str | None, typer.Option(help='Length of the infusion, "40 min".', metavar="TIME")
    ] = None,
    by: Annotated[str, typer.Option(help="Column of subjects.")] = "id",
    time: Annotated[str, typer.Option(help="Column of times [h].")] = "time_h",
    concentration: Annotated[str, typer.Option(help="Column [ng/mL].")] = "ng_per_ml",
    method: Annotated[str, typer.Option(help="linear-up log-down, or linear.")] = (
        "linear-up log-down"
    ),
    limit: Annotated[float, typer.Option(help="Limit of quantification [ng/mL].")] = 0.0,
    cdisc: Annotated[bool, typer.Option("--cdisc", help="Use CDISC codes as names.")] = False,
    csv: Csv = False,
    json_: Json = False,
    quiet: Quiet = False,
) -> None:
    """Analyse measured concentrations without a model, subject by subject."""
    one_output(csv=csv, json_=json_)
    import polars as pl

    from ketapk import units
    from ketapk.exposure.nca import nca_table

    try:
        data = pl.read_csv(file)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InputError(f"{file} cannot be read as CSV: {error}.") from None
    given: Any = dose if dose in data.columns else units.expect(dose, "--dose", "amount").value
    hours = 0.0 if infusion is None else float(units.duration_h(infusion, "--infusion"))
    table = nca_table(
        data,
        by=by,
        time=time,
        concentration=concentration,
        dose=given,
        route=route,
        infusion_h=hours,
        method=method,
        limit=limit,
        cdisc=cdisc,
    )
    if csv:
        print(table.write_csv(), end="")
    elif json_:
        print_json({"subjects": [row(line) for line in table.to_dicts()]}, ())
    else:
        terminal.nca(table, by)
    close((), failed=0, quiet=json_ or quiet)


def convert(
    quantity: Annotated[str, typer.Argument(help='Such as "0.2 mg/kg/h".', metavar="QUANTITY")],
    unit: Annotated[str, typer.Argument(help="Such as mcg/kg/min.", metavar="UNIT")],
    weight: Annotated[
        float | None, typer.Option(help="Body weight [kg], where per kg comes in.", metavar="KG")
    ] = None,
    analyte: Annotated[
        str, typer.Option(help="Whose molar mass, where moles come in.", metavar="NAME")
    ] = "",
) -> None:
    """Convert a quantity to another unit."""
    from ketapk import units

    value = units.convert(quantity, unit, weight_kg=weight, analyte=analyte)
    print(f"{units.fmt(value, 6)} {unit}")


def explain(
    plan: Annotated[str, typer.Argument(help="A sentence, or a protocol.", metavar="PLAN")],
    weight: Weight = 70.0,
    vial: Annotated[
        str | None,
        typer.Option(help='Strength of base, "10 mg/mL", for volumes.', metavar="STRENGTH"),
    ] = None,
) -> None:
    """Say how a plan was understood, dose by dose, in mg, mg/kg, rates and volumes."""
    from ketapk.dosing.wording import explain as explain_plan
    from ketapk.library.protocols import plan_of

    for line in explain_plan(plan_of(plan), weight, vial=vial):
        print(line)


def cite(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Models; all of them by default.", metavar="[MODEL]..."),
    ] = None,
) -> None:
    """Print the sources of models and of the routes they borrow."""
    from ketapk.library.catalogue import PUBLISHED, load_model

    for name in names or PUBLISHED:
        print(load_model(name).cite())


def schema() -> None:
    """Print the JSON Schema of a scenario file."""
    from ketapk.scenario import Scenario

    print(json.dumps(Scenario.model_json_schema(), indent=2))


def compile_kernels() -> None:
    """Compile all kernels now, so that no first use has to wait; a minute or two, once."""
    from ketapk import compilation
    from ketapk.kernels.compile import cache_folder

    for ready in compilation.compile_kernels():
        say(f"Ready: {ready}.")
    print(cache_folder())


PARTS = (
    "numpy", "scipy", "numba", "polars", "typer", "rich", "pydantic",
    "matplotlib", "fastapi", "uvicorn",
)  # fmt: skip
"""What ketapk runs on, and what figures and the page need where they are installed."""


def doctor() -> None:
    """Say what runs here: versions, the cache of compiled kernels, threads."""
    from importlib.metadata import PackageNotFoundError, version

    from ketapk.kernels.compile import cache_folder

    print(f"ketapk       {version('ketapk')}")
    print(f"Python       {sys.version.split()[0]}")
    for name in PARTS:
        try:
            print(f"{name:<13}{version(name)}")
        except PackageNotFoundError:
            print(f"{name:<13}not installed")
    folder = cache_folder()
    filled = 0 if folder is None else sum(1 for _ in folder.rglob("*.nbi"))
    print(f"cache        {folder or 'none: kernels are compiled in every process'}")
    print(f"             {filled} kernels compiled")
    print(f"threads      {os.cpu_count()}")
