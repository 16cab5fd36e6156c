"""The command line: plans as sentences in, tables, CSV, JSON and figures out.

Data goes to standard output, everything else to standard error. A mistake is answered in one
sentence. Exit codes: 0 fine, 1 internal error, 2 wrong usage or unit, 3 plan or model refused,
4 some patients failed (what succeeded is printed), 130 interrupted.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ketapk import terminal
from ketapk.errors import InputError, KetapkError, KetapkWarning, nearest
from ketapk.notice import NOTICE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ketapk.patients import Patient

app = typer.Typer(
    name="ketapk",
    help=f"Plasma concentrations of ketamine by route, from published models.\n\n{NOTICE}",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _examples(*lines: str) -> str:
    """Examples below the help of a command, kept line by line."""
    return "\n".join(("\b", "Examples:", *(f"  {line}" for line in lines)))


FIGURES = (".png", ".svg", ".pdf")

Weight = Annotated[float, typer.Option(help="Body weight [kg].", metavar="KG")]
Age = Annotated[float, typer.Option(help="Age [years].", metavar="Y")]
Sex = Annotated[str, typer.Option(help="F or M.", metavar="F|M")]
Height = Annotated[float, typer.Option(help="Height [cm].", metavar="CM")]
Ancestry = Annotated[str, typer.Option(help="other, asian or japanese.", metavar="WORD")]
Csv = Annotated[bool, typer.Option("--csv", help="Print comma-separated values.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Plot = Annotated[
    Path | None, typer.Option("--plot", help="Write the figure to FILE.", metavar="FILE")
]
Level = Annotated[
    str, typer.Option("--level", help="Level whose onset is timed.", metavar='"70 ng/mL"')
]
Implausible = Annotated[
    bool, typer.Option("--allow-implausible", help="Accept doses far outside what was studied.")
]
LEVEL = "70 ng/mL"


@app.command(
    epilog=_examples(
        'ketapk simulate "0.5 mg/kg iv over 40 min" --model kamp2020 --weight 70',
        'ketapk simulate "84 mg spravato" --model perez_ruixo2021 --plot spray.png',
        'ketapk simulate "35 mg im" --model kamp2020+im --times "0, 15, 30, 60 min"',
    )
)
def simulate(
    plan: Annotated[str, typer.Argument(help="What is given, as a sentence.", metavar="PLAN")],
    model: Annotated[
        str, typer.Option("--model", help="Model, see `ketapk models`.", metavar="NAME")
    ],
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
    csv: Csv = False,
    json_: Json = False,
    plot: Plot = None,
    allow_implausible: Implausible = False,
) -> None:
    """Simulate one plan with one model."""
    _one_output(csv=csv, json_=json_)
    _check_figure(plot)
    from ketapk.simulation import simulate as run_simulation

    run = run_simulation(
        plan,
        model,
        _patient(weight, age, sex, height, ancestry),
        times=None if times is None else _times(times),
        allow_implausible=allow_implausible,
    )
    if csv:
        print(run.to_frame().write_csv(), end="")
    elif json_:
        curves = {
            analyte: [terminal.number(c) for c in run.concentration(analyte)[0]]
            for analyte in run.analytes
        }
        exposure = {
            analyte: _row(run.exposure(analyte, above=level).row(0, named=True))
            for analyte in run.analytes
        }
        _print_json(
            {
                "plan": str(run.plan),
                "patient": _person(run.cohort),
                "model": run.model.name,
                "grade": run.model.grade,
                "method": run.stats.method,
                "times_h": run.times_h.tolist(),
                "ng_per_ml": curves,
                "exposure": exposure,
                "citations": run.cite().splitlines(),
            },
            run.warnings,
        )
    else:
        terminal.profiles(run, level, asked=times is not None)
    if plot is not None:
        _save(run.plot(), plot)
    _close(run.warnings, failed=len(run.failed), quiet=json_)


@app.command(
    epilog=_examples(
        'ketapk compare iv="0.5 mg/kg iv over 40 min" im="0.5 mg/kg im" --weight 70',
        'ketapk compare one="28 mg spravato" three="84 mg spravato" --plot devices.png',
    )
)
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
    _one_output(csv=csv, json_=json_)
    _check_figure(plot)
    from ketapk.comparison import compare as run_comparison

    comparison = run_comparison(
        _named(plans),
        patient=_patient(weight, age, sex, height, ancestry),
        model=model,
        level=level,
        allow_implausible=allow_implausible,
    )
    if csv:
        print(comparison.table.write_csv(), end="")
    elif json_:
        _print_json(
            {
                "patient": _person(next(iter(comparison.runs.values())).cohort),
                "plans": {name: str(run.plan) for name, run in comparison.runs.items()},
                "table": [_row(row) for row in comparison.table.to_dicts()],
                "ledger": [_row(row) for row in comparison.ledger.to_dicts()],
                "citations": comparison.cite().splitlines(),
            },
            comparison.warnings,
        )
    else:
        terminal.comparison(comparison)
    if plot is not None:
        _save(comparison.plot(), plot)
    failed = sum(len(run.failed) for run in comparison.runs.values())
    _close(comparison.warnings, failed=failed, quiet=json_)


@app.command()
def models(csv: Csv = False, json_: Json = False) -> None:
    """List the models: drug, routes, analytes, population, sampling site, grade."""
    _one_output(csv=csv, json_=json_)
    from ketapk.library.catalogue import list_models

    table = list_models()
    if csv:
        print(table.write_csv(), end="")
    elif json_:
        _print_json({"models": table.to_dicts()}, ())
    else:
        terminal.models(table)
    _close((), failed=0, quiet=json_)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; mistakes become one sentence."""
    warnings.simplefilter("ignore", KetapkWarning)
    try:
        command = typer.main.get_command(app)
        outcome = command.main(
            args=list(sys.argv[1:] if arguments is None else arguments),
            prog_name="ketapk",
            standalone_mode=False,
        )
        code = outcome if isinstance(outcome, int) else 0
    except typer.Exit as stop:
        code = stop.exit_code
    except (KeyboardInterrupt, typer.Abort):
        _say("Interrupted.")
        code = 130
    except KetapkError as error:
        _say(str(error))
        code = error.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:
        if hasattr(error, "format_message"):
            _say(_usage(error))
            code = 2
        elif os.environ.get("KETAPK_DEBUG"):
            raise
        else:
            _say(
                f"Internal error: {type(error).__name__}: {error}. Set KETAPK_DEBUG=1 to see "
                f"where, and please report it."
            )
            code = 1
    return code


