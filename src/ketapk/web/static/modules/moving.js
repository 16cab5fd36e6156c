// Doses moved by hand: along for their time or duration, up and down for their amount.

import { endGesture } from "./history.js";
import { editDose } from "./plans.js";
import { DEVICE_MG } from "./sentence.js";
import { MINUTES } from "./units.js";
import { dosesOf } from "./understood.js";
import { state } from "./state.js";

const LOCK_PX = 5;
const DOUBLE_PX = 120;
let dragging = false;

export const isDragging = () => dragging;
const doseAt = (plan, dose) => dosesOf(state().plans[plan].sentence)?.[dose] ?? null;

/** Round hours to whole minutes, or to what the width of the plot can tell apart. */
function rounded(hours, chart) {
  const perPixel = chart.hourAt(1) - chart.hourAt(0);
  const step = [1, 5, 15, 60].find((minutes) => minutes / MINUTES >= perPixel / 2) ?? 60;
  return Math.max(0, (Math.round((hours * MINUTES) / step) * step) / MINUTES);
}

const amountOf = (dose, factor) => {
  if (dose.route === "nasal_spray") return Math.max(1, Math.round((dose.amount * factor) / DEVICE_MG)) * DEVICE_MG;
  return Number((dose.amount * factor).toPrecision(2)) || dose.amount;
};

/** Follow the pointer from where it went down until it is let go. */
export function dragDose(event, chart, plan, index, edge) {
  const dose = doseAt(plan, index);
  if (dose === null || event.button > 0) return;
  event.preventDefault();
  event.stopPropagation();
  const target = event.currentTarget;
  target.focus?.();
  target.setPointerCapture(event.pointerId);
  const from = { x: event.clientX, y: event.clientY };
  const startX = chart.leftAt(edge === "end" ? dose.time_h + dose.dur_h : dose.time_h);
  const key = `drag-${plan}-${index}-${performance.now()}`;
  let axis = null;
  dragging = true;

  function move(moved) {
    const dx = moved.clientX - from.x;
    const dy = moved.clientY - from.y;
    if (axis === null) {
      if (Math.hypot(dx, dy) < LOCK_PX) return;
      axis = edge === "end" || Math.abs(dx) >= Math.abs(dy) ? "x" : "y";
    }
    if (axis === "y") editDose(plan, index, { amount: amountOf(dose, 2 ** (-dy / DOUBLE_PX)) }, key);
    else {
      const hour = rounded(chart.hourAt(startX + dx), chart);
      if (edge === "end") editDose(plan, index, { dur_h: Math.max(hour - dose.time_h, 1 / MINUTES) }, key);
      else editDose(plan, index, { time_h: hour }, key);
    }
  }

  function stop() {
    dragging = false;
    endGesture();
    target.removeEventListener("pointermove", move);
    target.removeEventListener("pointerup", stop);
    target.removeEventListener("pointercancel", stop);
    dispatchEvent(new Event("letgo"));
  }
  target.addEventListener("pointermove", move);
  target.addEventListener("pointerup", stop);
  target.addEventListener("pointercancel", stop);
}

/** Arrow keys on a dose. */
export function nudge(event, plan, index) {
  const dose = doseAt(plan, index);
  if (dose === null) return;
  const minutes = (event.shiftKey ? 10 : 1) / MINUTES;
  const share = event.shiftKey ? 0.1 : 0.05;
  const patch = {
    ArrowLeft: () => ({ time_h: Math.max(0, tidy(dose.time_h - minutes)) }),
    ArrowRight: () => ({ time_h: tidy(dose.time_h + minutes) }),
    ArrowUp: () => ({ amount: amountOf(dose, 1 + share) === dose.amount ? dose.amount * 2 : amountOf(dose, 1 + share) }),
    ArrowDown: () => ({ amount: amountOf(dose, 1 - share) }),
  }[event.key];
  if (!patch) return;
  event.preventDefault();
  editDose(plan, index, patch(), `keys-${plan}-${index}`);
}

const tidy = (hours) => Math.round(hours * MINUTES * 100) / 100 / MINUTES;
