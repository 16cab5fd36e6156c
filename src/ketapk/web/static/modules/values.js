// A table of concentrations at round times, for screen readers and for copying.

import { el, fill, table } from "./dom.js";
import { MINUTES, num, readTime } from "./units.js";

const ROWS = 24;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 240, 360, 720, 1440, 2880, 10080].map((minutes) => minutes / MINUTES);

/** Make the table, written when it is opened and when it is open. */
export function makeValues(holder) {
  const place = el("div");
  const root = el("details", { id: "values" }, el("summary", {}, "Table of values"), place);
  holder.append(root);
  let answer = null;
  root.addEventListener("toggle", write);

  function write() {
    if (!root.open || answer === null) return;
    const step = STEPS.find((h) => answer.until_h / h <= ROWS) ?? answer.until_h / ROWS;
    const lines = answer.plans.filter((plan) => !plan.error).flatMap((plan) => plan.runs.flatMap((run) =>
      Object.entries(run.curves).map(([analyte, values]) => ({ title: `${plan.name}, ${run.model}, ${analyte}`, values }))));
    const rows = [];
    for (let t = 0; t <= answer.until_h * (1 + 1e-9); t += step) {
      rows.push([readTime(t), ...lines.map(({ values }) => num(at(answer.times_h, values, t)))]);
    }
    fill(place, table("Plasma concentrations [ng/mL]", ["Time", ...lines.map((line) => line.title)], rows, { id: "values-table" }));
  }

  return (next) => {
    answer = next;
    write();
  };
}

/** Between two samples as the plot draws it, a straight line. */
function at(times, values, t) {
  let hi = times.findIndex((x) => x >= t - 1e-12);
  if (hi < 0) hi = times.length - 1;
  if (hi === 0 || Math.abs(times[hi] - t) < 1e-9) return values[hi];
  const share = (t - times[hi - 1]) / (times[hi] - times[hi - 1]);
  return values[hi - 1] + share * (values[hi] - values[hi - 1]);
}
