"""Expected predictions of every scenario, from the oracle: ``python -m tests.conformance.make_expected``.

Writes ``expected/NNN-name.csv`` and the table of scenarios in ``README.md``.
"""

from __future__ import annotations

from pathlib import Path

from tests.conformance.oracle import CENTRAL, PLACES, amounts, exact, number
from tests.conformance.scenarios import SCENARIOS

HERE = Path(__file__).parent
EXPECTED = HERE / "expected"
README = HERE / "README.md"
HEADING = "## Scenarios\n"


def states(scenario):
    """Return the amounts [mg] by place at every record, courses added up."""
    found = []
    for record, time in enumerate(scenario.times, start=1):
        total = dict.fromkeys(PLACES, number(exact(0)))
        for course in scenario.courses:
            if course.first <= record <= (course.last or len(scenario.times)):
                bodies = course.bodies or ((0, scenario.body),)
                for place, amount in amounts(course.doses, bodies, time, record).items():
                    total[place] += amount
        found.append(total)
    return found


def predictions(scenario):
    """Return the central concentration [ng/mL] at every record, rounded to a float."""
    volumes = scenario.volumes or (scenario.body.V1,) * len(scenario.times)
    return [
        float(1000 * state[CENTRAL] / number(exact(volume)))
        for state, volume in zip(states(scenario), volumes, strict=True)
    ]


def text(scenario):
    """Return the file of a scenario: its records, and PRED."""
    lines = [",".join([*scenario.columns, "PRED"])]
    for row, prediction in zip(scenario.rows, predictions(scenario), strict=True):
        lines.append(",".join([*row, repr(prediction)]))
    return "\n".join(lines) + "\n"


def table():
    """Return the scenarios as a table in Markdown."""
    lines = ["| number and name | model | what it says |", "|---|---|---|"]
    for scenario in SCENARIOS:
        lines.append(f"| {scenario.label} | {_model(scenario)} | {scenario.says} |")
    return "\n".join(lines) + "\n"


def _model(scenario):
    body = scenario.body
    names = ["CL", "V1"]
    names += ["Q2", "V2"] if body.Q2 != "0" else []
    names += ["Q3", "V3"] if body.Q3 != "0" else []
    names += ["ka"] if body.ka != "0" else []
    columns = scenario.parameters
    columns = columns if isinstance(columns, dict) else {name: name for name in columns}
    parts = [
        f"{name} by {columns[name]}" if name in columns else f"{name} {getattr(body, name)}"
        for name in names
    ]
    parts += [f"{name} {value}" for name, value in scenario.model.items()]
    parts += ["locf"] if scenario.carry == "locf" else []
    return ", ".join(parts)


def main():
    """Write every file and the table."""
    EXPECTED.mkdir(exist_ok=True)
    for scenario in SCENARIOS:
        (EXPECTED / f"{scenario.label}.csv").write_text(text(scenario))
    words = README.read_text().split(HEADING)[0]
    README.write_text(words + HEADING + "\n" + table())


if __name__ == "__main__":
    main()
