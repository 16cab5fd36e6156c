// The link is the whole state: a readable fragment, nothing stored anywhere else.

import { change, example, freshName, onChange, state } from "./state.js";
import { el, settled } from "./dom.js";

const READABLE = /%(2C|3A|2F|3B|40)/g;

/** Write a state as a fragment: only what differs from the example, as JSON. */
export function fragment(of) {
  const usual = example();
  const told = Object.fromEntries(Object.entries(of).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(usual[key])));
  if (Object.keys(told).length === 0) return "";
  return encodeURIComponent(JSON.stringify(told)).replace(READABLE, decodeURIComponent);
}

/** Read a fragment; null if it is none. Only known keys of the right kind are taken. */
export function readFragment(text) {
  if (text.length < 2) return null;
  let told;
  try {
    told = JSON.parse(decodeURIComponent(text.replace(/^#/, "")));
  } catch {
    return null;
  }
  if (typeof told !== "object" || told === null) return null;
  const read = example();
  for (const [key, usual] of Object.entries(read)) {
    if (key in told && sameKind(told[key], usual)) {
      read[key] = isRecord(usual) ? ofItsKind(told[key], usual) : told[key];
    }
  }
  const named = Array.isArray(read.plans) && read.plans.length > 0
    && read.plans.every((plan) => typeof plan?.name === "string" && typeof plan?.sentence === "string");
  if (!named) read.plans = example().plans;
  read.plans = read.plans.reduce((known, { name, sentence }) => [...known, { name: freshName(name, known), sentence }], []);
  return read;
}

const ofItsKind = (told, usual) => Object.fromEntries(Object.entries(usual)
  .map(([key, value]) => [key, Object.hasOwn(told, key) && sameKind(told[key], value) ? told[key] : value]));
const isRecord = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const sameKind = (a, b) => typeof a === typeof b && Array.isArray(a) === Array.isArray(b) && a !== null;

/** Say until something is changed that a link says nothing. */
function tellDamaged() {
  const said = el("p", { class: "problem", id: "link-said", role: "alert" },
    "The link could not be read, perhaps because its end is missing; this is the example.");
  document.getElementById("problem").before(said);
  onChange(() => said.remove());
}

/**
 * Keep the link: every change is written over the last one, and a view that is chosen is a step of
 * Back. Steps of one chain are those of one session with the page, in which Back changes the view and
 * leaves what was edited; a link that is followed begins a chain, and is taken as a whole.
 */
export function startLink() {
  const given = readFragment(location.hash);
  if (given !== null) change(given, { silent: true, whole: true });
  else if (location.hash.length > 1) tellDamaged();
  let chain = history.state?.chain ?? Date.now();
  const entry = (of) => ({ chain, view: of.view });
  const address = (of) => (fragment(of) ? `#${fragment(of)}` : location.pathname);
  const write = settled(150, () => {
    if (`#${fragment(state())}` !== location.hash) history.replaceState(entry(state()), "", address(state()));
  });
  history.replaceState(entry(state()), "");
  onChange((now, before, how) => {
    if (now.view === before.view || how.whole || how.moved) return write();
    history.replaceState(entry(before), "", address(before));
    history.pushState(entry(now), "", address(now));
  });
  addEventListener("popstate", ({ state: known }) => {
    if (known?.chain === chain) return change({ view: known.view }, { silent: true, moved: true });
    const read = location.hash === "" ? example() : readFragment(location.hash);
    if (read !== null) {
      chain = known?.chain ?? Date.now();
      if (fragment(read) !== fragment(state())) change(read, { whole: true });
    }
    history.replaceState(entry(state()), "");
    write();
  });
}
