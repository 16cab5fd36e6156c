// What is given when, under the curve: doses as bars to drag or to move by keys.

import { fill, say, set, svg } from "./dom.js";
import { dragDose, nudge } from "./moving.js";
import { colour } from "./look.js";
import { doseText } from "./sentence.js";
import { dosesOf, dosingKg } from "./understood.js";
import { state } from "./state.js";
import { convert } from "./units.js";

const ROW = 26;
const LEAST = 4;

/** Make the track of a chart; redraw() follows state and chart without making bars anew. */
export function makeTrack(holder, chart) {
  const root = svg("svg", { class: "track", id: "track", role: "group", "aria-label": "Doses over time; arrow keys move a dose, with Shift by ten, up and down change its amount" });
  holder.append(root);
  let signature = "";
  let bars = [];

  function build(plans) {
    bars = [];
    const rows = plans.map((doses, p) => {
      const row = svg("g", { "data-plan": p });
      const base = svg("line", { class: "track-base", y1: (p + 1) * ROW - 2, y2: (p + 1) * ROW - 2 });
      row.append(base);
      (doses ?? []).forEach((dose, d) => {
        const group = svg("g", { class: "bar", id: `bar-${p}-${d}`, tabindex: "0", role: "button", "data-plan": p, "data-dose": d });
        const body = svg("path", { class: "bar-body" });
        const end = svg("rect", { class: "bar-end", width: 10, height: ROW - 4 });
        const text = svg("text", { class: "bar-text" });
        group.append(body, text, end);
        group.addEventListener("pointerdown", (event) => dragDose(event, chart, p, d, event.target === end ? "end" : "start"));
        group.addEventListener("keydown", (event) => nudge(event, p, d));
        row.append(group);
        bars.push({ p, d, group, body, end, text, base });
      });
      if (!doses?.length) bars.push({ p, d: -1, base });
      return row;
    });
    fill(root, rows);
  }

  function redraw() {
    const area = chart.area();
    if (area === null) return;
    const plans = state().plans.map((plan) => dosesOf(plan.sentence));
    if (plans.some((doses) => doses === null) && bars.length && plans.length === new Set(bars.map((b) => b.p)).size) return;
    const next = plans.map((doses) => doses?.length ?? 0).join();
    if (next !== signature) {
      const focused = document.activeElement?.id;
      signature = next;
      build(plans);
      if (focused?.startsWith("bar-")) document.getElementById(focused)?.focus();
    }
    set(root, { width: area.left + area.width + 12, height: plans.length * ROW + 4 });
    const most = Math.max(...plans.flat().map((dose) => (dose?.dur_h > 0 ? strength(dose) : 0)));
    const mostOnce = Math.max(...plans.flat().map((dose) => (dose && !(dose.dur_h > 0) ? onceMg(dose) : 0)));
    for (const bar of bars) place(bar, plans[bar.p], area, most, mostOnce);
  }

  function place(bar, doses, area, most, mostOnce) {
    set(bar.base, { x1: area.left, x2: area.left + area.width });
    if (bar.d < 0) return;
    const dose = doses[bar.d];
    const bottom = (bar.p + 1) * ROW - 2;
    const tall = ROW - 6;
    let path = "";
    let last = 0;
    for (let k = 0; k < Math.max(dose.times ?? 1, 1); k++) {
      const at = dose.time_h + k * (dose.every_h ?? 0);
      const x = area.left + chart.leftAt(at);
      if (x > area.left + area.width + 1) break;
      if (dose.dur_h > 0) {
        const w = Math.max(chart.leftAt(at + dose.dur_h) - chart.leftAt(at), LEAST);
        const h = Math.max(tall * strength(dose) / most, LEAST);
        path += `M${x} ${bottom}v${-h}h${w}v${h}z`;
        if (k === 0) last = x + w;
      } else {
        const h = Math.max(tall * onceMg(dose) / mostOnce, 2 * LEAST);
        path += `M${x} ${bottom}l-5 ${-h}h10z`;
        if (k === 0) last = x + 5;
      }
    }
    set(bar.body, { d: path, fill: colour(bar.p), stroke: colour(bar.p) });
    set(bar.end, { x: last - 5, y: bottom - tall - 2, visibility: dose.dur_h > 0 ? "visible" : "hidden" });
    const after = last + 8;
    set(bar.text, { x: after, y: bottom - 5 });
    say(bar.text, doses.length === 1 ? doseText(dose) : "");
    bar.group.setAttribute("aria-label", `${state().plans[bar.p].name}: ${doseText(dose)}`);
  }

  return { redraw, root };
}

// Heights compare amounts of one body, whatever their units.
const onceMg = (dose) => convert(dose.amount, dose.unit, "mg", dosingKg(), dose.dur_h) ?? 0;
const strength = (dose) => onceMg(dose) / dose.dur_h;
