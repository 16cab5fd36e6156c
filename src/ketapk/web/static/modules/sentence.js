// Doses as words of the sentence grammar; the server reads them back.

import { AMOUNT_UNITS, RATE_UNITS, convert, isRate, num, timeText } from "./units.js";

/** Forms of the drug in words; a sentence leaves out the racemic one. */
export const DRUG_NAMES = { racemic: "racemic", S: "esketamine", R: "arketamine" };
const DRUGS = { racemic: "", S: `${DRUG_NAMES.S} `, R: `${DRUG_NAMES.R} ` };
const FORMS = { prolonged: " prolonged-release", suppository: " suppository" };

export const ROUTES = [
  ["iv", "by vein (iv)"], ["im", "by muscle (im)"], ["sc", "under the skin (sc)"],
  ["nasal", "by nose"], ["nasal_spray", "nasal device (spravato)"], ["oral", "by mouth"],
  ["sublingual", "under the tongue"], ["buccal", "in the cheek"], ["rectal", "rectal"],
  ["inhaled", "inhaled"],
];
export const routeName = (route) => ROUTES.find(([key]) => key === route)?.[1] ?? route;
export const DEVICE_MG = 28;
const INFUSIBLE = ["iv", "sc"];
export const infusible = (dose) => INFUSIBLE.includes(dose.route);
export const unitsOf = (dose) => dose.route === "nasal_spray" ? ["mg"]
  : dose.dur_h > 0 ? [...AMOUNT_UNITS, ...RATE_UNITS] : AMOUNT_UNITS;

export function doseText(dose) {
  const route = dose.route === "nasal_spray" ? "spravato" : dose.route;
  const drug = dose.route === "nasal_spray" ? "" : DRUGS[dose.drug] ?? "";
  let text = `${num(dose.amount, 8)} ${dose.unit} ${drug}${route}`;
  if (dose.dur_h > 0) text += ` ${isRate(dose.unit) ? "for" : "over"} ${timeText(dose.dur_h)}`;
  else if (dose.route === "iv") text += " bolus";
  else text += FORMS[dose.form] ?? "";
  if (dose.time_h > 0) text += ` at ${timeText(dose.time_h)}`;
  if (dose.times > 1) text += ` every ${timeText(dose.every_h)} x ${dose.times}`;
  return text;
}

export const sentenceOf = (doses) => doses.map(doseText).join("; ");

/** The units that a person wrote, in order of the clauses. */
function spokenUnits(sentence) {
  return sentence.split(/;|\bthen\b|\band\b|\s\+\s/i)
    .map((clause) => clause.match(/^[\s,]*[\d.]+\s*([a-zµμ]+(?:\/[a-z]+)*)/i)?.[1] ?? "");
}

/** Devices of one session become one dose of their milligrams. */
export function sessions(doses) {
  const joined = [];
  for (const dose of doses) {
    const session = joined.findLast((one) => one.device > 0 && one.device + 1 === dose.device);
    if (dose.device > 1 && session) {
      session.device = dose.device;
      session.amount += dose.amount;
    } else joined.push({ ...dose });
  }
  return joined;
}

/** Whether a plan, as the server writes it, has words for all of it. */
export const hasWords = (sentence) => !sentence.includes("[");

/** Doses in the units in which they were written, where the page has that unit. */
export function asSpoken(doses, sentence, weightKg) {
  const spoken = spokenUnits(sentence);
  if (spoken.length !== doses.length) return doses;
  return doses.map((dose, i) => {
    const unit = spoken[i].replace(/^[uµμ]g/, "mcg");
    if (unit === dose.unit || !unitsOf(dose).includes(unit)) return dose;
    const amount = convert(dose.amount, dose.unit, unit, weightKg, dose.dur_h);
    return amount === null ? dose : { ...dose, unit, amount: Number(amount.toPrecision(8)) };
  });
}
