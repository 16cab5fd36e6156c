// The first view: plans, their curves, what they come to.

import { channel } from "./api.js";
import { makeChart } from "./chart.js";
import { picture, whole } from "./curves.js";
import { choices, el, fill, say, settled } from "./dom.js";
import { makeTrack } from "./infusion-track.js";
import { colour, dash, onScheme } from "./look.js";
import { tellExcluded } from "./models.js";
import { isDragging } from "./moving.js";
import { makeNumbers } from "./numbers.js";
import { patientWrong, tellOutside } from "./patient.js";
import { makePermit } from "./permit.js";
import { startPointing } from "./pointing.js";
import { makeReadout } from "./readout.js";
import { change, onChange, scenario, state } from "./state.js";
import { onUnderstood } from "./understood.js";
import { num, readTime } from "./units.js";
import { makeValues } from "./values.js";

const PEOPLE = 512;
const POINTS = 400;
let answer = null;
let chart = null;

export const latestAnswer = () => answer;
export const exploreChart = () => chart;

/** Begin with an answer that is known already, or ask for one. */
export function startExplore(library, onDrawn, known) {
  const root = document.getElementById("view-explore");
  const holder = el("div", { class: "chart", id: "chart", tabindex: "0", role: "img", "aria-describedby": "readout summary" });
  const trackHolder = el("div", { class: "track-holder" });
  const apart = el("div", { class: "chart apart", id: "difference-chart" });
  const apartTold = el("h3", { id: "difference-title" }, "");
  const apartRoot = el("section", { id: "difference", hidden: true }, apartTold, apart);
  const summary = el("p", { class: "summary", id: "summary" });
  const numbersHolder = el("section", { "aria-label": "Numbers" });
  const permit = makePermit("implausible");
  const warnings = el("ul", { class: "told warnings", id: "warnings" });
  const toolbar = tools(library);
  const readoutHolder = el("div");
  root.append(toolbar.root, el("figure", { class: "figure" }, holder, trackHolder, readoutHolder), summary, permit.root, apartRoot, numbersHolder, warnings);
  const readout = makeReadout(readoutHolder);
  chart = makeChart(holder, { onCursor: (i) => readout.show(answer, i), onDraw: () => track.redraw() });
  const difference = makeChart(apart, { yLabel: "Difference [ng/mL]" });
  const track = makeTrack(trackHolder, chart);
  const writeNumbers = makeNumbers(numbersHolder);
  const writeValues = makeValues(numbersHolder);
  const announce = settled(700, () => say(document.getElementById("live"), summary.textContent));
  startPointing(holder, chart);
  byKeys(holder, readout);

  function take(result) {
    answer = whole(result);
    problem("");
    patientWrong("");
    draw();
    onDrawn(result);
  }

  const asking = channel("/api/curves", take, (error) => {
    if (error.where?.startsWith("patient")) patientWrong(error.message);
    else problem(error.message);
  });

  function request() {
    const now = state();
    asking.send({
      scenario: scenario(now),
      options: {
        all_models: now.all, metabolite: now.metabolite, effect_site: now.effect, ribbon: now.ribbon ? PEOPLE : 0, seed: 1,
        until_h: isDragging() && answer && now.until === "" ? answer.until_h : now.until === "" ? null : Number(now.until), points: POINTS,
      },
    });
  }

  function draw() {
    if (answer === null || root.hidden) return;
    const now = state();
    const shown = picture(answer, now);
    chart.update(shown, { log: now.log, landmarks: landmarks(library, now, answer) });
    holder.setAttribute("aria-label", `Curves of ${answer.plans.map((plan) => plan.name).join(", ")}, ${now.log ? "logarithmic" : "linear"}, to ${readTime(answer.until_h)}`);
    drawDifference(now);
    writeNumbers(answer, answer.level);
    writeValues(answer);
    say(summary, summed(answer, answer.level));
    tellExcluded(answer.plans);
    tellOutside(answer);
    tellWarnings(warnings, answer);
    permit.show(answer.plans.map(({ error }) => error));
    if (chart.plot.cursor.left < 0) readout.show(answer, null);
    else readout.show(answer, chart.plot.cursor.idx);
    announce();
  }

  function drawDifference(now) {
    const found = now.difference ? (answer.difference ?? []).filter((d) => d.curve?.length && d.parts_at_h !== null) : [];
    apartRoot.hidden = found.length === 0;
    if (!found.length) return;
    say(apartTold, found.map((d) => `${d.of} minus ${d.minus}: ${d.parts_at_h === null ? "they do not part" : `they part at ${readTime(d.parts_at_h)}`}`).join("; "));
    const lines = found.map((d) => {
      const index = answer.plans.findIndex((plan) => plan.name === d.of);
      return { key: d.of, values: d.curve, stroke: colour(index), tint: colour(index), dash: dash(index), width: 2, label: `${d.of} − ${d.minus}` };
    });
    difference.update({ times: answer.times_h, series: lines, bands: [], until: answer.until_h }, { signed: true, quietLabels: true });
  }

  onChange((now, before, how) => {
    toolbar.show();
    if (now.view !== before.view && now.view === "explore") draw();
    const asked = ["plans", "patient", "models", "all", "level", "metabolite", "effect", "ribbon", "until", "implausible"];
    if (asked.some((key) => now[key] !== before[key])) request();
    else if (["log", "bands", "difference"].some((key) => now[key] !== before[key])) draw();
    if (!root.hidden) track.redraw();
  });
  onUnderstood(() => track.redraw());
  onScheme(draw);
  addEventListener("letgo", request);
  toolbar.show();
  if (known === null) request();
  else take(known);
}

