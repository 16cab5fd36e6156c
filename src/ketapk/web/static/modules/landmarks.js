// Published concentrations at which something was seen, and the level, behind the curves.

import { clearWords, writeWords } from "./lettering.js";
import { faint, ink, soft } from "./look.js";

const ABOVE = 9;
const EDGE = 6;
const STEP = 20;
const HIGHER = [0, 15, 30];

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

/**
 * Write what the bands are, each on its line, further left or a little higher where another name stands
 * there. Where there is no room a name is left out: higher up it would say something else.
 */
export function nameLandmarks(u, { landmarks, picture }) {
  clearWords(u, picture);
  const seen = landmarks.map((mark) => ({ ...mark, line: u.valToPos(Math.max(mark.low, u.scales.y.min), "y", true), end: u.valToPos(mark.high, "y", true) }))
    .filter(({ line, end }) => end <= u.bbox.top + u.bbox.height && line >= u.bbox.top)
    .sort((a, b) => a.line - b.line);
  writeWords(u, 11, ({ ratio, write, left, top, width }) => {
    const names = seen.map(({ text, line }) => {
      const y = Math.max(line - ABOVE * ratio, top + ABOVE * ratio);
      const places = (wide) => {
        const room = Math.max(0, width - wide - 2 * EDGE * ratio);
        return Array.from({ length: Math.floor(room / (STEP * ratio)) + 1 }, (_, k) => k * STEP)
          .flatMap((moved) => HIGHER.map((rise) => ({ x: left + width - wide - (EDGE + moved) * ratio, y: y - rise * ratio, far: moved / 10 + rise, alone: true })))
          .filter((place) => place.y >= top + ABOVE * ratio);
      };
      return write(text, places, soft());
    });
    for (const name of names) name?.ink();
  });
}
