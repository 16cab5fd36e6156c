"""Write the pages of the library from its data: python docs/make_pages.py [FOLDER]."""

from __future__ import annotations

import contextlib
import io
import runpy
import sys
import warnings
from pathlib import Path

import ketapk as kp
from ketapk import units
from ketapk.library.absorption import ABSORPTION, ABSORPTION_CHILDREN
from ketapk.library.catalogue import PUBLISHED
from ketapk.library.composition import borrowable
from ketapk.linting.amounts import most_of_catalogue
from ketapk.linting.rule import SEVERITIES
from ketapk.linting.studied import BANDS

DOCS = Path(__file__).parent
MADE = "<!-- Made by docs/make_pages.py from the library; edit the library, then `make pages`. -->"
PERSON = kp.Patient(weight_kg=70, age_y=25)
"""Who the adult models are compared in: 25 y is inside the ages that every one of them gives."""


def table(*head: str, rows: list[tuple[object, ...]]) -> str:
    """A Markdown table."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines
    )


def say(value: float) -> str:
    """A number as printed in its source."""
    return f"{value:.10g}"


def span(pair: tuple[float, float] | None, unit: str) -> str:
    return "not published" if pair is None else f"{pair[0]:g} to {pair[1]:g} {unit}"


def model_page(name: str) -> str:
    model = kp.load_model(name)
    studied = model.population
    own = ", ".join(model.routes)
    can = ", ".join(r for r in ABSORPTION if borrowable(model, r) is None)
    parts = [
        f"# {name}",
        MADE,
        f"**{model.title}.** Status: {model.status}. Grade: {model.grade}.",
        f"{model.citation} doi:[{model.doi}](https://doi.org/{model.doi})",
        table(
            "", "",
            rows=[
                ("drug", ", ".join(model.drugs)),
                ("analytes", ", ".join(model.analytes)),
                ("routes of its own", own),
                ("routes it can borrow", can or "none"),
                ("sampling site", model.sampling_site),
                ("studied in", studied.description),
                ("people", f"{studied.group}; setting: {studied.setting}"),
                ("weight", span(studied.weight_kg, "kg")),
                ("age", span(studied.age_y, "y")),
            ],
        ),
        *(f"`{route}` is refused: {why}." for route, why in dict(model.refuses).items()),
        "## Structure",
        model.structure,
        "## Where every number stands",
        table(
            "parameter", "printed", "unit", "grade", "where", "read from", "note",
            rows=[
                (p.name, say(p.value), p.unit, p.grade, p.where, p.via, p.note)
                for p in model.parameters
            ],
        ),
        "## Variability",
        spread(model),
        "## Verification",
        "What the source reports besides its parameters, re-created. `ketapk verify "
        f"{name}` prints the same.",
        checks(model),
        "## Known problems",
        "\n".join(f"- {problem}" for problem in model.problems),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def spread(model: kp.Model) -> str:
    """Variability between people and occasions, correlations and residual error."""
    if not (model.variability or model.residuals):
        return "Not published, or not found: the model has none, and `rng=` is refused."
    rows: list[tuple[object, ...]] = [
        (v.parameter, v.level, say(v.value), v.scale, v.grade, v.where, v.note)
        for v in model.variability
    ]
    rows += [
        (f"{c.first}, {c.second}", "between people", say(c.value), c.scale, c.grade, c.where, "")
        for c in model.correlations
    ]
    rows += [
        (r.analyte, "residual", say(r.value), r.scale, r.grade, r.where, r.note)
        for r in model.residuals
    ]
    return table("of", "level", "value", "scale", "grade", "where", "note", rows=rows)


def checks(model: kp.Model) -> str:
    rows = [
        (
            row["what"],
            row["plan"],
            f"{row['published']} {row['unit']}",
            units.fmt(row["simulated"], 4),
            f"{100 * row['difference']:+.1f} %",
            "in range" if row["tolerance"] is None else f"{100 * row['tolerance']:g} %",
            row["verdict"],
            row["note"],
            f"{row['where']} ({row['grade']})",
        )
        for row in model.verify().table.to_dicts()
    ]
    if not rows:
        return "Nothing besides the parameters was found that could be re-created."
    return table(
        "figure", "plan", "published", "simulated", "off", "tolerance", "verdict", "note", "where",
        rows=rows,
    )  # fmt: skip


def index_page() -> str:
    listed = [
        (
            f"[{row['name']}]({row['name']}.md)",
            row["drug"],
            row["routes"],
            row["analytes"],
            row["site"],
            row["status"],
            row["grade"],
        )
        for row in kp.list_models().to_dicts()
    ]
    ends = []
    for name in PUBLISHED:
        model = kp.load_model(name)
        if model.population.group == "children":
            continue
        drug = "" if "racemic" in model.drugs else "esketamine "
        plan = f"35 mg {drug}iv over 40 min"
        run = kp.simulate(plan, name, PERSON, times=[0.0, 40 / 60])
        value = run.concentration(model.parent)[0, -1]
        ends.append((value, f"[{name}]({name}.md)", plan, model.sampling_site, model.grade))
    rows = [(n, p, f"{v:.0f}", s, g) for v, n, p, s, g in sorted(ends, reverse=True)]
    return "\n\n".join(
        [
            "# The models",
            MADE,
            table(
                "name", "drug", "routes", "analytes", "sampling site", "status", "grade",
                rows=listed,
            ),
            "## How far they are apart",
            "35 mg over 40 min in an adult of 70 kg and 25 y, at the end of the infusion. Arterial "
            "and venous samples differ by up to 40 % there and agree an hour later; models of "
            "esketamine get 35 mg of esketamine.",
            table("model", "plan", "ng/mL", "sampling site", "grade", rows=rows),
            "The concentration quoted in papers on depression is 185 ng/mL (Zarate 2006, cited in "
            "Zanos 2018, grade B).",
        ]
    ) + "\n"  # fmt: skip


def routes_page() -> str:
    parts = [
        "# The routes",
        MADE,
        "A route comes from the model that has it. Otherwise it is borrowed: a *composition* of "
        "one paper's disposition with another's absorption, named `model+route`, with the grade "
        "of its weakest number, drawn over the plausible range of its numbers. F, ka and CL of "
        "one paper belong together; a borrowed F on another paper's clearance is an approximation "
        "and says so.",
        "Of a swallowed share, the gut wall takes its part and the liver its part on the first "
        "pass. What the liver takes becomes norketamine where the model follows it, and is counted "
        "apart from what the same liver eliminates later.",
    ]
    for name, route in (
        *ABSORPTION.items(),
        ("im, in models of children", ABSORPTION_CHILDREN["im"]),
    ):
        own = [m for m in PUBLISHED if route.name in kp.load_model(m).routes]
        parts += [
            f"## {name}",
            f"{route.source[0].upper()}{route.source[1:]}. Grade: {route.grade}; "
            f"confidence: {route.confidence}."
            + (f" Of their own: {', '.join(own)}." if own else ""),
            table(
                "parameter", "value", "unit", "range drawn", "grade", "where", "note",
                rows=[
                    (
                        p.name,
                        say(p.value),
                        p.unit,
                        "-" if p.span is None else f"{p.span[0]:g} to {p.span[1]:g}",
                        p.grade,
                        p.where,
                        p.note,
                    )
                    for p in route.parameters
                ],
            ),
        ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def effects_page() -> str:
    rows = [
        tuple("-" if value in (None, "") else value for value in row)
        for row in kp.list_effects().iter_rows()
    ]
    return (
        "\n\n".join(
            [
                "# Effects and the concentrations at which they were seen",
                MADE,
                "Bands with their sources, not thresholds. No antidepressant threshold exists, "
                "and none is given. A ke0 belongs to the pharmacokinetic model it was estimated "
                "with: any other pairing needs `allow_unmatched_ke0=True` and is marked in every "
                "table and plot.",
                table(*kp.list_effects().columns, rows=rows),
            ]
        )
        + "\n"
    )


def observed_page() -> str:
    report = kp.observed()
    rows = [
        (
            row["model"],
            row["rows"],
            row["studies"],
            row["same site"],
            f"{row['GMFE']:.2f}",
            f"{row['bias']:.2f}",
            f"{100 * row['within 1.5-fold']:.0f} %",
            f"{100 * row['within 2-fold']:.0f} %",
        )
        for row in report.summary().to_dicts()
    ]
    studies = [
        (row["study"], "yes" if row["comparable"] else "no", row["models"] or "-", row["why"])
        for row in report.studies.to_dicts()
    ]
    return "\n\n".join(
        [
            "# Published observations beside the models",
            MADE,
            "A report, not a pass mark: `ketapk observed` prints it. Arterial samples are not held "
            "against venous models, nor the other way round; a model that pools sites, or a study "
            "that does not state its own, is compared and marked.",
            "![Observed against predicted](images/observed.png)",
            "GMFE is the geometric mean fold error, bias the geometric mean of predicted over "
            "observed.",
            table(
                "model", "rows", "studies", "same site", "GMFE", "bias", "within 1.5-fold",
                "within 2-fold", rows=rows,
            ),
            "## Study by study",
            table("study", "comparable", "models", "why, or why not", rows=studies),
        ]
    ) + "\n"  # fmt: skip


def lint_page() -> str:
    rules = kp.list_rules().to_dicts()
    parts = [
        "# What lint looks for",
        MADE,
        '`kp.lint(plan, patient, model, pump=...)` and `ketapk lint "PLAN"` read a plan before '
        "anything is simulated. A rule sees the slips that it knows; where none is found, a plan "
        "may still be wrong, and nothing here says that a dose is safe. A plan that `simulate` "
        "refuses can be looked at, too. What `parse` cannot read, such as an infusion that says no "
        "time, it refuses itself.",
        table("severity", "says", rows=[(name, said) for name, said in SEVERITIES.items()]),
        'Silence a rule by its name: `kp.lint(plan, me, silence=("fast-bolus",))`, '
        "`ketapk lint PLAN --silence fast-bolus`. The result says what was silenced, and which "
        "rules were not looked at because they need a model, a pump, or what is not said of it. "
        "`ketapk lint` leaves with 3 "
        "where it found something, and with 0 where not.",
        table(
            "rule",
            "severity",
            "what trips it",
            "needs",
            "source",
            rows=[
                (f"`{r['name']}`", r["severity"], r["what"], r["needs"] or "-", r["source"])
                for r in rules
            ],
        ),
        "## Doses as studied",
        "Outside by more than ten times, `simulate` refuses a dose. Where a source gives mg, an "
        "adult of 70 kg is meant. An infusion of at most 15 min is judged like an injection.",
        table(
            "route",
            "lowest",
            "highest",
            "unit",
            "source",
            rows=[
                (name, units.fmt(band.low), units.fmt(band.high), band.unit, band.source)
                for name, band in BANDS.items()
            ],
        ),
        "## The most that protocols give",
        "Of an adult of 70 kg, by route and form of the drug, at the upper end of the published "
        "ranges.",
        table(
            "route",
            "drug",
            "within 24 h [mg]",
            "from",
            "in all [mg]",
            "from",
            rows=[
                (route, drug, *(cell for mg, source in found for cell in (units.fmt(mg), source)))
                for (route, drug), found in most_of_catalogue(PERSON.weight_kg).items()
            ],
        ),
    ]
    return "\n\n".join(parts) + "\n"  # fmt: skip


def pages() -> dict[str, str]:
    """Every page by its path under docs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", kp.KetapkWarning)
        found = {f"models/{name}.md": model_page(name) for name in PUBLISHED}
        found["models/index.md"] = index_page()
        found["routes.md"] = routes_page()
        found["effects.md"] = effects_page()
        found["lint.md"] = lint_page()
        found["observed.md"] = observed_page()
    return found


def main(folder: Path) -> None:
    for path, text in pages().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    (folder / "images").mkdir(exist_ok=True)
    with contextlib.redirect_stdout(io.StringIO()):
        example = runpy.run_path(str(DOCS.parent / "examples/routes.py"))
    questions = folder / "images/questions"
    questions.mkdir(exist_ok=True)
    for program in sorted((DOCS.parent / "examples").glob("q*.py")):
        sys.argv = [str(program), str(questions / f"{program.stem}.png")]
        with contextlib.redirect_stdout(io.StringIO()):
            runpy.run_path(str(program), run_name="__main__")
    example["comparison"].plot().figure.savefig(folder / "images/routes.png")
    kp.observed().plot().figure.savefig(folder / "images/observed.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS)
