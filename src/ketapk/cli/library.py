"""Commands about the library: its models, their verification, the observations, the effects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ketapk.cli import terminal
from ketapk.cli.options import (
    Csv,
    Json,
    Plot,
    Quiet,
    check_figure,
    close,
    one_output,
    print_json,
    save,
)
from ketapk.summary import row

if TYPE_CHECKING:
    import polars as pl

Names = Annotated[
    list[str] | None, typer.Argument(help="Models; all of them by default.", metavar="[MODEL]...")
]


def models(csv: Csv = False, json_: Json = False, quiet: Quiet = False) -> None:
    """List the models: drug, routes, analytes, population, sampling site, grade."""
    one_output(csv=csv, json_=json_)
    from ketapk.library.catalogue import list_models

    table = list_models()
    if not _for_machines({"models": table}, csv=csv, json_=json_):
        terminal.models(table)
    close((), failed=0, quiet=json_ or quiet)


def model(
    name: Annotated[str, typer.Argument(help="A model, such as kamp2020+im.", metavar="NAME")],
    json_: Json = False,
    quiet: Quiet = False,
) -> None:
    """Print everything known of one model: people, structure, parameters, problems, sources."""
    from ketapk.library.catalogue import load_model

    found = load_model(name)
    if json_:
        numbers = [
            {
                field: getattr(p, field)
                for field in ("name", "value", "unit", "where", "grade", "via", "note")
            }
            for p in found.parameters
        ]
        print_json(
            {
                "name": found.name,
                "title": found.title,
                "grade": found.grade,
                "status": found.status,
                "drugs": found.drugs,
                "analytes": found.analytes,
                "routes": list(found.routes),
                "site": found.sampling_site,
                "population": found.population.description,
                "structure": found.structure,
                "parameters": numbers,
                "problems": found.problems,
                "parts": found.parts,
                "citations": found.cite().splitlines(),
            },
            (),
        )
    else:
        terminal.model(found)
    close((), failed=0, quiet=json_ or quiet)


def verify(
    names: Names = None, csv: Csv = False, json_: Json = False, quiet: Quiet = False
) -> None:
    """Re-create what each paper reports besides its parameters."""
    one_output(csv=csv, json_=json_)
    from ketapk.verification import verify_all

    table = verify_all(*(names or ()))
    if not _for_machines({"checks": table}, csv=csv, json_=json_):
        terminal.verification(table, tuple(names or ()))
    close((), failed=0, quiet=json_ or quiet)
    if "FAIL" in table["verdict"].to_list():
        raise typer.Exit(4)


def observed(
    names: Names = None,
    csv: Csv = False,
    json_: Json = False,
    plot: Plot = None,
    quiet: Quiet = False,
) -> None:
    """Compare published observations with every eligible model: a report, not a pass mark."""
    one_output(csv=csv, json_=json_)
    check_figure(plot)
    from ketapk.agreement import observed as compare_observed

    report = compare_observed(*(names or ()))
    tables = {"rows": report.table, "summary": report.summary(), "studies": report.studies}
    if not _for_machines(tables, csv=csv, json_=json_):
        terminal.observed(report)
    if plot is not None:
        save(report.plot(), plot)
    close((), failed=0, quiet=json_ or quiet)


def effects(csv: Csv = False, json_: Json = False, quiet: Quiet = False) -> None:
    """List effects and the concentrations at which they were seen, with their sources."""
    one_output(csv=csv, json_=json_)
    from ketapk.library.effects import list_effects

    table = list_effects()
    if not _for_machines({"effects": table}, csv=csv, json_=json_):
        terminal.effects(table)
    close((), failed=0, quiet=json_ or quiet)


def _for_machines(tables: dict[str, pl.DataFrame], *, csv: bool, json_: bool) -> bool:
    """Print the first table as CSV or all of them as JSON; whether anything was printed."""
    if csv:
        print(next(iter(tables.values())).write_csv(), end="")
    elif json_:
        content: dict[str, Any] = {
            name: [row(line) for line in table.to_dicts()] for name, table in tables.items()
        }
        print_json(content, ())
    return csv or json_
