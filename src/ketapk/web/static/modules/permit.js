// The box that allows doses far from what was studied, shown where one was refused for that.

import { el } from "./dom.js";
import { change, state } from "./state.js";

const MARK = "ImplausibleError";

/** Make the box; show(errors) shows it where one of them has the mark, and while it is ticked. */
export function makePermit(id) {
  const box = el("input", { type: "checkbox", id, onchange: (event) => change({ implausible: event.target.checked }) });
  const root = el("label", { class: "choice", hidden: true }, box, el("span", {}, "Allow implausible doses"));
  return {
    root,
    show(errors) {
      box.checked = state().implausible;
      root.hidden = !box.checked && !errors.some((error) => error?.kind === MARK);
    },
  };
}
