"""The page on a phone and on a small desk: nothing is out of reach."""

import json
from urllib.parse import quote

import pytest

from tests.web.browsing import in_a_browser

pytestmark = in_a_browser

PLANS = [
    {"name": "Infusion", "sentence": "0.5 mg/kg iv over 40 min"},
    {"name": "Bolus, then infusion", "sentence": "0.2 mg/kg iv bolus; 0.1 mg/kg/h iv for 2 h"},
]
OUT_OF_REACH = """
const seen = (e) => e.checkVisibility({ visibilityProperty: true });
const out = [];
for (const control of document.querySelectorAll("button, select, input, textarea, summary, [tabindex='0']")) {
  if (!seen(control) || control.closest(".skip") || control.closest("[aria-hidden=true]")) continue;
  control.scrollIntoView({ block: "center", inline: "nearest" });
  const box = control.getBoundingClientRect();
  const x = (Math.max(box.left, 0) + Math.min(box.right, innerWidth)) / 2;
  const y = (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2;
  const hit = document.elementFromPoint(x, y);
  const reached = hit !== null && (control.contains(hit) || hit.contains(control)
    || (hit.closest("label") !== null && hit.closest("label").contains(control)));
  const cut = box.left < -1 || box.right > innerWidth + 1;
  if (!reached || (cut && !control.closest(".scroll"))) out.push([control.id || control.textContent, box.left, box.right]);
}
return out;
"""


@pytest.mark.parametrize("width", [375, 1024])
def test_nothing_is_out_of_reach(page, width):
    """In every view no sideways scrolling, and every control is where a finger can touch it."""
    page.window(width, 780)
    try:
        page.open(quote(json.dumps({"plans": PLANS})))
        page.wait(lambda: page.find("difference").is_displayed())
        for view in ("explore", "routes", "schedules", "sources"):
            page.view(view)
            if view == "schedules":
                page.wait(lambda: page.rows("hold-sheet") and page.rows("decrement-table"))
            page.script("for (const d of document.querySelectorAll('details')) d.open = true")
            page.script("document.getElementById('bands').open = false")
            assert page.script("return document.scrollingElement.scrollWidth") <= width, view
            assert page.script(OUT_OF_REACH) == [], view
            assert page.find("notice").is_displayed()
            assert page.script(
                "return document.getElementById('notice').getBoundingClientRect().bottom <= innerHeight"
            )
    finally:
        page.window(None, None)


def test_a_small_window_keeps_the_plot_in_its_width(page):
    """The plot follows the window, both ways."""
    page.open()
    try:
        for width in (375, 1280, 700):
            page.window(width, 780)
            page.wait(
                lambda: page.script(
                    "const c = document.getElementById('chart');"
                    "return ketapk.chart().plot.width === c.clientWidth && c.clientWidth < innerWidth"
                )
            )
    finally:
        page.window(None, None)


def test_many_doses_scroll_and_are_printed_whole(page):
    """The page is no longer for more of them, keys reach the last, and paper holds every one."""
    from selenium.webdriver import Keys

    heights, measure = [], "const e = document.querySelector(arguments[0]); return e[arguments[1]]"
    for count in (10, 120):
        plan = "; ".join(f"{k + 1} mg im at {k} h" for k in range(count))
        page.open(quote(json.dumps({"plans": [{"name": "Many", "sentence": plan}], "all": False})))
        page.wait(lambda count=count: len(page.items("plan-0-told")) > count)
        heights.append(page.script(measure, "#plans", "offsetHeight"))
    assert heights[0] == heights[1]
    page.find("plan-0-told").send_keys(Keys.END)
    page.wait(lambda: page.script(measure, "#plan-0-told", "scrollTop") > 0)
    page.find("plan-0-dose-119-time").send_keys(Keys.TAB)
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        whole, shown = (
            page.script(measure, "#plan-0-told", what) for what in ("scrollHeight", "clientHeight")
        )
        assert whole == shown
    finally:
        page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
