"""Commands that say what to expect: washout, carry-over, plateaus, what if."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ketapk.cli import expected
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
    levels_of,
    model_of,
    one_output,
    patient,
    print_json,
    save,
)
from ketapk.summary import row

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

People = Annotated[int, typer.Option("--people", help="Draw so many people.", metavar="N")]
Seed = Annotated[int, typer.Option("--seed", help="Seed of the draw.", metavar="N")]
IntensiveCare = Annotated[
    bool, typer.Option("--intensive-care", help="The patient is in intensive care.")
]
ModelNames = Annotated[
    list[str] | None,
    typer.Option("--model", help="A model; may be repeated. All by default.", metavar="NAME"),
]


def decrement(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Models; all that are eligible by default.", metavar="[MODEL]..."),
    ] = None,
    rate: Annotated[str, typer.Option(help="Rate of the infusion.")] = "0.2 mg/kg/h",
    lengths: Annotated[
        str, typer.Option(help="Lengths of the infusion.", metavar="TIMES")
    ] = "10 min, 40 min, 2 h, 8 h, 24 h, 120 h",
    by: Annotated[
        str, typer.Option(help='Percentages; "" for none.', metavar="LIST")
    ] = "20 %, 50 %, 80 %",
    below: Annotated[
        str, typer.Option(help='Levels to fall below, "100, 50 ng/mL".', metavar="LEVELS")
    ] = "",
    drug: Annotated[
        str | None, typer.Option(help="Form: racemic, S or R; each model's first by default.")
    ] = None,
    people: People = 1,
    seed: Seed = 1,
    intensive_care: IntensiveCare = False,
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
    """Time for a concentration to fall after infusions of different lengths."""
    one_output(csv=csv, json_=json_)
    check_figure(plot)
    from ketapk.decrement import decrement_times

    found = decrement_times(
        _named(names),
        _who(patient(weight, age, sex, height, ancestry, dosing_weight), people),
        rate=rate,
        lengths=_list(lengths),
        by=_list(by),
        below=levels_of(below) if below.strip() else (),
        drug=drug,
        rng=_rng(people, seed),
        intensive_care=intensive_care,
    )
    content = {"decrement": found.table, "spread": found.spread}
    _answer(
        found, found.table, {**content, "excluded": dict(found.reasons)}, expected.decrement,
        csv=csv, json_=json_, plot=plot, quiet=quiet,
    )  # fmt: skip


def carry_over(
    plan: Annotated[str, typer.Argument(help="One session.", metavar="PLAN")],
    model: ModelNames = None,
    every: Annotated[
        str, typer.Option(help='From start to start, "3.5 d", or days, "Mon, Thu".', metavar="TIME")
    ] = "3.5 d",
    times: Annotated[int, typer.Option(help="How many sessions.", metavar="N")] = 8,
    levels: Annotated[
        str, typer.Option(help="Levels whose washout is timed.", metavar="LEVELS")
    ] = "5, 1 ng/mL",
    people: People = 1,
    seed: Seed = 1,
    intensive_care: IntensiveCare = False,
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
    allow_implausible: Implausible = False,
) -> None:
    """Follow repeated sessions: what is left just before the next, and until when."""
    one_output(csv=csv, json_=json_)
    check_figure(plot)
    from ketapk.carryover import carry_over as follow
    from ketapk.library.protocols import plan_of

    found = follow(
        plan_of(plan),
        _named(model),
        _who(patient(weight, age, sex, height, ancestry, dosing_weight), people),
        every=every,
        times=times,
        levels=levels_of(levels),
        rng=_rng(people, seed),
        intensive_care=intensive_care,
        allow_implausible=allow_implausible,
    )
    content = {"sessions": found.table, "washout": found.washout}
    _answer(
        found, found.table, {**content, "excluded": dict(found.reasons)}, expected.carry_over,
        csv=csv, json_=json_, plot=plot, quiet=quiet,
    )  # fmt: skip


def plateau(
    before: Annotated[str, typer.Argument(help='Rate before, "0.1 mg/kg/h".', metavar="BEFORE")],
    after: Annotated[str, typer.Argument(help='Rate after, "0.2 mg/kg/h".', metavar="AFTER")],
    model: ModelNames = None,
    shares: Annotated[
        str, typer.Option(help="Shares of the way.", metavar="LIST")
    ] = "50 %, 90 %, 95 %",
    analyte: Annotated[
        str | None, typer.Option(help="Whose; the dosed drug by default.", metavar="NAME")
    ] = None,
    drug: Annotated[
        str | None, typer.Option(help="Form: racemic, S or R; each model's first by default.")
    ] = None,
    people: People = 1,
    seed: Seed = 1,
    intensive_care: IntensiveCare = False,
    weight: Weight = 70.0,
    age: Age = 40.0,
    sex: Sex = None,
    height: Height = None,
    ancestry: Ancestry = "other",
    dosing_weight: DosingWeight = "total",
    csv: Csv = False,
    json_: Json = False,
    quiet: Quiet = False,
) -> None:
    """Time from the plateau of one infusion rate towards that of another."""
    one_output(csv=csv, json_=json_)
    from ketapk.plateau import plateau_time

    found = plateau_time(
        before,
        after,
        _named(model),
        _who(patient(weight, age, sex, height, ancestry, dosing_weight), people),
        shares=_list(shares),
        analyte=analyte,
        drug=drug,
        rng=_rng(people, seed),
        intensive_care=intensive_care,
    )
    content = {"plateaus": found.plateaus, "times": found.table}
    _answer(
        found, found.table, {**content, "excluded": dict(found.reasons)}, expected.plateau,
        csv=csv, json_=json_, quiet=quiet,
    )  # fmt: skip


def what_if(
    plan: Annotated[str, typer.Argument(help="What was planned.", metavar="PLAN")],
    change: Annotated[
        list[str],
        typer.Option(
            "--change",
            help='What goes otherwise, "pump stops at 20 min for 10 min"; may be repeated.',
            metavar="WORDS",
        ),
    ],
    model: Annotated[
        str | None,
        typer.Option(
            "--model", help="Model; the first that is eligible by default.", metavar="NAME"
        ),
    ] = None,
    analyte: Annotated[
        str | None, typer.Option(help="Whose; the dosed drug by default.", metavar="NAME")
    ] = None,
    within: Annotated[
        str, typer.Option(help="Share of the planned peak that counts as agreeing.", metavar="%")
    ] = "5 %",
    people: People = 1,
    seed: Seed = 1,
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
    allow_implausible: Implausible = False,
) -> None:
    """Compare a plan with the same plan gone otherwise, from the moment they part."""
    one_output(csv=csv, json_=json_)
    check_figure(plot)
    from ketapk.branches.branching import what_if as compare
    from ketapk.eligibility import default_model
    from ketapk.library.protocols import plan_of
    from ketapk.simulation import cohort_of

    regimen = plan_of(plan)
    who = _who(patient(weight, age, sex, height, ancestry, dosing_weight), people)
    found = compare(
        regimen,
        change,
        default_model(regimen, cohort_of(who)) if model is None else model_of(model),
        who,
        analyte=analyte,
        within=within,
        rng=_rng(people, seed),
        allow_implausible=allow_implausible,
    )
    content = {
        "plan": str(found.planned.plan),
        "changes": [str(one) for one in found.changes],
        "changed_plan": str(found.changed.plan),
        "model": found.planned.model.name,
        "parts_at_h": None if found.parts_at is None else float(found.parts_at),
        "account": found.account,
        "agreement": found.agreement,
        "table": found.table,
        "findings": found.findings,
    }
    _answer(
        found, found.to_frame(), content, expected.what_if,
        csv=csv, json_=json_, plot=plot, quiet=quiet,
    )  # fmt: skip


def _named(names: list[str] | None) -> list[Any] | None:
    return [model_of(name) for name in names] if names else None


def _list(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


def _who(one: Any, people: int) -> Any:
    return one if people == 1 else crowd(one, people)


def _rng(people: int, seed: int) -> int | None:
    return None if people == 1 else seed


def _answer(
    found: Any,
    frame: Any,
    content: dict[str, Any],
    show: Callable[[Any], None],
    *,
    csv: bool,
    json_: bool,
    quiet: bool,
    plot: Path | None = None,
) -> None:
    """Print what was found as values, as JSON with tables as rows, or for people; draw it."""
    if csv:
        print(frame.write_csv(), end="")
    elif json_:
        written = {
            key: [row(line) for line in value.to_dicts()] if hasattr(value, "to_dicts") else value
            for key, value in content.items()
        }
        print_json({**written, "basis": found.basis}, found.warnings)
    else:
        show(found)
    if plot is not None:
        save(found.plot(), plot)
    close(found.warnings, failed=0, quiet=json_ or quiet)
