"""Commands that simulate plans: one plan in one model or in all, several side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ketapk.cli import terminal
from ketapk.cli.options import (
    LEVEL,
    Age,
    Ancestry,
    Csv,
    Height,
    Implausible,
    Json,
    Level,
    Plot,
    Sex,
    Weight,
    check_figure,
    close,
    named,
    one_output,
    patient,
    person,
    print_json,
    row,
    save,
    times_of,
)
from ketapk.errors import InputError

if TYPE_CHECKING:
    from ketapk.ensemble import Ensemble
    from ketapk.profiles import Profiles


def simulate(
    plan: Annotated[str, typer.Argument(help="What is given, as a sentence.", metavar="PLAN")],
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            help="Model, see `ketapk models`; without it, every eligible one.",
            metavar="NAME",
        ),
    ] = None,
    weight: Weight = 70.0,
    age: Age = 40.0,
    sex: Sex = "F",
    height: Height = 170.0,
    ancestry: Ancestry = "other",
    times: Annotated[
        str | None,
        typer.Option("--times", help='Times to report, e.g. "0, 30, 60 min".', metavar="TIMES"),
    ] = None,
    level: Level = LEVEL,
    ledger: Annotated[
        str | None,
        typer.Option(
            "--ledger",
            help='Where every milligram is at a time, e.g. "1 h", or "end"; needs --model.',
            metavar="TIME",
        ),
    ] = None,
    effect: Annotated[
        str | None,
        typer.Option(
            "--effect", help="Attach an effect site, see `ketapk effects`.", metavar="NAME"
        ),
    ] = None,
    allow_unmatched_ke0: Annotated[
        bool,
        typer.Option(
            "--allow-unmatched-ke0", help="Accept a ke0 that belongs to another model; marked."
        ),
    ] = False,
    intensive_care: Annotated[
        bool,
        typer.Option(
            "--intensive-care", help="The patient is in intensive care: other models are eligible."
        ),
    ] = False,
    csv: Csv = False,
    json_: Json = False,
    plot: Plot = None,
    allow_implausible: Implausible = False,
) -> None:
    """Simulate one plan, with one model or with every eligible one."""
    one_output(csv=csv, json_=json_)
    check_figure(plot)
    who = patient(weight, age, sex, height, ancestry)
    options: dict[str, Any] = {
        "times": None if times is None else times_of(times),
        "effect": effect,
        "allow_unmatched_ke0": allow_unmatched_ke0,
        "allow_implausible": allow_implausible,
    }
    if model is None:
        if ledger is not None or effect is not None:
            what = "--ledger" if ledger is not None else "--effect"
            raise InputError(f"{what} looks into one model; choose it with --model NAME.")
        from ketapk.ensemble import simulate_models

        ensemble = simulate_models(plan, who, intensive_care=intensive_care, **options)
        _show_ensemble(ensemble, csv=csv, json_=json_)
        if plot is not None:
            save(ensemble.plot(), plot)
        failed = sum(len(run.failed) for run in ensemble.runs.values())
        close(ensemble.warnings, failed=failed, quiet=json_)
        return
    from ketapk import units
    from ketapk.simulation import simulate as run_simulation

    if ledger not in (None, "end"):
        units.time_h(ledger, "--ledger")

    run = run_simulation(plan, model, who, **options)
    _show_run(run, level, ledger, csv=csv, json_=json_, asked=times is not None)
    if plot is not None:
        save(run.plot(), plot)
    close(run.warnings, failed=len(run.failed), quiet=json_)


def _show_run(
    run: Profiles, level: str, ledger: str | None, *, csv: bool, json_: bool, asked: bool
) -> None:
    """Print one run, or its ledger."""
    at = None if ledger in (None, "end") else ledger
    if csv:
        table = run.to_frame() if ledger is None else run.ledger(at)
        print(table.write_csv(), end="")
        return
    if not json_:
        terminal.profiles(run, level, asked=asked)
        if ledger is not None:
            terminal.ledger(run.ledger(at))
        return
    content: dict[str, Any] = {
        "plan": str(run.plan),
        "patient": person(run.cohort),
        "model": run.model.name,
        "grade": run.model.grade,
        "method": run.stats.method,
        "times_h": run.times_h.tolist(),
        "ng_per_ml": {
            label: [terminal.number(c) for c in run.concentration(analyte, site=site)[0]]
            for label, (analyte, site) in run.readings().items()
        },
        "exposure": {
            label: row(run.exposure(analyte, site=site, above=level).row(0, named=True))
            for label, (analyte, site) in run.readings().items()
        },
        "citations": run.cite().splitlines(),
    }
    if ledger is not None:
        content["ledger"] = [row(line) for line in run.ledger(at).to_dicts()]
    print_json(content, run.warnings)


def _show_ensemble(ensemble: Ensemble, *, csv: bool, json_: bool) -> None:
    """Print one plan in every eligible model."""
    if csv:
        print(ensemble.to_frame().write_csv(), end="")
    elif json_:
        runs = ensemble.runs
        print_json(
            {
                "plan": str(ensemble.plan),
                "patient": person(next(iter(runs.values())).cohort),
                "table": [row(line) for line in ensemble.table.to_dicts()],
                "excluded": ensemble.excluded.to_dicts(),
                "times_h": ensemble.times_h.tolist(),
                "ng_per_ml": {
                    name: [terminal.number(c) for c in curve[0]]
                    for name, curve in ensemble.concentration().items()
                },
                "citations": ensemble.cite().splitlines(),
            },
            ensemble.warnings,
        )
    else:
        terminal.ensemble(ensemble)


def compare(
    plans: Annotated[
        list[str], typer.Argument(help='Plans as NAME="SENTENCE".', metavar='NAME="PLAN"...')
    ],
    model: Annotated[
        str | None,
        typer.Option(
            "--model", help="One model for all plans; by default each gets its own.", metavar="NAME"
        ),
    ] = None,
    weight: Weight = 70.0,
    age: Age = 40.0,
    sex: Sex = "F",
    height: Height = 170.0,
    ancestry: Ancestry = "other",
    level: Level = LEVEL,
    csv: Csv = False,
    json_: Json = False,
    plot: Plot = None,
    allow_implausible: Implausible = False,
) -> None:
    """Compare plans side by side: what the route did."""
    one_output(csv=csv, json_=json_)
    check_figure(plot)
    from ketapk.comparison import compare as run_comparison

    comparison = run_comparison(
        named(plans),
        patient=patient(weight, age, sex, height, ancestry),
        model=model,
        level=level,
        allow_implausible=allow_implausible,
    )
    if csv:
        print(comparison.table.write_csv(), end="")
    elif json_:
        print_json(
            {
                "patient": person(next(iter(comparison.runs.values())).cohort),
                "plans": {name: str(run.plan) for name, run in comparison.runs.items()},
                "table": [row(line) for line in comparison.table.to_dicts()],
                "ledger": [row(line) for line in comparison.ledger.to_dicts()],
                "citations": comparison.cite().splitlines(),
            },
            comparison.warnings,
        )
    else:
        terminal.comparison(comparison)
    if plot is not None:
        save(comparison.plot(), plot)
    failed = sum(len(run.failed) for run in comparison.runs.values())
    close(comparison.warnings, failed=failed, quiet=json_)
