// How long a level takes to fall, against the length of the infusion.

import { channel } from "./api.js";
import { makeChart } from "./chart.js";
import { el, fill, settled, table } from "./dom.js";
import { colour, dash } from "./look.js";
import { DRUG_NAMES } from "./sentence.js";
import { complaint, notes, parts, shownOrRefused, text } from "./sheets.js";
import { scenario, state } from "./state.js";
import { readTime } from "./units.js";

/** The axis is longer than the longest infusion, so that names stand beside the ends of their lines. */
const ROOM = 1.3;

/** How long a level takes to fall after infusions of several lengths. */
export function falling() {
  const said = complaint("decrement-problem");
  const place = el("div");
  const holder = el("div", { class: "chart low", id: "decrement-chart", role: "img", "aria-label": "Time to fall against length of the infusion" });
  let answer = null;
  const chart = makeChart(holder, { yLabel: "Time to fall [h]", xLabel: "Length of the infusion" });
  const shown = el("div", {}, el("figure", { class: "figure" }, holder), place);
  const asking = channel("/api/decrement", ...shownOrRefused(shown, said, (result) => {
    answer = result;
    draw();
  }));
  const root = el("section", { class: "part", "aria-labelledby": "decrement-title" }, el("h2", { id: "decrement-title" }, "How long a level takes to fall"),
    el("div", { class: "form" }, text("decrement", "rate", "Rate"), text("decrement", "lengths", "Lengths"), text("decrement", "by", "Fall by")),
    said, shown);

  function draw() {
    if (answer === null || root.closest("[hidden]")) return;
    fill(place, fallTable(answer), notes(answer));
    drawFall(chart, answer);
  }

  const request = settled(60, () => {
    const { rate, lengths, by } = state().decrement;
    asking.send({ scenario: scenario(), options: { rate, lengths: parts(lengths), by: parts(by) } });
  });
  return { root, key: "decrement", request, draw };
}

const lengthsOf = (answer) => [...new Set(answer.rows.map((row) => row.length_h))].sort((a, b) => a - b);

/** What a row is about: models of racemic ketamine and of an enantiomer stand in one table. */
const named = (row) => `${row.model} (${DRUG_NAMES[row.drug]}), ${row.by}`;

/** A row a model and percentage, a column a length. */
function fallTable(answer) {
  const lengths = lengthsOf(answer);
  const rows = new Map();
  for (const row of answer.rows) {
    const key = named(row);
    if (!rows.has(key)) rows.set(key, lengths.map(() => "–"));
    rows.get(key)[lengths.indexOf(row.length_h)] = readTime(row.time_h);
  }
  return table("Time to fall after an infusion of", ["Model (drug), fall", ...lengths.map(readTime)], [...rows].map(([key, cells]) => [key, ...cells]),
    { id: "decrement-table", class: "numbers" });
}

/** A line a model and percentage; the recommended model is not singled out. */
function drawFall(chart, answer) {
  const lengths = lengthsOf(answer);
  const lines = new Map();
  for (const row of answer.rows) {
    const key = `${row.model}, ${row.by}`;
    if (!lines.has(key)) lines.set(key, lengths.map(() => null));
    lines.get(key)[lengths.indexOf(row.length_h)] = row.time_h;
  }
  const series = [...lines].map(([key, values], k) => ({ key, values, stroke: colour(k), tint: colour(k), dash: dash(k), width: 2, lead: true, label: key }));
  chart.update({ times: lengths, series, bands: [], until: ROOM * lengths.at(-1) });
}
