"""What is taken from the page, file by file: it holds what was shown."""

import contextlib
import io
import json
import re
import shlex
import xml.etree.ElementTree as ET
from urllib.parse import quote

import numpy as np
import polars as pl
import pytest

import ketapk as kp
from ketapk.cli.app import main
from ketapk.notice import NOTICE
from tests.web.browsing import in_a_browser

pytestmark = in_a_browser

STATE = {
    "plans": [
        {"name": "By vein", "sentence": "0.5 mg/kg iv over 40 min"},
        {"name": "By muscle", "sentence": "25 mg im"},
    ],
    "all": False,
    "models": ["kamp2020", "domino"],
    "patient": {"weight_kg": 81.5},
}
FILES = {"svg": "svg", "png": "png", "html": "html", "csv": "csv", "json": "json", "toml": "toml"}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def taken(shown, tmp_path_factory):
    """A folder with every file, beside the programs, and the peaks that the page showed."""
    folder = tmp_path_factory.mktemp("taken")
    shown.driver.execute_cdp_cmd(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)}
    )
    shown.scheme("light")
    shown.open(quote(json.dumps(STATE)))
    shown.settled()
    shown.press("takeaway-open")
    for kind, ending in FILES.items():
        shown.press(f"takeaway-{kind}")
        shown.wait(lambda file=folder / f"ketapk.{ending}": file.exists() and file.stat().st_size)
    for kind in ("python", "command"):
        before = shown.text("takeaway-text")
        shown.press(f"takeaway-{kind}")
        shown.wait(lambda before=before: shown.text("takeaway-text") != before)
        text = shown.script("return document.getElementById('takeaway-text').textContent")
        (folder / kind).write_text(text, encoding="utf-8")
    peaks = {
        (plan, model.partition("+")[0]): shown.value(plan, model, analyte, "Cmax")
        for plan, model, analyte in shown.numbers("Cmax")
    }
    assert len(peaks) == 4
    return folder, peaks


def by_plan(rows):
    """Peaks of a table of `compare` as the page names them."""
    return {
        (row["plan"].partition(" [")[0], row["model"].partition("+")[0]): row["Cmax [ng/mL]"]
        for row in rows
    }


def test_the_command_prints_what_was_shown(taken, capsys):
    folder, peaks = taken
    assert main([*shlex.split((folder / "command").read_text())[1:], "--json"]) == 0
    assert by_plan(json.loads(capsys.readouterr().out)["table"]) == pytest.approx(peaks, rel=1e-12)


def test_the_program_makes_what_was_shown(taken):
    folder, peaks = taken
    space: dict = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec((folder / "python").read_text(), space)
    rows = space["comparison"].table.iter_rows(named=True)
    assert by_plan(rows) == pytest.approx(peaks, rel=1e-12)


def test_the_data_are_what_was_shown(taken):
    folder, peaks = taken
    told = json.loads((folder / "ketapk.json").read_text())
    assert by_plan(told["table"]) == pytest.approx(peaks, rel=1e-12)
    assert told["notice"] == NOTICE
    run = kp.read_scenario(folder / "ketapk.toml").run()
    assert by_plan(run.table.iter_rows(named=True)) == pytest.approx(peaks, rel=1e-12)
    rows = pl.read_csv(folder / "ketapk.csv").group_by("plan", "model").agg(pl.max("ng_per_ml"))
    found = {
        (plan.partition(" [")[0], model.partition("+")[0]): peak
        for plan, model, peak in rows.iter_rows()
    }
    assert found == pytest.approx(peaks, rel=1e-6)


def test_the_drawing_has_the_curves_at_their_heights(taken):
    """The scale is read off the drawing's own axis, the curves off its lines."""
    folder, peaks = taken
    root = ET.parse(folder / "ketapk.svg").getroot()
    texts = [(t.text or "", t) for t in root.iter(f"{SVG}text")]
    ticks = [
        (float(text), float(t.get("y")) - 4.0)
        for text, t in texts
        if t.get("text-anchor") == "end" and re.fullmatch(r"[\d.]+", text)
    ]
    slope, zero = np.polyfit([y for _, y in ticks], [v for v, _ in ticks], 1)
    drawn = []
    for line in root.iter(f"{SVG}path"):
        if line.get("fill") == "none":
            points = re.findall(r"[ML](\S+) (\S+?)(?=[ML]|$)", line.get("d"))
            drawn.append(slope * min(float(y) for _, y in points) + zero)
    assert sorted(drawn) == pytest.approx(sorted(peaks.values()), rel=2e-3)
    told = " ".join(text for text, _ in texts)
    for part in (NOTICE, "By vein: 0.5 mg/kg iv over 40 min", "81.5 kg", "ng/mL"):
        assert part in told


