// Fields, complaints and tables of the schedules.

import { el, field, say, table } from "./dom.js";
import { changeIn, onChange, state } from "./state.js";
import { num } from "./units.js";

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

export function complain(place, error) {
  place.hidden = !error;
  say(place, error ?? "");
}

/** A table of records of the server: their keys are the columns. */
export function sheetTable(caption, lines, id) {
  if (!lines?.length) return null;
  const columns = Object.keys(lines[0]);
  return table(caption, columns.map(heading), lines.map((line) => columns.map((column) => written(line[column]))), { id, class: "numbers" });
}

/** A key such as rate_mg_per_h as words with its unit. */
const heading = (key) => key.replace(/_(mg_per_kg_per_h|mg_per_h|mcg_per_kg_per_min|ng_per_ml|mL_per_h|ml_per_h|mg_per_kg_h|mcg_per_kg_min|mg|mL|ml|h|min)$/, (_, unit) =>
  ` [${unit.replaceAll("_per_", "/").replace(/_(h|min)$/, "/$1").replace("ml", "mL")}]`).replaceAll("_", " ");

const written = (value) => (typeof value === "number" ? num(value, 4) : typeof value === "boolean" ? (value ? "yes" : "no") : value ?? "–");
export const parts = (text) => text.split(/[,;]/).map((part) => part.trim()).filter(Boolean);
