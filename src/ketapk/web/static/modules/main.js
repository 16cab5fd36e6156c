// The page, put together.

import { startPrinting } from "./chart.js";
import { say } from "./dom.js";
import { exploreChart, startExplore } from "./explore.js";
import { first, isExample } from "./first.js";
import { startHistory } from "./history.js";
import { tellKernels } from "./kernels.js";
import { startKeyboard } from "./keyboard.js";
import { startLink } from "./link.js";
import { startModels } from "./models.js";
import { startPatient } from "./patient.js";
import { startPlans } from "./plans.js";
import { startRoutes } from "./routes.js";
import { startSchedules } from "./schedules.js";
import { startSources } from "./sources.js";
import { change, onChange, state } from "./state.js";
import { startTakeaway } from "./takeaway.js";
import { ask, hear, startUnderstanding } from "./understood.js";

let drawn;
const ready = new Promise((resolve) => { drawn = resolve; });
const page = { get state() { return state(); }, change, ready, drawn: 0, last: null, chart: exploreChart };
window.ketapk = page;

function startTabs() {
  const tabs = [...document.querySelectorAll("#tabs [role=tab]")];
  for (const tab of tabs) tab.addEventListener("click", () => change({ view: tab.dataset.view }, { silent: true }));
  const show = () => {
    const view = tabs.some((tab) => tab.dataset.view === state().view) ? state().view : "explore";
    const focused = document.activeElement;
    // Looked at before the view is hidden, with which the focus would be lost.
    const left = focused?.closest("[role=tab], [role=tabpanel]")?.matches(`#tab-${view}, #view-${view}`) === false;
    for (const tab of tabs) {
      const chosen = tab.dataset.view === view;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      document.getElementById(`view-${tab.dataset.view}`).hidden = !chosen;
    }
    document.body.dataset.view = view;
    if (left) document.getElementById(`tab-${view}`).focus();
  };
  onChange(show);
  show();
}

async function start() {
  startLink();
  startTabs();
  startHistory();
  startKeyboard();
  startPrinting();
  startUnderstanding();
  const { library, understanding, curves } = await first();
  const known = isExample();
  if (known) hear(understanding);
  else ask();
  startPatient(library);
  startModels(library);
  const tellOut = startSources(library);
  // Before what else hears of a change, so that the server works while the controls are written.
  startExplore(library, (answer) => {
    page.drawn += 1;
    page.last = answer;
    if (state().view === "sources") tellOut();
    drawn();
  }, known ? curves : null);
  startPlans(library);
  startRoutes(library);
  startSchedules(library);
  startTakeaway(library);
  tellKernels();
}

start().catch((error) => {
  const place = document.getElementById("problem");
  place.hidden = false;
  say(place, error.message);
  throw error;
});
