"""The page in Chromium, in the words of the one who uses it."""

import base64
import contextlib
import json
import re
import shutil
import subprocess
import sys
import warnings
from urllib.parse import urlparse

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")
in_a_browser = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="needs Chromium and ChromeDriver: apt install chromium-driver"
)
PATIENCE_S = 20
FRAME = "requestAnimationFrame(arguments[0])"
"""Come back with the next frame: changed media are told before one is drawn."""


def start_browser(profile):
    """Start Chromium without a window, with the logs of its network and console."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in (
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--disable-dev-shm-usage", "--window-size=1280,900", f"--user-data-dir={profile}",
    ):  # fmt: skip
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        return webdriver.Chrome(options=options, service=Service(DRIVER))


@contextlib.contextmanager
def served():
    """Run the command that serves the page, and give its address."""
    command = [sys.executable, "-m", "ketapk", "serve", "--port", "0", "--no-browser"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            said = process.stderr.readline()
            yield re.search(r"http://127\.0\.0\.1:\d+/", said)[0]
        finally:
            process.terminate()


class Page:
    """The page at an address; everything waits for what it needs, and nothing sleeps."""

    def __init__(self, driver, address):
        self.driver = driver
        self.address = address

    def open(self, fragment=""):
        """Open the page afresh, and wait for its first curves and how plans were understood."""
        self.driver.get("about:blank")
        self.driver.get(f"{self.address}#{fragment}")
        self.wait(lambda: self.script("return window.ketapk?.drawn > 0"))
        self.wait(lambda: self.script("return document.querySelector('.dose') !== null"))

    def wait(self, condition):
        """Wait until a condition holds; elements that were just replaced are looked up again."""
        from selenium.common.exceptions import (
            NoSuchElementException,
            StaleElementReferenceException,
        )
        from selenium.webdriver.support.ui import WebDriverWait

        passing = (NoSuchElementException, StaleElementReferenceException)
        waiting = WebDriverWait(self.driver, PATIENCE_S, 0.03, ignored_exceptions=passing)
        return waiting.until(lambda _: condition())

    def script(self, text, *given):
        return self.driver.execute_script(text, *given)

    def find(self, name):
        return self.driver.find_element("id", name)

    def text(self, name):
        """Read the text of an element, spaces as one, also where it is out of sight."""
        found = "return document.getElementById(arguments[0])?.textContent ?? ''"
        return " ".join(self.script(found, name).split())

    def holds(self, name):
        """Read what a field holds."""
        return self.script("return document.getElementById(arguments[0]).value", name)

    def state(self):
        return self.script("return ketapk.state")

    def fragment(self):
        return self.script("return decodeURIComponent(location.hash.slice(1))")

    def sentence(self, plan=0):
        return self.holds(f"plan-{plan}-sentence")

    def focused(self):
        return self.script("return document.activeElement.id")

    def slide(self, name, value, steps=()):
        """Drag a slider by way of some steps, and let it go."""
        self.script(
            """
            const slider = document.getElementById(arguments[0]);
            for (const value of arguments[1]) {
              slider.value = value;
              slider.dispatchEvent(new Event("input", { bubbles: true }));
            }
            slider.dispatchEvent(new Event("change", { bubbles: true }));
            """,
            name, [*steps, value],
        )  # fmt: skip

    def write(self, name, text):
        """Replace what a field holds by keys."""
        from selenium.webdriver import Keys

        field = self.find(name)
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(text)

    def enter(self, name, value):
        """Replace what a field holds, and leave it."""
        from selenium.webdriver import Keys

        self.write(name, str(value))
        self.find(name).send_keys(Keys.TAB)

    def press(self, name):
        """Press a button, brought to the middle of the window first."""
        button = self.find(name)
        self.script("arguments[0].scrollIntoView({ block: 'center' })", button)
        button.click()

    def choose(self, name, value):
        from selenium.webdriver.support.ui import Select

        Select(self.find(name)).select_by_value(value)

    def view(self, name):
        """Go to a view and wait until it shows."""
        self.press(f"tab-{name}")
        self.wait(lambda: self.find(f"view-{name}").is_displayed())
        if name == "routes":
            self.wait(lambda: self.rows("routes-numbers"))

    def rows(self, name):
        """Read the cells of a table's body, as shown, empty where there is no such table."""
        return self.script(
            """
            return [...document.querySelectorAll(`#${arguments[0]} tbody tr`)]
              .map((row) => [...row.cells].map((cell) => cell.textContent.trim()));
            """,
            name,
        )

    def numbers(self, what):
        """Read one column of the table of numbers, as shown, by plan, model, analyte."""
        found = self.script(
            """
            return [...document.querySelectorAll("#numbers td[data-what]")]
              .filter((cell) => cell.dataset.what === arguments[0])
              .map(({ dataset: d, textContent }) => [d.plan, d.model, d.analyte, textContent]);
            """,
            what,
        )
        return {tuple(key): text for *key, text in found}

    def value(self, plan, model, analyte, what):
        """Read the full value behind a number."""
        return self.script(
            """
            const [plan, model, analyte, what] = arguments;
            return Number([...document.querySelectorAll("#numbers td")].find(({ dataset: d }) =>
              d.plan === plan && d.model === model && d.analyte === analyte && d.what === what)
              .dataset.value);
            """,
            plan, model, analyte, what,
        )  # fmt: skip

    def shows(self, peaks):
        """Wait until the peaks in the table are these."""
        from selenium.common.exceptions import TimeoutException

        try:
            self.wait(lambda: self.numbers("Cmax") == peaks)
        except TimeoutException:
            assert self.numbers("Cmax") == peaks

    def settled(self):
        """Wait until the newest curves are those of the state."""
        self.wait(
            lambda: self.script(
                """
                const { last, state } = ketapk;
                return last.plans.length === state.plans.length
                  && last.plans.every(({ name }, i) => name === state.plans[i].name)
                  && document.querySelector(`[data-what="onset_h"]`) !== null
                  && document.querySelector("#numbers thead").textContent.includes(state.level);
                """
            )
        )

    def scheme(self, name):
        """Show the page as people see it who prefer light or dark, and wait until it was told so."""
        features = [
            {"name": "prefers-color-scheme", "value": name},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        self.driver.execute_async_script(FRAME)

    def items(self, name):
        """Read the items of a list."""
        return self.script(
            "return [...document.querySelectorAll(`#${arguments[0]} li`)].map((i) => i.textContent)",
            name,
        )

    def library(self):
        """Ask the server what the library holds, as the page does."""
        return self.driver.execute_async_script(
            "const done = arguments[0]; fetch('/api/library').then((a) => a.json()).then(done);"
        )

    def hand(self):
        """A pointer that moves at once, to be told what to do and then to do it."""
        from selenium.webdriver.common.action_chains import ActionBuilder

        return ActionBuilder(self.driver, duration=0)

    def sheets(self):
        """Print the page, and count the sheets of A4."""
        printed = self.driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
        return len(re.findall(rb"/Type\s*/Page\b", base64.b64decode(printed["data"])))

    def window(self, width, height):
        """Give the window another size [CSS px]; None goes back to its own."""
        if width is None:
            self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
            return
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600},
        )

    def findings(self, place="body", rules=()):
        """Serious and critical findings of axe-core within a place: rule, where, what is wrong.

        ``rules`` are those that are looked at; all by default.
        """
        from axe_core_python.selenium import Axe

        if not self.script("return 'axe' in window"):
            self.script(Axe().axe_script)
        options = {"resultTypes": ["violations"], "preload": False}
        if rules:
            options["runOnly"] = {"type": "rule", "values": list(rules)}
        return self.driver.execute_async_script(
            """
            const [place, options, done] = arguments;
            axe.run(place, options).then(({ violations }) => done(violations
              .filter(({ impact }) => impact === "serious" || impact === "critical")
              .flatMap(({ id, nodes }) => nodes.map((n) => [id, n.target, n.failureSummary]))));
            """,
            place, options,
        )  # fmt: skip

    def asked(self):
        """Whom the page has asked since this was called last, and the errors in its console."""
        asked = set()
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] != "Network.requestWillBeSent":
                continue
            if not message["params"]["documentURL"].startswith(self.address):
                continue
            url = urlparse(message["params"]["request"]["url"])
            if url.scheme == "blob":
                url = urlparse(url.path)
                asked.add(f"blob:{url.scheme}://{url.netloc}/")
            else:
                asked.add(f"{url.scheme}://{url.netloc}/")
        said = [e["message"] for e in self.driver.get_log("browser") if e["level"] == "SEVERE"]
        # A refusal is an answer of 422, which Chromium counts as an error of its own.
        return asked, [e for e in said if not re.search(r"/api/[\w/]+ .*status of 422", e)]
