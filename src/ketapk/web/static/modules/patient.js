// Who gets the plans; values outside what a model was made from say so.

import { choices, el, field, say } from "./dom.js";
import { changeIn, onChange, state } from "./state.js";
import { endGesture } from "./history.js";

const NUMBERS = [
  ["weight_kg", "Weight", "kg", 10, 200, 1],
  ["age_y", "Age", "years", 0, 100, 1],
  ["height_cm", "Height", "cm", 50, 210, 1],
];

export function startPatient(library) {
  const root = document.getElementById("patient");
  const fields = {};
  const rows = NUMBERS.map(([key, label, unit, least, most, step]) => {
    const number = el("input", { type: "number", id: `patient-${key}`, step: "any", "aria-describedby": "patient-said" });
    const slider = el("input", { type: "range", id: `patient-${key}-slider`, min: least, max: most, step, "aria-label": label });
    slider.addEventListener("input", () => changeIn("patient", { [key]: Number(slider.value) }, { gesture: `patient-${key}` }));
    slider.addEventListener("change", endGesture);
    number.addEventListener("change", () => {
      if (number.value !== "") changeIn("patient", { [key]: Number(number.value) });
    });
    fields[key] = (value) => {
      if (document.activeElement !== number) number.value = value;
      slider.value = value;
      slider.setAttribute("aria-valuetext", `${value} ${unit}`);
    };
    return el("div", { class: "knob" }, el("label", { for: number.id, class: "knob-name" }, label), slider, number, el("span", { class: "unit" }, unit));
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
    el("p", { class: "problem", id: "patient-said", hidden: true }));
  const show = () => Object.entries(fields).forEach(([key, write]) => write(state().patient[key]));
  onChange(show);
  show();
}

/** Say what is wrong with the patient, or nothing. */
export function patientWrong(text) {
  const said = document.getElementById("patient-said");
  said.hidden = !text;
  say(said, text ?? "");
}
