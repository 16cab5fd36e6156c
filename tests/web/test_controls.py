"""Every control changes what it says it changes."""

import json
import re
from urllib.parse import quote

import pytest

import ketapk as kp
from tests.web.browsing import in_a_browser

pytestmark = in_a_browser

EXAMPLE = "0.5 mg/kg iv over 40 min"
ME = {"weight_kg": 70, "age_y": 40, "sex": "F", "height_cm": 170}

FRAMES = """
const [count, done] = arguments;
const next = (left) => (left ? requestAnimationFrame(() => next(left - 1)) : done());
next(count);
"""
"""Until so many frames were drawn."""


def state(**told):
    return quote(json.dumps(told))


def one(sentence, model, **more):
    plans = [{"name": "Plan", "sentence": sentence}]
    return state(plans=plans, all=False, models=[model] if model else [], **more)


def series(page, key):
    """A property of all lines and bands that are drawn."""
    return page.script(
        "return ketapk.chart().shown.picture.series.map((line) => line[arguments[0]])", key
    )


def test_undo_and_redo(page):
    page.open()
    page.slide("plan-0-dose-0-amount", 0.7, steps=(0.55, 0.6, 0.65))
    page.wait(lambda: page.sentence() == "0.7 mg/kg iv over 40 min")
    page.find("undo").click()
    assert page.sentence() == EXAMPLE
    assert not page.find("undo").is_enabled()
    page.find("redo").click()
    assert page.sentence() == "0.7 mg/kg iv over 40 min"
    assert not page.find("redo").is_enabled()


DOSE = (
    ("choose", "route", "im", "0.5 mg/kg im"),
    ("choose", "route", "iv", "0.5 mg/kg iv bolus"),
    ("choose", "mode", "infusion", "0.5 mg/kg iv over 40 min"),
    ("choose", "drug", "S", "0.5 mg/kg esketamine iv over 40 min"),
    ("choose", "unit", "mg", "35 mg esketamine iv over 40 min"),
    ("choose", "unit", "mg/h", "52.5 mg/h esketamine iv for 40 min"),
    ("enter", "amount-number", "60", "60 mg/h esketamine iv for 40 min"),
    ("enter", "dur-number", "60", "60 mg/h esketamine iv for 1 h"),
    ("enter", "time-number", "90", "60 mg/h esketamine iv for 1 h at 90 min"),
    ("enter", "times", "3", "60 mg/h esketamine iv for 1 h at 90 min every 1 h x 3"),
    ("enter", "every", "4", "60 mg/h esketamine iv for 1 h at 90 min every 4 h x 3"),
)
"""What is done to which control of a dose, one after the other, and the sentence that follows."""


def test_controls_of_a_dose_write_the_sentence(page):
    page.open()
    for way, control, value, sentence in DOSE:
        name = f"plan-0-dose-0-{control}"
        page.wait(lambda name=name: page.script(f"return document.getElementById('{name}')"))
        getattr(page, way)(name, value)
        assert page.sentence() == sentence
    page.wait(
        lambda: page.script("return ketapk.last.plans[0].sentence") == str(kp.parse(sentence))
    )
    page.press("plan-0-add-dose")
    assert len(page.sentence().split(";")) == 2
    page.wait(lambda: page.script("return document.getElementById('plan-0-dose-1-remove')"))
    page.press("plan-0-dose-1-remove")
    assert page.sentence() == sentence


TYPED = {
    "4,5": 4.5, "4.5": 4.5, "0,125": 0.125, ",5": 0.5, "1234,5": 1234.5, " 62,5 ": 62.5, "1e2": 100, "0": 0,
    "1,000": "1,000 can be read in two ways; write 1000 or 1.000.",
    "12,345": "12,345 can be read in two ways; write 12345 or 12.345.",
    "4,5,6": "'4,5,6' is not a number; write one such as 4.5.",
    "1.000,5": "'1.000,5' is not a number; write one such as 4.5.",
    "4 5": "'4 5' is not a number; write one such as 4.5.",
    "1e999": "'1e999' is not a number; write one such as 4.5.",
    "": "Write a number, such as 4.5.",
    "-1": "Write 0 or more.",
    "2001": "Write 2000 or less.",
}  # fmt: skip
"""What is typed, and the number that it is, or what is said of it."""
READ = """
const [texts, done] = arguments;
const { name } = performance.getEntriesByType("resource").find((r) => r.name.includes("reading.js"));
import(name).then(({ readNumber }) => done(texts.map((text) => {
  const { value, wrong } = readNumber(text, { least: 0, most: 2000 });
  return wrong ?? value;
})));
"""


