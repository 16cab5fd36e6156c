"""Commands for data and for many people: event records predicted, virtual trials run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from ketapk.cli import findings
from ketapk.cli.options import (
    Csv,
    Implausible,
    Json,
    Plot,
    Quiet,
    check_figure,
    close,
    crowd,
    levels_of,
    model_of,
    named,
    one_output,
    print_json,
    save,
)
from ketapk.errors import InputError
from ketapk.summary import row

ModelName = Annotated[
    str, typer.Option("--model", help="Model, or a file of one's own.", metavar="NAME|FILE.toml")
]


def predict(
    file: Annotated[Path, typer.Argument(help="Event records as NONMEM has them.", metavar="FILE")],
    model: ModelName,
    drug: Annotated[str, typer.Option(help="Form of every dose: racemic, S or R.")] = "racemic",
    carry: Annotated[
        str, typer.Option(help="Values hold until their record (nocb) or from it (locf).")
    ] = "nocb",
    parameter: Annotated[
        list[str] | None,
        typer.Option("--parameter", help="Parameter that is a column.", metavar="NAME[=COLUMN]"),
    ] = None,
    covariate: Annotated[
        list[str] | None,
        typer.Option("--covariate", help="A column, or one value for all.", metavar="NAME=VALUE"),
    ] = None,
    csv: Csv = False,
    json_: Json = False,
    plot: Plot = None,
    quiet: Quiet = False,
) -> None:
    """Predict every record of a NONMEM file, dose rows included."""
    one_output(csv=csv, json_=json_)
    check_figure(plot)
    from ketapk.records.records import read_nonmem

    records = read_nonmem(file, drug=drug, carry=carry)  # type: ignore[arg-type]
    columns = {}
    for text in parameter or ():
        name, _, column = text.partition("=")
        columns[name.strip()] = column.strip() or name.strip()
    predicted = records.simulate(
        model_of(model), parameters=columns, covariates=_covariates(covariate)
    )
    table = predicted.to_frame()
    if csv:
        print(table.write_csv(null_value="."), end="")
    elif json_:
        print_json(
            {
                "model": predicted.model.name,
                "records": [row(line) for line in table.to_dicts()],
                "citations": predicted.cite().splitlines(),
            },
            predicted.warnings,
        )
    else:
        findings.predictions(predicted)
    if plot is not None:
        save(predicted.plot(), plot)
    close(predicted.warnings, failed=len(predicted.failed), quiet=json_ or quiet)


def _covariates(given: list[str] | None) -> dict[str, str | float]:
    """Read ``NAME=VALUE``: a number for all, or a column."""
    found: dict[str, str | float] = {}
    for text in given or ():
        name, sign, value = (part.strip() for part in text.partition("="))
        if not sign or not name or not value:
            raise InputError(
                f"--covariate {text!r} is not NAME=VALUE; write --covariate weight_kg=70, or a "
                f"column as in weight_kg=WT."
            )
        try:
            found[name] = float(value)
        except ValueError:
            found[name] = value
    return found


def trial(
    plans: Annotated[
        list[str], typer.Argument(help='Plans or protocols as NAME="PLAN".', metavar='NAME="PLAN"')
    ],
    model: ModelName,
    people: Annotated[int, typer.Option("--people", help="How many people.", metavar="N")] = 1000,
    seed: Annotated[int, typer.Option("--seed", help="Seed of all draws.", metavar="N")] = 1,
    ages: Annotated[str, typer.Option("--ages", help="Ages of the people.", metavar="Y-Y")] = (
        "20-80"
    ),
    women: Annotated[float, typer.Option("--women", help="Share of women, 0 to 1.")] = 0.5,
    weight: Annotated[
        float | None,
        typer.Option("--weight", help="Give everybody this weight instead [kg].", metavar="KG"),
    ] = None,
    sampling: Annotated[str, typer.Option("--sampling", help="random or sobol.")] = "random",
    level: Annotated[
        str, typer.Option("--level", help="Levels to reach.", metavar='"70, 100 ng/mL"')
    ] = "70 ng/mL",
    window: Annotated[
        list[str] | None,
        typer.Option("--window", help="Window to be in.", metavar='"50 to 150 ng/mL"'),
    ] = None,
    residual: Annotated[
        bool, typer.Option("--residual", help="Curves as measured, with residual error.")
    ] = False,
    directory: Annotated[
        Path | None,
        typer.Option("--directory", help="Keep finished chunks here, and go on from them."),
    ] = None,
    csv: Csv = False,
    json_: Json = False,
    plot: Plot = None,
    quiet: Quiet = False,
    allow_implausible: Implausible = False,
) -> None:
    """Give plans to many people who differ as published."""
    one_output(csv=csv, json_=json_)
    check_figure(plot)
    from ketapk.library.protocols import plan_of
    from ketapk.patients import Demography, Patient
    from ketapk.population.trial import trial as run_trial

    who: Any = people
    if weight is not None:
        who = crowd(Patient(weight_kg=weight), people)
    found = run_trial(
        {name: plan_of(text) for name, text in named(plans).items()},
        model_of(model),
        who,
        rng=seed,
        levels=levels_of(level),
        windows=tuple(_window(text) for text in window or ()),
        residual=residual,
        demography=None if weight is not None else Demography(age_y=_ages(ages), women=women),
        sampling=sampling,  # type: ignore[arg-type]
        directory=directory,
        progress="quiet" if quiet else "auto",
        allow_implausible=allow_implausible,
    )
    if csv:
        print(found.percentiles().write_csv(), end="")
    elif json_:
        print_json(_content(found), found.warnings)
    else:
        findings.trial(found)
    if plot is not None:
        save(found.plot(), plot)
    close(found.warnings, failed=sum(found.failed.values()), quiet=json_ or quiet)


def _content(found: Any) -> dict[str, Any]:
    """Everything that a trial found, for JSON."""
    tables = {"percentiles": found.percentiles(), "exposure": found.exposure()}
    tables["above"] = found.above()
    if found.design.windows:
        tables["inside"] = found.inside()
    if len(found.design.plans) > 1:
        tables["ratios"] = found.ratios()
    return {
        "people": found.n,
        "plans": {name: str(plan) for name, plan in found.design.plans.items()},
        "models": {name: model.name for name, model in found.design.models.items()},
        "quantiles": found.quantiles,
        **{name: [row(line) for line in table.to_dicts()] for name, table in tables.items()},
        "citations": found.cite().splitlines(),
    }


def _ages(text: str) -> tuple[float, float]:
    low, sign, high = text.partition("-")
    try:
        return (float(low), float(high if sign else low))
    except ValueError:
        raise InputError(f"--ages {text!r} is no range; write it as 20-80.") from None


def _window(text: str) -> tuple[str, str]:
    """Read "50 to 150 ng/mL"."""
    low, sign, high = (part.strip() for part in text.partition(" to "))
    if not sign:
        raise InputError(f'--window {text!r} is no window; write "50 to 150 ng/mL".')
    unit = high.lstrip("0123456789. ")
    return (low if low.lstrip("0123456789. ") else f"{low} {unit}", high)


def interrupted(arguments: list[str] | None = None) -> str:
    """What to say when a command is interrupted: with a directory, how it goes on."""
    given = sys.argv[1:] if arguments is None else arguments
    kept = any(a == "--directory" or a.startswith("--directory=") for a in given)
    return (
        "Interrupted. Finished chunks are kept; the same command goes on from them."
        if kept
        else "Interrupted."
    )
