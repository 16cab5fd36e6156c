// The controls of one dose.

import { choices, el } from "./dom.js";
import { endGesture } from "./history.js";
import { amountSpan, amountStep, knob, minuteSpan, minuteStep } from "./knob.js";
import { numberField } from "./number-field.js";
import { DEVICE_MG, DRUG_NAMES, ROUTES, infusible, unitsOf } from "./sentence.js";
import { MINUTES, convert, isRate } from "./units.js";

/** That may be typed; a slider stops at a minute. */
const SHORTEST_MIN = 0.1;
const SHORTEST_EVERY_H = 0.1;

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
  const amount = knob({ id: `${id}-amount`, label: isRate(dose.unit) ? "rate" : "amount", unit, typedLeast: device ? DEVICE_MG : 0,
    span: device ? () => 3 * DEVICE_MG : amountSpan, step: device ? () => DEVICE_MG : amountStep,
    onValue: (value) => edit({ amount: device ? Math.max(DEVICE_MG, value) : value }, `${id}-amount`), onSettle: endGesture });
  knobs.push([amount, (d) => d.amount]);
  if (dose.dur_h > 0) {
    knobs.push([knob({ id: `${id}-dur`, label: "over", unit: "min", typedLeast: SHORTEST_MIN, span: minuteSpan, step: minuteStep,
      onValue: (minutes, dragging) => edit({ dur_h: (dragging ? Math.max(minutes, 1) : minutes) / MINUTES }, `${id}-dur`), onSettle: endGesture }),
    (d) => d.dur_h * MINUTES]);
  }
  knobs.push([knob({ id: `${id}-time`, label: "at", unit: "min", span: minuteSpan, step: minuteStep,
    onValue: (minutes) => edit({ time_h: minutes / MINUTES }, `${id}-time`), onSettle: endGesture }),
  (d) => d.time_h * MINUTES]);

  const every = numberField({ id: `${id}-every`, label: "Hours between repeated doses", bounds: { least: SHORTEST_EVERY_H },
    onValue: (hours) => edit({ every_h: hours }) });
  const times = numberField({ id: `${id}-times`, label: "How many times this dose is given", bounds: { least: 1, most: 200, whole: true },
    onValue: (count) => edit({ times: count, every_h: shown.every_h ?? 1 }) });
  const repeat = el("div", { class: "repeat" }, el("label", { for: times.input.id }, "times"), times.input);
  if (dose.times > 1) repeat.append(el("label", { for: every.input.id }, "every"), every.input, el("span", { class: "unit" }, "h"));
  const wrong = [times.said, every.said];

  const root = el("fieldset", { class: "dose", id },
    el("legend", {}, `Dose ${number}`),
    el("div", { class: "dose-kind" }, route, drug, mode),
    knobs.map(([made]) => made.root),
    el("div", { class: "dose-foot" }, device ? null : repeat,
      el("button", { type: "button", class: "quiet", id: `${id}-remove`, "aria-label": `Remove dose ${number}`, onclick: remove }, "Remove")),
    device ? null : wrong);

  function show(next) {
    shown = next;
    for (const [made, read] of knobs) made.show(read(next));
    times.show(next.times ?? 1);
    if (next.every_h) every.show(Number(next.every_h.toPrecision(6)));
    if (!device) drug.value = next.drug;
  }
  show(dose);
  return { root, show };
}

