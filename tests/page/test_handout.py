"""The page to hand out: one file, no request, and numbers that are those of Python."""

import json
import re
import warnings
from urllib.parse import urlparse

import numpy as np
import pytest
from numpy.testing import assert_allclose

import ketapk as kp
from ketapk.page.responses import Kind, response
from tests.web.browsing import in_a_browser

ME = kp.Patient(weight_kg=70)
PLANS = {
    "IV": "35 mg iv over 40 min",
    "IM": "35 mg im",
    "device": "84 mg spravato",
    "mouth & <script>": "84 mg esketamine oral",
}


@pytest.fixture(scope="module")
def comparison():
    return kp.compare(PLANS, patient=ME)


@pytest.fixture(scope="module")
def opened(browser, tmp_path_factory, comparison):
    """The browser at the page, with logs that begin there."""
    page = tmp_path_factory.mktemp("page") / "page.html"
    page.write_text(comparison.to_html(), encoding="utf-8")
    browser.get("about:blank")
    for log in ("performance", "browser"):
        browser.get_log(log)
    browser.get(page.as_uri())
    return browser


def slide(driver, plan, what, value):
    driver.execute_script(
        """
        const input = [...document.querySelectorAll("input[type=range]")]
          .find((i) => i.dataset.plan === arguments[0] && i.dataset.what === arguments[1]);
        input.step = "any";
        input.value = arguments[2];
        input.dispatchEvent(new Event("input"));
        """,
        plan, what, value,
    )  # fmt: skip


def number(driver, plan, analyte, what):
    return driver.execute_script(
        """
        const cell = [...document.querySelectorAll("#numbers td")].find((c) =>
          c.dataset.plan === arguments[0] && c.dataset.analyte === arguments[1]
          && c.dataset.what === arguments[2]);
        return Number(cell.dataset.value);
        """,
        plan, analyte, what,
    )  # fmt: skip


def levels(driver, plan, analyte, times):
    return driver.execute_script(
        "return arguments[2].map((t) => ketapk.level(arguments[0], arguments[1], t));",
        plan, analyte, list(times),
    )  # fmt: skip


TIMES = np.concatenate([[0.0, 1e-3, 0.3, 0.5, 2 / 3, 0.7], np.linspace(0.75, 30, 40)])


def check(driver, name, plan, model, start_min=0.0):
    """Every number of a plan on the page against Python's, to a millionth."""
    run = kp.simulate(plan, model, ME, times=TIMES, allow_implausible=True)
    for position, analyte in enumerate(run.analytes):
        wanted = run.concentration(analyte)[0]
        found = levels(driver, name, position, TIMES)
        assert_allclose(found, wanted, rtol=1e-6, atol=1e-6 * wanted.max())
        curve = run.curve(analyte)
        assert_allclose(number(driver, name, analyte, "Cmax"), curve.Cmax[0], rtol=1e-6)
        assert_allclose(number(driver, name, analyte, "AUC"), curve.AUC_inf[0], rtol=1e-6)
        assert_allclose(number(driver, name, analyte, "Tmax_h"), curve.Tmax[0], rtol=1e-3)
        onset = curve.onset("70 ng/mL")[0]
        if np.isfinite(onset):
            assert_allclose(number(driver, name, analyte, "onset_h"), onset, rtol=1e-5)


@in_a_browser
def test_the_page_shows_pythons_numbers(opened):
    check(opened, "IV", PLANS["IV"], "kamp2020")
    check(opened, "IM", PLANS["IM"], "kamp2020+im")
    check(opened, "device", PLANS["device"], "perez_ruixo2021")
    check(opened, "mouth & <script>", PLANS["mouth & <script>"], "perez_ruixo2021")


