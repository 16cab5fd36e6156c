// The link is the whole state: a readable fragment, nothing stored anywhere else.

import { change, example, freshName, onChange, state } from "./state.js";
import { settled } from "./dom.js";

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

export function startLink() {
  const given = readFragment(location.hash);
  if (given !== null) change(given, { silent: true, whole: true });
  const write = settled(150, () => {
    const text = fragment(state());
    if (`#${text}` !== location.hash) history.replaceState(null, "", text ? `#${text}` : location.pathname);
  });
  onChange(write);
  addEventListener("hashchange", () => {
    const read = readFragment(location.hash);
    if (read !== null && fragment(read) !== fragment(state())) change(read, { whole: true });
  });
}
