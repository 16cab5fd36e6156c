"""Commands that simulate plans: one plan in one model or in all, several side by side."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ketapk.cli import terminal
from ketapk.cli.options import (
    LEVEL,
    Age,
    Ancestry,
    Csv,
    DosingWeight,
    Height,
    Html,
    Implausible,
    Json,
    Level,
    Plot,
    Quiet,
    Sex,
    Weight,
    altered,
    check_figure,
    check_page,
    close,
    crowd,
    levels_of,
    named,
    one_output,
    patient,
    print_json,
    save,
    say,
    times_of,
)
from ketapk.errors import InputError
from ketapk.summary import number, person, row

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
    sex: Sex = None,
    height: Height = None,
    ancestry: Ancestry = "other",
    dosing_weight: DosingWeight = "total",
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
    parts: Annotated[
        bool,
        typer.Option("--parts", help="What each dose by each absorption site adds; needs --model."),
    ] = False,
    change: Annotated[
        list[str] | None,
        typer.Option(
            "--change", help="Another value of a parameter; needs --model.", metavar="NAME=VALUE"
        ),
    ] = None,
    people: Annotated[
        int, typer.Option("--people", help="Draw so many people; needs --model.", metavar="N")
    ] = 1,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the draw.", metavar="N")] = 1,
    intensive_care: Annotated[
        bool,
        typer.Option(
            "--intensive-care", help="The patient is in intensive care: other models are eligible."
        ),
    ] = False,
    csv: Csv = False,
    json_: Json = False,
    plot: Plot = None,
    quiet: Quiet = False,
    allow_implausible: Implausible = False,
) -> None:
    """Simulate one plan, with one model or with every eligible one."""
    one_output(csv=csv, json_=json_)
    check_figure(plot)
    from ketapk.library.protocols import plan_of

    regimen = plan_of(plan)
    who = patient(weight, age, sex, height, ancestry, dosing_weight)
    options: dict[str, Any] = {
        "times": None if times is None else times_of(times),
        "effect": effect,
        "allow_unmatched_ke0": allow_unmatched_ke0,
        "allow_implausible": allow_implausible,
    }
    if model is None:
        inside = {
            "--ledger": ledger is not None,
            "--effect": effect is not None,
            "--parts": parts,
            "--change": bool(change),
            "--people": people != 1,
        }
        for what, asked in inside.items():
            if asked:
                raise InputError(f"{what} looks into one model; choose it with --model NAME.")
        from ketapk.ensemble import simulate_models

        ensemble = simulate_models(regimen, who, intensive_care=intensive_care, **options)
        _show_ensemble(ensemble, csv=csv, json_=json_)
        if plot is not None:
            save(ensemble.plot(), plot)
        failed = sum(len(run.failed) for run in ensemble.runs.values())
        close(ensemble.warnings, failed=failed, quiet=json_ or quiet)
        return
    from ketapk import units
    from ketapk.simulation import simulate as run_simulation

    if ledger not in (None, "end"):
        units.time_h(ledger, "--ledger")

    drawn: dict[str, Any] = {} if people == 1 else {"rng": seed}
    group = who if people == 1 else crowd(who, people)
    run = run_simulation(regimen, altered(model, change), group, **drawn, **options)
    _show_run(run, levels_of(level), ledger, csv=csv, json_=json_, asked=times is not None)
    if parts and not (csv or json_):
        terminal.parts(run)
    if plot is not None:
        save(run.plot(), plot)
    close(run.warnings, failed=len(run.failed), quiet=json_ or quiet)


def _show_run(
    run: Profiles,
    levels: tuple[str, ...],
    ledger: str | None,
    *,
    csv: bool,
    json_: bool,
    asked: bool,
) -> None:
    """Print one run, or its ledger."""
    at = None if ledger in (None, "end") else ledger
    if csv:
        table = run.to_frame() if ledger is None else run.ledger(at)
        print(table.write_csv(), end="")
        return
    if not json_:
        terminal.profiles(run, levels, asked=asked)
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
            label: [number(c) for c in run.concentration(analyte, site=site)[0]]
            for label, (analyte, site) in run.readings().items()
        },
        "exposure": {
            label: row(run.exposure(analyte, site=site, above=levels).row(0, named=True))
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
                    name: [number(c) for c in curve[0]]
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
        list[str] | None,
        typer.Argument(help='Plans or protocols as NAME="PLAN".', metavar='NAME="PLAN"...'),
    ] = None,
    scenario: Annotated[
        Path | None,
        typer.Option("--scenario", help="A whole comparison as a TOML file.", metavar="FILE"),
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(
            "--model",
            help="Model for all plans, may be repeated; else each its own.",
            metavar="NAME",
        ),
    ] = None,
    reference: Annotated[
        str | None,
        typer.Option("--reference", help="Plan that the others are held against.", metavar="NAME"),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option("--at", help='Time of the ledger, "1 h"; else the end.', metavar="TIME"),
    ] = None,
    weight: Weight = 70.0,
    age: Age = 40.0,
    sex: Sex = None,
    height: Height = None,
    ancestry: Ancestry = "other",
    dosing_weight: DosingWeight = "total",
    level: Level = LEVEL,
    borrow: Annotated[
        bool,
        typer.Option("--borrow", help="Let each model borrow the routes that a plan needs."),
    ] = False,
    csv: Csv = False,
    json_: Json = False,
    plot: Plot = None,
    html: Html = None,
    quiet: Quiet = False,
    allow_implausible: Implausible = False,
) -> None:
    """Compare plans side by side: what the route did."""
    one_output(csv=csv, json_=json_)
    check_figure(plot)
    check_page(html)
    from ketapk import units

    if at is not None:
        units.time_h(at, "--at")
    if scenario is not None:
        if plans or model:
            raise InputError("--scenario holds plans and models already; leave the others out.")
        from ketapk.scenario import read_scenario

        comparison = read_scenario(scenario).run()
    elif not plans:
        raise InputError('Give plans as NAME="PLAN", e.g. im="0.5 mg/kg im", or --scenario FILE.')
    else:
        from ketapk.comparison import compare as run_comparison
        from ketapk.library.protocols import plan_of

        comparison = run_comparison(
            {name: plan_of(text) for name, text in named(plans).items()},
            patient=patient(weight, age, sex, height, ancestry, dosing_weight),
            model=model[0] if model and len(model) == 1 else (model or None),
            level=level,
            borrow=borrow,
            allow_implausible=allow_implausible,
        )
    ledger = comparison.ledger_at(at)
    differences = comparison.differences(reference)
    if csv:
        print(comparison.table.write_csv(), end="")
    elif json_:
        from ketapk.summary import summary

        print_json(summary(comparison, reference=reference, at=at), comparison.warnings)
    else:
        terminal.comparison(comparison, differences, ledger, at)
    if plot is not None:
        save(comparison.plot(), plot)
    if html is not None:
        html.write_text(comparison.to_html(command=shlex.join(["ketapk", *sys.argv[1:]])), "utf-8")
        say(f"Page written to {html.absolute()}")
    failed = sum(len(run.failed) for run in comparison.runs.values())
    close(comparison.warnings, failed=failed, quiet=json_ or quiet)
