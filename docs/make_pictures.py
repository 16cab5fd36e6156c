"""Draw the pictures of the page in docs/images: python docs/make_pictures.py [FOLDER].

Needs Chromium with its driver and the extras ``web``, ``plot`` and ``test``. Every view is drawn in
light, in dark, and as it is printed.
"""

from __future__ import annotations

import base64
import io
import json
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from tests.web.browsing import Page, served, start_browser  # noqa: E402

WIDTH = 1280
TALL = {"routes": 1500, "difference": 1100}
USUAL = 900
"""Heights of the window, by picture: as much as shows what it is of [CSS px]."""
PHONE = (375, 780)
SHEET = (710, 1039)
"""What A4 leaves inside its margins [CSS px]."""
COLOURS = 200
"""Of one picture: enough for its lines, and half the bytes."""

INFUSION = {"name": "Infusion", "sentence": "0.5 mg/kg iv over 40 min"}
BOLUS = {
    "name": "Bolus, then infusion",
    "sentence": "0.25 mg/kg iv bolus; 0.25 mg/kg iv over 40 min at 40 min",
}
STATES = {
    "explore": {},
    "difference": {"plans": [INFUSION, BOLUS], "all": False, "until": "3"},
    "people": {
        "plans": [{"name": "Esketamine", "sentence": "25 mg esketamine iv over 40 min"}],
        "all": False,
        "models": ["otto2021"],
        "ribbon": True,
        "metabolite": True,
        "until": "6",
    },
    "routes": {
        "plans": [{"name": "Esketamine", "sentence": "28 mg esketamine iv over 40 min"}],
        "view": "routes",
        "all": False,
        "models": ["perez_ruixo2021"],
    },
    "schedules": {"view": "schedules"},
    "sources": {"view": "sources"},
}
"""What of the page's state differs from the first example, by picture."""


def fragment(state: dict[str, object]) -> str:
    """The state as the page's link holds it."""
    return quote(json.dumps(state))


def ready(page: Page, view: str) -> None:
    """Wait until a view holds what it is to show, with the pointer in the plot where it has one."""
    if view == "routes":
        page.wait(lambda: page.rows("routes-numbers") and page.rows("ledger-table"))
        page.slide("ledger-time", 60)
    elif view == "schedules":
        page.wait(lambda: page.rows("hold-sheet") and page.rows("sheet-table"))
        page.wait(lambda: page.rows("decrement-table"))
    elif view != "sources":
        page.settled()
    page.wait(lambda: page.text("plan-0-told"))
    page.script(
        "return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


def screen(page: Page, width: int, height: int, *, ratio: float = 1.0, phone: bool = False) -> None:
    """Give the window a size [CSS px] and its number of pixels to one of these."""
    page.driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": ratio, "mobile": phone},
    )


def shot(page: Page, path: Path, size: tuple[int, int]) -> None:
    """Write what is in the window as a picture of few colours."""
    clip = {"x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1}
    taken = page.driver.execute_cdp_cmd(
        "Page.captureScreenshot", {"clip": clip, "captureBeyondViewport": False}
    )
    picture = Image.open(io.BytesIO(base64.b64decode(taken["data"]))).convert("RGB")
    few = picture.quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
    print(f"{path.name:<28}{path.stat().st_size // 1024:>5} kB")


def paper(page: Page) -> None:
    """Lay the page out as it is printed; what makes it so is what printing tells the page."""
    screen(page, *SHEET)
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    page.script("dispatchEvent(new Event('beforeprint'))")


def unpaper(page: Page) -> None:
    """Go back to the screen."""
    page.script("dispatchEvent(new Event('afterprint'))")
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def draw(page: Page, folder: Path) -> None:
    """Draw every view in every way."""
    for view, state in STATES.items():
        desk = (WIDTH, TALL.get(view, USUAL))
        for scheme in ("light", "dark"):
            page.scheme(scheme)
            screen(page, *desk)
            page.open(fragment(state))
            ready(page, view)
            shot(page, folder / f"page-{view}-{scheme}.png", desk)
        page.scheme("light")
        page.open(fragment(state))
        ready(page, view)
        paper(page)
        shot(page, folder / f"page-{view}-print.png", SHEET)
        unpaper(page)
    for scheme in ("light", "dark"):
        page.scheme(scheme)
        screen(page, *PHONE, ratio=2.0, phone=True)
        page.open(fragment(STATES["explore"]))
        ready(page, "explore")
        shot(page, folder / f"page-phone-{scheme}.png", PHONE)


def main() -> None:
    """Draw into docs/images, or into the folder that is named."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as profile, served() as address:
        driver = start_browser(profile)
        try:
            draw(Page(driver, address), folder)
        finally:
            driver.quit()


if __name__ == "__main__":
    main()
