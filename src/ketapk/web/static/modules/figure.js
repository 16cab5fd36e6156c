// The curves as a drawing in SVG, with names, units and the notice.

import { axisUnit } from "./chart.js";
import { picture } from "./curves.js";
import { svg } from "./dom.js";
import { grid, ink, paper, soft } from "./look.js";
import { nice, num } from "./units.js";

const SIZE = { w: 900, h: 560 };
const BOX = { l: 70, t: 50, r: 880, b: 440 };
const DECADES = 3.2;

/** The curves of an answer as the text of an SVG file. */
export function figureSvg(answer, now, notice) {
  const shown = picture(answer, now);
  const unit = axisUnit(shown.until);
  const tops = shown.series.flatMap((line) => line.values).filter(Number.isFinite);
  const top = Math.max(...tops, 1e-9) * (now.log ? 1.8 : 1.1);
  const x = (t) => BOX.l + ((BOX.r - BOX.l) * t) / shown.until;
  const y = now.log
    ? (v) => BOX.b - (BOX.b - BOX.t) * (1 + Math.log10(v / top) / DECADES)
    : (v) => BOX.b - ((BOX.b - BOX.t) * v) / top;
  const root = svg("svg", { viewBox: `0 0 ${SIZE.w} ${SIZE.h}`, "font-family": "sans-serif", "font-size": 13, fill: ink() });
  root.append(svg("rect", { width: SIZE.w, height: SIZE.h, fill: paper() }));
  root.append(...axes(x, y, top, shown.until, unit, now.log));
  for (const band of shown.bands) {
    const [hi, lo] = band.series.map((k) => shown.series[k - 1].values);
    const points = [...shown.times.map((t, i) => [t, hi[i]]), ...shown.times.map((t, i) => [t, lo[i]]).reverse()];
    root.append(svg("path", { d: `${path(points, x, y, now.log)}Z`, fill: band.fill, stroke: "none" }));
  }
  for (const line of shown.series) {
    if (line.hidden) continue;
    root.append(svg("path", { d: path(shown.times.map((t, i) => [t, line.values[i]]), x, y, now.log), fill: "none", stroke: line.stroke,
      "stroke-width": line.width, "stroke-dasharray": line.dash.join(" ") || "none" }));
  }
  root.append(...names(shown, x, y));
  const plans = now.plans.map((plan) => `${plan.name}: ${plan.sentence}`).join(";  ");
  const patient = `${num(now.patient.weight_kg)} kg, ${num(now.patient.age_y)} years, ${now.patient.sex}, ${num(now.patient.height_cm)} cm`;
  [plans, patient, notice].forEach((text, k) => root.append(words(text, { x: 20, y: 500 + 20 * k, "font-size": 12 })));
  return new XMLSerializer().serializeToString(root);
}

function words(text, attributes) {
  const element = svg("text", attributes);
  element.textContent = text;
  return element;
}

function path(points, x, y, log) {
  let pen = "M";
  let d = "";
  for (const [t, v] of points) {
    if (!Number.isFinite(v) || (log && v <= 0)) continue;
    d += `${pen}${x(t).toFixed(2)} ${Math.min(y(v), BOX.b).toFixed(2)}`;
    pen = "L";
  }
  return d;
}

function axes(x, y, top, until, unit, log) {
  const made = [];
  const step = nice((until * unit.perHour) / 8);
  for (let t = 0; t <= until * unit.perHour * (1 + 1e-9); t += step) {
    const at = x(t / unit.perHour);
    made.push(svg("line", { x1: at, x2: at, y1: BOX.t, y2: BOX.b, stroke: grid() }), words(num(t, 6), { x: at, y: BOX.b + 18, "text-anchor": "middle" }));
  }
  const levels = [];
  if (log) for (let k = Math.ceil(Math.log10(top) - DECADES); 10 ** k <= top; k++) levels.push(10 ** k);
  else for (let v = 0, s = nice(top / 8); v <= top; v += s) levels.push(v);
  for (const v of levels) {
    made.push(svg("line", { x1: BOX.l, x2: BOX.r, y1: y(v), y2: y(v), stroke: grid() }), words(num(v, 6), { x: BOX.l - 8, y: y(v) + 4, "text-anchor": "end" }));
  }
  made.push(words(`Time [${unit.text}]`, { x: (BOX.l + BOX.r) / 2, y: BOX.b + 40, "text-anchor": "middle", fill: soft() }),
    words("Plasma concentration [ng/mL]", { x: 20, y: 30, fill: soft() }));
  return made;
}

function names(shown, x, y) {
  const placed = [];
  return shown.series.filter((line) => line.label && !line.hidden).map((line) => {
    let best = 0;
    line.values.forEach((v, i) => { if (v > line.values[best]) best = i; });
    return { line, x: x(shown.times[best]), y: y(line.values[best]) };
  }).sort((a, b) => a.y - b.y).map(({ line, x: px, y: py }) => {
    let at = py;
    while (placed.some((other) => Math.abs(other - at) < 15)) at += 3;
    placed.push(at);
    return words(line.label, { x: Math.min(px + 24, BOX.r - 120), y: at + 4, fill: ink(), stroke: "none" });
  });
}
