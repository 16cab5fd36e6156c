"""Time from a slider's step to the frame that shows it, in Chromium, and from start to example.

Run with ``python benchmarks/page_feel.py [STEPS]``. The command serves the page, ChromeDriver
presses an arrow key on a slider. What happens between is told apart: until the request leaves, the
work of the server, its answer around that work, reading what came, drawing, and what the browser
takes to show it. That ends with the first task after the frame that holds the drawing has been
rendered; what a display adds is not in it.
"""

from __future__ import annotations

import json
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from about import load, processor

sys.path.append(str(Path(__file__).resolve().parents[1]))
from tests.web.browsing import start_browser

STEPS = 40
WARM = 8
STARTS = 5
PATIENCE_S = 120
LIBRARIES = ("numba", "fastapi", "uvicorn")
INFUSION, OTHER = "0.5 mg/kg iv over 60 min", "0.5 mg/kg iv over 40 min"
ESKETAMINE = "25 mg esketamine iv over 60 min"
DEVICES = "84 mg spravato"
PEOPLE = {"ribbon": True}
LENGTH, MOMENT = "plan-0-dose-0-dur", "plan-0-dose-0-time"
CASES: dict[str, tuple[list[str], dict[str, Any], str]] = {
    "racemic infusion, one model": ([INFUSION], {"all": False}, LENGTH),
    "the same, all models": ([INFUSION], {}, LENGTH),
    "two plans, all models": ([INFUSION, OTHER], {}, LENGTH),
    "esketamine infusion, one model, 512 people": ([ESKETAMINE], {"all": False, **PEOPLE}, LENGTH),
    "the same, all models, 512 people": ([ESKETAMINE], PEOPLE, LENGTH),
    "two plans, all models, 512 people": ([ESKETAMINE, DEVICES], PEOPLE, LENGTH),
    "three nasal devices, all models": ([DEVICES], {}, MOMENT),
    "the same, 512 people": ([DEVICES], PEOPLE, MOMENT),
}
"""Plans, what differs from the example, and the slider that is moved."""
PARTS = ("to the request", "server", "around it", "read", "draw", "show")
WATCH = """
window.steps = [];
let step = null;
document.addEventListener("input", (event) => {
  if (event.target.type === "range") step = { input: event.timeStamp };
}, true);
const json = Response.prototype.json;
Response.prototype.json = async function () {
  const content = await json.call(this);
  if (step && this.url.endsWith("/api/curves")) {
    Object.assign(step, { read: performance.now(), work: content.took_ms });
  }
  return content;
};
let ketapk;
Object.defineProperty(window, "ketapk", {
  get: () => ketapk,
  set(page) {
    ketapk = page;
    let drawn = 0;
    Object.defineProperty(page, "drawn", { get: () => drawn, set(count) {
      drawn = count;
      // The canvas is drawn in a task that was queued before this one.
      queueMicrotask(() => {
        const mine = step ?? {};
        step = null;
        mine.drawn = performance.now();
        const rendered = new MessageChannel();
        requestAnimationFrame(() => rendered.port2.postMessage(null));
        rendered.port1.onmessage = () => {
          mine.shown = performance.now();
          window.firstShown ??= performance.timeOrigin + mine.shown;
          if (mine.input === undefined) return;
          const { requestStart: sent, responseStart: first, encodedBodySize: size } = performance
            .getEntriesByType("resource")
            .findLast((e) => e.name.endsWith("/api/curves") && e.startTime >= mine.input);
          performance.clearResourceTimings();
          window.steps.push({ ...mine, sent, first, size });
          window.onstep?.();
        };
      });
    } });
  },
});
"""
"""Notes what happens when, before the page's own modules run."""
SHOWN = """
const [step, done] = arguments;
if (steps.length > step) done();
else window.onstep = () => { window.onstep = null; done(); };
"""
"""Answers once a step is shown; who asks again and again takes the processor from the page."""


