// While kernels are compiled, once after installing, everything that is computed waits.

import { get } from "./api.js";
import { say } from "./dom.js";

const AGAIN_MS = 1000;
const COMPILING = "The kernels are being compiled, once after installing; this takes a minute or two, and what you change is computed then.";

/** Say that kernels are being compiled, until they are. */
export async function tellKernels() {
  const place = document.getElementById("kernels");
  let state = "ready";
  try {
    ({ state } = await get("/api/kernels"));
  } catch {
    // A server that is gone is told by whoever needs its answer.
  }
  place.hidden = state !== "compiling";
  say(place, place.hidden ? "" : COMPILING);
  if (state !== "ready") setTimeout(tellKernels, AGAIN_MS);
}
