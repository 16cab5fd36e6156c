// A field in which a number is typed, and stepped by arrow keys.

import { el, say, set } from "./dom.js";
import { readNumber } from "./reading.js";
import { num } from "./units.js";

const DIGITS = 8;

/**
 * Make a field. The browser's own field of numbers drops a decimal comma, so that 4,5 becomes 45; this
 * one is text that the page reads.
 * bounds: least, most, whole; described: id of a text that tells more; onValue(value): another value holds.
 * A text that is no number stays, with what is wrong below it, until it is mended or the value changes.
 */
export function numberField({ id, label = null, described = null, bounds = {}, onValue }) {
  const said = el("p", { class: "problem", id: `${id}-said`, role: "alert", hidden: true });
  const input = el("input", { type: "text", role: "spinbutton", id, inputmode: bounds.whole ? "numeric" : "decimal", autocomplete: "off",
    "aria-label": label, "aria-describedby": [described, said.id].filter(Boolean).join(" "),
    "aria-valuemin": bounds.least ?? null, "aria-valuemax": bounds.most ?? null });
  let value = null;

  function complain(text) {
    said.hidden = !text;
    say(said, text ?? "");
    set(input, { "aria-invalid": text ? "true" : null });
  }

  function hold(next) {
    complain(null);
    value = next;
    set(input, { "aria-valuenow": String(next) });
  }

  function take(next) {
    const before = value;
    hold(next);
    input.value = num(next, DIGITS);
    if (next !== before) onValue(next);
  }

  input.addEventListener("change", () => {
    const read = readNumber(input.value, bounds);
    if (read.wrong) complain(read.wrong);
    else take(read.value);
  });
  input.addEventListener("keydown", (event) => {
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (by === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const from = readNumber(input.value, bounds).value ?? value;
    take(Math.min(Math.max(Number((from + by).toPrecision(12)), bounds.least ?? -Infinity), bounds.most ?? Infinity));
  });

  return {
    input,
    said,
    /** Show the value that holds; what is being typed is left alone. */
    show(next) {
      if (next === value && !said.hidden) return;
      hold(next);
      if (document.activeElement !== input) input.value = num(next, DIGITS);
    },
  };
}
