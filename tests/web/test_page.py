"""The page in a browser, on the real server: what it shows is what Python and the command say."""

from urllib.parse import quote

import pytest

import ketapk as kp
from ketapk.cli.app import main
from tests.web.answers import same
from tests.web.browsing import in_a_browser

pytestmark = in_a_browser

EXAMPLE = "0.5 mg/kg iv over 40 min"
ME = kp.Patient(weight_kg=70, age_y=40, sex="F", height_cm=170)
VIEWS = ("explore", "routes", "schedules", "sources")


def digits(value):
    """Three significant digits as the page writes them, with no trailing zero."""
    return f"{float(f'{value:.3g}'):.12f}".rstrip("0").rstrip(".")


def peaks(plan, name="Infusion"):
    """What every eligible model says of a plan: rows as the table of numbers has them."""
    found = kp.simulate_models(plan, ME, times=[0.0])
    return {
        (name, run.model.name, run.model.parent): digits(
            run.exposure_columns(run.model.parent)["Cmax"][0]
        )
        for run in found.runs.values()
    }


def test_the_first_view_is_a_finished_example(page):
    page.open()
    assert page.numbers("Cmax") == peaks(EXAMPLE)
    run = kp.simulate(EXAMPLE, "kamp2020", ME, times=[0.0])
    values = run.exposure_columns(run.model.parent)
    assert page.value("Infusion", run.model.name, run.model.parent, "Cmax") == pytest.approx(
        values["Cmax"][0], rel=1e-12
    )
    assert page.text("plan-0-told").startswith("35 mg = 0.5 mg/kg; over 40 min: 0.75 mg/kg/h")
    assert "must not be used to decide how a patient is treated" in page.text("notice")
    assert page.find("notice").is_displayed()


def test_the_kept_example_is_what_the_page_asks_for(page):
    page.open()
    kept = page.script("return structuredClone(ketapk.last)")
    assert page.script("return performance.getEntriesByName(`${location.origin}/api/curves`)") == []
    for until in ("2", ""):
        before = page.script("return ketapk.drawn")
        page.script("ketapk.change({ until: arguments[0] })", until)
        page.wait(lambda before=before: page.script("return ketapk.drawn") > before)
    asked = page.script("return ketapk.last")
    del asked["took_ms"]
    same(kept, asked)


def test_a_slider_changes_the_sentence_and_the_numbers(page):
    page.open()
    page.slide("plan-0-dose-0-amount", 0.7)
    page.shows(peaks("0.7 mg/kg iv over 40 min"))
    assert page.sentence() == "0.7 mg/kg iv over 40 min"
    page.slide("plan-0-dose-0-dur", 60)
    page.slide("plan-0-dose-0-time", 15)
    page.shows(peaks("0.7 mg/kg iv over 60 min at 15 min"))
    assert page.sentence() == "0.7 mg/kg iv over 1 h at 15 min"
    page.wait(lambda: page.text("plan-0-told").startswith("49 mg = 0.7 mg/kg; over 1 h"))


def test_a_typed_sentence_changes_the_controls(page):
    page.open()
    page.write("plan-0-sentence", "35 mg im")
    page.shows(peaks("35 mg im"))
    page.wait(lambda: page.holds("plan-0-dose-0-amount-number") == "35")
    assert page.holds("plan-0-dose-0-route") == "im"
    assert page.sentence() == "35 mg im"
    assert page.focused() == "plan-0-sentence"


def test_a_bad_plan_gets_the_sentence_of_the_command_line(page, capsys):
    page.open()
    for plan in ("35 iv", "-5 mg iv", "35 mg knee", "35 mg iv over -3 min"):
        assert main(["compare", f"Infusion={plan}"]) == 2
        said = " ".join(capsys.readouterr().err.split())
        page.write("plan-0-sentence", plan)
        page.wait(lambda said=said: page.text("plan-0-error") == said)
        assert page.find("plan-0-sentence").get_attribute("aria-invalid") == "true"


def test_a_bad_patient_gets_the_sentence_of_the_command_line(page, capsys):
    assert main(["compare", f"Infusion={EXAMPLE}", "--weight", "900"]) == 2
    said = " ".join(capsys.readouterr().err.split())
    page.open()
    page.enter("patient-weight_kg", 900)
    page.wait(lambda: page.text("patient-said") == said)
    page.enter("patient-weight_kg", 70)
    page.wait(lambda: not page.find("patient-said").is_displayed())


