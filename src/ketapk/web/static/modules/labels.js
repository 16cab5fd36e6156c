// Names written beside the lines, so that no colour has to be looked up.

import { writeWords } from "./lettering.js";
import { ink, soft } from "./look.js";

const EDGE = 8;
const RISE = 7;
const ASIDE = 22;
const AIR = 3;
const NEAR = 60;
const RIGHTWARDS = [0, -12, 30, 60, 100, 150, 220];
const STEPS = [0, -1, 1, -2, 2, -3, 3, -5, 5, -8, 8];
const STEP = 10;

/** Write each line's label near its peak, aside until nothing overlaps. */
export function labelLines(u, { picture, quietLabels }) {
  if (quietLabels) return;
  const wanted = picture.series.flatMap((line, k) => {
    const peak = line.hidden || !line.label ? null : peakOf(u, k + 1);
    return peak === null ? [] : [{ ...line, ...peak }];
  });
  // Labels of lines that peak close together stand in one column, in the order of their peaks.
  wanted.sort((a, b) => a.y - b.y);
  writeWords(u, 12, ({ ctx, ratio, write, left, top, width, height }) => {
    const labels = wanted.map((line) => {
      const column = Math.max(...wanted.filter((w) => Math.abs(w.x - line.x) < NEAR * ratio).map((w) => w.x)) + ASIDE * ratio;
      const places = (wide) => RIGHTWARDS.flatMap((right) => STEPS.map((steps) => {
        const x = Math.min(column + right * ratio, left + width - wide - 6 * ratio);
        const y = Math.max(line.y - RISE * ratio, top + EDGE * ratio) + steps * STEP * ratio;
        return { x, y, far: Math.hypot(x - column, y - line.y) / ratio };
      })).filter(({ y }) => y >= top + EDGE * ratio && y <= top + height - EDGE * ratio);
      return { line, place: write(line.label, places, line.lead ? ink() : soft()) };
    }).filter(({ place }) => place !== null);
    ctx.globalAlpha = 0.6;
    ctx.lineWidth = ratio;
    for (const { line, place } of labels) {
      ctx.strokeStyle = line.tint;
      ctx.beginPath();
      ctx.moveTo(line.x, line.y);
      const beside = Math.min(Math.max(line.x, place.left - AIR * ratio), place.right + AIR * ratio);
      const above = line.y < place.top ? place.top + AIR * ratio : place.bottom - AIR * ratio;
      ctx.lineTo(beside, beside === line.x && (line.y < place.top || line.y > place.bottom) ? above : place.y);
      ctx.stroke();
    }
    ctx.globalAlpha = 1;
    for (const { place } of labels) place.ink();
  });
}

function peakOf(u, k) {
  const values = u.data[k];
  const end = u.scales.x.max;
  let best = -1;
  for (let i = 0; i < values.length && u.data[0][i] <= end; i++) {
    if (values[i] !== null && (best < 0 || values[i] > values[best])) best = i;
  }
  if (best < 0 || !(values[best] > 0)) return null;
  return { x: u.valToPos(u.data[0][best], "x", true), y: u.valToPos(values[best], "y", true) };
}
