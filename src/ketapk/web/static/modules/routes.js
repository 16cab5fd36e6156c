// The same drug by each route: what the route did.

import { channel } from "./api.js";
import { makeChart } from "./chart.js";
import { choices, el, fill, say, settled, table } from "./dom.js";
import { makeLedger } from "./ledger.js";
import { colour, dash, onScheme } from "./look.js";
import { makePermit } from "./permit.js";
import { ROUTES, routeName } from "./sentence.js";
import { changeIn, onChange, scenario, state } from "./state.js";
import { num, readTime, withUnit } from "./units.js";

const MATCHES = [["milligrams", "the same milligrams"], ["AUC", "the same AUC"], ["Cmax", "the same peak"]];

export function startRoutes(library) {
  const root = document.getElementById("view-routes");
  const plan = el("select", { id: "routes-plan", onchange: (event) => changeIn("routes", { plan: event.target.value }) });
  const match = el("select", { id: "routes-match", onchange: (event) => changeIn("routes", { match: event.target.value }) });
  choices(match, MATCHES, state().routes.match);
  const known = ROUTES.filter(([key]) => !library.routes || library.routes.some((r) => (r.name ?? r) === key));
  const boxes = el("fieldset", { class: "chips" }, el("legend", {}, "Routes"), known.map(([key, label]) => el("label", { class: "chip" },
    el("input", { type: "checkbox", id: `route-${key}`, value: key, onchange: ticked }), label)));
  const holder = el("div", { class: "chart", id: "routes-chart", role: "img", "aria-label": "Curves by route" });
  const numbers = el("div", { id: "routes-table" });
  const said = el("p", { class: "problem", id: "routes-problem", hidden: true });
  const permit = makePermit("routes-implausible");
  const readout = el("p", { class: "readout", id: "routes-readout" });
  const warnings = el("ul", { class: "told warnings", id: "routes-warnings" });
  const ledgerHolder = el("section", { id: "ledger", "aria-label": "Where every milligram is" });
  root.append(el("div", { class: "toolbar" }, el("label", { class: "inline" }, "Plan ", plan), el("label", { class: "inline" }, "Matched by ", match)),
    boxes, said, permit.root, el("figure", { class: "figure" }, holder, readout), numbers, warnings, ledgerHolder);
  let answer = null;
  const chart = makeChart(holder, { onCursor: point, yLabel: "Plasma [ng/mL]" });
  const ledger = makeLedger(ledgerHolder);

  const asking = channel("/api/routes", (result) => {
    answer = result;
    for (const row of result.rows) if (!row.error) row.curve = row.curves[row.parent];
    said.hidden = true;
    permit.show(result.rows.map(({ error }) => error));
    draw();
  }, (error) => {
    permit.show([error]);
    wrong(error.message);
  });

  function wrong(text) {
    said.hidden = false;
    say(said, text);
  }

  function ticked() {
    changeIn("routes", { list: [...boxes.querySelectorAll("input:checked")].map((box) => box.value) });
  }

  const chosen = () => state().plans.find(({ name }) => name === state().routes.plan) ?? state().plans[0];

  const request = settled(60, () => {
    if (state().routes.list.length === 0) return wrong("Choose at least one route.");
    const one = chosen();
    asking.send({ scenario: { ...scenario(), plans: { [one.name]: one.sentence } }, options: { routes: state().routes.list, match: state().routes.match } });
  });

  function point(index) {
    ledger.at(index === null ? null : answer.times_h[index]);
    if (index === null) return say(readout, "Point at the plot: values by route, and the ledger below follows.");
    say(readout, `At ${readTime(answer.times_h[index])}: ${drawn().map((row) => `${routeName(row.route)} ${withUnit(row.curve[index], "ng/mL")}`).join("; ")}`);
  }

  const drawn = () => answer.rows.filter((row) => !row.error && row.curve);

  function draw() {
    if (answer === null || root.hidden) return;
    const order = ROUTES.map(([key]) => key);
    const lines = drawn().map((row) => ({ key: row.route, values: row.curve, stroke: colour(order.indexOf(row.route)), tint: colour(order.indexOf(row.route)),
      dash: dash(order.indexOf(row.route)), width: 2.4, lead: true, label: routeName(row.route) }));
    chart.update({ times: answer.times_h, series: lines, bands: [], until: answer.until_h }, { log: state().log });
    const head = ["Route", "Dose [mg]", `First at ${answer.level} [min]`, "Peak [ng/mL]", "at [min]", "AUC [ng h/mL]", "F", "Norketamine : ketamine", el("th", { scope: "col", class: "text" }, "Model")];
    fill(numbers, table(`What the route did to ${MATCHES.find(([key]) => key === answer.match)[1]}`, head, answer.rows.map((row) => (row.error
      ? [routeName(row.route), el("td", { colspan: head.length - 1, class: "text" }, row.error.sentence)]
      : [routeName(row.route), el("td", {}, num(row.mg), row.unmatched ? el("small", {}, " not matched") : ""), num(row.onset_min), num(row.Cmax), num(row.Tmax_min), num(row.AUC), num(row.F), num(row.ratio), el("td", { class: "text" }, row.model, el("small", {}, ` grade ${row.grade}`))])), { id: "routes-numbers", class: "numbers" }));
    fill(warnings, [...unmatched(), ...ratioNote(), ...(answer.warnings ?? [])].map((text) => el("li", {}, text)));
    ledger.offer(drawn().map((row) => [row.route, routeName(row.route), row.sentence, row.model]));
  }

  /** Doses that cannot be made to match, with what they come to. */
  const unmatched = () => drawn().filter((row) => row.unmatched).map((row) => `${routeName(row.route)}: ${row.unmatched}`);

  /** Where the ratio is missing, which models would have it. */
  function ratioNote() {
    if (drawn().length === 0 || drawn().some((row) => row.ratio !== null)) return [];
    const able = library.models.filter((model) => model.analytes.length > 1).map((model) => model.name);
    return [`${answer.model} has no norketamine, so there is no ratio; under Models, These, choose one that has: ${able.join(", ")}.`];
  }

  function show() {
    const { routes, plans } = state();
    choices(plan, plans.map(({ name }) => [name, name]), chosen().name);
    match.value = routes.match;
    for (const box of boxes.querySelectorAll("input")) box.checked = routes.list.includes(box.value);
  }

  onChange((now, before) => {
    show();
    if (now.view !== "routes") return;
    if (["plans", "patient", "models", "all", "level", "routes", "view", "implausible"].some((key) => now[key] !== before[key])) request();
    if (now.log !== before.log) draw();
    if (now.view !== before.view) draw();
  });
  onScheme(draw);
  show();
  point(null);
  if (state().view === "routes") request();
}
