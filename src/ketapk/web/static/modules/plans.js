// Plans as cards: a sentence, its doses as controls, and how it was understood.

import { el, fill, say, set, settled, svg } from "./dom.js";
import { doseControls, shape } from "./dose.js";
import { change, changePlan, freshName, onChange, state } from "./state.js";
import { colour, dash, onScheme } from "./look.js";
import { dosesOf, dosingKg, onUnderstood, toldOf, written } from "./understood.js";
import { num, timeText } from "./units.js";

const TYPING_MS = 250;
const MOST = 12;
/** Doses, or lines about them, above which a list scrolls. */
const LONG = 6;
let active = 0;
let cards = [];
let catalogue = [];

/** The plan that a click into the plot adds to. */
export const activePlan = () => Math.min(active, state().plans.length - 1);

export function startPlans(library) {
  catalogue = library.protocols;
  const root = document.getElementById("plans");
  const holder = el("div", { class: "cards", id: "plan-cards" });
  const add = el("select", { id: "plan-add", "aria-label": "Add a plan", onchange: (event) => {
    const protocol = catalogue.find(({ name }) => name === event.target.value);
    addPlan(protocol ? { name: protocol.title, sentence: protocol.plan } : { name: "Plan", sentence: event.target.value });
    event.target.value = "";
  } });
  fill(add, el("option", { value: "" }, "Add a plan…"),
    el("optgroup", { label: "A sentence to change" },
      ["0.5 mg/kg iv over 40 min", "0.5 mg/kg im", "0.5 mg/kg sc", "0.5 mg/kg nasal", "0.5 mg/kg oral", "84 mg spravato",
        "0.5 mg/kg iv bolus; then 0.2 mg/kg/h iv for 1 h"].map((text) => el("option", { value: text }, text))),
    el("optgroup", { label: "Published protocols" },
      catalogue.map(({ name, title, plan }) => el("option", { value: name, title: plan }, title))));
  const vial = el("input", { type: "text", id: "vial", value: state().vial, size: 9, "aria-describedby": "vial-said", onchange: (event) => change({ vial: event.target.value }) });
  const vialSaid = el("p", { class: "problem", id: "vial-said", hidden: true });
  root.append(el("h2", {}, "Plans"), holder,
    el("div", { class: "row" }, add, el("label", { class: "inline" }, "Vial ", vial)), vialSaid);
  onChange((now) => {
    draw(holder);
    if (document.activeElement !== vial) vial.value = now.vial;
  });
  onUnderstood((error) => {
    draw(holder);
    const ofVial = error?.where === "vial";
    vialSaid.hidden = !ofVial;
    say(vialSaid, ofVial ? error.message : "");
    if (ofVial) cards.forEach((card) => card.outdated(true));
    else if (error) cards.forEach((card) => card.wrong(error.message));
  });
  onScheme(() => cards.forEach((card) => card.paint()));
  draw(holder);
}

export function addPlan({ name, sentence }) {
  if (state().plans.length >= MOST) return;
  active = state().plans.length;
  change({ plans: [...state().plans, { name: freshName(name), sentence }] });
}

/** Change one dose of a plan; a gesture key joins the steps of a drag. */
export function editDose(plan, dose, patch, gesture) {
  const doses = dosesOf(state().plans[plan].sentence);
  if (doses === null) return;
  active = plan;
  changePlan(plan, { sentence: written(doses.map((d, i) => (i === dose ? { ...d, ...patch } : d))) }, { gesture });
}

export function removeDose(plan, dose) {
  const doses = dosesOf(state().plans[plan].sentence);
  if (doses === null || doses.length < 2) return;
  changePlan(plan, { sentence: written(doses.filter((_, i) => i !== dose)) });
}

/** Give the last dose of a plan once more at a time. */
export function addDose(plan, timeH) {
  const doses = dosesOf(state().plans[plan].sentence);
  if (doses === null) return null;
  const last = doses[doses.length - 1];
  changePlan(plan, { sentence: written([...doses, { ...last, time_h: timeH, times: 1, every_h: null }]) });
  return last;
}