def test_a_number_is_what_was_typed_or_is_asked_for_again(page):
    """Never 45 for 4,5: what cannot be read stays as it is, below it how to write it."""
    from selenium.webdriver import Keys

    page.open()
    assert page.driver.execute_async_script(READ, list(TYPED)) == list(TYPED.values())
    amount, times, weight = (
        "plan-0-dose-0-amount-number",
        "plan-0-dose-0-times",
        "patient-weight_kg",
    )
    page.enter(amount, "0,75")
    page.enter(weight, "62,5")
    assert page.sentence() == "0.75 mg/kg iv over 40 min"
    assert page.state()["patient"]["weight_kg"] == 62.5
    for field, typed, said in (
        (amount, "4,5,6", TYPED["4,5,6"]),
        (times, "2,5", "Write a whole number, such as 3."),
    ):
        page.enter(field, typed)
        assert (page.text(f"{field}-said"), page.holds(field)) == (said, typed)
        assert page.find(field).get_attribute("aria-invalid") == "true"
    assert page.sentence() == "0.75 mg/kg iv over 40 min"
    page.find(weight).send_keys(Keys.ARROW_UP, Keys.ARROW_UP, Keys.ARROW_DOWN)
    assert page.state()["patient"]["weight_kg"] == 63.5
    page.slide("plan-0-dose-0-amount", 0.2)
    assert (page.text(f"{amount}-said"), page.holds(amount)) == ("", "0.2")


def test_plans_are_added_named_copied_and_removed(page):
    page.open()
    page.choose("plan-add", "depression-iv")
    protocol = kp.list_protocols().row(by_predicate=_named("depression-iv"), named=True)
    assert page.sentence(1) == protocol["plan"]
    page.enter("plan-1-name", "As published")
    page.wait(lambda: {plan for plan, _, _ in page.numbers("Cmax")} == {"Infusion", "As published"})
    page.press("plan-1-duplicate")
    page.wait(lambda: page.sentence(2) == page.sentence(1))
    page.press("plan-1-remove")
    page.press("plan-1-remove")
    page.wait(lambda: {plan for plan, _, _ in page.numbers("Cmax")} == {"Infusion"})


def _named(name):
    import polars as pl

    return pl.col("name") == name


def test_a_vial_tells_volumes(page):
    page.open()
    page.enter("vial", "50 mg/mL")
    page.wait(lambda: "0.7 mL at 1.05 mL/h" in page.text("plan-0-told"))


@pytest.mark.parametrize(
    ("plan", "way", "field", "value"),
    [
        (EXAMPLE, "enter", "weight_kg", 90),
        ("25 mg esketamine nasal", "choose", "ancestry", "japanese"),
        (EXAMPLE, "choose", "dosing_weight", "ideal"),
    ],
)
def test_the_patient_changes_the_numbers(page, plan, way, field, value):
    model = "perez_ruixo2021" if "esketamine" in plan else "kamp2020"
    page.open(one(plan, model))
    before = page.numbers("Cmax")
    getattr(page, way)(f"patient-{field}", value)
    page.wait(lambda: page.numbers("Cmax") != before)
    ((_, name, analyte),) = page.numbers("Cmax")
    run = kp.simulate(plan, name, kp.Patient(**{**ME, field: value}))
    found = page.value("Plan", name, analyte, "Cmax")
    assert found == pytest.approx(run.exposure_columns(analyte)["Cmax"][0], rel=1e-9)


def test_a_patient_out_of_range_says_for_which_models(page):
    page.open(one("1 mg/kg iv bolus", "herd2007"))
    page.wait(lambda: page.text("patient-outside"))
    for age in (40, 3):
        page.enter("patient-age_y", age)
        outside = kp.load_model("herd2007").population.outside(kp.Cohort(weight_kg=70, age_y=age))
        wanted = [f"herd2007: {sentence}." for sentence in outside]
        assert bool(wanted) == (age == 40)
        page.wait(lambda wanted=wanted: page.items("patient-outside") == wanted)


def test_the_log_axis_is_one(page):
    """Equal ratios are equal distances, and not before."""
    page.open()

    def steps():
        return page.script(
            "const y = (v) => ketapk.chart().plot.valToPos(v, 'y');"
            "return [y(5) - y(20), y(20) - y(80)];"
        )

    low, high = steps()
    assert high == pytest.approx(4.0 * low, rel=1e-6)
    page.press("show-log")
    low, high = steps()
    assert high == pytest.approx(low, rel=1e-6)


