// What stands before anybody changes anything: the library, and the example with its answers.

import { fragment } from "./link.js";
import { state } from "./state.js";

/** The file that was written with the page; it holds what the server would answer. */
export async function first() {
  const response = await fetch(new URL("../first.json", import.meta.url));
  return response.json();
}

/** Whether the state is the example, so that its answers are known. */
export const isExample = () => fragment({ ...state(), view: "explore" }) === "";