/** A piece of line in the look of a plan. */
export function swatch(index) {
  const line = svg("line", { x1: 1, y1: 6, x2: 27, y2: 6, "stroke-width": 3 });
  const root = svg("svg", { class: "swatch", viewBox: "0 0 28 12", width: 28, height: 12, "aria-hidden": "true" }, line);
  const paint = () => {
    line.setAttribute("stroke", colour(index));
    line.setAttribute("stroke-dasharray", dash(index).join(" ") || "none");
  };
  paint();
  return { root, paint };
}

function draw(holder) {
  const { plans } = state();
  document.getElementById("plan-add").disabled = plans.length >= MOST;
  plans.forEach((plan, i) => {
    const doses = dosesOf(plan.sentence);
    const known = cards[i]?.signature;
    const signature = JSON.stringify([plans.length > 1, doses?.map(shape) ?? (known === undefined ? null : "kept")]);
    if (doses === null && cards[i] && cards[i].alone === (plans.length < 2)) return cards[i].show(plan, null);
    if (cards[i]?.signature !== signature) {
      const focused = document.activeElement;
      const seen = cards[i]?.list.scrollTop ?? 0;
      const fresh = card(i, doses, plans.length < 2);
      fresh.signature = signature;
      if (cards[i]) cards[i].root.replaceWith(fresh.root);
      else holder.append(fresh.root);
      cards[i] = fresh;
      fresh.show(plan, doses);
      fresh.list.scrollTop = seen;
      if (focused?.id) (document.getElementById(focused.id) ?? lastOfItsKind(focused.id, doses))?.focus();
      if (focused?.id === `plan-${i}-sentence`) fresh.typeOn(focused);
    }
    cards[i].show(plan, doses);
  });
  for (const gone of cards.splice(plans.length)) gone.root.remove();
}

/** The control of the last dose that is like one of a dose that is gone. */
function lastOfItsKind(id, doses) {
  const [, before, after] = /^(plan-\d+-dose-)\d+(-.*)$/.exec(id) ?? [];
  return before && doses ? document.getElementById(`${before}${doses.length - 1}${after}`) : null;
}

