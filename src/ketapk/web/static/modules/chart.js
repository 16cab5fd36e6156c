// A plot that redraws its data without making anything anew.

/* global uPlot */
import { labelLines } from "./labels.js";
import { nameLandmarks, paintLandmarks } from "./landmarks.js";
import { forceLight, grid, isDark, ink, paper, soft } from "./look.js";
import { MINUTES, num } from "./units.js";

const FONT = "12px system-ui, sans-serif";
const DECADES = 2.2;

/** Minutes, hours or days: the unit of the time axis. */
export function axisUnit(untilH) {
  if (untilH <= 3) return { text: "min", perHour: MINUTES };
  if (untilH <= 96) return { text: "h", perHour: 1 };
  return { text: "d", perHour: 1 / 24 };
}

const charts = new Set();
const PAPER_PX = 690;
const PAPER_TALL_PX = 260;
/** Of routes below a long list of doses, so that they share a sheet. */
const PAPER_TIGHT_PX = 190;
const PAPER_LOW_PX = 150;
/** Of a chart that stands beside its table, as print.css has it. */
const PAPER_BESIDE_PX = 270;

/** Charts follow the paper while it is printed: light, and as wide as a sheet. */
export function startPrinting() {
  addEventListener("beforeprint", () => {
    forceLight(true);
    const tall = document.querySelector(".told.long") && document.body.dataset.view === "routes" ? PAPER_TIGHT_PX : PAPER_TALL_PX;
    for (const chart of charts) chart.print({ width: PAPER_PX, tall });
  });
  addEventListener("afterprint", () => {
    forceLight(false);
    for (const chart of charts) chart.print(null);
  });
}

/** Make a chart in a holder; onCursor(index or null) tells where the pointer is, onDraw that it was drawn. */
export function makeChart(holder, { onCursor = () => {}, onDraw = () => {}, yLabel = "Plasma concentration [ng/mL]", xLabel = "Time" } = {}) {
  let plot = null;
  let signature = "";
  let shown = null;
  let sheet = null;
  let again = () => {};
  const width = () => (sheet === null ? holder.clientWidth : holder.matches(".beside") ? PAPER_BESIDE_PX : sheet.width);
  const height = () => (sheet === null ? holder.clientHeight : (holder.matches(".apart, .low") ? PAPER_LOW_PX : sheet.tall));

  function options(picture, unit) {
    const axis = { stroke: ink, font: FONT, labelFont: FONT, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, size: 5 } };
    return {
      width: width(),
      height: height(),
      pxAlign: 0,
      padding: [14, 12, 0, 0],
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, points: { size: 7, show: true }, y: false },
      scales: {
        x: { time: false, range: () => [0, shown.untilHere] },
        y: { distr: shown.log ? 3 : 1, range: (_, low, high) => yRange(low, high) },
      },
      series: [{}, ...picture.series.map((line) => (line.hidden
        ? { stroke: "transparent", width: 0, points: { show: false } }
        : { stroke: line.stroke, width: line.width, dash: line.dash, points: { show: false }, spanGaps: false, pxAlign: 0 }))],
      bands: picture.bands,
      axes: [
        { ...axis, label: `${xLabel} [${unit.text}]`, labelSize: 20, size: 34, values: (_, ticks) => ticks.map((t) => num(t, 6)) },
        { ...axis, label: yLabel, labelSize: 20, size: 52, values: (_, ticks) => ticks.map((t) => (t === null ? "" : num(t, 4))) },
      ],
      hooks: {
        drawClear: [(u) => paintLandmarks(u, shown)],
        draw: [(u) => nameLandmarks(u, shown), (u) => labelLines(u, shown), () => onDraw()],
        setCursor: [(u) => onCursor(u.cursor.left < 0 ? null : u.cursor.idx)],
      },
    };
  }

  function yRange(low, high) {
    const top = Math.max(high ?? 1, ...shown.landmarks.map((mark) => mark.low * 1.02)) || 1;
    if (shown.log) return [10 ** Math.floor(Math.log10(top) - DECADES), top * 1.8];
    return [shown.signed && low < 0 ? low * 1.1 : 0, top * 1.1];
  }

  /** Draw a picture: rebuilt only if it has other lines, else its data are replaced. */
  function update(picture, how = {}) {
    const { log = false, landmarks = [], signed = false, quietLabels = false } = how;
    again = () => update(picture, how);
    const unit = axisUnit(picture.until);
    shown = { picture, unit, log, landmarks, signed, quietLabels, untilHere: picture.until * unit.perHour };
    const next = JSON.stringify([log, unit.text, isDark(), picture.bands, picture.series.map((s) => [s.key, s.stroke, s.dash, s.width])]);
    const data = [picture.times.map((t) => t * unit.perHour),
      ...picture.series.map((line) => (log ? line.values.map((v) => (v > 0 ? v : null)) : line.values))];
    if (next !== signature || plot === null) {
      plot?.destroy();
      signature = next;
      plot = new uPlot(options(picture, unit), data, holder);
      plot.over.setAttribute("aria-hidden", "true");
    } else {
      plot.setData(data);
    }
  }

  new ResizeObserver(() => {
    const size = { width: width(), height: height() };
    if (plot && holder.clientWidth > 0 && (size.width !== plot.width || size.height !== plot.height)) plot.setSize(size);
  }).observe(holder);

  function print(given) {
    sheet = given;
    if (plot === null || holder.clientWidth === 0) return;
    again();
    plot.setSize({ width: width(), height: height() });
  }

  const chart = {
    update,
    print,
    get plot() { return plot; },
    get shown() { return shown; },
    /** Left edge and size of the plotting area [CSS px], as the plot knows them, so that nothing is laid out. */
    area: () => (plot === null || !(plot.scales.x.max > 0) ? null : {
      left: plot.bbox.left / devicePixelRatio, width: plot.bbox.width / devicePixelRatio, height: plot.bbox.height / devicePixelRatio }),
    hourAt: (left) => plot.posToVal(left, "x") / shown.unit.perHour,
    leftAt: (hour) => plot.valToPos(hour * shown.unit.perHour, "x"),
    /** Put the pointer at a sample, as the arrow keys do. */
    point(index) {
      plot.setCursor({ left: plot.valToPos(plot.data[0][index], "x"), top: 10 });
    },
    colours: { ink, soft, paper },
  };
  charts.add(chart);
  return chart;
}
