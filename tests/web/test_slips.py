"""What the page shows belongs together: numbers to their labels, plans to their order, a ledger to its patient."""

import json
from itertools import combinations
from urllib.parse import quote

import pytest

from tests.web.browsing import in_a_browser

pytestmark = in_a_browser


def fragment(*plans, **more):
    named = [{"name": name, "sentence": sentence} for name, sentence in plans]
    return quote(json.dumps({"plans": named, **more}))


def test_numbers_keep_the_level_they_were_computed_for(page):
    page.open()
    page.settled()
    before = page.text("summary"), page.text("numbers")
    page.enter("level", "200 mg")
    page.wait(lambda: page.find("problem").is_displayed())
    page.press("show-log")
    assert (page.text("summary"), page.text("numbers")) == before


def test_plans_keep_their_order_whatever_they_are_called(page):
    sentences = ["70 mg im", "35 mg im", "35 mg im", "35 mg im"]
    names = ["Later", "2", "1", "2"]
    page.open(fragment(*zip(names, sentences, strict=True)))
    page.settled()
    shown = page.script("return ketapk.last.plans.map((plan) => [plan.name, plan.total_mg])")
    assert [mg for _, mg in shown] == [70, 35, 35, 35]
    assert len({name for name, _ in shown}) == 4
    page.enter("plan-0-name", "0")
    page.wait(lambda: page.script("return ketapk.last.plans[0].name") != "Later")
    assert page.script("return ketapk.last.plans[0].total_mg") == 70


def test_the_ledger_is_that_of_the_patient(page):
    page.open(fragment(("A", "35 mg im"), view="routes"))
    page.wait(lambda: page.rows("ledger-table"))
    page.script(
        "const t = document.getElementById('ledger-time'); t.value = 60; t.oninput?.();"
        "t.dispatchEvent(new Event('input'));"
    )
    before = page.rows("ledger-table")
    page.enter("patient-weight_kg", 150)
    page.wait(lambda: page.rows("ledger-table") != before)


def test_without_a_route_the_page_asks_for_one(page):
    page.open(fragment(("A", "35 mg im"), view="routes", routes={"list": ["iv"]}))
    page.wait(lambda: page.rows("routes-numbers"))
    page.press("route-iv")
    page.wait(lambda: page.text("routes-problem") == "Choose at least one route.")
    page.press("route-im")
    page.wait(lambda: not page.find("routes-problem").is_displayed())


def test_a_mistake_in_the_vial_is_told_beside_it(page):
    page.open()
    page.enter("vial", "0 mg/mL")
    page.wait(lambda: page.find("vial-said").is_displayed())
    assert "stale" in page.find("plan-0").get_attribute("class")
    assert not page.find("plan-0-error").is_displayed()
    page.enter("vial", "10 mg/mL")
    page.wait(lambda: not page.find("vial-said").is_displayed())
    assert "stale" not in page.find("plan-0").get_attribute("class")


def test_what_is_of_another_kind_in_a_link_is_left_out(page):
    page.open()
    usual = page.state()
    told = {
        "decrement": {"lengths": 7},
        "hold": {"target": None, "x": 1},
        "patient": {"weight_kg": None, "foo": 1},
        "routes": {"list": "iv"},
    }
    page.open(quote(json.dumps(told)))
    assert page.state() == usual


def test_times_are_told_as_they_are_given(page):
    page.open(fragment(("A", "0.5 mg/kg iv over 100.5 min; 84 mg spravato at 3 d")))
    page.wait(lambda: "100.5 min" in page.text("plan-0-told"))
    times = [line.rsplit("at ", 1)[-1] for line in page.items("plan-0-told")[1:4]]
    assert len(set(times)) == 3


def test_an_implausible_dose_is_allowed_where_it_is_refused(page):
    page.open(fragment(("A", "1 mg im")))
    page.wait(lambda: "allow implausible doses" in page.text("summary"))
    page.press("implausible")
    page.wait(lambda: "peak of ketamine" in page.text("summary"))
    assert page.state()["implausible"]
    page.press("implausible")
    page.wait(lambda: "allow implausible doses" in page.text("summary"))
    page.view("schedules")
    page.wait(lambda: page.find("hold-sheet").is_displayed())
    page.enter("hold-target", "100 mg/L")
    page.wait(lambda: page.find("hold-implausible").is_displayed())
    page.press("hold-implausible")
    page.wait(lambda: page.find("hold-sheet").is_displayed())


