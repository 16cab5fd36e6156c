// Colours and dashes: Okabe and Ito, never the only sign.

const LIGHT = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#B87F00", "#3A92C4", "#5c5c5c"];
const DARK = ["#56B4E9", "#E69F00", "#2DBE93", "#CC79A7", "#F0E442", "#F08A4B", "#b0b0b0"];
const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3], [14, 4], [5, 3, 1, 3, 1, 3], [4, 2]];

const query = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set();
let forced = null;

export const isDark = () => forced ?? query.matches;
/** Call back when light turns dark or dark light, on the screen or for paper. */
export function onScheme(listener) {
  listeners.add(listener);
  query.addEventListener("change", listener);
}
export const colour = (i) => (isDark() ? DARK : LIGHT)[i % LIGHT.length];
/** Where the colours begin again, every one gets the dash of the next. */
export const dash = (i) => DASHES[(i + Math.floor(i / LIGHT.length)) % DASHES.length];
export const ink = () => (isDark() ? "#e8eaed" : "#1c1f23");
export const soft = () => (isDark() ? "#a3aab3" : "#5b636d");
export const grid = () => (isDark() ? "#2b3138" : "#e6e9ec");
export const paper = () => (isDark() ? "#15181c" : "#ffffff");

/** A colour with an opacity, as a canvas wants it. */
export function faint(hex, share) {
  const channel = (k) => parseInt(hex.slice(k, k + 2), 16);
  return `rgba(${channel(1)}, ${channel(3)}, ${channel(5)}, ${share})`;
}

/** Draw as on paper while the work runs. */
export function inLight(work) {
  forced = false;
  try {
    return work();
  } finally {
    forced = null;
  }
}

/** On paper everything is light: force it, or give the choice back to the system. */
export function forceLight(yes) {
  const before = isDark();
  forced = yes ? false : null;
  if (isDark() !== before) for (const listener of listeners) listener();
}
