// Undo and redo over the state; the steps of one drag are one step.

import { change, onChange, state } from "./state.js";
import { say } from "./dom.js";

const MOST = 200;
const past = [];
const future = [];
let gesture = null;

export function startHistory() {
  const undoButton = document.getElementById("undo");
  const redoButton = document.getElementById("redo");
  undoButton.addEventListener("click", undo);
  redoButton.addEventListener("click", redo);
  const show = () => {
    undoButton.disabled = past.length === 0;
    redoButton.disabled = future.length === 0;
  };
  onChange((_, before, how) => {
    if (how.silent) return show();
    if (how.gesture === undefined || how.gesture !== gesture) {
      past.push(before);
      if (past.length > MOST) past.shift();
    }
    gesture = how.gesture ?? null;
    future.length = 0;
    show();
  });
  show();
}

/** The next step with the same key is a step of its own. */
export function endGesture() {
  gesture = null;
}

export function undo() {
  step(past, future, "Undone.");
}

export function redo() {
  step(future, past, "Done again.");
}

function step(from, to, words) {
  if (from.length === 0) return;
  to.push(state());
  gesture = null;
  const target = from.pop();
  change({ ...target, view: state().view }, { silent: true, whole: true });
  say(document.getElementById("live"), words);
}
