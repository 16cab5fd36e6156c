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
    const drawn = options.ribbon && plan.runs.find((run) => run.ribbon && !run.ribbon.why_not);
    if (drawn) {
      const r = drawn.ribbon[drawn.parent ?? analytes[0]];
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
        for (const site of run.effect) {
          add(`${plan.name} ${run.model} ${site.name}`, site.curve, {
            plan: plan.name, planIndex: p, model: run.model, lead: m === 0, kind: "effect site",
            stroke: tint, tint, dash: [12, 4, 2, 4], width: 1.6, label: `${several ? `${plan.name}, ` : ""}effect site: ${site.effect} (${run.model})`,
          });
        }
      }
    });
  });
  return { times: answer.times_h, series, bands, until: answer.until_h };
}

/** An answer with its ribbons spread over all times and its bands named by analyte. */
export function whole(answer) {
  for (const plan of answer.plans) {
    if (plan.error) continue;
    if (plan.band?.low) plan.band = { [plan.runs[0].parent ?? Object.keys(plan.runs[0].curves)[0]]: plan.band };
    for (const run of plan.runs) {
      if (!run.ribbon?.times_h) continue;
      const { times_h: own, ...ribbons } = run.ribbon;
      for (const percentiles of Object.values(ribbons)) {
        for (const [key, values] of Object.entries(percentiles)) percentiles[key] = spread(own, values, answer.times_h);
      }
    }
  }
  return answer;
}

/** Values at other times, straight between their own; both ascend. */
function spread(own, values, times) {
  let k = 1;
  return times.map((t) => {
    while (k < own.length - 1 && own[k] < t) k++;
    const share = (t - own[k - 1]) / (own[k] - own[k - 1] || 1);
    return values[k - 1] + share * (values[k] - values[k - 1]);
  });
}

const shown = (analyte, analytes, options) => analyte === analytes[0] || options.metabolite;

function labelOf(plan, run, analyte, a, several, named) {
  if (several) return named && !(run === plan.runs[0]) ? null : `${plan.name}${a > 0 ? `, ${analyte}` : ""}`;
  if (a > 0) return `${analyte}${named ? ` (${run.model})` : ""}`;
  return run.model;
}