function card(i, doses, alone) {
  const id = `plan-${i}`;
  const mark = swatch(i);
  const name = el("input", { type: "text", id: `${id}-name`, class: "plan-name", maxlength: 60, "aria-label": `Name of plan ${i + 1}`,
    onchange: (event) => {
      const wanted = event.target.value.trim() || `Plan ${i + 1}`;
      if (wanted !== state().plans[i].name) changePlan(i, { name: freshName(wanted) });
    } });
  const typed = settled(TYPING_MS, () => changePlan(i, { sentence: sentence.value }, { gesture: `${id}-typing` }));
  const sentence = el("textarea", { id: `${id}-sentence`, rows: 2, spellcheck: "false", autocomplete: "off",
    "aria-describedby": `${id}-error`, "aria-label": `Plan ${i + 1} in words`, oninput: typed });
  const error = el("p", { class: "problem", id: `${id}-error`, hidden: true });
  const told = el("ul", { class: "told", id: `${id}-told`, "aria-label": "How it is understood" });
  const controls = (doses ?? []).map((dose, k) => doseControls({
    id: `${id}-dose-${k}`, number: k + 1, dose, weight: dosingKg,
    edit: (patch, gesture) => editDose(i, k, patch, gesture),
    remove: () => removeDose(i, k),
  }));
  const list = el("div", { class: controls.length > LONG ? "doses long" : "doses", role: "group", "aria-label": `Doses of plan ${i + 1}` }, controls.map((made) => made.root));
  const root = el("article", { class: "plan", id, data: { plan: i }, "aria-label": `Plan ${i + 1}`, onfocusin: () => { active = i; } },
    el("div", { class: "plan-head" }, mark.root, name),
    sentence, error, told,
    list,
    el("div", { class: "plan-foot" },
      doses === null ? null : el("button", { type: "button", class: "quiet", id: `${id}-add-dose`, onclick: after }, "Add a dose"),
      el("button", { type: "button", class: "quiet", id: `${id}-duplicate`, title: "A copy, to ask what if", onclick: copy }, "Duplicate"),
      alone ? null : el("button", { type: "button", class: "quiet", id: `${id}-remove`, "aria-label": `Remove plan ${i + 1}`,
        onclick: () => change({ plans: state().plans.filter((_, k) => k !== i) }) }, "Remove plan")));
  if (controls.length === 1) controls[0].root.querySelector(`#${id}-dose-0-remove`).hidden = true;

  function after() {
    addDose(i, Math.max(...dosesOf(state().plans[i].sentence).map((dose) => dose.time_h + (dose.dur_h ?? 0))));
    // In a long list, to where the new one is.
    cards[i].list.scrollTop = cards[i].list.scrollHeight;
  }

  function copy() {
    const { name: called, sentence: words } = state().plans[i];
    addPlan({ name: `${called}, what if`, sentence: words });
  }

  function wrong(text) {
    error.hidden = !text;
    say(error, text ?? "");
    sentence.setAttribute("aria-invalid", String(Boolean(text)));
    outdated(Boolean(text));
  }

  /** What is told below the sentence is no longer, or again, what holds. */
  function outdated(is) {
    root.classList.toggle("stale", is);
  }

  function show(plan, given) {
    if (document.activeElement !== name) name.value = plan.name;
    if (document.activeElement !== sentence) sentence.value = plan.sentence;
    given?.forEach((dose, k) => controls[k]?.show(dose));
    const understood = toldOf(plan.name);
    if (understood === null) return;
    wrong(understood.error?.sentence);
    if (!understood.error) tell(told, understood);
  }

  /** Go on where the field that this one replaces was typed in. */
  function typeOn(field) {
    sentence.value = field.value;
    sentence.setSelectionRange(field.selectionStart, field.selectionEnd);
  }

  return { root, list, show, wrong, outdated, typeOn, paint: mark.paint, alone };
}

/** The lines that say how a plan was understood, rewritten in place. */
function tell(list, understood) {
  const lines = understood.doses.map((dose) => doseTold(dose));
  if (understood.doses.length > 1) lines.push(`In all ${num(understood.total_mg)} mg.`);
  const findings = (understood.findings ?? []).map((f) => f.text);
  const all = [...lines, ...findings];
  while (list.children.length > all.length) list.lastChild.remove();
  while (list.children.length < all.length) list.append(el("li"));
  // A long list scrolls, and is reached by keys to do so.
  set(list, { class: all.length > LONG ? "told long" : "told", tabindex: all.length > LONG ? "0" : null });
  all.forEach((text, k) => {
    say(list.children[k], text);
    list.children[k].className = k < lines.length ? "" : "finding";
  });
}

function doseTold(dose) {
  const parts = [`${num(dose.mg)} mg = ${num(dose.mg_per_kg)} mg/kg`];
  if (dose.dur_h > 0) {
    parts.push(`over ${timeText(dose.dur_h)}: ${num(dose.mg_per_kg_h)} mg/kg/h = ${num(dose.mcg_per_kg_min)} mcg/kg/min = ${num(dose.mg_per_h)} mg/h`);
  }
  if (dose.mL !== null && dose.mL !== undefined) {
    parts.push(dose.dur_h > 0 ? `${num(dose.mL)} mL at ${num(dose.mL_per_h)} mL/h` : `${num(dose.mL)} mL`);
  }
  const when = dose.times > 1 ? `, ${dose.times} times every ${timeText(dose.every_h)}` : "";
  return `${parts.join("; ")}${dose.time_h > 0 ? `, at ${timeText(dose.time_h)}` : ""}${when}`;
}
