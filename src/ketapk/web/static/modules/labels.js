// Names written beside the lines, so that no colour has to be looked up.

import { ink, paper, soft } from "./look.js";

const HEIGHT = 15;
const GAP = 8;
const RISE = 7;

/** Write each line's label near its peak, moved until nothing overlaps. */
export function labelLines(u, { picture, quietLabels }) {
  if (quietLabels) return;
  const { ctx } = u;
  const ratio = devicePixelRatio;
  const { left, top, width, height } = u.bbox;
  ctx.save();
  ctx.font = `${12 * ratio}px system-ui, sans-serif`;
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  const wanted = [];
  picture.series.forEach((line, k) => {
    if (line.hidden || !line.label) return;
    const peak = peakOf(u, k + 1);
    if (peak === null) return;
    wanted.push({ text: line.label, tint: line.tint, lead: line.lead, x: peak.x, y: peak.y, w: ctx.measureText(line.label).width });
  });
  // Labels of lines that peak close together stand in one column, in the order of their peaks.
  wanted.sort((a, b) => a.y - b.y);
  const placed = [];
  for (const label of wanted) {
    const column = Math.max(...wanted.filter((w) => Math.abs(w.x - label.x) < 60 * ratio).map((w) => w.x));
    let x = column + 22 * ratio;
    let y = Math.max(label.y - RISE * ratio, top + GAP * ratio);
    if (x + label.w + 6 * ratio > left + width) {
      x = left + width - label.w - 6 * ratio;
      y = Math.max(y - 12 * ratio, top + GAP * ratio);
    }
    while (placed.some((p) => x < p.x + p.w + 4 * ratio && p.x < x + label.w + 4 * ratio && Math.abs(p.at - y) < HEIGHT * ratio)) y += 2 * ratio;
    if (y > top + height - GAP * ratio) continue;
    placed.push({ ...label, x, at: y });
    ctx.strokeStyle = label.tint;
    ctx.globalAlpha = 0.6;
    ctx.lineWidth = ratio;
    ctx.setLineDash([]);
    ctx.beginPath();
    ctx.moveTo(label.x, label.y);
    ctx.lineTo(x - 3 * ratio, y);
    ctx.stroke();
    ctx.globalAlpha = 1;
    ctx.lineWidth = 3 * ratio;
    ctx.strokeStyle = paper();
    ctx.strokeText(label.text, x, y);
    ctx.fillStyle = label.lead ? ink() : soft();
    ctx.fillText(label.text, x, y);
  }
  ctx.restore();
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
