// Published concentrations at which something was seen, and the level, behind the curves.

import { faint, ink, paper, soft } from "./look.js";

/** Paint bands and the level of a chart before its lines. */
export function paintLandmarks(u, { landmarks }) {
  const { ctx } = u;
  const ratio = devicePixelRatio;
  const { left, top, width, height } = u.bbox;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
  for (const mark of landmarks) {
    const low = u.valToPos(Math.max(mark.low, u.scales.y.min), "y", true);
    const high = u.valToPos(mark.high, "y", true);
    if (high > top + height || low < top) continue;
    if (mark.low !== mark.high) {
      ctx.fillStyle = faint(ink(), 0.06);
      ctx.fillRect(left, high, width, low - high);
    }
    ctx.strokeStyle = soft();
    ctx.lineWidth = ratio;
    ctx.setLineDash(mark.low === mark.high ? [6 * ratio, 4 * ratio] : [2 * ratio, 3 * ratio]);
    for (const y of new Set([low, high])) {
      ctx.beginPath();
      ctx.moveTo(left, y);
      ctx.lineTo(left + width, y);
      ctx.stroke();
    }
  }
  ctx.restore();
}

/** Write what the bands are, over the grid and under nothing. */
export function nameLandmarks(u, { landmarks }) {
  const { ctx } = u;
  const ratio = devicePixelRatio;
  const { left, top, width, height } = u.bbox;
  ctx.save();
  ctx.font = `${11 * ratio}px system-ui, sans-serif`;
  ctx.textAlign = "right";
  ctx.textBaseline = "bottom";
  for (const mark of landmarks) {
    const line = u.valToPos(Math.max(mark.low, u.scales.y.min), "y", true);
    const high = u.valToPos(mark.high, "y", true);
    if (high > top + height || line < top) continue;
    const y = Math.max(line, top + 14 * ratio) - 2 * ratio;
    ctx.lineWidth = 3 * ratio;
    ctx.strokeStyle = paper();
    ctx.strokeText(mark.text, left + width - 6 * ratio, y);
    ctx.fillStyle = soft();
    ctx.fillText(mark.text, left + width - 6 * ratio, y);
  }
  ctx.restore();
}