function problem(text) {
  const place = document.getElementById("problem");
  place.hidden = !text;
  say(place, text);
}

/** The switches above the plot. */
function tools(library) {
  const switches = [
    ["log", "Log scale"], ["metabolite", "Metabolite"], ["effect", "Effect site"], ["ribbon", "512 people"], ["difference", "Difference"],
  ].map(([key, label]) => [key, el("button", { type: "button", id: `show-${key}`, class: "switch", onclick: () => change({ [key]: !state()[key] }) }, label)]);
  const until = el("select", { id: "until", onchange: (event) => change({ until: event.target.value }) });
  choices(until, [["", "to fit"], ["1", "1 h"], ["2", "2 h"], ["3", "3 h"], ["6", "6 h"], ["12", "12 h"], ["24", "1 d"], ["72", "3 d"], ["168", "7 d"]], "");
  const level = el("input", { type: "text", id: "level", size: 9, onchange: (event) => change({ level: event.target.value }) });
  const bands = el("details", { class: "menu", id: "bands" }, el("summary", {}, "Landmarks"),
    el("div", { class: "menu-list" }, library.bands.map((band) => el("label", { class: "choice" },
      el("input", { type: "checkbox", id: `band-${band.name}`, value: band.name, onchange: (event) => change({
        bands: event.target.checked ? [...state().bands, band.name] : state().bands.filter((name) => name !== band.name) }) }),
      el("span", {}, el("b", {}, title(band)), ` ${range(band)} ng/mL`, el("small", {}, ` ${band.source ?? ""} (grade ${band.grade})`))))));
  document.addEventListener("pointerdown", (event) => {
    if (!bands.contains(event.target)) bands.open = false;
  });
  bands.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      bands.open = false;
      bands.querySelector("summary").focus();
    }
  });
  return {
    root: el("div", { class: "toolbar" }, el("div", { class: "switches", role: "group", "aria-label": "What is shown" }, switches.map(([, button]) => button)), bands,
      el("label", { class: "inline" }, "Level ", level), el("label", { class: "inline" }, "Show ", until)),
    show() {
      const now = state();
      for (const [key, button] of switches) button.setAttribute("aria-pressed", String(Boolean(now[key])));
      switches[4][1].hidden = now.plans.length < 2;
      until.value = now.until;
      if (document.activeElement !== level) level.value = now.level;
      for (const box of bands.querySelectorAll("input")) box.checked = now.bands.includes(box.value);
    },
  };
}

