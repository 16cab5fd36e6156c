// The models: in whom they were studied, their grade, their source, their known problems.

import { el, fill } from "./dom.js";
import { latestAnswer } from "./explore.js";
import { change, onChange } from "./state.js";

/** Show where models come from; the function that is returned tells anew which are out. */
export function startSources(library) {
  const root = document.getElementById("view-sources");
  const told = el("div");
  const out = el("section", { id: "sources-out", hidden: true }, el("h2", { id: "sources-out-title" }, "Why others are out"), told);
  root.append(el("h2", {}, "Models"), el("p", { class: "soft" }, "Grades: A read in the primary source, B in a secondary source that cites it, C digitised; what is assumed says so."),
    el("div", { class: "models" }, library.models.map(card)),
    out,
    el("h2", {}, "Landmarks"), el("ul", { class: "told" }, library.bands.map((band) => el("li", {},
      el("b", {}, band.title ?? band.effect ?? band.name), ` ${band.low_ng_per_ml} to ${band.high_ng_per_ml} ng/mL. ${band.source}. Grade ${band.grade}.`))),
    el("h2", {}, "Published protocols"), el("ul", { class: "told" }, library.protocols.map((p) => el("li", {}, el("b", {}, p.title), ` ${p.plan}. ${p.source}. Grade ${p.grade}.`))),
    el("p", { class: "soft" }, `ketapk ${library.version}`));
  const show = () => {
    const plans = latestAnswer()?.plans ?? [];
    const some = plans.filter((plan) => plan.excluded?.length);
    out.hidden = some.length === 0;
    fill(told, some.map((plan) => el("div", {}, el("h3", {}, plan.name),
      el("ul", { class: "told" }, plan.excluded.map(({ model, why }) => el("li", {}, el("b", {}, model), ` ${why}`))))));
  };
  onChange((now, before) => {
    if (now.view === "sources" && now.view !== before.view) show();
  });
  return show;
}

/** Go to where a model comes from. */
export function showSource(model) {
  change({ view: "sources" }, { silent: true });
  const found = document.getElementById(`source-${model.split("+")[0]}`);
  found?.scrollIntoView({ block: "start" });
  found?.focus({ preventScroll: true });
}

function card(model) {
  const facts = [["Drug", list(model.drugs)], ["Routes", list(model.routes)], ["Analytes", list(model.analytes)], ["Site", model.sampling_site],
    ["Studied in", model.population?.description], ["Structure", model.structure]].filter(([, value]) => value);
  const problems = [...(model.caveats ?? []), ...(model.problems ?? [])];
  return el("article", { class: "model", id: `source-${model.name}`, tabindex: "-1" },
    el("h3", {}, model.name, el("span", { class: "grade" }, `grade ${model.grade}`), model.status ? el("span", { class: "grade" }, model.status) : null),
    el("p", {}, model.title ?? ""),
    el("dl", {}, facts.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])),
    el("p", { class: "soft" }, model.citation ?? "", model.doi ? el("span", { class: "doi" }, ` doi:${model.doi}`) : null),
    problems.length ? el("details", {}, el("summary", {}, "Known problems"), el("ul", { class: "told" }, problems.map((text) => el("li", {}, text)))) : null);
}

const list = (value) => (Array.isArray(value) ? value.join(", ") : value);
