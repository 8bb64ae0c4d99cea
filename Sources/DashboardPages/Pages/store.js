// The run as the server tells it: one object that is kept up to date, and a clock that agrees with the server's.

const listeners = new Set();

export const store = {
  /** @type {object|null} the status, as `cco status --json` prints it */
  status: null,
  isLive: false,
  isConnected: false,
  /** @type {Map<string, object>} tasks by id */
  tasks: new Map(),
  /** milliseconds that the server's clock is ahead of this one */
  ahead: 0,
};

export function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell() { for (const listener of listeners) listener(); }

/** The server's present moment in milliseconds since 1970. */
export function now() { return Date.now() + store.ahead; }

function take(update) {
  store.status = { ...update.status, tasks: update.counts, logVersion: update.logVersion };
  store.isLive = update.isLive;
  store.ahead = update.now - Date.now();
  if (update.isWhole) store.tasks = new Map();
  for (const task of update.tasks) store.tasks.set(task.id, task);
  tell();
}

/** The browser connects again by itself; every connection begins with the whole state. */
export function connect() {
  const source = new EventSource("/api/v1/events");
  source.addEventListener("run", (event) => { store.isConnected = true; take(JSON.parse(event.data)); });
  source.addEventListener("open", () => { store.isConnected = true; tell(); });
  source.addEventListener("error", () => { store.isConnected = false; tell(); });
}

export async function log(source) {
  const query = source ? "?source=" + encodeURIComponent(source) : "";
  const answer = await fetch("/api/v1/log" + query);
  if (!answer.ok) throw new Error("the log could not be read (" + answer.status + ")");
  return (await answer.json()).entries;
}

export async function pause() {
  const answer = await fetch("/api/v1/pause", { method: "POST" });
  if (!answer.ok) throw new Error((await answer.json()).error.message);
}