const title = (band) => band.title ?? band.effect ?? band.name.replaceAll("_", " ");
const range = (band) => (band.low_ng_per_ml === band.high_ng_per_ml ? num(band.low_ng_per_ml) : `${num(band.low_ng_per_ml)} to ${num(band.high_ng_per_ml)}`);

/** Of what was answered: the level that is being typed is not yet that of the numbers. */
function landmarks(library, now, { level, level_ng_per_ml: at }) {
  const marks = library.bands.filter((band) => now.bands.includes(band.name))
    .map((band) => ({ low: band.low_ng_per_ml, high: band.high_ng_per_ml, text: `${title(band)}, ${range(band)} ng/mL` }));
  marks.push({ low: at, high: at, text: `level ${level}` });
  return marks;
}

/** One sentence a plan, for the eye and for the live region. */
function summed(result, level) {
  return result.plans.map((plan) => {
    if (plan.error) return `${plan.name}: ${plan.error.sentence}`;
    const run = plan.runs[0];
    const [[analyte, m]] = Object.entries(run.measures);
    const peaks = plan.runs.map((r) => Object.values(r.measures)[0].Cmax).filter(Number.isFinite);
    const spread = plan.runs.length > 1 ? `; ${num(Math.min(...peaks))} to ${num(Math.max(...peaks))} ng/mL in ${plan.runs.length} models` : "";
    const above = m.above_h > 0 ? `; above ${level} for ${readTime(m.above_h)}` : `; never at ${level}`;
    return `${plan.name}: peak of ${analyte} ${num(m.Cmax)} ng/mL at ${readTime(m.Tmax_h)} (${run.model})${spread}${above}.`;
  }).join(" ");
}

function tellWarnings(list, result) {
  const runs = result.plans.flatMap((plan) => plan.runs ?? []);
  const said = [...new Set([...result.plans.flatMap((plan) => plan.warnings ?? []).filter((text) => !beside(runs).includes(text)), ...shownOf(runs)])];
  if (list.dataset.key === said.join("\n")) return;
  list.dataset.key = said.join("\n");
  fill(list, said.map((text) => el("li", {}, text)));
}

/** What stands beside the patient already. */
const beside = (runs) => runs.flatMap(({ model, outside }) => outside.map((text) => `${model}: ${text}.`));

/** What the switches show and cannot show, and why. */
function shownOf(runs) {
  const now = state();
  const said = [];
  if (now.ribbon) {
    const drawn = namesOf(runs.filter((run) => run.ribbon && !run.ribbon.why_not));
    if (drawn) said.push(`The ribbon holds the middle half and 90 % of ${PEOPLE} people, drawn as ${drawn} publishes them.`);
    for (const run of runs) if (run.ribbon?.why_not) said.push(`${PEOPLE} people: ${run.ribbon.why_not}.`);
  }
  const alone = now.metabolite && namesOf(runs.filter((run) => Object.keys(run.curves).length < 2));
  if (alone) said.push(`No metabolite in ${alone}.`);
  const siteless = now.effect && namesOf(runs.filter((run) => !run.effect?.length));
  if (siteless) said.push(`No effect site: no ke0 was published with ${siteless}.`);
  for (const run of runs) if (run.failed) said.push(`${run.model}: ${run.failed}`);
  return said;
}

const namesOf = (runs) => [...new Set(runs.map(({ model }) => model))].join(", ");

/** Arrow keys walk along the curve. */
function byKeys(holder, readout) {
  let index = 0;
  holder.addEventListener("keydown", (event) => {
    if (answer === null || !["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) return;
    event.preventDefault();
    const step = event.shiftKey ? 20 : 4;
    const last = answer.times_h.length - 1;
    index = { ArrowLeft: index - step, ArrowRight: index + step, Home: 0, End: last }[event.key];
    index = Math.min(Math.max(index, 0), last);
    chart.point(index);
    readout.show(answer, index);
    say(document.getElementById("live"), document.getElementById("readout").textContent);
  });
}
