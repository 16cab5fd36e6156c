// Numbers as people read them; the only module with a factor of 60 or 1000.

export const MINUTES = 60;
const MCG = 1000;

/** Significant digits, no exponent, no trailing zero, a leading zero. */
export function num(value, digits = 3) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const rounded = Number(value.toPrecision(digits));
  const text = String(rounded);
  if (!text.includes("e")) return text;
  return rounded.toFixed(12).replace(/\.?0+$/, "");
}

export const withUnit = (value, unit, digits = 3) =>
  value === null || value === undefined || !Number.isFinite(value) ? "–" : `${num(value, digits)} ${unit}`;

/** A time in words that the sentence grammar reads: "40 min", "2 h", "3.5 d". */
export function timeText(hours) {
  const minutes = hours * MINUTES;
  if (hours >= 48 && near(hours / 24 * 2)) return `${num(hours / 24, 6)} d`;
  if (hours >= 1 && near(hours)) return `${num(hours, 8)} h`;
  if (hours > 0 && minutes < 1) return `${num(minutes * MINUTES, 6)} s`;
  return `${num(Math.round(minutes * 100) / 100, 8)} min`;
}

/** A time for reading, three digits. */
export function readTime(hours) {
  if (hours === null || hours === undefined || !Number.isFinite(hours)) return "–";
  if (hours === 0) return "0 min";
  if (hours < 3) return `${num(hours * MINUTES)} min`;
  return hours < 72 ? `${num(hours)} h` : `${num(hours / 24)} d`;
}

const near = (x) => Math.abs(x - Math.round(x)) < 1e-9;

/** Units in which a person may think, with the one the grammar writes. */
export const AMOUNT_UNITS = ["mg/kg", "mg"];
export const RATE_UNITS = ["mg/kg/h", "mcg/kg/min", "mg/h", "mg/min"];
export const isRate = (unit) => unit.endsWith("/h") || unit.endsWith("/min");

/** A number in another unit; a rate over no time has no amount, so null. */
export function convert(value, from, to, weightKg, hours) {
  const mg = toMg(value, from, weightKg, hours);
  return mg === null ? null : fromMg(mg, to, weightKg, hours);
}

function factor(unit, weightKg, hours) {
  const mass = unit.startsWith("mcg") ? 1 / MCG : 1;
  const body = unit.includes("/kg") ? weightKg : 1;
  const time = unit.endsWith("/h") ? hours : unit.endsWith("/min") ? hours * MINUTES : 1;
  return mass * body * time;
}

function toMg(value, unit, weightKg, hours) {
  return isRate(unit) && !hours ? null : value * factor(unit, weightKg, hours);
}

function fromMg(mg, unit, weightKg, hours) {
  return isRate(unit) && !hours ? null : mg / factor(unit, weightKg, hours);
}

/** The next of 1, 2, 5 times a power of ten at or above a number. */
export function nice(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  for (const step of [1, 2, 5, 10]) if (step * power >= value * (1 - 1e-12)) return Number((step * power).toPrecision(3));
  return 10 * power;
}
