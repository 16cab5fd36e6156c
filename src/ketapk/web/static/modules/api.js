// Requests to the server on this machine; the newest wins.

/** What the server refused, with its sentence. */
export class Refused extends Error {
  constructor(error, status) {
    super(error.sentence);
    this.kind = error.kind;
    this.where = error.where ?? null;
    this.status = status;
  }
}

export async function get(path) {
  return answer(await reached(fetch(path)));
}

export async function post(path, body, signal) {
  return answer(await reached(fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal,
  })));
}

async function reached(request) {
  try {
    return await request;
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused({ kind: "Offline", sentence: "ketapk does not answer; start it again with `ketapk serve`." }, 0);
  }
}

async function answer(response) {
  const kind = response.headers.get("Content-Type") ?? "";
  const content = kind.startsWith("application/json") ? await response.json() : await response.text();
  if (response.ok) return content;
  throw new Refused(content.error ?? { kind: "Error", sentence: `The server answered ${response.status}.` }, response.status);
}

const PATIENCE_MS = 250;
const SLOW_MS = 400;

const slowPaths = new Set();

/** Say at the top of the page that an answer takes its time. */
function tellSlow(path, slow) {
  if (slow) slowPaths.add(path);
  else slowPaths.delete(path);
  document.getElementById("working").hidden = slowPaths.size === 0;
}

/**
 * A channel in which only the newest request matters.
 * One is under way and one waits: while dragging, answers keep coming in order, and an answer that
 * takes too long is given up for the newest.
 */
export function channel(path, onAnswer, onError) {
  let running = null;
  let waiting = null;
  let slow = 0;

  async function run(body) {
    const mine = { abort: new AbortController(), since: performance.now() };
    running = mine;
    slow ||= setTimeout(tellSlow, SLOW_MS, path, true);
    try {
      const result = await post(path, body, mine.abort.signal);
      if (running === mine) onAnswer(result, body);
    } catch (error) {
      if (error.name !== "AbortError" && running === mine && waiting === null) onError(error, body);
    } finally {
      if (running === mine) {
        running = null;
        if (waiting === null) rest();
        next();
      }
    }
  }

  function rest() {
    clearTimeout(slow);
    slow = 0;
    tellSlow(path, false);
  }

  function next() {
    if (waiting === null || running !== null) return;
    const body = waiting;
    waiting = null;
    run(body);
  }

  return {
    send(body) {
      waiting = body;
      if (running !== null && performance.now() - running.since > PATIENCE_MS) {
        running.abort.abort();
        running = null;
      }
      next();
    },
    get busy() {
      return running !== null || waiting !== null;
    },
  };
}
