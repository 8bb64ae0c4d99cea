// The run as the server tells it: one object that is kept up to date, and a clock that agrees with the server's. While an earlier moment is shown,
// the same object holds that moment, and the present goes on beside it.

const listeners = new Set();

/** A run at a moment: what pages are made of. */
function side() { return { status: null, isLive: false, tasks: new Map(), heard: new Map(), ahead: 0 }; }

const present = side();
let past = null;

export const store = {
  isConnected: false,
  /** why the server does not answer any more, when trying again does not help */
  refusal: null,
  get shown() { return past ?? present; },
  /** the status, as `cco status --json` prints it, without its tasks */
  get status() { return this.shown.status; },
  get isLive() { return this.shown.isLive; },
  /** @type {Map<string, object>} tasks by id */
  get tasks() { return this.shown.tasks; },
  /** how many lines an agent's log has had: another number once it has said more */
  heard(agent) { return this.shown.heard.get(agent) ?? 0; },
  /** the event whose moment is shown; `null` for the present */
  get at() { return past?.sequence ?? null; },
  get present() { return present; },
};

export function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell() { for (const listener of listeners) listener(); }

/** The moment that is shown, in milliseconds since 1970: the server's present, or the earlier one. */
export function now() { return past ? past.now : Date.now() + present.ahead; }

function take(side, update) {
  side.status = { ...update.status, tasks: update.counts, logVersion: update.logVersion };
  side.isLive = update.isLive;
  side.ahead = update.now - Date.now();
  side.now = update.now;
  if (update.isWhole) [side.tasks, side.heard] = [new Map(), new Map()];
  for (const [source, lines] of Object.entries(update.heard)) side.heard.set(source, lines);
  for (const task of update.tasks) side.tasks.set(task.id, task);
}

let source = null;
let pause_ = 500;

/** The browser connects again by itself; every connection begins with the whole state. */
function connect() {
  source?.close();
  source = new EventSource("/api/v1/events");
  source.addEventListener("run", (event) => {
    store.isConnected = true;
    store.refusal = null;
    pause_ = 500;
    take(present, JSON.parse(event.data));
    tell();
  });
  // Further tasks of a run that has more than come at once.
  source.addEventListener("tasks", (event) => {
    for (const task of JSON.parse(event.data)) present.tasks.set(task.id, task);
    tell();
  });
  source.addEventListener("open", () => { store.isConnected = true; tell(); });
  source.addEventListener("error", async () => {
    store.isConnected = false;
    tell();
    if (source.readyState !== EventSource.CLOSED) return;
    // The server answers, and not with events: say why, and ask again later.
    try {
      const answer = await fetch("/api/v1/status", { method: "HEAD" });
      store.refusal = answer.status === 401 ? "The server was started anew: open the link that it has printed." : null;
    } catch { store.refusal = null; }
    tell();
    setTimeout(connect, pause_);
    pause_ = Math.min(30_000, pause_ * 2);
  });
}

// The page brings the run as it stands; where it may not be shown the stream says why.
const opening = document.getElementById("opening");
if (opening) {
  take(present, JSON.parse(opening.textContent));
  store.isConnected = true;
}

// At once, while other modules are still on their way.
connect();

/** The server's answer, or an error that a person can read. */
async function ask(path, options) {
  let answer;
  try {
    answer = await fetch(path, options);
  } catch { throw new Error("cco web does not answer; is it still running?"); }
  if (answer.ok) return answer.json();
  let words = `the server answers ${answer.status}`;
  try {
    const { error } = await answer.json();
    words = [error.message, error.remedy].filter(Boolean).join(" ");
  } catch { /* no answer of ours; the number says it */ }
  throw Object.assign(new Error(words), { status: answer.status });
}

export async function log() {
  const query = new URLSearchParams();
  if (past) query.set("at", past.sequence);
  return (await ask("/api/v1/log?" + query)).entries;
}

/** What the run has cost by role, purpose, team, model …; of the present only. */
export function breakdown() { return ask("/api/v1/cost"); }

export function pause() { return ask("/api/v1/pause", { method: "POST" }); }

/** Gives an order. The id makes a second try harmless. */
export function order(wish) {
  return ask("/api/v1/orders", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(wish) });
}

/** A new id for an order. */
export function orderId() { return "web-" + crypto.randomUUID(); }

/** What is new in the timeline since a revision, in pieces: a long run has tens of thousands of spans. */
export function timeline(after) { return ask(`/api/v1/timeline?after=${after}&limit=4000`); }

/** What of the timeline is about a task. */
export function timelineOf(task) { return ask(`/api/v1/timeline?task=${encodeURIComponent(task)}`); }
/** A piece of what an agent said and did: the end of its newest turn, or of `turn`, or what is `before` or `after` a place in that. */
export function transcript(agent, wish) {
  const query = new URLSearchParams(past ? { ...wish, at: past.sequence } : wish);
  return ask(`/api/v1/agents/${encodeURIComponent(agent)}/transcript?${query}`);
}
/** A piece of what a gate printed. One that is to come after a place is waited for while the gate runs. */
export function gateLog(run, wish, signal) { return ask(`/api/v1/gates/${encodeURIComponent(run)}/log?${new URLSearchParams(wish)}`, { signal }); }
export function commit(id) { return ask(`/api/v1/commits/${encodeURIComponent(id)}`); }
export function work(task) { return ask(`/api/v1/work/${encodeURIComponent(task)}`); }

/** Shows the run after an event, or with `null` the present. Only what differs from the moment before is sent. */
export async function showMoment(sequence) {
  if (sequence === null) {
    past = null;
    tell();
    return null;
  }
  const answer = await ask(`/api/v1/moment?at=${sequence}${past ? `&from=${past.sequence}` : ""}`);
  const next = past ?? side();
  take(next, answer.update);
  next.sequence = answer.sequence;
  next.last = answer.last;
  past = next;
  tell();
  return answer;
}
