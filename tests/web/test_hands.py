"""Hands on the page: a pointer in the plot, and keys alone."""

import json
import re
from urllib.parse import quote

import pytest

import ketapk as kp
from tests.web.browsing import in_a_browser

pytestmark = in_a_browser

EXAMPLE = "0.5 mg/kg iv over 40 min"
FITS = "%7B%22until%22%3A%223%22%7D"
"""An axis of three hours, that rests whatever is given."""


@pytest.fixture
def plot(page):
    page.window(1280, 900)
    page.open(FITS)
    page.settled()
    page.wait(lambda: page.script("return document.getElementById('bar-0-0') !== null"))
    yield page
    page.window(None, None)


def spot(page, hours, share=0.5):
    """Where in the window a time of the plot is, at some share of its height from the top."""
    return page.script(
        """
        const chart = ketapk.chart();
        document.getElementById("chart").scrollIntoView({ block: "center" });
        const box = chart.plot.over.getBoundingClientRect();
        return [Math.round(box.left + chart.leftAt(arguments[0])), Math.round(box.top + box.height * arguments[1])];
        """,
        hours, share,
    )  # fmt: skip


def drag(page, begin, end, between=4):
    """Press at one place, move in some steps, let go at another."""
    hand = page.hand()
    hand.pointer_action.move_to_location(*begin)
    hand.pointer_action.pointer_down()
    for k in range(1, between + 1):
        x, y = (round(a + (b - a) * k / between) for a, b in zip(begin, end, strict=True))
        hand.pointer_action.move_to_location(x, y)
    hand.pointer_action.pointer_up()
    hand.perform()


def minutes(sentence, word):
    """The minutes that a sentence says after a word."""
    found = re.search(rf"{word} ([\d.]+) (min|h)", sentence)
    return float(found[1]) * (60.0 if found[2] == "h" else 1.0)


def test_a_dose_is_dragged_in_the_plot_and_that_is_one_step(plot):
    drag(plot, spot(plot, 0.0), spot(plot, 0.5))
    plot.wait(lambda: " at " in plot.sentence())
    assert minutes(plot.sentence(), "at") == pytest.approx(30.0, abs=2.0)
    plot.find("undo").click()
    assert plot.sentence() == EXAMPLE
    assert not plot.find("undo").is_enabled()
    plot.find("redo").click()
    assert minutes(plot.sentence(), "at") == pytest.approx(30.0, abs=2.0)


def test_the_end_of_an_infusion_is_dragged_longer(plot):
    before = plot.numbers("Cmax")
    drag(plot, spot(plot, 40 / 60), spot(plot, 1.5))
    assert minutes(plot.sentence(), "over") == pytest.approx(90.0, abs=2.0)
    plot.wait(lambda: plot.numbers("Cmax") != before)


def test_a_bar_is_dragged_along_and_up(plot):
    bar = plot.script(
        """
        const bar = document.querySelector("#bar-0-0 .bar-body").getBoundingClientRect();
        return [Math.round(bar.left + bar.width / 2), Math.round(bar.top + bar.height / 2)];
        """
    )
    drag(plot, bar, (bar[0] + 90, bar[1]))
    assert minutes(plot.sentence(), "at") > 5.0
    plot.find("undo").click()
    drag(plot, bar, (bar[0], bar[1] - 120))
    assert plot.sentence() == "1 mg/kg iv over 40 min"
    plot.find("undo").click()
    assert plot.sentence() == EXAMPLE


def test_a_click_gives_the_last_dose_once_more(plot):
    place = spot(plot, 2.0)
    drag(plot, place, place, between=1)
    assert plot.sentence().startswith(f"{EXAMPLE}; {EXAMPLE} at ")
    assert minutes(plot.sentence().split(";")[1], "at") == pytest.approx(120.0, abs=2.0)
    plot.wait(lambda: plot.script("return document.getElementById('plan-0-dose-1') !== null"))
    plot.find("undo").click()
    assert plot.sentence() == EXAMPLE


def test_hover_reads_pythons_values(plot):
    run = kp.simulate(EXAMPLE, "kamp2020", kp.Patient(weight_kg=70, age_y=40))
    for hours in (0.4, 1.0, 2.2):
        hand = plot.hand()
        hand.pointer_action.move_to_location(*spot(plot, hours))
        hand.perform()
        plot.wait(lambda: plot.text("readout").startswith("At "))
        at, shown = plot.script(
            """
            const i = ketapk.chart().plot.cursor.idx;
            return [ketapk.last.times_h[i], document.querySelector("#readout .value").textContent];
            """
        )
        assert at == pytest.approx(hours, abs=0.02)
        value = float(re.search(r"Infusion ([\d.]+) ng/mL", shown)[1])
        assert value == float(f"{run.level('ketamine', at):.3g}")


