// One number of a dose: a field to type in, a slider to drag, both the same value.

import { el } from "./dom.js";
import { numberField } from "./number-field.js";
import { nice, num } from "./units.js";

/**
 * Make a knob.
 * least: where the slider begins; typedLeast: the smallest value that may be typed; span(value): where the slider ends; step(span): its step;
 * onValue(value, dragging): dragging is true until the slider is let go.
 */
export function knob({ id, label, unit, least = 0, typedLeast = least, span, step, onValue, onSettle }) {
  const number = numberField({ id: `${id}-number`, label: typeof unit === "string" ? `${label} in ${unit}` : label,
    bounds: { least: typedLeast }, onValue: (value) => onValue(value, false) });
  const slider = el("input", { type: "range", id, min: least, "aria-label": label });
  const unitHolder = typeof unit === "string" ? el("span", { class: "unit" }, unit) : unit;
  let end = null;

  function stretch(value) {
    if (end !== null && value <= end && value >= end / 10) return;
    end = span(value);
    slider.max = end;
    slider.step = step(end);
  }

  function show(value) {
    if (document.activeElement !== slider) stretch(value);
    else if (end !== null && value > end) stretch(value);
    number.show(value);
    slider.value = value;
    slider.setAttribute("aria-valuetext", `${num(value, 4)} ${typeof unit === "string" ? unit : unit.value ?? ""}`);
  }

  slider.addEventListener("input", () => {
    const value = Number(slider.value);
    number.show(value);
    onValue(value, true);
  });
  slider.addEventListener("change", () => onSettle());
  return {
    root: el("div", { class: "knob" }, el("label", { for: slider.id, class: "knob-name" }, label), slider, number.input, unitHolder, number.said),
    show,
  };
}

/** A slider of an amount ends at a round number above twice the value, in some 200 steps. */
export const amountSpan = (value) => nice(2 * (value || 1));
export const amountStep = (end) => Number((end / 200).toPrecision(3));

const MINUTE_SPANS = [10, 60, 120, 240, 480, 1440, 4320, 10080, 43200];

/** A slider of minutes ends at a usual length above the value. */
export const minuteSpan = (value) => MINUTE_SPANS.find((end) => end >= Math.max(1.5 * value, 60)) ?? nice(2 * value);
export const minuteStep = (end) => (end <= 10 ? 0.1 : end <= 480 ? 1 : end <= 1440 ? 5 : 30);