def test_the_picture_is_a_png_with_the_plot_in_it(taken, page):
    """Where the plot has its peak, the picture has the colour of the line, in every plan."""
    folder, _ = taken
    data = (folder / "ketapk.png").read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    size, colours = page.driver.execute_async_script(
        """
        const done = arguments[1];
        const bytes = Uint8Array.from(arguments[0]);
        createImageBitmap(new Blob([bytes], { type: "image/png" })).then((image) => {
          const canvas = new OffscreenCanvas(image.width, image.height);
          const ctx = canvas.getContext("2d");
          ctx.drawImage(image, 0, 0);
          const plot = ketapk.chart().plot;
          const found = ketapk.chart().shown.picture.series
            .map((line, k) => ({ line, values: plot.data[k + 1] }))
            .filter(({ line }) => line.lead)
            .map(({ line, values }) => {
              const i = values.indexOf(Math.max(...values));
              const x = Math.round(plot.valToPos(plot.data[0][i], "x", true));
              const y = Math.round(plot.valToPos(values[i], "y", true));
              const around = ctx.getImageData(x - 3, y - 3, 7, 7).data;
              const near = [];
              for (let p = 0; p < around.length; p += 4) near.push([...around.slice(p, p + 3)]);
              return [line.tint, near];
            });
          done([[image.width, image.height], found]);
        });
        """,
        list(data),
    )
    assert size[0] > 500
    assert len(colours) == 2
    for tint, near in colours:
        wanted = [int(tint[k : k + 2], 16) for k in (1, 3, 5)]
        assert min(max(abs(a - b) for a, b in zip(wanted, one, strict=True)) for one in near) < 40


def test_the_page_to_hand_out_opens_from_a_file_and_asks_nobody(taken, browser):
    folder, peaks = taken
    browser.get("about:blank")
    browser.get_log("performance")
    browser.get((folder / "ketapk.html").as_uri())
    shown = browser.execute_script(
        """
        return [...document.querySelectorAll("#numbers td")]
          .filter((c) => c.dataset.what === "Cmax").map((c) => Number(c.dataset.value));
        """
    )
    assert sorted(shown) == pytest.approx(sorted(peaks.values()), rel=1e-6)
    asked = [
        message["params"]["request"]["url"]
        for entry in browser.get_log("performance")
        if (message := json.loads(entry["message"])["message"])["method"]
        == "Network.requestWillBeSent"
    ]
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert asked


def test_what_is_left_out_is_told(page):
    """Two plans of which not every model answers both: one gives the racemate, one esketamine."""
    plans = [STATE["plans"][0], {"name": "S", "sentence": "25 mg esketamine iv over 40 min"}]
    page.open(quote(json.dumps({"plans": plans})))
    shown = page.script(
        "return ketapk.last.plans.map(({ runs }) => runs.map(({ model }) => model))"
    )
    common = set(shown[0]) & set(shown[1])
    left = set(shown[0]) ^ set(shown[1])
    assert common
    assert left
    page.press("takeaway-open")
    page.press("takeaway-command")
    page.wait(lambda: page.text("takeaway-said"))
    said, command = page.text("takeaway-said"), page.text("takeaway-text")
    assert said.startswith("Left out")
    assert all(model in said and f"--model {model}" not in command for model in left)
    assert all(f"--model {model}" in command for model in common)


TWO = ["0.5 mg/kg iv over 40 min", "0.3 mg/kg iv over 20 min"]
TEN_INFUSIONS = ["; ".join(f"{10 + k} mg esketamine iv over 20 min at {k} h" for k in range(10))]
TEN_INJECTIONS = ["; ".join(f"{25 + k} mg im at {k} h" for k in range(10))]


@pytest.mark.parametrize(
    ("view", "sentences"),
    [
        ("explore", TWO), ("routes", TWO), ("schedules", TWO), ("sources", TWO),
        ("routes", TEN_INFUSIONS), ("schedules", TEN_INJECTIONS),
    ],
)  # fmt: skip
def test_every_view_prints_on_one_sheet(page, view, sentences):
    plans = [{"name": f"Plan {k}", "sentence": text} for k, text in enumerate(sentences)]
    # The model whose ledger is longest of those that answer, and all.
    models = ["perez_ruixo2021"] if sentences is TEN_INFUSIONS else []
    state = {"plans": plans, "view": view, "models": models, "all": not models}
    page.open(quote(json.dumps(state)))
    page.wait(lambda: page.text(f"plan-{len(plans) - 1}-told"))
    if view == "routes":
        page.wait(lambda: page.rows("routes-numbers") and page.rows("ledger-table"))
    if view == "schedules":
        page.wait(lambda: page.rows("hold-sheet") and page.rows("decrement-table"))
        page.wait(lambda: page.rows("sheet-table") or page.text("sheet-problem"))
    assert page.sheets() == 1
