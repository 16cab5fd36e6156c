"""The command for a person's own curve, estimated from measured levels."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ketapk.cli.options import (
    Age,
    Ancestry,
    Csv,
    Height,
    Implausible,
    Json,
    Plot,
    Quiet,
    Sex,
    Weight,
    check_figure,
    close,
    model_of,
    one_output,
    patient,
    print_json,
    save,
)
from ketapk.cli.terminal import add, show, table_of, wrapped
from ketapk.errors import InputError
from ketapk.summary import number, person, row


def estimate(
    plan: Annotated[str, typer.Argument(help="What was given: a sentence.", metavar="PLAN")],
    model: Annotated[
        str,
        typer.Option("--model", help="Model, or a file of one's own.", metavar="NAME|FILE.toml"),
    ],
    levels: Annotated[
        str | None,
        typer.Option(
            "--levels", help="What was measured, and when.", metavar='"40 min: 180 ng/mL, ..."'
        ),
    ] = None,
    levels_file: Annotated[
        Path | None,
        typer.Option(
            "--levels-file", help="The same as CSV: time_h, ng_per_ml, analyte.", metavar="FILE"
        ),
    ] = None,
    next_: Annotated[
        str | None,
        typer.Option("--next", help="Predict the person under this plan.", metavar="PLAN"),
    ] = None,
    replicates: Annotated[
        bool, typer.Option("--replicates", help="Accept several levels at one time.")
    ] = False,
    sample: Annotated[
        int | None,
        typer.Option("--sample", help="Draw so many people who agree.", metavar="N"),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of all draws.", metavar="N")] = 1,
    weight: Weight = 70.0,
    age: Age = 40.0,
    sex: Sex = None,
    height: Height = None,
    ancestry: Ancestry = "other",
    csv: Csv = False,
    json_: Json = False,
    plot: Plot = None,
    quiet: Quiet = False,
    allow_implausible: Implausible = False,
) -> None:
    """Estimate a person's own parameters from measured levels."""
    one_output(csv=csv, json_=json_)
    check_figure(plot)
    if (levels is None) == (levels_file is None):
        raise InputError(
            'Say what was measured once: --levels "40 min: 180 ng/mL", or --levels-file FILE.csv.'
        )
    from ketapk.individual.estimate import DRAWS, individualise
    from ketapk.library.protocols import plan_of

    found = individualise(
        model_of(model),
        plan_of(plan),
        levels_file if levels is None else levels,
        patient(weight, age, sex, height, ancestry),
        replicates=replicates,
        rng=None if sample is None else seed,
        draws=DRAWS if sample is None else sample,
        allow_implausible=allow_implausible,
    )
    coming = (
        None
        if next_ is None
        else found.predict(plan_of(next_), allow_implausible=allow_implausible)
    )
    said = tuple(dict.fromkeys((*found.warnings, *(coming.warnings if coming else ()))))
    if csv:
        print((found.table if coming is None else coming.to_frame()).write_csv(), end="")
    elif json_:
        print_json(_content(found, coming), said)
    else:
        _tables(found, coming)
    if plot is not None:
        save((coming or found).plot(), plot)
    close(said, failed=0, quiet=json_ or quiet)


def _content(found: Any, coming: Any) -> dict[str, Any]:
    """Everything that was found, for JSON."""
    content = {
        "plan": str(found.run.plan),
        "model": found.model.name,
        "patient": person(found.run.cohort),
        "parameters": [row(line) for line in found.table.to_dicts()],
        "levels": [row(line) for line in found.levels.to_dicts()],
        "exposure": _exposure(found.forecast),
        "converged": found.mode.converged,
        "curvature": found.mode.curvature,
        "gradient": found.gradient,
        "effective_draws": None if found.sample is None else number(found.sample.effective),
    }
    if coming is not None:
        content["next"] = {
            "plan": str(coming.plan),
            "exposure": _exposure(coming),
            "curves": [row(line) for line in coming.to_frame().to_dicts()],
        }
    return {**content, "basis": found.basis, "citations": found.model.cite().splitlines()}


def _exposure(forecast: Any) -> list[dict[str, Any]]:
    """Peak and area of every analyte, own and typical."""
    rows = []
    for analyte in forecast.run.analytes:
        own, typical = (run.exposure_columns(analyte) for run in (forecast.run, forecast.typical))
        for name, unit in (("Cmax", "ng/mL"), ("Tmax", "h"), ("AUC_inf", "ng h/mL")):
            rows.append(
                {
                    "analyte": analyte,
                    "measure": name,
                    "unit": unit,
                    "own": number(own[name][0]),
                    "typical": number(typical[name][0]),
                }
            )
    return rows


def _tables(found: Any, coming: Any) -> None:
    """Parameters, levels, and exposure, own beside typical."""
    from ketapk import units

    cohort = found.run.cohort
    print(f"{found.run.plan}; {units.fmt(cohort.weight_kg[0])} kg, {units.fmt(cohort.age_y[0])} y")
    print(f"Model: {found.model.name} (grade {found.model.grade}), {found.model.sampling_site}")
    shown = table_of("parameter", "typical", "own", "5 %", "95 %", "RSE %", "shrinkage")
    for line in found.table.to_dicts():
        names = ("parameter", "typical", "estimate", "low", "high", "rse", "shrinkage")
        add(shown, *(line[name] for name in names))
    show(shown)
    shown = table_of("time [h]", "analyte", "level", "typical", "own [ng/mL]", "weighted", left=2)
    for line in found.levels.to_dicts():
        level = f"{'<' if line['below'] else ''}{units.fmt(line['level'])}"
        add(shown, units.fmt(line["time_h"]), line["analyte"], level,
            line["typical"], line["own"], line["weighted"])  # fmt: skip
    show(shown)
    for forecast in (found.forecast, coming):
        if forecast is None:
            continue
        shown = table_of(str(forecast.plan), "typical", "own")
        for line in _exposure(forecast):
            add(shown, f"{line['analyte']} {line['measure']} [{line['unit']}]",
                line["typical"], line["own"])  # fmt: skip
        show(shown)
    how = (
        f"the {found.mode.curvature} curvature"
        if found.sample is None
        else f"{len(found.sample.eta)} draws, worth {found.sample.effective:.0f}"
    )
    wrapped(f"5 % and 95 %: what is not known of the person, from {how}. Shrinkage: 0 where the "
            f"levels decide, 1 where they say nothing.")  # fmt: skip
    wrapped(found.basis)
    wrapped(found.model.cite())
