// Which models answer: all that can, the recommended one, or those that are chosen.

import { el, fill, say } from "./dom.js";
import { change, onChange, state } from "./state.js";

export function startModels(library) {
  const root = document.getElementById("models");
  const which = [
    ["all", "All eligible models, and their band"],
    ["one", "The recommended one for each plan"],
    ["chosen", "These"],
  ].map(([key, label]) => el("label", { class: "choice" },
    el("input", { type: "radio", name: "models", id: `models-${key}`, value: key, onchange: () => choose(key) }), label));
  const boxes = library.models.map((model) => el("label", { class: "choice" },
    el("input", { type: "checkbox", id: `model-${model.name}`, value: model.name, onchange: ticked }),
    el("span", {}, el("b", {}, model.name), el("small", {}, ` grade ${model.grade}; ${model.sampling_site ?? "site not stated"}`))));
  const list = el("div", { class: "model-list", id: "model-list" }, boxes);
  const why = el("details", { id: "models-excluded", hidden: true });
  root.append(el("h2", {}, "Models"), ...which, list, why);

  function choose(key) {
    if (key === "all") change({ all: true });
    else if (key === "one") change({ all: false, models: [] });
    else change({ all: false, models: state().models.length ? state().models : [library.models[0].name] });
  }

  function ticked() {
    const names = [...list.querySelectorAll("input:checked")].map((box) => box.value);
    change({ all: false, models: names });
  }

  const show = () => {
    const { all, models } = state();
    const key = all ? "all" : models.length ? "chosen" : "one";
    root.querySelector(`#models-${key}`).checked = true;
    list.hidden = key !== "chosen";
    for (const box of list.querySelectorAll("input")) box.checked = models.includes(box.value);
  };
  onChange(show);
  show();
}

/** Say which models are out, and why. */
export function tellExcluded(plans) {
  const why = document.getElementById("models-excluded");
  const told = new Map();
  for (const plan of plans) for (const { model, why: reason } of plan.excluded ?? []) told.set(`${model}: ${reason}`, [model, reason]);
  why.hidden = told.size === 0;
  const key = [...told.keys()].join("\n");
  if (why.dataset.key === key) return;
  why.dataset.key = key;
  const summary = el("summary", {}, "");
  say(summary, `${new Set([...told.values()].map(([m]) => m)).size} models are out; why`);
  fill(why, summary, el("ul", { class: "told" }, [...told.values()].map(([model, reason]) => el("li", {}, el("b", {}, model), ` ${reason}`))));
}