def test_the_keyboard_reaches_the_controls(page):
    from selenium.webdriver import ActionChains, Keys

    page.open()
    page.script(
        "window.reached = []; addEventListener('focusin', (e) => reached.push(e.target.id))"
    )
    ActionChains(page.driver).send_keys(Keys.TAB * 60).perform()
    assert {
        "skip", "tab-explore", "takeaway-open", "plan-0-sentence", "plan-0-dose-0-amount",
        "plan-0-dose-0-dur", "vial", "patient-weight_kg", "models-all", "show-log", "level",
        "until", "chart", "bar-0-0",
    } <= set(page.script("return reached"))  # fmt: skip


def test_keys_move_what_a_pointer_moves(page):
    from selenium.webdriver import Keys

    page.open()
    page.find("plan-0-dose-0-amount").send_keys(Keys.ARROW_RIGHT)
    page.wait(lambda: page.sentence() != EXAMPLE)
    page.find("chart").send_keys(Keys.HOME, Keys.ARROW_RIGHT)
    assert "ng/mL" in page.text("readout")
    moved = page.sentence()
    page.find("bar-0-0").send_keys(Keys.ARROW_RIGHT)
    page.wait(lambda: page.sentence() != moved)
    page.find("tab-explore").send_keys(Keys.ARROW_RIGHT)
    assert page.focused() == "tab-routes"
    assert page.find("view-routes").is_displayed()
    page.find("tab-routes").send_keys(Keys.HOME)
    assert page.find("view-explore").is_displayed()


def test_a_question_is_asked_and_answered_by_keys_alone(page):
    """A copy of the plan, half of its dose, the difference; then what is taken away, and back."""
    from selenium.webdriver import ActionChains, Keys

    page.open()

    def press(*keys):
        ActionChains(page.driver).send_keys(*keys).perform()

    def tab_to(name):
        for _ in range(80):
            if page.focused() == name:
                return
            press(Keys.TAB)
        raise AssertionError(name)

    tab_to("plan-0-duplicate")
    press(Keys.ENTER)
    page.wait(lambda: page.script("return document.getElementById('plan-1-sentence') !== null"))
    tab_to("plan-1-sentence")
    ActionChains(page.driver).key_down(Keys.CONTROL).send_keys("a").key_up(Keys.CONTROL).perform()
    press("0.25 mg/kg iv over 40 min")
    page.wait(lambda: page.find("difference").is_displayed())
    assert "they part at 0 min" in page.text("difference-title")
    page.find("takeaway-open").send_keys(Keys.ENTER)
    page.wait(lambda: page.find("takeaway").is_displayed())
    press(Keys.ESCAPE)
    page.wait(lambda: not page.find("takeaway").is_displayed())
    assert page.focused() == "takeaway-open"
    ActionChains(page.driver).key_down(Keys.CONTROL).send_keys("z").key_up(Keys.CONTROL).perform()
    page.wait(lambda: page.sentence(1) == EXAMPLE)


def test_a_view_that_is_chosen_is_a_step_of_back_and_an_edit_is_none(page):
    page.open(quote(json.dumps({"level": "80 ng/mL"})))
    page.view("routes")
    page.view("schedules")
    page.enter("patient-weight_kg", 62)
    page.wait(lambda: '"weight_kg":62' in page.fragment())
    page.find("hold-until").click()
    page.driver.back()
    page.wait(lambda: page.find("view-routes").is_displayed())
    assert page.focused() == "tab-routes"
    page.wait(lambda: '"weight_kg":62' in page.fragment() and '"routes"' in page.fragment())
    page.driver.back()
    page.wait(lambda: page.find("view-explore").is_displayed())
    assert page.focused() == "tab-explore"
    page.wait(lambda: '"weight_kg":62' in page.fragment() and '"view"' not in page.fragment())
    page.find("vial").click()
    page.driver.forward()
    page.wait(lambda: page.find("view-routes").is_displayed())
    assert page.focused() == "vial"
    assert page.state()["patient"]["weight_kg"] == 62
    assert page.state()["level"] == "80 ng/mL"
    page.driver.refresh()
    page.wait(lambda: page.find("view-routes").is_displayed())
    page.driver.back()
    page.wait(lambda: page.find("view-explore").is_displayed())


def test_a_link_that_is_followed_is_taken_whole_and_back_goes_whole(page):
    page.open(quote(json.dumps({"level": "80 ng/mL"})))
    page.script(
        "location.hash = arguments[0]", quote(json.dumps({"level": "90 ng/mL", "view": "sources"}))
    )
    page.wait(
        lambda: page.state()["level"] == "90 ng/mL" and page.find("view-sources").is_displayed()
    )
    page.driver.back()
    page.wait(
        lambda: page.state()["level"] == "80 ng/mL" and page.find("view-explore").is_displayed()
    )
