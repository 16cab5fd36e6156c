"""A scenario to take away: a page, tables, a program, a command, a file."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

from ketapk.comparison import Comparison, compare
from ketapk.exchange.forms import to_toml
from ketapk.library.composition import with_routes
from ketapk.notice import NOTICE
from ketapk.web.plans import read_plan, who_of
from ketapk.web.refusal import at

if TYPE_CHECKING:
    from collections.abc import Callable

    from ketapk.scenario import Scenario

FLAGS = {
    "weight_kg": "--weight",
    "age_y": "--age",
    "sex": "--sex",
    "height_cm": "--height",
    "ancestry": "--ancestry",
    "dosing_weight": "--dosing-weight",
}
"""Options of the command line by the field of the patient."""


def shown(scenario: Scenario) -> Scenario:
    """Return a scenario whose models borrow what each plan needs, as curves show them."""
    who_of(scenario)
    borrow = False
    for name, text in scenario.plans.items():
        with at(f"plans.{name}"):
            routes = read_plan(text).routes
        with at("models"):
            borrow |= any(with_routes(m, routes).name != m for m in scenario.models)
    return scenario.model_copy(update={"borrow": borrow})


def comparison_of(scenario: Scenario) -> Comparison:
    """Simulate a scenario as its file would be, with the place of what is wrong."""
    who = who_of(scenario)
    plans = {}
    for name, text in scenario.plans.items():
        with at(f"plans.{name}"):
            plans[name] = read_plan(text)
    with at(None):
        return compare(
            plans,
            patient=who,
            model=scenario.models or None,
            level=scenario.level,
            borrow=scenario.borrow,
            allow_implausible=scenario.allow_implausible,
        )


def page(scenario: Scenario) -> str:
    """Return the page to hand out, which works from disk."""
    return comparison_of(scenario).to_html(command=command(scenario).strip())


def table(scenario: Scenario) -> str:
    """Return every curve as comma-separated values, a row a time."""
    import polars as pl

    frames = [
        run.smooth()
        .to_frame()
        .select(
            pl.lit(name).alias("plan"),
            pl.lit(run.model.name).alias("model"),
            "time_h",
            "analyte",
            "ng_per_ml",
        )
        for name, run in comparison_of(scenario).runs.items()
    ]
    return pl.concat(frames).write_csv()


def answer(scenario: Scenario) -> str:
    """Return what `ketapk compare --json` prints."""
    from ketapk.summary import summary

    found = comparison_of(scenario)
    told = {**summary(found), "warnings": list(found.warnings), "notice": NOTICE}
    return json.dumps(told, indent=2) + "\n"


def program(scenario: Scenario) -> str:
    """Return the Python program that makes the same comparison."""
    plans = {name: str(read_plan(text)) for name, text in scenario.plans.items()}
    who = ", ".join(f"{field}={value!r}" for field, value in scenario.patient)
    options = [f"level={scenario.level!r}"]
    if scenario.models:
        options.insert(0, f"model={scenario.models!r}")
    if scenario.borrow:
        options.append("borrow=True")
    if scenario.allow_implausible:
        options.append("allow_implausible=True")
    lines = [
        f"# {NOTICE}",
        "import ketapk as kp",
        "",
        "comparison = kp.compare(",
        "    {",
        *(f"        {name!r}: {plan!r}," for name, plan in plans.items()),
        "    },",
        f"    patient=kp.Patient({who}),",
        *(f"    {option}," for option in options),
        ")",
        'print(comparison.table.write_csv(), end="")',
    ]
    return "\n".join(lines) + "\n"


def command(scenario: Scenario) -> str:
    """Return the command that makes the same comparison."""
    words = ["ketapk", "compare"]
    words += [f"{name}={text}" for name, text in scenario.plans.items()]
    for field, value in scenario.patient:
        words += [FLAGS[field], f"{value:g}" if isinstance(value, float) else value]
    for model in scenario.models:
        words += ["--model", model]
    words += ["--level", scenario.level]
    words += ["--borrow"] if scenario.borrow else []
    words += ["--allow-implausible"] if scenario.allow_implausible else []
    return shlex.join(words) + "\n"


def file(scenario: Scenario) -> str:
    """Return the scenario file, for `ketapk compare --scenario`."""
    return to_toml(scenario.model_dump()) + "\n"


KINDS: dict[str, tuple[Callable[[Scenario], str], str]] = {
    "html": (page, "text/html"),
    "csv": (table, "text/csv"),
    "json": (answer, "application/json"),
    "python": (program, "text/x-python"),
    "command": (command, "text/plain"),
    "toml": (file, "application/toml"),
}
"""What makes each kind, and its content type."""
