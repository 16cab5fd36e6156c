// Fields, complaints and tables of the schedules.

import { el, field, say, table } from "./dom.js";
import { changeIn, onChange, state } from "./state.js";
import { num, readTime } from "./units.js";

/** A text field of one of the records of the state. */
export function text(record, key, label, hint) {
  const input = el("input", { type: "text", id: `${record}-${key}`, value: state()[record][key], placeholder: hint ?? "",
    onchange: (event) => changeIn(record, { [key]: event.target.value }) });
  onChange((now) => {
    if (document.activeElement !== input) input.value = now[record][key];
  });
  return field(label, input);
}

/** On what an answer rests, and what to know. */
export function notes(answer) {
  const said = [...(answer.warnings ?? []), ...[answer.basis ?? []].flat()].filter((text) => typeof text === "string");
  return el("ul", { class: "told" }, said.map((text) => el("li", {}, text)));
}

export const complaint = (id) => el("p", { class: "problem", id, hidden: true });

function complain(place, error) {
  place.hidden = !error;
  say(place, error ?? "");
}

/** What to do with an answer and with a refusal: what was shown for another question goes. */
export function shownOrRefused(shown, said, show) {
  return [(result) => {
    complain(said, null);
    shown.hidden = false;
    show(result);
  }, (error) => {
    shown.hidden = true;
    complain(said, error.message);
  }];
}

/** A table of records of the server: their keys are the columns. */
export function sheetTable(caption, lines, id) {
  if (!lines?.length) return null;
  const columns = Object.keys(lines[0]);
  return table(caption, columns.map(heading), lines.map((line) => columns.map((column) => (column.endsWith("_h") && !column.includes("per") && !column.includes("mg") ? readTime(line[column]) : written(line[column])))), { id, class: "numbers" });
}

const HEADINGS = {
  clock: "Clock", time_h: "Time", start_h: "From", end_h: "To", action: "What to do", bolus_ml: "Bolus [mL]", ml_per_h: "Rate [mL/h]",
  mg_per_kg_h: "Rate [mg/kg/h]", mcg_per_kg_min: "Rate [mcg/kg/min]", mg_per_h: "Rate [mg/h]", given_ml: "Given [mL]", given_mg: "Given [mg]",
  left_ml: "Left [mL]", ng_per_ml: "Level [ng/mL]", target_ng_per_ml: "Target [ng/mL]", plasma_ng_per_ml: "Plasma [ng/mL]",
  reached: "Reached", reached_h: "First at", closest_ng_per_ml: "Closest [ng/mL]", closest_h: "Closest at",
};
const heading = (key) => HEADINGS[key] ?? key.replaceAll("_", " ");

const written = (value) => (typeof value === "number" ? num(value, 4) : typeof value === "boolean" ? (value ? "yes" : "no") : value ?? "–");
/** What a list is made of; a comma within a number is left for the server to speak of. */
export const parts = (text) => text.split(/;|,(?!\d)|(?<!\d),/).map((part) => part.trim()).filter(Boolean);
