// Who gets the plans; values outside what a model was made from say so.

import { choices, el, field, fill, say } from "./dom.js";
import { changeIn, onChange, state } from "./state.js";
import { endGesture } from "./history.js";
import { numberField } from "./number-field.js";

const NUMBERS = [
  ["weight_kg", "Weight", "kg", 10, 200, 1],
  ["age_y", "Age", "years", 0, 100, 1],
  ["height_cm", "Height", "cm", 50, 210, 1],
];

export function startPatient(library) {
  const root = document.getElementById("patient");
  const fields = {};
  const rows = NUMBERS.map(([key, label, unit, least, most, step]) => {
    const number = numberField({ id: `patient-${key}`, described: "patient-said", onValue: (value) => changeIn("patient", { [key]: value }) });
    const slider = el("input", { type: "range", id: `patient-${key}-slider`, min: least, max: most, step, "aria-label": label });
    slider.addEventListener("input", () => changeIn("patient", { [key]: Number(slider.value) }, { gesture: `patient-${key}` }));
    slider.addEventListener("change", endGesture);
    fields[key] = (value) => {
      number.show(value);
      slider.value = value;
      slider.setAttribute("aria-valuetext", `${value} ${unit}`);
    };
    return el("div", { class: "knob" }, el("label", { for: number.input.id, class: "knob-name" }, label), slider, number.input, el("span", { class: "unit" }, unit), number.said);
  });
  for (const [key, label, options] of [
    ["sex", "Sex", [["F", "female"], ["M", "male"]]],
    ["ancestry", "Ancestry", [["other", "other"], ["asian", "Asian"], ["japanese", "Japanese"]]],
    ["dosing_weight", "mg/kg of", library.weight_scalars.map(({ name, title }) => [name, title])],
  ]) {
    const select = el("select", { id: `patient-${key}`, onchange: (event) => changeIn("patient", { [key]: event.target.value }) });
    choices(select, options, state().patient[key]);
    fields[key] = (value) => { select.value = value; };
    rows.push(field(label, select));
  }
  root.append(el("h2", {}, "Patient"), ...rows.slice(0, 3), el("div", { class: "pair" }, rows.slice(3)),
    el("p", { class: "problem", id: "patient-said", hidden: true }), el("ul", { class: "told warnings", id: "patient-outside" }));
  const show = () => Object.entries(fields).forEach(([key, write]) => write(state().patient[key]));
  onChange(show);
  show();
}

/** Say whether weight and age go together, and for which models the patient is outside what was studied. */
export function tellOutside({ mismatch, plans }) {
  const kept = plans.flatMap((plan) => plan.runs ?? []).flatMap(({ model, outside }) => outside.map((text) => `${model}: ${text}.`));
  const left = plans.flatMap((plan) => plan.excluded ?? []).filter(({ why }) => why.includes(" is outside the "))
    .map(({ model, why }) => `${model} is out: ${why.replace(/^\w+: /, "")}.`);
  listOutside([...new Set([...mismatch, ...kept, ...left])]);
}

function listOutside(said) {
  const list = document.getElementById("patient-outside");
  if (list.dataset.key === said.join("\n")) return;
  list.dataset.key = said.join("\n");
  fill(list, said.map((text) => el("li", {}, text)));
}

/** Say what is wrong with the patient, or nothing. */
export function patientWrong(text) {
  const said = document.getElementById("patient-said");
  if (text) listOutside([]);
  said.hidden = !text;
  say(said, text ?? "");
}
