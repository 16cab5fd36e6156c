// The controls of one dose.

import { choices, el } from "./dom.js";
import { endGesture } from "./history.js";
import { amountSpan, amountStep, knob, minuteSpan, minuteStep } from "./knob.js";
import { DEVICE_MG, DRUG_NAMES, ROUTES, infusible, unitsOf } from "./sentence.js";
import { MINUTES, convert, isRate } from "./units.js";

/** What of a dose decides which controls there are. */
export const shape = (dose) => [dose.route, dose.unit, dose.dur_h > 0, dose.times > 1].join();

/** Make the controls of a dose; edit(patch, gesture) changes it, weight() is the patient's. */
export function doseControls({ id, number, dose, weight, edit, remove }) {
  const device = dose.route === "nasal_spray";
  const route = el("select", { id: `${id}-route`, "aria-label": `Route of dose ${number}`,
    onchange: (event) => edit(routed(event.target.value)) });
  choices(route, ROUTES, dose.route);
  const drug = device ? el("span", { class: "unit" }, "esketamine") : el("select", { id: `${id}-drug`,
    "aria-label": `Drug of dose ${number}`, onchange: (event) => edit({ drug: event.target.value }) });
  if (!device) choices(drug, Object.entries(DRUG_NAMES), dose.drug);
  const mode = infusible(dose) && el("select", { id: `${id}-mode`, "aria-label": `Dose ${number}: at once or over a time`,
    onchange: (event) => edit(event.target.value === "infusion" ? infused() : atOnce()) });
  if (mode) choices(mode, [["bolus", "at once"], ["infusion", "infusion"]], dose.dur_h > 0 ? "infusion" : "bolus");
  const unit = el("select", { id: `${id}-unit`, "aria-label": `Unit of dose ${number}`,
    onchange: (event) => edit(inUnit(event.target.value)) });
  choices(unit, unitsOf(dose).map((u) => [u, u]), dose.unit);
  let shown = dose;

  function routed(to) {
    if (to === "nasal_spray") return { route: to, amount: DEVICE_MG, unit: "mg", dur_h: 0, drug: "S", times: 1, form: null };
    const plain = { route: to, form: null };
    if (device) Object.assign(plain, { drug: "S" });
    if (!infusible({ route: to })) Object.assign(plain, atOnce());
    return plain;
  }

  function atOnce() {
    if (!isRate(shown.unit)) return { dur_h: 0 };
    const to = shown.unit.includes("/kg") ? "mg/kg" : "mg";
    return { dur_h: 0, unit: to, amount: convert(shown.amount, shown.unit, to, weight(), shown.dur_h) };
  }

  const infused = () => ({ dur_h: 40 / MINUTES });

  function inUnit(to) {
    const amount = convert(shown.amount, shown.unit, to, weight(), shown.dur_h);
    return { unit: to, amount: amount === null ? shown.amount : Number(amount.toPrecision(6)) };
  }

  const knobs = [];
  const amount = knob({ id: `${id}-amount`, label: isRate(dose.unit) ? "rate" : "amount", unit, least: 0,
    span: device ? () => 3 * DEVICE_MG : amountSpan, step: device ? () => DEVICE_MG : amountStep,
    onValue: (value) => edit({ amount: device ? Math.max(DEVICE_MG, value) : value }, `${id}-amount`), onSettle: endGesture });
  knobs.push([amount, (d) => d.amount]);
  if (dose.dur_h > 0) {
    knobs.push([knob({ id: `${id}-dur`, label: "over", unit: "min", least: 0, span: minuteSpan, step: minuteStep,
      onValue: (minutes) => edit({ dur_h: Math.max(minutes, 1) / MINUTES }, `${id}-dur`), onSettle: endGesture }),
    (d) => d.dur_h * MINUTES]);
  }
  knobs.push([knob({ id: `${id}-time`, label: "at", unit: "min", least: 0, span: minuteSpan, step: minuteStep,
    onValue: (minutes) => edit({ time_h: minutes / MINUTES }, `${id}-time`), onSettle: endGesture }),
  (d) => d.time_h * MINUTES]);

  const every = el("input", { type: "number", id: `${id}-every`, min: 0, step: "any", "aria-label": "Hours between repeated doses",
    onchange: (event) => edit({ every_h: Math.max(Number(event.target.value), 0.1) }) });
  const times = el("input", { type: "number", id: `${id}-times`, min: 1, max: 200, step: 1, "aria-label": "How many times this dose is given",
    onchange: (event) => edit({ times: Math.max(1, Math.round(Number(event.target.value))), every_h: shown.every_h ?? 1 }) });
  const repeat = el("div", { class: "repeat" }, el("label", { for: times.id }, "times"), times);
  if (dose.times > 1) repeat.append(el("label", { for: every.id }, "every"), every, el("span", { class: "unit" }, "h"));

  const root = el("fieldset", { class: "dose", id },
    el("legend", {}, `Dose ${number}`),
    el("div", { class: "dose-kind" }, route, drug, mode),
    knobs.map(([made]) => made.root),
    el("div", { class: "dose-foot" }, device ? null : repeat,
      el("button", { type: "button", class: "quiet", id: `${id}-remove`, "aria-label": `Remove dose ${number}`, onclick: remove }, "Remove")));

  function show(next) {
    shown = next;
    for (const [made, read] of knobs) made.show(read(next));
    if (document.activeElement !== times) times.value = next.times ?? 1;
    if (document.activeElement !== every && next.every_h) every.value = Number(next.every_h.toPrecision(6));
    if (!device) drug.value = next.drug;
  }
  show(dose);
  return { root, show };
}