@in_a_browser
def test_sliders_recompute_to_a_millionth(opened):
    slide(opened, "IV", "dose", 52.5)
    slide(opened, "IV", "duration", 97)
    slide(opened, "IV", "start", 25)
    check(opened, "IV", "52.5 mg iv over 97 min at 25 min", "kamp2020")
    slide(opened, "IV", "duration", 1)
    check(opened, "IV", "52.5 mg iv over 1 min at 25 min", "kamp2020")
    slide(opened, "IM", "dose", 21)
    slide(opened, "IM", "start", 30)
    check(opened, "IM", "21 mg im at 30 min", "kamp2020+im")
    slide(opened, "device", "start", 12)
    check(opened, "device", "84 mg spravato at 12 min", "perez_ruixo2021")
    opened.find_element("id", "reset").click()
    check(opened, "IV", PLANS["IV"], "kamp2020")


@in_a_browser
def test_buttons_and_names_work(opened):
    for name in ("scale", "metabolites"):
        button = opened.find_element("id", name)
        button.click()
        assert button.get_attribute("aria-pressed") == "true"
        button.click()
    legends = [e.text for e in opened.find_elements("css selector", "fieldset legend")]
    assert legends == list(PLANS)
    assert "must not be used to decide" in opened.find_element("class name", "notice").text
    assert opened.find_elements("css selector", "#chart canvas")


@in_a_browser
def test_the_page_makes_no_request_and_no_error(opened):
    asked = []
    for entry in opened.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        sent = message["method"] == "Network.requestWillBeSent"
        if sent and message["params"]["documentURL"].startswith("file:"):
            asked.append(urlparse(message["params"]["request"]["url"]).scheme)
    assert set(asked) <= {"file", "data"}
    assert "file" in asked
    assert [e for e in opened.get_log("browser") if e["level"] == "SEVERE"] == []


def test_the_page_is_one_small_file(comparison):
    text = comparison.to_html()
    assert len(text.encode()) < 1_000_000
    assert "default-src 'none'" in text
    assert not re.search(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=", text)
    assert "mouth &amp; &lt;script&gt;" in text
    assert "{{" not in text.replace("{{", "", 0).split("<script>")[0]
    for run in comparison.runs.values():
        assert run.model.doi in text
    assert "ketapk compare" in text
    assert (
        kp.compare({"IV": PLANS["IV"]}, patient=ME)
        .to_html(command="made by me")
        .count("made by me")
    )


@pytest.mark.parametrize(
    ("plan", "model"),
    [
        ("1 mg iv bolus", "kamp2020"),
        ("1 mg esketamine oral", "perez_ruixo2021"),
        ("50 mg rectal", "kamp2020+rectal"),
        ("1 mg esketamine buccal", "simons2022"),
    ],
)
def test_a_response_is_the_curve_of_one_milligram(plan, model):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", kp.KetapkWarning)
        run = kp.simulate(plan, model, kp.Patient(weight_kg=70, age_y=25), allow_implausible=True)
    kind = Kind.of(run.plan.doses[0])
    nodes = response(run, kind, run.model.parent)
    inside = (nodes[:, 0] > 0) & (np.diff(nodes[:, 0], append=np.inf) > 0)
    times = nodes[inside, 0]
    dose = run.plan.doses[0].amt
    there = run.at_times(times)
    assert_allclose(
        nodes[inside, 2] * dose, there.concentration(run.model.parent)[0], rtol=1e-9, atol=1e-12
    )
    assert_allclose(nodes[-1, 1] * dose, run.curve().AUC_inf[0], rtol=1e-9)


def test_a_cohort_has_no_page():
    many = kp.compare({"IV": PLANS["IV"]}, patient=kp.Cohort(weight_kg=[60, 70]))
    with pytest.raises(kp.PlanError, match="one person"):
        many.to_html()


def test_a_model_that_does_not_superpose_is_drawn_and_fixed():
    model = kp.one_compartment(V1=50, Vmax=30, Km=0.4)
    text = kp.compare({"IV": "20 mg iv bolus"}, patient=ME, model=model).to_html()
    assert "is not linear with constant rates" in text
