// Schedules: hold a level, a running sheet for the pump, how long a level takes to fall.

import { channel } from "./api.js";
import { makeChart } from "./chart.js";
import { choices, el, field, fill, say, settled, table } from "./dom.js";
import { colour, onScheme } from "./look.js";
import { addPlan } from "./plans.js";
import { change, changeIn, onChange, scenario, state } from "./state.js";
import { readTime } from "./units.js";

export function startSchedules() {
  const root = document.getElementById("view-schedules");
  const parts = [holding(), running(), falling()];
  root.append(...parts.map((part) => part.root));
  onChange((now, before) => {
    if (now.view !== "schedules") return;
    const all = ["plans", "patient", "models", "all", "view", "vial"].some((key) => now[key] !== before[key]);
    for (const part of parts) if (all || now[part.key] !== before[part.key]) part.request();
  });
  onScheme(() => parts.forEach((part) => part.draw?.()));
  if (state().view === "schedules") parts.forEach((part) => part.request());
}

/** A text field of one of the records of the state. */
function text(record, key, label, hint) {
  const input = el("input", { type: "text", id: `${record}-${key}`, value: state()[record][key], placeholder: hint ?? "",
    onchange: (event) => changeIn(record, { [key]: event.target.value }) });
  onChange((now) => {
    if (document.activeElement !== input) input.value = now[record][key];
  });
  return field(label, input);
}

const complaint = (id) => el("p", { class: "problem", id, hidden: true });

function complain(place, error) {
  place.hidden = !error;
  say(place, error ?? "");
}

/** A table that the server has written ready to show. */
function sheetTable(caption, sheet, id) {
  return table(caption, sheet.columns, sheet.rows.map((row) => row.map(String)), { id, class: "numbers" });
}

function holding() {
  const said = complaint("hold-problem");
  const holder = el("div", { class: "chart low", id: "hold-chart", role: "img", "aria-label": "Concentration that the schedule gives" });
  const told = el("p", { class: "summary", id: "hold-told" });
  const place = el("div");
  const use = el("button", { type: "button", id: "hold-use", disabled: true, onclick: () => {
    addPlan({ name: "Held", sentence: answer.sentence });
    change({ view: "explore" }, { silent: true });
  } }, "Explore this plan");
  const site = el("select", { id: "hold-site", onchange: (event) => changeIn("hold", { site: event.target.value }) });
  choices(site, [["plasma", "plasma"], ["effect", "effect site"]], state().hold.site);
  let answer = null;
  const chart = makeChart(holder);
  const asking = channel("/api/hold", (result) => {
    answer = result;
    complain(said, null);
    draw();
  }, (error) => complain(said, error.message));
  const root = el("section", { class: "part", "aria-labelledby": "hold-title" }, el("h2", { id: "hold-title" }, "Hold a level"),
    el("div", { class: "form" }, text("hold", "target", "Level", "100 ng/mL, or 0 min: 100 ng/mL; 1 h: 50 ng/mL"), field("At", site),
      text("hold", "until", "Until"), text("hold", "step", "Pump changes every"), text("hold", "start", "Clock at start")),
    said, told, el("figure", { class: "figure" }, holder), place, use);

  function draw() {
    if (answer === null || root.closest("[hidden]")) return;
    use.disabled = !answer.sentence;
    say(told, [answer.sentence, answer.model, answer.basis, typeof answer.reached === "string" ? answer.reached : null, answer.shortfall,
      ...(answer.warnings ?? [])].filter((part) => typeof part === "string" && part).join(". "));
    const series = [{ key: "plasma", values: answer.curve, stroke: colour(0), tint: colour(0), dash: [], width: 2.4, lead: true, label: "plasma" }];
    if (answer.effect) series.push({ key: "effect", values: answer.effect, stroke: colour(1), tint: colour(1), dash: [8, 4], width: 2, label: "effect site" });
    chart.update({ times: answer.times_h, series, bands: [], until: answer.until_h ?? answer.times_h.at(-1) });
    fill(place, answer.sheet ? sheetTable("Running sheet", answer.sheet, "hold-sheet") : null);
  }

  const request = settled(60, () => {
    site.value = state().hold.site;
    asking.send({ scenario: scenario(), options: { ...state().hold, vial: state().vial } });
  });
  return { root, key: "hold", request, draw };
}

function running() {
  const which = el("select", { id: "sheet-plan", onchange: () => request() });
  const said = complaint("sheet-problem");
  const place = el("div");
  const asking = channel("/api/sheet", (result) => {
    complain(said, null);
    fill(place, sheetTable("Running sheet for the pump", result, "sheet-table"), (result.warnings ?? []).map((w) => el("p", { class: "told" }, w)));
  }, (error) => {
    fill(place);
    complain(said, error.message);
  });
  const request = settled(60, () => {
    const names = state().plans.map(({ name }) => name);
    choices(which, names.map((name) => [name, name]), names.includes(which.value) ? which.value : names[0]);
    asking.send({ scenario: scenario(), options: { plan: which.value, vial: state().vial, start: state().hold.start } });
  });
  const root = el("section", { class: "part", "aria-labelledby": "sheet-title" }, el("h2", { id: "sheet-title" }, "Running sheet of a plan"),
    el("div", { class: "form" }, field("Plan", which)), said, place);
  return { root, key: "hold", request };
}

function falling() {
  const said = complaint("decrement-problem");
  const place = el("div");
  const holder = el("div", { class: "chart low", id: "decrement-chart", role: "img", "aria-label": "Time to fall against length of the infusion" });
  let answer = null;
  const chart = makeChart(holder, { yLabel: "Time to fall [h]", xLabel: "Length of the infusion" });
  const asking = channel("/api/decrement", (result) => {
    answer = result;
    complain(said, null);
    draw();
  }, (error) => complain(said, error.message));
  const root = el("section", { class: "part", "aria-labelledby": "decrement-title" }, el("h2", { id: "decrement-title" }, "How long a level takes to fall"),
    el("div", { class: "form" }, text("decrement", "rate", "Infusion"), text("decrement", "lengths", "For"), text("decrement", "by", "Fall by")),
    said, el("figure", { class: "figure" }, holder), place);

  function draw() {
    if (answer === null || root.closest("[hidden]")) return;
    fill(place, sheetTable(`Time to fall by ${state().decrement.by}${answer.model ? ` (${answer.model})` : ""}`, answer, "decrement-table"));
    if (answer.lengths_h?.length > 1) {
      const times = [0, ...answer.lengths_h];
      chart.update({ times, series: [{ key: "fall", values: [null, ...answer.times_h], stroke: colour(0), tint: colour(0), dash: [], width: 2.4, label: null }],
        bands: [], until: Math.max(...answer.lengths_h) }, { quietLabels: true });
      holder.setAttribute("aria-label", `Time to fall: ${answer.lengths_h.map((l, i) => `${readTime(answer.times_h[i])} after ${readTime(l)}`).join(", ")}`);
    }
  }

  const request = settled(60, () => asking.send({ scenario: scenario(), options: state().decrement }));
  return { root, key: "decrement", request, draw };
}