def test_a_level_is_drawn_at_the_same_height_in_every_unit(page):
    heights = []
    for level in ("70 ng/mL", "0.07 mcg/mL", "70 ng / mL", "0.07 mg/L"):
        page.open(fragment(("A", "35 mg im"), level=level))
        page.settled()
        heights.append(page.script("return ketapk.last.level_ng_per_ml"))
        marks = page.script("return ketapk.chart().shown.landmarks")
        assert [(mark["low"], mark["text"]) for mark in marks] == [(heights[-1], f"level {level}")]
    assert heights == pytest.approx([70.0] * 4, rel=1e-12)


def test_no_schedule_stands_below_a_question_that_is_refused(page):
    from selenium.webdriver import Keys

    page.open(fragment(("A", "35 mg iv over 40 min"), view="schedules"))
    for field, wrong, right, table in (
        ("hold-target", "100 mg", proposed(page), "hold-sheet"),
        ("decrement-by", "150 %", "20 %", "decrement-table"),
        ("decrement-lengths", Keys.DELETE, "1 h,2 h", "decrement-table"),
        ("decrement-lengths", "1,5 h", "1 h, 2 h", "decrement-table"),
    ):
        page.wait(lambda table=table: page.find(table).is_displayed())
        page.enter(field, wrong)
        page.wait(lambda table=table: not page.find(table).is_displayed())
        said = page.text(f"{field.partition('-')[0]}-problem")
        assert "; write" in said
        page.enter(field, right)
        page.wait(lambda table=table: page.find(table).is_displayed())


def proposed(page):
    """Return the second target that the page itself proposes."""
    found = page.find("hold-target")
    said = found.get_attribute("placeholder") or found.get_attribute("title")
    return said.split(", or ")[1]


def test_no_two_plans_look_alike(page):
    """Not in colour and dash together, and every line is seen on its ground: light, dark, paper."""
    plans = [(f"Plan {k}", f"{30 + k} mg im") for k in range(12)]
    page.scheme("dark")
    page.open(fragment(*plans, all=False, models=["kamp2020"]))
    grounds = []
    for scheme, event in (
        ("dark", ""),
        ("dark", "beforeprint"),
        ("dark", "afterprint"),
        ("light", ""),
    ):
        page.scheme(scheme)
        ground, *looks = page.script(LOOKS, event)
        assert len({tuple(look) for look in looks}) == len(looks) == 12
        assert min(contrast(colour, ground) for colour, _ in looks) >= 3.0
        grounds.append(ground)
    assert grounds[1] == grounds[3] != grounds[0] == grounds[2]


LOOKS = """
dispatchEvent(new Event(arguments[0]));
const lines = [...document.querySelectorAll(".plan .swatch line")];
return [ketapk.chart().colours.paper(),
  ...lines.map((line) => [line.getAttribute("stroke"), line.getAttribute("stroke-dasharray")])];
"""
"""The ground of the plot, then colour and dash of every plan, once something has happened."""


def contrast(one, other):
    """Contrast of two colours as WCAG has it."""
    darker, lighter = sorted(map(luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour):
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_no_name_on_the_plot_lies_over_another(page):
    bands = [band["name"] for band in page.library()["bands"]]
    for log in (True, False):
        state = {"bands": bands, "log": log, "metabolite": True}
        page.open(quote(json.dumps(state)))
        page.settled()
        boxes = page.driver.execute_async_script(
            """
            const done = arguments[0];
            const { name } = performance.getEntriesByType("resource").find((r) => r.name.includes("lettering.js"));
            import(name).then(({ wordsOf }) => done(wordsOf(ketapk.chart().plot)));
            """
        )
        assert len(boxes) > len(bands)
        for one, other in combinations(boxes, 2):
            apart = (
                one["right"] <= other["left"] or other["right"] <= one["left"]
                or one["bottom"] <= other["top"] or other["bottom"] <= one["top"]
            )  # fmt: skip
            assert apart, (log, one, other)
