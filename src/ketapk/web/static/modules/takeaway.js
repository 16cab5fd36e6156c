// What leaves the page: the link, pictures, data, and the program that reproduces it.

import { post } from "./api.js";
import { el, fill, say } from "./dom.js";
import { exploreChart, latestAnswer } from "./explore.js";
import { figureSvg } from "./figure.js";
import { inLight } from "./look.js";
import { fragment } from "./link.js";
import { scenario, state } from "./state.js";

const FILES = [
  ["html", "Page to hand out", "html", "text/html"],
  ["csv", "CSV", "csv", "text/csv"],
  ["json", "JSON", "json", "application/json"],
  ["toml", "Scenario file", "toml", "application/toml"],
];
const TEXTS = [["python", "Python program"], ["command", "Command"]];

export function startTakeaway(library) {
  const dialog = document.getElementById("takeaway");
  const said = el("p", { class: "soft", id: "takeaway-said", role: "status" });
  const link = el("input", { type: "text", id: "takeaway-link", readonly: true, "aria-label": "Link to this state" });
  const shown = el("pre", { id: "takeaway-text", tabindex: "0", hidden: true });
  const button = (id, label, work) => el("button", { type: "button", id: `takeaway-${id}`, onclick: () => attempt(work) }, label);
  fill(dialog, el("div", { class: "dialog-head" }, el("h2", { id: "takeaway-title" }, "Take away"),
    el("button", { type: "button", class: "quiet", id: "takeaway-close", onclick: () => dialog.close() }, "Close")),
    el("h3", {}, "Link"), el("p", { class: "soft" }, "The link is the whole state; nothing is stored anywhere else."),
    el("div", { class: "row" }, link, button("copy-link", "Copy", () => copy(link.value))),
    el("h3", {}, "Picture"), el("div", { class: "row" }, button("svg", "SVG", saveSvg), button("png", "PNG", savePng), button("print", "Print, one sheet", print)),
    el("h3", {}, "Data"), el("div", { class: "row" }, FILES.map(([kind, label, ending, type]) => button(kind, label, async () =>
      `${save(`ketapk.${ending}`, await exported(kind), type)} ${models().left}`))),
    el("h3", {}, "The program that reproduces it"), el("div", { class: "row" }, TEXTS.map(([kind, label]) => button(kind, label, async () => {
      say(shown, await exported(kind));
      shown.hidden = false;
      return models().left;
    })), button("copy-text", "Copy", () => copy(shown.textContent))), shown, said);
  addEventListener("popstate", () => dialog.close());
  document.getElementById("takeaway-open").addEventListener("click", () => {
    link.value = `${location.origin}${location.pathname}#${fragment(state())}`;
    say(said, "");
    shown.hidden = true;
    dialog.showModal();
  });

  async function attempt(work) {
    try {
      say(said, (await work()) ?? "");
    } catch (error) {
      say(said, error.message);
    }
  }

  async function copy(text) {
    await navigator.clipboard.writeText(text);
    return "Copied.";
  }

  async function exported(kind) {
    const result = await post(`/api/export/${kind}`, { scenario: { ...scenario(), models: models().named } });
    return typeof result === "string" ? result : JSON.stringify(result, null, 1);
  }

  function saveSvg() {
    return save("ketapk.svg", inLight(() => figureSvg(latestAnswer(), state(), library.notice)), "image/svg+xml");
  }

  async function savePng() {
    const source = exploreChart().plot.ctx.canvas;
    const canvas = document.createElement("canvas");
    const foot = Math.round(44 * devicePixelRatio);
    canvas.width = source.width;
    canvas.height = source.height + foot;
    const ctx = canvas.getContext("2d");
    const { ink, paper } = exploreChart().colours;
    ctx.fillStyle = paper();
    ctx.fillRect(0, 0, canvas.width, canvas.height);
    ctx.drawImage(source, 0, 0);
    ctx.fillStyle = ink();
    ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
    const plans = state().plans.map((plan) => `${plan.name}: ${plan.sentence}`).join(";  ");
    ctx.fillText(plans, 12, source.height + 16 * devicePixelRatio, canvas.width - 24);
    ctx.fillText(library.notice, 12, source.height + 34 * devicePixelRatio, canvas.width - 24);
    const blob = await new Promise((resolve) => { canvas.toBlob(resolve); });
    return save("ketapk.png", blob, "image/png");
  }

  function print() {
    dialog.close();
    window.print();
  }
}

/** Models that answer every plan shown, by name, and what to say of those that do not; each borrows the routes it lacks. */
function models() {
  const now = state();
  if (!now.all && now.models.length === 0) return { named: [], left: "" };
  const shown = (latestAnswer()?.plans ?? []).filter((plan) => !plan.error).map((plan) => plan.runs.map(({ model }) => paper(model)));
  const every = [...new Set([...shown.flat(), ...(now.all ? [] : now.models.map(paper))])];
  const able = every.filter((name) => shown.every((names) => names.includes(name)));
  const named = now.all ? able : now.models.filter((model) => able.includes(paper(model)));
  const others = every.filter((name) => !able.includes(name));
  if (others.length === 0) return { named, left: "" };
  return { named, left: named.length === 0 ? "No model answers every plan, so each goes with its recommended one."
    : `Left out, since they do not answer every plan: ${others.join(", ")}.` };
}

/** The model of one paper that a model with borrowed routes rests on. */
const paper = (model) => model.split("+")[0];

function save(name, content, type) {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  el("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
  return `${name} saved.`;
}
