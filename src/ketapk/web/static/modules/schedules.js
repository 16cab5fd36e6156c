// Schedules: hold a level, a running sheet for the pump, how long a level takes to fall.

import { channel } from "./api.js";
import { makeChart } from "./chart.js";
import { falling } from "./decrement.js";
import { choices, el, field, fill, say, settled } from "./dom.js";
import { colour, dash, onScheme } from "./look.js";
import { makePermit } from "./permit.js";
import { addPlan } from "./plans.js";
import { change, changeIn, onChange, scenario, state } from "./state.js";
import { complaint, notes, sheetTable, shownOrRefused, text } from "./sheets.js";
import { withUnit } from "./units.js";

export function startSchedules() {
  const root = document.getElementById("view-schedules");
  const sections = [holding(), running(), falling()];
  root.append(...sections.map((section) => section.root));
  onChange((now, before) => {
    if (now.view !== "schedules") return;
    const all = ["plans", "patient", "models", "all", "view", "vial", "implausible"].some((key) => now[key] !== before[key]);
    for (const one of sections) if (all || now[one.key] !== before[one.key]) one.request();
  });
  onScheme(() => sections.forEach((one) => one.draw?.()));
  if (state().view === "schedules") sections.forEach((one) => one.request());
}

function holding() {
  const said = complaint("hold-problem");
  const holder = el("div", { class: "chart low", id: "hold-chart", role: "img", "aria-label": "Concentration that the schedule gives" });
  const told = el("p", { class: "summary", id: "hold-told" });
  const place = el("div");
  const use = el("button", { type: "button", id: "hold-use", disabled: true, onclick: () => {
    addPlan({ name: "Held", sentence: answer.plan });
    change({ view: "explore" }, { silent: true });
  } }, "Explore this plan");
  const site = el("select", { id: "hold-site", onchange: (event) => changeIn("hold", { site: event.target.value }) });
  choices(site, [["plasma", "plasma"], ["effect", "effect site"]], state().hold.site);
  let answer = null;
  const chart = makeChart(holder, { yLabel: "Level [ng/mL]" });
  const shown = el("div", {}, told, el("figure", { class: "figure" }, holder), place, use);
  const permit = makePermit("hold-implausible");
  const [show, refuse] = shownOrRefused(shown, said, (result) => {
    answer = result;
    draw();
  });
  const asking = channel("/api/hold", (result) => {
    permit.show([]);
    show(result);
  }, (error) => {
    permit.show([error]);
    refuse(error);
  });
  const root = el("section", { class: "part", "aria-labelledby": "hold-title" }, el("h2", { id: "hold-title" }, "Hold a level"),
    el("div", { class: "form" }, text("hold", "target", "Target", "100 ng/mL, or 100 ng/mL; 50 ng/mL at 1 h"), field("At", site),
      text("hold", "until", "Until"), text("hold", "step", "Step of the pump"), text("hold", "start", "Clock at start")),
    said, permit.root, shown);

  function draw() {
    if (answer === null || root.closest("[hidden]")) return;
    use.disabled = false;
    say(told, `${withUnit(answer.total_mg, "mg")} in all, computed with ${answer.model} (grade ${answer.grade}).`);
    const sites = Object.entries(answer.curves);
    const series = sites.map(([where, values], k) => ({ key: where, values, stroke: colour(k), tint: colour(k), dash: dash(k),
      width: 2.4, lead: k === 0, label: sites.length < 2 ? null : where === "effect" ? "effect site" : where }));
    chart.update({ times: answer.times_h, series, bands: [], until: answer.times_h.at(-1) });
    fill(place, sheetTable("Where it falls short", answer.shortfall, "hold-shortfall"),
      sheetTable("Running sheet", answer.sheet?.lines ?? answer.intervals, "hold-sheet"), notes(answer));
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
  const asking = channel("/api/sheet", ...shownOrRefused(place, said, (result) => {
    fill(place, el("p", { class: "summary" }, `${withUnit(result.total_mg, "mg")} in ${withUnit(result.total_mL, "mL")}.`),
      sheetTable("Running sheet for the pump", result.lines, "sheet-table"), notes(result));
  }));
  const request = settled(60, () => {
    const names = state().plans.map(({ name }) => name);
    choices(which, names.map((name) => [name, name]), names.includes(which.value) ? which.value : names[0]);
    asking.send({ scenario: scenario(), options: { plan: which.value, vial: state().vial, start: state().hold.start } });
  });
  const root = el("section", { class: "part", "aria-labelledby": "sheet-title" }, el("h2", { id: "sheet-title" }, "Running sheet of a plan"),
    el("div", { class: "form" }, field("Plan", which)), said, place);
  return { root, key: "hold", request };
}

