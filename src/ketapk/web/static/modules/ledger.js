// Where every milligram is: a stack over time, and the stack at the time under the pointer.

import { channel } from "./api.js";
import { makeChart } from "./chart.js";
import { choices, el, fill, say, svg } from "./dom.js";
import { colour, faint, onScheme } from "./look.js";
import { scenario } from "./state.js";
import { num, readTime } from "./units.js";

const POINTS = 160;
const TALL = 260;
const WIDE = 90;
const PLAY_MS = 6000;

/** Make the ledger; offer() says of which plans it may tell, at() moves the time. */
export function makeLedger(root) {
  const which = el("select", { id: "ledger-plan", onchange: ask });
  const when = el("input", { type: "range", id: "ledger-time", min: 0, max: 1, step: 1, value: 0, "aria-label": "Time of the ledger", oninput: () => {
    stop();
    show(Number(when.value));
  } });
  const play = el("button", { type: "button", id: "ledger-play", onclick: run }, "Play");
  const time = el("output", { id: "ledger-when" });
  const stack = svg("svg", { class: "stack", viewBox: `0 0 ${WIDE} ${TALL}`, width: WIDE, height: TALL, role: "img", "aria-label": "Stack of the dose by place" });
  const list = el("table", { class: "numbers", id: "ledger-table" });
  const holder = el("div", { class: "chart low beside", id: "ledger-chart", role: "img", "aria-label": "Milligrams by place over time" });
  root.append(el("h2", {}, "Where every milligram is"),
    el("div", { class: "toolbar" }, el("label", { class: "inline" }, "Route ", which), play, when, time),
    el("div", { class: "ledger" }, el("figure", { class: "figure" }, holder), stack, el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Milligrams by place" }, list)));
  let offers = [];
  let asked = "";
  let answer = null;
  let rows = [];
  let playing = 0;
  const chart = makeChart(holder, { yLabel: "Amount [mg]", onCursor: (i) => { if (i !== null) show(i); } });

  const asking = channel("/api/ledger", (result) => {
    answer = result;
    when.max = result.times_h.length - 1;
    build();
  }, (error) => {
    answer = null;
    fill(list, el("caption", {}, error.message));
    fill(stack);
  });

  function ask() {
    const found = offers.find(([key]) => key === which.value);
    if (!found) return;
    const [, name, sentence, model] = found;
    asking.send({ scenario: { ...scenario(), plans: { [name]: sentence }, models: [model.split("+")[0]] }, options: { plan: name, points: POINTS } });
  }

  function build() {
    rows = answer.places.filter(({ mg }) => mg.some((value) => Math.abs(value) > 1e-9 * answer.total_mg)).map((place, k) => ({
      ...place, rect: svg("rect", { x: 4, width: WIDE - 8, class: "stack-part" }), cell: el("td"), share: el("td"), k,
    }));
    fill(stack, rows.map((row) => row.rect));
    fill(list, el("caption", { class: "visually-hidden" }, ""),
      el("thead", {}, el("tr", {}, ["Place", "mg", "of the dose"].map((text) => el("th", { scope: "col" }, text)))),
      el("tbody", {}, [...rows].reverse().map((row) => el("tr", {}, el("th", { scope: "row" }, key(row), ` ${row.place}`,
        row.fate && row.fate !== row.place ? el("small", {}, ` ${row.fate}`) : null), row.cell, row.share))));
    paint();
    show(Math.min(Number(when.value), answer.times_h.length - 1));
  }

  function key(row) {
    row.mark = svg("rect", { x: 1, y: 1, width: 12, height: 12, rx: 2 });
    return svg("svg", { width: 14, height: 14, "aria-hidden": "true", class: "key" }, row.mark);
  }

  const tint = (row) => faint(colour(row.k), row.k < 7 ? 0.9 : 0.5);

  function paint() {
    if (answer === null || root.closest("[hidden]")) return;
    for (const row of rows) for (const shape of [row.rect, row.mark]) shape.setAttribute("fill", tint(row));
    const sums = [];
    let below = answer.times_h.map(() => 0);
    for (const row of rows) {
      below = below.map((sum, i) => sum + Math.max(row.mg[i], 0));
      sums.push(below);
    }
    const series = sums.map((values, k) => ({ key: rows[k].place, values, stroke: colour(k), tint: colour(k), dash: [], width: 1, label: null }));
    series.unshift({ key: "floor", values: answer.times_h.map(() => 0), hidden: true });
    const bands = rows.map((row, k) => ({ series: [k + 2, k + 1], fill: tint(row) }));
    chart.update({ times: answer.times_h, series, bands, until: answer.times_h[answer.times_h.length - 1] }, { quietLabels: true });
  }

  function show(index) {
    if (answer === null) return;
    when.value = index;
    say(time, readTime(answer.times_h[index]));
    say(list.caption, `${which.selectedOptions[0]?.textContent ?? ""}: milligrams by place at ${readTime(answer.times_h[index])}`);
    when.setAttribute("aria-valuetext", readTime(answer.times_h[index]));
    let y = TALL;
    for (const row of rows) {
      const mg = row.mg[index];
      const h = (Math.max(mg, 0) / answer.total_mg) * (TALL - 2);
      y -= h;
      row.rect.setAttribute("y", y);
      row.rect.setAttribute("height", h);
      say(row.cell, num(Math.abs(mg) < 1e-6 ? 0 : mg));
      say(row.share, `${num(Math.abs(mg) < 1e-6 ? 0 : (100 * mg) / answer.total_mg)} %`);
    }
  }

  function stop() {
    cancelAnimationFrame(playing);
    playing = 0;
    say(play, "Play");
  }

  function run() {
    if (playing) return stop();
    if (answer === null) return;
    say(play, "Stop");
    const last = answer.times_h.length - 1;
    const from = performance.now();
    const step = (now) => {
      const share = Math.min((now - from) / PLAY_MS, 1);
      const hour = share * answer.times_h[last];
      show(Math.max(answer.times_h.findIndex((t) => t >= hour), 0));
      if (share < 1) playing = requestAnimationFrame(step);
      else stop();
    };
    playing = requestAnimationFrame(step);
  }

  onScheme(paint);
  return {
    offer(next) {
      // The same milligrams go elsewhere in somebody else.
      const wanted = JSON.stringify([next, scenario().patient]);
      const same = wanted === asked;
      asked = wanted;
      offers = next;
      const kept = offers.some(([k]) => k === which.value) ? which.value : offers.at(-1)?.[0];
      choices(which, offers.map(([k, label]) => [k, label]), kept ?? "");
      if (!same || answer === null) ask();
      else paint();
    },
    at(hour) {
      if (hour === null || answer === null) return;
      const index = answer.times_h.findIndex((t) => t >= hour);
      show(index < 0 ? answer.times_h.length - 1 : index);
    },
  };
}