def test_the_link_restores_the_state(page):
    page.open()
    page.write("plan-0-sentence", "25 mg esketamine iv over 20 min")
    page.find("show-log").click()
    page.find("show-metabolite").click()
    page.find("plan-0-duplicate").click()
    page.enter("level", "90 ng/mL")
    page.wait(lambda: "90 ng/mL" in page.fragment())
    page.settled()
    state, numbers, sentence = page.state(), page.numbers("AUC_inf"), page.sentence()
    assert len(state["plans"]) == 2
    page.open(page.fragment())
    assert page.state() == state
    assert page.numbers("AUC_inf") == numbers
    assert page.sentence() == sentence
    assert page.find("show-log").get_attribute("aria-pressed") == "true"


@pytest.mark.parametrize("fragment", ["{", quote('{"plans": 7, "view": "elsewhere"}'), "%"])
def test_a_broken_link_shows_the_example(page, fragment):
    page.open(fragment)
    assert page.sentence() == EXAMPLE
    assert page.find("view-explore").is_displayed()


def test_routes_are_those_of_python(page):
    page.open()
    page.view("routes")
    rows = page.rows("routes-numbers")
    assert [row[0] for row in rows] == ["by vein (iv)", "by muscle (im)", "by nose", "by mouth"]
    # The plan's own route is as planned; the others give its milligrams at once.
    given = [(EXAMPLE, "kamp2020"), ("35 mg im", "kamp2020+im")]
    for row, (plan, model) in zip(rows, given, strict=False):
        run = kp.simulate(plan, model, ME, times=[0.0])
        assert row[3] == digits(run.exposure_columns("ketamine")["Cmax"][0])
    page.wait(lambda: page.rows("ledger-table"))
    page.choose("routes-match", "AUC")
    page.wait(lambda: len({row[5] for row in page.rows("routes-numbers")}) == 1)


def test_the_ledger_sums_to_the_dose(page):
    page.open()
    page.view("routes")
    page.wait(lambda: page.rows("ledger-table"))
    for position in (0, 40, 100):
        page.slide("ledger-time", position)
        shown = sum(float(row[1]) for row in page.rows("ledger-table"))
        assert shown == pytest.approx(float(page.rows("routes-numbers")[-1][1]), rel=0.02)


def test_schedules_hold_a_level_and_tell_the_pump(page):
    page.open()
    page.view("schedules")
    page.wait(lambda: page.rows("hold-sheet") and page.rows("sheet-table"))
    page.wait(lambda: page.rows("decrement-table"))
    assert "mg in all" in page.text("hold-told")
    before = page.text("hold-told")
    page.enter("hold-target", "50 ng/mL")
    page.wait(lambda: page.text("hold-told") != before)
    page.press("hold-use")
    page.wait(lambda: len(page.state()["plans"]) == 2)
    assert page.find("view-explore").is_displayed()


def test_sources_name_every_model(page):
    page.open()
    page.view("sources")
    told = page.text("view-sources")
    for name in kp.list_models()["name"]:
        assert name in told


def test_nothing_serious_stands_in_the_way(page):
    """What axe-core finds in each view, with all that can be unfolded in it, and its colours in the dark."""
    pytest.importorskip("axe_core_python", reason="needs axe-core-python: pip install '.[test]'")
    page.scheme("light")
    page.open()
    page.press("plan-0-duplicate")
    page.wait(lambda: page.script("return document.getElementById('plan-1') !== null"))
    page.settled()
    for view in VIEWS:
        page.view(view)
        page.script("for (const d of document.querySelectorAll('details')) d.open = true")
        if view == "schedules":
            page.wait(lambda: page.rows("hold-sheet") and page.rows("sheet-table"))
        # What stands beside every view is the same in each.
        place = "body" if view == "explore" else "main"
        assert page.findings(place) == [], view
        page.scheme("dark")
        assert page.findings(place, ("color-contrast",)) == [], view
        page.scheme("light")
    page.write("plan-0-sentence", "35 mg knee")
    page.wait(lambda: page.text("plan-0-error"))
    assert page.findings("#plans") == []
    page.press("takeaway-open")
    assert page.findings("#takeaway") == []
