// The pointer in the plot: grab a dose, or click to give the last dose once more.

import { dragDose } from "./moving.js";
import { activePlan, addDose } from "./plans.js";
import { say } from "./dom.js";
import { doseText } from "./sentence.js";
import { dosesOf } from "./understood.js";
import { state } from "./state.js";
import { MINUTES, readTime } from "./units.js";

const REACH_PX = 7;
const CLICK_PX = 4;

export function startPointing(holder, chart) {
  const inside = (event) => {
    const over = chart.plot?.over;
    if (!over || !over.contains(event.target)) return null;
    return event.clientX - over.getBoundingClientRect().left;
  };

  holder.addEventListener("pointermove", (event) => {
    const left = inside(event);
    if (left === null) return;
    const found = doseNear(chart, left);
    holder.dataset.over = found === null ? "" : found.edge;
  });
  let down = null;
  holder.addEventListener("pointerdown", (event) => {
    const left = inside(event);
    if (left === null || event.button > 0) return;
    down = { x: event.clientX, y: event.clientY };
    const found = doseNear(chart, left);
    if (found === null) return;
    down = null;
    dragDose(event, chart, found.plan, found.dose, found.edge);
  });
  holder.addEventListener("pointerup", (event) => {
    const left = inside(event);
    if (left === null || down === null) return;
    const still = Math.hypot(event.clientX - down.x, event.clientY - down.y) < CLICK_PX;
    down = null;
    if (!still) return;
    addAt(Math.round(chart.hourAt(left) * MINUTES) / MINUTES);
  });
}

/** Give the last dose of the plan at hand once more. */
export function addAt(hours) {
  const plan = activePlan();
  const given = addDose(plan, hours);
  if (given === null) return;
  say(document.getElementById("live"),
    `${state().plans[plan].name}: ${doseText({ ...given, time_h: 0, times: 1 })} added at ${readTime(hours)}. Undo with Ctrl+Z.`);
}

function doseNear(chart, left) {
  let best = null;
  state().plans.forEach((plan, p) => (dosesOf(plan.sentence) ?? []).forEach((dose, d) => {
    const edges = [["start", dose.time_h]];
    if (dose.dur_h > 0) edges.push(["end", dose.time_h + dose.dur_h]);
    for (const [edge, hour] of edges) {
      const away = Math.abs(chart.leftAt(hour) - left);
      if (away <= REACH_PX && (best === null || away < best.away)) best = { plan: p, dose: d, edge, away };
    }
  }));
  return best;
}
