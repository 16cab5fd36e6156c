"""A comparison as one self-contained HTML file that recomputes in the browser."""

from __future__ import annotations

import base64
import html
import json
import shlex
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from ketapk import units
from ketapk.errors import PlanError
from ketapk.notice import NOTICE
from ketapk.page.responses import Kind, explorable, response
from ketapk.plot.curves import telling_span

if TYPE_CHECKING:
    from ketapk.comparison import Comparison
    from ketapk.dosing.regimen import Dose
    from ketapk.profiles import Profiles

ASSETS = files("ketapk.page") / "assets"
POINTS = 400
"""Even points of a curve that the page cannot recompute."""


def handout(comparison: Comparison, *, command: str = "") -> str:
    """Return a comparison as an HTML page that works from disk and makes no request.

    Parameters
    ----------
    comparison : Comparison
        Plans in one patient.
    command : str
        What made it, shown at its end; written from the plans if empty.

    Returns
    -------
    str

    Raises
    ------
    PlanError
        If the patient is a cohort: the page shows one person.
    """
    first = next(iter(comparison.runs.values()))
    if len(first.cohort) != 1:
        raise PlanError("The page shows one person; compare for a Patient and not for a Cohort.")
    data = {
        "notice": NOTICE,
        "level": units.concentration_mg_per_l(comparison.level) * 1000.0,
        "span_h": telling_span(comparison.runs),
        "plans": [_plan(name, run) for name, run in comparison.runs.items()],
    }
    page = (ASSETS / "page.html").read_text(encoding="utf-8")
    parts = {
        "uplot_css": _asset("vendor/uPlot.min.css"),
        "css": _asset("page.css"),
        "uplot_js": _asset("vendor/uPlot.iife.min.js"),
        "js": _asset("page.js"),
        # A closing tag inside a string would end the script.
        "data": json.dumps(data, separators=(",", ":")).replace("<", "\\u003c"),
        "title": html.escape("Ketamine by route: " + ", ".join(comparison.runs)),
        "who": html.escape(_who(first)),
        "table": _table(comparison),
        "fates": _fates(comparison),
        "sources": _sources(comparison),
        "command": html.escape(command or _command(comparison)),
        "notice": html.escape(NOTICE),
    }
    for name, text in parts.items():
        page = page.replace("{{" + name + "}}", text)
    return page


def _asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")


def _plan(name: str, run: Profiles) -> dict[str, Any]:
    """What the page needs to draw a plan, and to recompute it where it can."""
    why_not = explorable(run)
    doses = run.plan.expand().doses
    weight = run.cohort.dosing_kg[0]
    kinds = list(dict.fromkeys(Kind.of(dose) for dose in doses))
    plan: dict[str, Any] = {
        "name": name,
        "sentence": str(run.plan),
        "model": run.model.name,
        "grade": run.model.grade,
        "site": run.model.sampling_site,
        "analytes": list(run.analytes),
        "fixed": why_not,
        "doses": [_dose(dose, kinds, weight) for dose in doses],
    }
    if why_not is None:
        plan["responses"] = [[_packed(response(run, k, a)) for a in run.analytes] for k in kinds]
    else:
        times = np.linspace(0.0, float(run.times_h[-1]), POINTS + 1)
        plan["times"] = _packed(times)
        plan["curves"] = [
            _packed(run.at_times(times).concentration(analyte)[0]) for analyte in run.analytes
        ]
    return plan


def _dose(dose: Dose, kinds: list[Kind], weight: float) -> dict[str, Any]:
    return {
        "mg": float(dose.amount_mg(weight)),
        "time_h": float(dose.time),
        "dur_h": float(dose.hours),
        "kind": kinds.index(Kind.of(dose)),
        "device": dose.device > 0,
    }


def _packed(array: Any) -> str:
    """Doubles, little end first, in base 64: every bit arrives."""
    return base64.b64encode(np.ascontiguousarray(array, dtype="<f8").tobytes()).decode("ascii")


def _who(run: Profiles) -> str:
    cohort = run.cohort
    return (
        f"{units.fmt(cohort.weight_kg[0])} kg, {units.fmt(cohort.age_y[0])} years, "
        f"{cohort.sex[0]}, {units.fmt(cohort.height_cm[0])} cm, ancestry {cohort.ancestry[0]}"
    )


def _table(comparison: Comparison) -> str:
    """The table of the plans as given, turned on its side."""
    rows = comparison.table.to_dicts()
    head = "".join(f"<th scope=col>{html.escape(row['plan'])}</th>" for row in rows)
    lines = []
    for what in rows[0]:
        if what == "plan":
            continue
        cells = "".join(f"<td>{html.escape(_cell(row[what]))}</td>" for row in rows)
        lines.append(f"<tr><th scope=row>{html.escape(what)}</th>{cells}</tr>")
    return f"<table><thead><tr><th></th>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return units.fmt(value) if isinstance(value, float) else str(value)


def _fates(comparison: Comparison) -> str:
    """Shares of the dose by final fate, a column a plan; they do not depend on the sliders."""
    ledger = comparison.ledger
    plans = list(comparison.runs)
    total = {p: float(ledger.filter(plan=p)["mg"].sum()) for p in plans}
    head = "".join(f"<th scope=col>{html.escape(plan)}</th>" for plan in plans)
    rows = []
    for place in ledger["place"].unique(maintain_order=True):
        cells = []
        for plan in plans:
            mg = float(ledger.filter(plan=plan, place=place)["mg"].sum())
            share = 100.0 * mg / total[plan]
            bar = f'<span class=bar style="width:{max(share, 0.0):.1f}%"></span>'
            cells.append(f"<td>{bar}{share:.1f} %</td>" if mg else "<td>-</td>")
        rows.append(f"<tr><th scope=row>{html.escape(place)}</th>{''.join(cells)}</tr>")
    return f"<table><thead><tr><th></th>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _sources(comparison: Comparison) -> str:
    lines = [*comparison.cite().splitlines(), *(f"Warning: {w}" for w in comparison.warnings)]
    return "".join(f"<li>{html.escape(line)}</li>" for line in lines)


def _command(comparison: Comparison) -> str:
    """The command line that makes the same comparison."""
    cohort = next(iter(comparison.runs.values())).cohort
    by = f" --dosing-weight {cohort.dosing_weight[0]}" if cohort.dosed_otherwise else ""
    plans = " ".join(f"{shlex.quote(f'{n}={r.plan}')}" for n, r in comparison.runs.items())
    return (
        f"ketapk compare {plans} --weight {cohort.weight_kg[0]:g} --age {cohort.age_y[0]:g} "
        f"--sex {cohort.sex[0]} --height {cohort.height_cm[0]:g} --ancestry {cohort.ancestry[0]}"
        f"{by} --level {shlex.quote(comparison.level)} --html page.html"
    )
