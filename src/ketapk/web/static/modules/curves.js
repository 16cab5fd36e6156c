// The answer of the server as lines and bands to draw.

import { colour, dash, faint, isDark } from "./look.js";

/** One answer becomes columns over one time axis, with a look for each. */
export function picture(answer, options) {
  const series = [];
  const bands = [];
  const several = answer.plans.filter((plan) => !plan.error).length > 1;

  function add(key, values, look) {
    series.push({ key, values, ...look });
    return series.length;
  }

  function band(key, pair, tint, share, about) {
    const hi = add(`${key} high`, pair.high, { hidden: true, about });
    const lo = add(`${key} low`, pair.low, { hidden: true, about });
    bands.push({ series: [hi, lo], fill: faint(tint, share) });
  }

  answer.plans.forEach((plan, p) => {
    if (plan.error || !plan.runs?.length) return;
    const tint = colour(p);
    const analytes = Object.keys(plan.runs[0].curves);
    const named = plan.runs.length > 1;
    if (named && plan.band) {
      for (const [analyte, pair] of Object.entries(plan.band)) {
        if (pair && shown(analyte, analytes, options)) band(`${plan.name} ${analyte} models`, pair, tint, isDark() ? 0.2 : 0.13);
      }
    }
    const first = plan.runs[0];
    if (options.ribbon && first.ribbon && !first.ribbon.why_not) {
      const [analyte] = analytes;
      const r = first.ribbon[analyte];
      if (r) {
        band(`${plan.name} p5 p95`, { low: r.p5, high: r.p95 }, tint, 0.16);
        band(`${plan.name} p25 p75`, { low: r.p25, high: r.p75 }, tint, 0.22);
      }
    }
    plan.runs.forEach((run, m) => {
      Object.entries(run.curves).forEach(([analyte, values], a) => {
        if (a > 0 && !options.metabolite) return;
        const lead = m === 0;
        const tintHere = several || lead ? tint : colour(m);
        add(`${plan.name} ${run.model} ${analyte}`, values, {
          plan: plan.name, planIndex: p, model: run.model, analyte, lead, kind: a > 0 ? "metabolite" : "plasma",
          stroke: lead ? tintHere : faint(tintHere, several ? 0.5 : 0.85),
          tint: tintHere,
          dash: a > 0 ? [2, 3] : several ? dash(p) : dash(m),
          width: (lead ? 2.5 : 1.2) - (a > 0 ? 0.4 : 0),
          label: labelOf(plan, run, analyte, a, several, named),
        });
      });
      if (options.effect && run.effect) {
        Object.entries(run.effect).forEach(([analyte, values]) => {
          if (values) {
            add(`${plan.name} ${run.model} effect`, values, {
              plan: plan.name, planIndex: p, model: run.model, analyte, lead: m === 0, kind: "effect site",
              stroke: tint, tint, dash: [12, 4, 2, 4], width: 1.6, label: `${several ? `${plan.name}, ` : ""}effect site (${run.model})`,
            });
          }
        });
      }
    });
  });
  return { times: answer.times_h, series, bands, until: answer.until_h };
}

const shown = (analyte, analytes, options) => analyte === analytes[0] || options.metabolite;

function labelOf(plan, run, analyte, a, several, named) {
  if (several) return named && !(run === plan.runs[0]) ? null : `${plan.name}${a > 0 ? `, ${analyte}` : ""}`;
  if (a > 0) return `${analyte}${named ? ` (${run.model})` : ""}`;
  return run.model;
}