def test_metabolite_effect_site_and_people_are_drawn_where_they_were_published(page):
    page.open(one("25 mg esketamine iv over 40 min", "otto2021"))
    page.press("show-metabolite")
    page.wait(lambda: "metabolite" in series(page, "kind"))
    assert {analyte for _, _, analyte in page.numbers("Cmax")} == {"esketamine", "noresketamine"}
    bands = page.script("return ketapk.chart().shown.picture.bands.length")
    page.press("show-ribbon")
    page.wait(lambda: page.script("return ketapk.chart().shown.picture.bands.length") == bands + 2)
    assert "512 people" in page.text("warnings")
    page.open(state(effect=True))
    page.wait(lambda: "effect site" in series(page, "kind"))
    shown = {
        m
        for m, kind in zip(series(page, "model"), series(page, "kind"), strict=True)
        if kind == "effect site"
    }
    published = {e["ke0_belongs_to"] for e in page.library()["effects"]} - {None}
    assert shown == published & set(series(page, "model"))
    assert shown
    assert "no ke0 was published with kamp2020" in page.text("warnings")


def test_level_axis_and_landmarks(page):
    page.open()
    page.enter("level", "100 ng/mL")
    run = kp.simulate(EXAMPLE, "kamp2020", kp.Patient(**ME)).exposure(above="100 ng/mL")
    page.wait(
        lambda: (
            "100 ng/mL"
            in page.script("return document.querySelector('#numbers thead').textContent")
        )
    )
    found = page.value("Infusion", "kamp2020", "ketamine", "above_h")
    assert found == pytest.approx(run["time above 100 ng/mL"][0], rel=1e-9)
    page.choose("until", "12")
    page.wait(lambda: page.script("return ketapk.last.until_h") == 12)
    assert page.script("return ketapk.chart().plot.scales.x.max") == 12
    marks = "return ketapk.chart().shown.landmarks.map(({ low, high }) => [low, high])"
    assert page.script(marks) == [[100, 100]]
    page.find("bands").click()
    page.press("band-analgesia")
    page.wait(lambda: page.script(marks) == [[70, 160], [100, 100]])


def test_models_are_all_one_or_these(page):
    page.open()
    every = {model for _, model, _ in page.numbers("Cmax")}
    assert every == set(kp.simulate_models(EXAMPLE, kp.Patient(**ME), times=[0.0]).runs)
    page.press("models-one")
    page.wait(lambda: {m for _, m, _ in page.numbers("Cmax")} == {"kamp2020"})
    page.press("models-chosen")
    page.press("model-domino")
    page.wait(lambda: {m for _, m, _ in page.numbers("Cmax")} == {"kamp2020", "domino"})
    page.press("models-all")
    page.wait(lambda: {m for _, m, _ in page.numbers("Cmax")} == every)
    page.script("document.querySelector('#numbers button.source').click()")
    assert page.focused() == "source-kamp2020"


def test_controls_of_routes(page):
    page.open(one("35 mg iv bolus", "kamp2020", view="routes"))
    page.wait(lambda: len(page.rows("routes-numbers")) == 4)
    page.press("route-sc")
    page.wait(lambda: "under the skin (sc)" in [row[0] for row in page.rows("routes-numbers")])
    page.choose("routes-match", "Cmax")
    page.wait(lambda: len({row[3] for row in page.rows("routes-numbers")}) == 1)
    page.wait(lambda: page.rows("ledger-table"))
    page.choose("ledger-plan", "im")
    page.wait(lambda: "by muscle" in page.text("ledger-table"))
    before = page.rows("ledger-table")
    page.press("ledger-play")
    page.wait(lambda: page.rows("ledger-table") != before)
    page.press("ledger-play")
    assert page.text("ledger-play") == "Play"
    stopped = page.rows("ledger-table")
    page.driver.execute_async_script(FRAMES, 30)
    assert page.rows("ledger-table") == stopped


def test_controls_of_schedules(page):
    page.open(state(view="schedules"))
    page.wait(lambda: page.rows("hold-sheet") and page.rows("sheet-table"))
    page.wait(lambda: page.rows("decrement-table"))
    page.enter("hold-until", "30 min")
    page.wait(lambda: page.rows("hold-sheet")[-1][0] == "09:30")
    page.enter("hold-start", "13:00")
    page.wait(lambda: page.rows("hold-sheet")[-1][0] == "13:30")
    page.enter("hold-step", "10 min")
    page.wait(lambda: all(re.search(r":\d0$", row[0]) for row in page.rows("hold-sheet")))
    page.enter("decrement-by", "80 %")
    page.wait(lambda: all("80 %" in row[0] for row in page.rows("decrement-table")))
    page.enter("decrement-lengths", "1 h, 3 h")
    page.wait(lambda: {len(row) for row in page.rows("decrement-table")} == {3})
    page.enter("vial", "1 mg/mL")
    given = kp.running_sheet(EXAMPLE, kp.Pump(concentration="1 mg/mL"), kp.Patient(**ME)).total_ml
    page.wait(lambda: float(page.rows("sheet-table")[-1][7]) == float(f"{given:.4g}"))
