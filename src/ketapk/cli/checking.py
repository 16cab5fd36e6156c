"""Commands that look at an order before anything is simulated."""

from __future__ import annotations

from ketapk.cli import terminal
from ketapk.cli.options import (
    Csv,
    Height,
    Json,
    Quiet,
    Sex,
    Weight,
    close,
    one_output,
    patient,
    print_json,
)
from ketapk.errors import InputError


def weights(
    weight: Weight = 70.0,
    height: Height = 170.0,
    sex: Sex = "F",
    csv: Csv = False,
    json_: Json = False,
    quiet: Quiet = False,
) -> None:
    """Weights that a dose per kg can be counted by, for one person, with sources and limits."""
    one_output(csv=csv, json_=json_)
    import polars as pl

    from ketapk.patients import list_weight_scalars, weight_scalar

    who = patient(weight, 40.0, sex, height, "other")
    table = list_weight_scalars()
    found: list[float | None] = []
    said: list[str] = []
    for name in table["name"]:
        try:
            found.append(float(weight_scalar(who, name)[0]))
        except InputError as error:
            found.append(None)
            said.append(str(error))
    table = table.insert_column(1, pl.Series("kg", found, dtype=pl.Float64))
    if csv:
        print(table.write_csv(), end="")
    elif json_:
        print_json({"weights": table.to_dicts()}, said)
    else:
        terminal.weights(table)
    close(said, failed=0, quiet=json_ or quiet)
