// Words on a plot, where no other word stands and, if there is room, no line runs.

import { paper } from "./look.js";

const HEIGHT = 15;
const GAP = 4;
const COLUMN = 4;
const OVERLAP = 1e4;
const CROSSED = 60;
const ALONG = 8;
const sheets = new WeakMap();

/** Boxes of the words that a plot holds: left, right, top, bottom [px]. */
export const wordsOf = (u) => sheets.get(u)?.boxes ?? [];

/** Begin the words of a plot anew: nothing is written yet. */
export function clearWords(u, picture) {
  sheets.set(u, { boxes: [], courses: null, picture });
}

/**
 * Write words of a size [CSS px] on a plot, one after the other: `work` gets what it needs for that.
 * write(text, places, colour) takes the best of the places that places(width) offers, {x, y, far}: the
 * left middle of the text [px] with what it costs to stand there. It returns the place with its box,
 * to be written by ink() when all have theirs. A text that is wider than the plot is cut before its figures, and
 * shows it. Where no place is left of those to be taken only where no word stands (alone), null is returned.
 */
export function writeWords(u, size, work) {
  const { ctx } = u;
  const ratio = devicePixelRatio;
  const sheet = sheets.get(u);
  ctx.save();
  ctx.font = `${size * ratio}px system-ui, sans-serif`;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ctx.setLineDash([]);
  const half = (HEIGHT * ratio) / 2;
  const boxAt = ({ x, y }, width) => ({ left: x, right: x + width, top: y - half, bottom: y + half });

  function best(places, width) {
    let found = null;
    let least = Infinity;
    for (const place of places) {
      if (place.far >= least) continue;
      const box = boxAt(place, width);
      const others = overlaps(sheet.boxes, box, GAP * ratio);
      if (place.alone && others > 0) continue;
      const apart = place.far + OVERLAP * others;
      if (apart >= least) continue;
      const cost = apart + crossings(sheet.courses ??= courses(u, sheet.picture), box, u.bbox.left);
      if (cost < least) [found, least] = [place, cost];
    }
    return found;
  }

  function fitting(text) {
    const most = u.bbox.width - 2 * GAP * ratio;
    if (ctx.measureText(text).width <= most) return text;
    const comma = text.lastIndexOf(", ");
    const figures = comma < 0 ? "" : text.slice(comma);
    let kept = text.slice(0, text.length - figures.length);
    while (kept !== "" && ctx.measureText(`${kept}…${figures}`).width > most) kept = kept.slice(0, -1).trimEnd();
    return `${kept}…${figures}`;
  }

  function write(whole, places, colour) {
    const text = fitting(whole);
    const width = ctx.measureText(text).width;
    const place = best(places(width), width);
    if (place === null) return null;
    sheet.boxes.push(boxAt(place, width));
    return { ...place, ...boxAt(place, width), ink: () => inked(text, place, colour) };
  }

  function inked(text, { x, y }, colour) {
    ctx.lineWidth = 3 * ratio;
    ctx.strokeStyle = paper();
    ctx.strokeText(text, x, y);
    ctx.fillStyle = colour;
    ctx.fillText(text, x, y);
  }

  work({ ctx, ratio, write, ...u.bbox });
  ctx.restore();
}

const overlaps = (boxes, box, gap) => boxes.filter((other) => box.left < other.right + gap && other.left < box.right + gap
  && box.top < other.bottom && other.top < box.bottom).length;

/** What it costs that lines run through a box: each for itself, and the longer the more. */
function crossings(lines, box, left) {
  const step = COLUMN * devicePixelRatio;
  let cost = 0;
  for (const { high, low } of lines) {
    let along = 0;
    const end = Math.min(high.length - 1, Math.floor((box.right - left) / step));
    for (let c = Math.max(0, Math.floor((box.left - left) / step)); c <= end; c++) {
      if (high[c] <= box.bottom && low[c] >= box.top) along += 1;
    }
    if (along > 0) cost += CROSSED + ALONG * along;
  }
  return cost;
}

/** Highest and lowest point [px] of every line in narrow columns of the plot, one sample a column. */
function courses(u, picture) {
  const step = COLUMN * devicePixelRatio;
  const { left, width } = u.bbox;
  const { min, max } = u.scales.x;
  const times = u.data[0];
  const count = Math.max(0, Math.ceil(width / step));
  const columns = [];
  let last = -1;
  for (let i = 0; i < times.length && times[i] <= max; i++) {
    const x = ((times[i] - min) / (max - min)) * width;
    if (Math.floor(x / step) === last) continue;
    last = Math.floor(x / step);
    columns.push({ i, x });
  }
  return picture.series.flatMap((line, k) => {
    if (line.hidden) return [];
    const high = new Float64Array(count).fill(Infinity);
    const low = new Float64Array(count).fill(-Infinity);
    let before = null;
    for (const { i, x } of columns) {
      const value = u.data[k + 1][i];
      if (value === null || value === undefined) { before = null; continue; }
      const y = u.valToPos(value, "y", true);
      if (before !== null) {
        for (let c = Math.floor(before.x / step); c <= x / step && c < count; c++) {
          for (const edge of [c * step, (c + 1) * step]) {
            const share = Math.min(1, Math.max(0, (edge - before.x) / (x - before.x)));
            const there = before.y + share * (y - before.y);
            high[c] = Math.min(high[c], there);
            low[c] = Math.max(low[c], there);
          }
        }
      }
      before = { x, y };
    }
    return [{ high, low }];
  });
}
