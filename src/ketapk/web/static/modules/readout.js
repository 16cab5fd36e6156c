// The values under the pointer, in words.

import { el, fill, say } from "./dom.js";
import { num, readTime } from "./units.js";

/** Make the line of values of a chart. */
export function makeReadout(holder) {
  const when = el("b", {}, "");
  const list = el("span", {});
  const root = el("p", { class: "readout", id: "readout" }, when, " ", list);
  holder.append(root);
  const spans = [];

  function text(answer, i) {
    return answer.plans.filter((plan) => !plan.error && plan.runs?.length).map((plan) => {
      const run = plan.runs[0];
      return Object.entries(run.curves).map(([analyte, values], a) => {
        const band = plan.runs.length > 1 ? plan.band?.[analyte] : null;
        const spread = band ? ` (${num(band.low[i])} to ${num(band.high[i])} in ${plan.runs.length} models)` : "";
        return `${plan.name}${a > 0 ? `, ${analyte}` : ""} ${num(values[i])} ng/mL${spread}`;
      }).join("; ");
    });
  }

  return {
    /** Show the values at a sample, or how to get them. */
    show(answer, index) {
      if (!answer || index === null || index === undefined) {
        say(when, "");
        fill(list, "Point at the plot for values, click to give the last dose again, drag a dose to move it.");
        spans.length = 0;
        return;
      }
      say(when, `At ${readTime(answer.times_h[index])}:`);
      const parts = text(answer, index);
      if (spans.length !== parts.length) {
        spans.splice(0, spans.length, ...parts.map(() => el("span", { class: "value" })));
        fill(list, spans);
      }
      parts.forEach((part, k) => say(spans[k], part));
    },
    root,
  };
}
