// A number as people type it, with a point or a comma before its decimals.

const NUMBER = /^[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?$/i;
/** A comma before three digits parts thousands for some and decimals for others. */
const TWO_WAYS = /^[+-]?[1-9]\d{0,2},\d{3}$/;

/** Read a number within bounds: its value, or what is wrong with it in a sentence that says how to mend it. */
export function readNumber(text, { least = -Infinity, most = Infinity, whole = false } = {}) {
  const typed = text.trim().replace("−", "-");
  const like = whole ? "3" : "4.5";
  if (typed === "") return { wrong: `Write a number, such as ${like}.` };
  if (TWO_WAYS.test(typed)) return { wrong: `${typed} can be read in two ways; write ${typed.replace(",", "")} or ${typed.replace(",", ".")}.` };
  const value = NUMBER.test(typed) ? Number(typed.replace(",", ".")) : NaN;
  if (!Number.isFinite(value)) return { wrong: `'${typed}' is not a number; write one such as ${like}.` };
  if (whole && !Number.isInteger(value)) return { wrong: `Write a whole number, such as ${like}.` };
  if (value < least) return { wrong: `Write ${least} or more.` };
  if (value > most) return { wrong: `Write ${most} or less.` };
  return { value };
}