def _usage(error: Any) -> str:
    """One sentence for a mistake that the argument parser found."""
    if type(error).__name__ == "NoArgsIsHelpError":
        return str(error.format_message())
    text = " ".join(str(error.format_message()).split()).rstrip(".")
    if text.endswith("?"):
        return text
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "ketapk"
    wrong = text.rsplit("'", 2)[-2] if text.count("'") >= 2 else ""
    commands = getattr(getattr(context, "command", None), "commands", {})
    hint = nearest(wrong, commands) if "ommand" in text else ""
    return f"{text}.{hint} See `{path} --help`."


def _named(plans: Iterable[str]) -> dict[str, str]:
    """Read ``NAME=SENTENCE`` arguments."""
    found: dict[str, str] = {}
    for argument in plans:
        name, sign, sentence = argument.partition("=")
        if not sign or not name.strip() or not sentence.strip():
            raise InputError(
                f'{argument!r} has no name; write NAME="PLAN", e.g. im="0.5 mg/kg im".'
            )
        if name.strip() in found:
            raise InputError(f"Two plans are called {name.strip()!r}; give each its own name.")
        found[name.strip()] = sentence
    return found


def _times(text: str) -> list[float]:
    """Read "0, 30, 60 min"."""
    from ketapk import units

    items = [item.strip() for item in text.split(",")]
    unit = items[-1].lstrip("0123456789. ") or ""
    if not unit:
        raise InputError(f'--times "{text}" has no unit; write "0, 30, 60 min" or "0, 1.5, 3 h".')
    read = [item if item.lstrip("0123456789. ") else f"{item} {unit}" for item in items]
    return [float(units.time_h(item, "--times")) for item in read]


def _patient(weight: float, age: float, sex: str, height: float, ancestry: str) -> Patient:
    from ketapk.patients import Patient

    return Patient(weight_kg=weight, age_y=age, sex=sex, height_cm=height, ancestry=ancestry)


def _one_output(*, csv: bool, json_: bool) -> None:
    if csv and json_:
        raise InputError("--csv and --json exclude each other; choose one.")


def _check_figure(path: Path | None) -> None:
    """Refuse a figure that could not be written before anything is computed."""
    if path is None:
        return
    if path.suffix.lower() not in FIGURES:
        raise InputError(f"--plot {path} has no known ending; write one of {', '.join(FIGURES)}.")
    if not path.absolute().parent.is_dir():
        raise InputError(f"--plot {path}: the folder {path.parent} does not exist; make it first.")


def _save(axes: Any, path: Path) -> None:
    axes.figure.savefig(path)
    _say(f"Figure written to {path.absolute()}")


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _person(cohort: Any) -> dict[str, Any]:
    """The one patient of the command line, for JSON."""
    return {
        name: getattr(cohort, name)[0].item()
        for name in ("weight_kg", "age_y", "sex", "height_cm", "ancestry")
    }


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {k: terminal.number(v) if isinstance(v, float) else v for k, v in row.items()}


def _print_json(content: dict[str, Any], said: Iterable[str]) -> None:
    print(json.dumps({**content, "warnings": list(said), "notice": NOTICE}, indent=2))


def _close(said: Sequence[str], *, failed: int, quiet: bool) -> None:
    """Say the warnings and count them on the last line; leave with 4 where patients failed."""
    if not quiet:
        for warning in said:
            _say(f"Warning: {warning}")
        _say(NOTICE)
        if said:
            _say(f"{len(said)} warning{'s' if len(said) > 1 else ''}.")
    if failed:
        raise typer.Exit(4)


def run() -> None:
    """Leave the process with the exit code of `main`."""
    sys.exit(main())


if __name__ == "__main__":
    sys.exit(main())
