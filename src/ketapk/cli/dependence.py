"""What an exposure depends on, for people at a terminal."""

from __future__ import annotations

from typing import Any

from ketapk.cli.terminal import add, show, table_of, wrapped


def sensitivity(found: Any) -> None:
    """What each measure depends on, a row a parameter or dose."""
    from ketapk import units

    for measure in found.measures:
        rows = found.table.filter(found.table["measure"] == measure).to_dicts()
        if not rows:
            continue
        print(f"{measure} of {found.analyte}: {units.fmt(rows[0]['figure'])} {rows[0]['unit']}")
        shown = table_of(
            "varied", "from", "to", f"{measure} [{rows[0]['unit']}]", "then", "% per %", "", left=1
        )
        for row in rows:
            mark = "choice" if "choice" in row["range"] else "published"
            add(
                shown, row["by"], row["low"], row["high"], row["figure_low"], row["figure_high"],
                row["elasticity"], mark,
            )  # fmt: skip
        show(shown)
    kinds = dict.fromkeys(row["range"] for row in found.table.to_dicts())
    wrapped(f"Ranges: {'; '.join(kinds)}. Values per hour and litre, doses in mg.")


def shares(found: Any) -> None:
    """How much of a variance each difference between people explains."""
    from ketapk import units

    print(
        f"{found.measure} over people: {units.fmt(found.mean)} {found.unit}, SD "
        f"{units.fmt(found.sd)}"
    )
    shown = table_of("differs", "alone", "95 %", "in all", "95 %")
    for row in found.table.to_dicts():
        spans = (
            f"{units.fmt(row[f'{order}_low'])} to {units.fmt(row[f'{order}_high'])}"
            for order in ("first", "total")
        )
        alone, total = spans
        add(shown, row["by"], row["first"], alone, row["total"], total)
    show(shown)
    wrapped(found.said)
