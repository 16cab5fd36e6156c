// How the server understood the plans, and the doses of every sentence seen so far.

import { channel } from "./api.js";
import { settled } from "./dom.js";
import { onChange, scenario, state } from "./state.js";
import { asSpoken, hasWords, sentenceOf, sessions } from "./sentence.js";

const MOST = 500;
const SETTLED_MS = 90;
const dosesBySentence = new Map();
const listeners = new Set();
let told = {};

/** Doses of a sentence as a list, null while it is not understood. */
export const dosesOf = (sentence) => dosesBySentence.get(sentence) ?? null;

/** What the server said of a plan: doses in all units, findings, or an error. */
export const toldOf = (name) => (Object.hasOwn(told, name) ? told[name] : null);

/** The weight that doses per kg refer to, as the server has it. */
export function dosingKg() {
  const dose = Object.values(told).flatMap((plan) => plan.doses ?? []).find(({ mg_per_kg: perKg }) => perKg > 0);
  return dose ? dose.mg / dose.mg_per_kg : state().patient.weight_kg;
}

export function onUnderstood(listener) {
  listeners.add(listener);
}

/** Write doses as a sentence, and know them at once. */
export function written(doses) {
  const sentence = sentenceOf(doses);
  remember(sentence, doses);
  return sentence;
}

function remember(sentence, doses) {
  dosesBySentence.delete(sentence);
  dosesBySentence.set(sentence, doses);
  if (dosesBySentence.size > MOST) dosesBySentence.delete(dosesBySentence.keys().next().value);
}

/** Take what the server said of the plans of a scenario. */
export function hear(answer, { plans } = scenario()) {
  told = Object.fromEntries(answer.plans.map((plan) => [plan.name, plan]));
  for (const plan of answer.plans) {
    const sentence = plans[plan.name];
    if (plan.doses && hasWords(plan.sentence) && dosesOf(sentence) === null) {
      remember(sentence, asSpoken(sessions(plan.doses), sentence, dosingKg()));
    }
  }
  for (const listener of listeners) listener(null);
}

const asking = channel("/api/understand", (answer, body) => hear(answer, body.scenario), (error) => {
  for (const listener of listeners) listener(error);
});

export function ask() {
  asking.send({ scenario: scenario(), vial: state().vial });
}

export function startUnderstanding() {
  const later = settled(SETTLED_MS, ask);
  onChange((now, before, how) => {
    const same = now.plans === before.plans && now.patient === before.patient && now.vial === before.vial
      && now.implausible === before.implausible;
    // While a slider is dragged the curves go first.
    if (!same) (how.gesture ? later : ask)();
  });
}