@contextmanager
def serving() -> Iterator[tuple[str, float]]:
    """Serve the page by its command: its address, and when the command was started [s]."""
    begun = time.time()
    command = [sys.executable, "-m", "ketapk", "serve", "--port", "0", "--no-browser"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            found = re.search(r"http://127\.0\.0\.1:\d+/", process.stderr.readline())
            assert found is not None
            yield found[0], begun
        finally:
            process.terminate()


def opened(driver: Any, address: str, state: dict[str, Any]) -> None:
    """Open the page in a state, and wait for its curves and its sliders."""
    driver.get("about:blank")
    driver.get(f"{address}#{quote(json.dumps(state))}")
    wait(driver, "window.firstShown > 0 && document.querySelector('.dose') !== null")


def wait(driver: Any, condition: str) -> None:
    """Wait until an expression of the page is true."""
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(driver, PATIENCE_S, 0.004).until(
        lambda _: driver.execute_script(f"return Boolean({condition})")
    )


def stepped(driver: Any, slider: str, count: int) -> list[dict[str, float]]:
    """Move a slider step by step, the next once the last is shown."""
    from selenium.webdriver import Keys

    found = driver.find_element("id", slider)
    for step in range(count):
        found.send_keys(Keys.ARROW_RIGHT)
        driver.execute_async_script(SHOWN, step)
    steps: list[dict[str, float]] = driver.execute_script("return steps")
    return steps[WARM:]


def parts(step: dict[str, float]) -> list[float]:
    """Durations of one step [ms]: see ``PARTS``."""
    waited = step["first"] - step["sent"]
    return [
        step["sent"] - step["input"],
        step["work"],
        waited - step["work"],
        step["read"] - step["first"],
        step["drawn"] - step["read"],
        step["shown"] - step["drawn"],
    ]


def start_ms(driver: Any) -> float:
    """Time from starting the command to the frame that shows the example [ms]."""
    driver.get("about:blank")
    with serving() as (address, begun):
        driver.get(address)
        wait(driver, "window.firstShown > 0")
        shown: float = driver.execute_script("return firstShown")
    return shown - 1e3 * begun


def payload(driver: Any) -> tuple[int, int]:
    """Bytes of the files of the page, and of the answers to it, once it stands."""
    sizes = driver.execute_script(
        """
        return ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind))
          .map((entry) => [entry.name.includes("/api/"), entry.encodedBodySize]);
        """
    )
    return tuple(sum(size for api, size in sizes if api is which) for which in (False, True))  # type: ignore[return-value]


def main() -> None:
    """Print the tables."""
    steps = WARM + int(sys.argv[1] if len(sys.argv) > 1 else STEPS)
    with tempfile.TemporaryDirectory() as profile:
        driver = start_browser(profile)
        driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
        try:
            print(f"{processor()}; load {load()}; Python {platform.python_version()}, "
                  f"Chromium {driver.capabilities['browserVersion']}, "
                  f"{', '.join(f'{name} {version(name)}' for name in LIBRARIES)}.\n")  # fmt: skip
            starts = sorted(start_ms(driver) for _ in range(STARTS))
            print(f"From start to the example shown: {statistics.median(starts):.0f} ms "
                  f"({starts[0]:.0f} to {starts[-1]:.0f}, {STARTS} starts).")  # fmt: skip
            with serving() as (address, _):
                opened(driver, address, {})
                files, answers = payload(driver)
                print(f"Files {files / 1024:.0f} kB, first answers {answers / 1024:.0f} kB.\n")
                print("| ms, median | step to screen | 10 % to 90 % |", " | ".join(PARTS), "| kB |")
                print("|---|" + "---|" * (len(PARTS) + 3))
                for name, (plans, differs, slider) in CASES.items():
                    state = {"plans": [{"name": f"Plan {k + 1}", "sentence": s}
                                       for k, s in enumerate(plans)], **differs}  # fmt: skip
                    opened(driver, address, state)
                    found = stepped(driver, slider, steps)
                    taken = sorted(step["shown"] - step["input"] for step in found)
                    split = [statistics.median(one) for one in zip(*map(parts, found), strict=True)]
                    tenth = len(taken) // 10
                    print(f"| {name} | {statistics.median(taken):.0f} "
                          f"| {taken[tenth]:.0f} to {taken[-1 - tenth]:.0f} | "
                          + " | ".join(f"{part:.0f}" for part in split)
                          + f" | {found[-1]['size'] / 1024:.0f} |", flush=True)  # fmt: skip
        finally:
            driver.quit()


if __name__ == "__main__":
    main()
