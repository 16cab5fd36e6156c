// The whole state of the page: one plain object, changed in one place.

const EXAMPLE = {
  plans: [{ name: "Infusion", sentence: "0.5 mg/kg iv over 40 min" }],
  patient: { weight_kg: 70, age_y: 40, sex: "F", height_cm: 170, ancestry: "other", dosing_weight: "total" },
  models: [],
  all: true,
  level: "70 ng/mL",
  vial: "10 mg/mL",
  view: "explore",
  log: false,
  metabolite: false,
  effect: false,
  ribbon: false,
  difference: true,
  bands: [],
  until: "",
  implausible: false,
  routes: { plan: "", list: ["iv", "im", "nasal", "oral"], match: "milligrams" },
  hold: { target: "100 ng/mL", site: "plasma", until: "2 h", step: "5 min", start: "09:00" },
  decrement: { rate: "0.2 mg/kg/h", lengths: "30 min, 1 h, 2 h, 4 h, 8 h", by: "50 %" },
};

const listeners = new Set();
let current = structuredClone(EXAMPLE);

export const state = () => current;
export const example = () => structuredClone(EXAMPLE);

/** Call back after every change with the new state and how it came about. */
export function onChange(listener) {
  listeners.add(listener);
}

/**
 * Replace parts of the state.
 * how.gesture: a key under which steps of one drag become one step of undo;
 * how.silent: not a step of undo (views, undo itself).
 */
export function change(patch, how = {}) {
  const before = current;
  current = { ...current, ...patch };
  for (const listener of listeners) listener(current, before, how);
}

/** Change a record inside the state, such as the patient. */
export function changeIn(key, patch, how = {}) {
  change({ [key]: { ...current[key], ...patch } }, how);
}

export function changePlan(index, patch, how = {}) {
  change({ plans: current.plans.map((plan, i) => (i === index ? { ...plan, ...patch } : plan)) }, how);
}

/**
 * A name that no plan has yet. A bare number gets a word: as a key of a record it would be put
 * first, and plans would change places.
 */
export function freshName(wanted, plans = current.plans) {
  const name = /^\d+$/.test(wanted) ? `Plan ${wanted}` : wanted;
  const taken = new Set(plans.map((plan) => plan.name));
  const stem = name.replace(/ \d+$/, "");
  let fresh = name;
  for (let i = 2; taken.has(fresh); i++) fresh = `${stem} ${i}`;
  return fresh;
}

/** The scenario of the command line: what every request carries. */
export function scenario(of = current) {
  return {
    plans: Object.fromEntries(of.plans.map((plan) => [plan.name, plan.sentence])),
    patient: of.patient,
    models: of.all ? [] : of.models,
    level: of.level,
    allow_implausible: of.implausible,
  };
}
