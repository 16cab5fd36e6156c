"""What several commands share: their options, how words are read, how results leave."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ketapk.errors import InputError
from ketapk.notice import NOTICE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ketapk.patients import Patient


def examples(*lines: str) -> str:
    """Examples below the help of a command, kept line by line."""
    return "\n".join(("\b", "Examples:", *(f"  {line}" for line in lines)))


FIGURES = (".png", ".svg", ".pdf")

Weight = Annotated[float, typer.Option(help="Body weight [kg].", metavar="KG")]
Age = Annotated[float, typer.Option(help="Age [years].", metavar="Y")]
Sex = Annotated[str | None, typer.Option(help="F or M; F if not said.", metavar="F|M")]
Height = Annotated[float | None, typer.Option(help="Height [cm]; 170 if not said.", metavar="CM")]
Ancestry = Annotated[str, typer.Option(help="other, asian or japanese.", metavar="WORD")]
DosingWeight = Annotated[
    str,
    typer.Option(
        "--dosing-weight",
        help="What mg/kg is counted by: total, ideal, lean, fat-free or adjusted.",
        metavar="WORD",
    ),
]
Csv = Annotated[bool, typer.Option("--csv", help="Print comma-separated values.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Plot = Annotated[
    Path | None, typer.Option("--plot", help="Write the figure to FILE.", metavar="FILE")
]
Html = Annotated[
    Path | None, typer.Option("--html", help="Write a page to hand out to FILE.", metavar="FILE")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but the result.")]
Level = Annotated[
    str, typer.Option("--level", help="Level whose onset is timed.", metavar='"70 ng/mL"')
]
Implausible = Annotated[
    bool, typer.Option("--allow-implausible", help="Accept doses far outside what was studied.")
]
LEVEL = "70 ng/mL"


def named(plans: Iterable[str]) -> dict[str, str]:
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


def times_of(text: str) -> list[float]:
    """Read "0, 30, 60 min"."""
    from ketapk import units

    items = [item.strip() for item in text.split(",")]
    unit = items[-1].lstrip("0123456789. ") or ""
    if not unit:
        raise InputError(f'--times "{text}" has no unit; write "0, 30, 60 min" or "0, 1.5, 3 h".')
    read = [item if item.lstrip("0123456789. ") else f"{item} {unit}" for item in items]
    return [float(units.time_h(item, "--times")) for item in read]


def levels_of(text: str) -> tuple[str, ...]:
    """Read "50, 100, 200 ng/mL"."""
    items = [item.strip() for item in text.split(",")]
    unit = items[-1].lstrip("0123456789. ")
    return tuple(item if item.lstrip("0123456789. ") else f"{item} {unit}" for item in items)


def model_of(name: str) -> Any:
    """Return a model of the library by its name, or one of the user's own from a file."""
    if name.endswith((".toml", ".json")):
        from ketapk.exchange.document import read_model

        return read_model(name)
    from ketapk.library.catalogue import load_model

    return load_model(name)


def altered(name: str, changes: list[str] | None) -> Any:
    """Return a model, with the parameters of ``NAME=VALUE`` arguments changed."""
    model = model_of(name)
    values = {}
    for change in changes or ():
        parameter, sign, number = change.partition("=")
        try:
            values[parameter.strip()] = float(number)
        except ValueError:
            sign = ""
        if not sign:
            raise InputError(f"--change {change!r} is not NAME=VALUE; write --change CL=42.")
    return model.altered(**values) if values else model


def crowd(one: Patient, people: int) -> Any:
    """Return a cohort of so many such people."""
    from ketapk.patients import Cohort

    if people < 1:
        raise InputError(f"--people {people} is not possible; write a whole number from 1.")
    return Cohort.of(one, people)


def patient(
    weight: float,
    age: float,
    sex: str | None,
    height: float | None,
    ancestry: str,
    dosing_weight: str = "total",
) -> Patient:
    """Return the patient of the options."""
    from ketapk.patients import Patient
    from ketapk.patients.people import NOT_GIVEN

    one = Patient(
        weight_kg=weight,
        age_y=age,
        sex=NOT_GIVEN["sex"] if sex is None else sex,
        height_cm=NOT_GIVEN["height_cm"] if height is None else height,
        ancestry=ancestry,
        dosing_weight=dosing_weight,
    )
    if dosing_weight != "total":
        require_body(f"--dosing-weight {dosing_weight}", sex, height)
    return one


def require_body(what: str, sex: str | None, height: float | None) -> None:
    """Refuse a weight that goes by height and sex where one of them was not said."""
    said = {"--height": height, "--sex": sex}
    missing = [name for name, value in said.items() if value is None]
    if missing:
        raise InputError(
            f"{what} goes by height and sex; add {' and '.join(missing)}, such as --height 165 "
            f"--sex F."
        )


def one_output(*, csv: bool, json_: bool) -> None:
    """Refuse two formats at once."""
    if csv and json_:
        raise InputError("--csv and --json exclude each other; choose one.")


def check_figure(path: Path | None) -> None:
    """Refuse a figure that could not be written before anything is computed."""
    if path is None:
        return
    if path.suffix.lower() not in FIGURES:
        raise InputError(f"--plot {path} has no known ending; write one of {', '.join(FIGURES)}.")
    if not path.absolute().parent.is_dir():
        raise InputError(f"--plot {path}: the folder {path.parent} does not exist; make it first.")


def check_page(path: Path | None) -> None:
    """Refuse a page that could not be written before anything is computed."""
    if path is None:
        return
    if path.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"--html {path} has no known ending; write page.html.")
    if not path.absolute().parent.is_dir():
        raise InputError(f"--html {path}: the folder {path.parent} does not exist; make it first.")


def save(axes: Any, path: Path) -> None:
    """Write a figure and say where it is."""
    axes.figure.savefig(path)
    say(f"Figure written to {path.absolute()}")


def say(text: str) -> None:
    """Print to standard error, where everything goes that is not data."""
    print(text, file=sys.stderr)


def print_json(content: dict[str, Any], said: Iterable[str]) -> None:
    """Print a result with its warnings and the notice."""
    print(json.dumps({**content, "warnings": list(said), "notice": NOTICE}, indent=2))


def close(said: Sequence[str], *, failed: int, quiet: bool) -> None:
    """Say the warnings and count them on the last line; leave with 4 where patients failed."""
    if not quiet:
        for warning in said:
            say(f"Warning: {warning}")
        say(NOTICE)
        if said:
            say(f"{len(said)} warning{'s' if len(said) > 1 else ''}.")
    if failed:
        raise typer.Exit(4)
