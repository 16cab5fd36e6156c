// The measures of every plan in every model, written in place.

import { el, fill, say } from "./dom.js";
import { showSource } from "./sources.js";
import { num, readTime } from "./units.js";

const COLUMNS = (level) => [
  ["Cmax", "Peak", "ng/mL", (v) => num(v)],
  ["Tmax_h", "at", "", readTime],
  ["onset_h", `First at ${level}`, "", readTime],
  ["above_h", `Above ${level}`, "", readTime],
  ["washout_h", `Washout to ${level}`, "", readTime],
  ["AUC_inf", "AUC", "ng h/mL", (v) => num(v)],
  ["t_half_h", "Half-life", "", readTime],
];

/** Make the table of measures. */
export function makeNumbers(holder) {
  const body = el("tbody");
  const head = el("tr");
  holder.append(el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Numbers" },
    el("table", { id: "numbers", class: "numbers" }, el("caption", { class: "visually-hidden" }, "Peak, onset, time above the level, time after the last dose until it is below for good, area to infinity and terminal half-life of every plan in every model"),
      el("thead", {}, head), body)));
  let signature = "";
  let cells = [];

  return (answer, level) => {
    const rows = rowsOf(answer);
    const columns = COLUMNS(level).filter(([key]) => rows.some((row) => key in row.measures));
    const next = JSON.stringify([level, rows.map((row) => [row.plan, row.model, row.analyte, row.note])]);
    if (next !== signature) {
      signature = next;
      fill(head, el("th", { scope: "col" }, "Plan"), el("th", { scope: "col", class: "text" }, "Model"),
        columns.map(([, title, unit]) => el("th", { scope: "col" }, title, unit ? el("small", {}, ` [${unit}]`) : null)));
      cells = rows.map((row) => columns.map(([key]) => el("td", { data: { plan: row.plan, model: row.model, analyte: row.analyte, what: key } })));
      fill(body, rows.map((row, r) => el("tr", { class: row.lead ? "lead" : "" },
        el("th", { scope: "row" }, `${row.plan}${row.first ? "" : `, ${row.analyte}`}`),
        el("td", { class: "text" }, el("button", { type: "button", class: "quiet source", title: `Source of ${row.model}`, onclick: () => showSource(row.model) }, row.model),
          el("small", {}, row.note)), cells[r])));
    }
    rows.forEach((row, r) => columns.forEach(([key, , , write], c) => {
      const value = row.measures[key];
      say(cells[r][c], write(value));
      cells[r][c].dataset.value = value ?? "";
    }));
  };
}

function rowsOf(answer) {
  return answer.plans.filter((plan) => !plan.error).flatMap((plan) => plan.runs.flatMap((run, m) =>
    Object.entries(run.measures).map(([analyte, measures], a) => ({
      plan: plan.name, model: run.model, analyte, measures, first: a === 0, lead: m === 0 && a === 0,
      note: ` grade ${run.grade}, ${run.site ?? "site not stated"}${run.borrowed ? ", borrowed route" : ""}`,
    }))));
}
