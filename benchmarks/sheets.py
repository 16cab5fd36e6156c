"""A table: printed, and written as text."""

from __future__ import annotations

from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

Row = tuple[str, ...]


@dataclass
class Sheet:
    """A table with a title, sentences below it, and the numbers that others ask it for."""

    title: str
    columns: Row
    rows: list[Row]
    notes: list[str] = field(default_factory=list)
    facts: dict[str, float] = field(default_factory=dict)
    """What `targets` compares with what was asked."""

    def show(self, console: Console) -> None:
        """Print it."""
        table = Table(title=self.title, title_justify="left", title_style="bold")
        for i, column in enumerate(self.columns):
            table.add_column(column, justify="right" if i else "left", no_wrap=i == 0)
        for row in self.rows:
            table.add_row(*row)
        console.print(table)
        for note in self.notes:
            console.print(f"  {note}", highlight=False)
        console.print()

    def markdown(self) -> str:
        """Return it as text for a page."""
        lines = [f"## {self.title}", "", "| " + " | ".join(self.columns) + " |"]
        lines.append("|" + " --- |" + " ---: |" * (len(self.columns) - 1))
        lines += ["| " + " | ".join(row) + " |" for row in self.rows]
        lines += ["", *[f"{note}\n" for note in self.notes]]
        return "\n".join(lines)


def micro(seconds: float) -> str:
    """Microseconds with three digits."""
    return digits(seconds * 1e6)


def digits(value: float) -> str:
    """Write a number with three digits, and without powers of ten where it is large."""
    return f"{value:,.0f}".replace(",", " ") if value >= 1000 else f"{value:.3g}"


def count(value: int) -> str:
    """Write a whole number with its thousands apart."""
    return f"{value:,}".replace(",", " ")


def power(value: float) -> str:
    """Write a small number with one digit, such as 3e-7."""
    mantissa, _, exponent = f"{value:.0e}".partition("e")
    return f"{mantissa}e{int(exponent)}" if exponent else mantissa
