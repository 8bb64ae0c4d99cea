// Which page is shown, and the head that all pages share. What the first figures do not need comes after them.
import { store, subscribe, now, pause } from "/store.js";
import { el, announce, show, tick, duration, money, tokens, count, toldText } from "/dom.js";
import { overview, queue } from "/pages.js";

const page = document.getElementById("page");
let view = null;

/** Paths, what makes their page, and the module that it is in where that comes later. */
const routes = [
  [/^#?\/?$/, () => simple(overview)],
  [/^#\/timeline$/, ({ TimelinePage }) => new TimelinePage(page), "/timeline.js"],
  [/^#\/tasks(?:\/([\w-]+))?(?:\?q=(.*))?$/, ({ TaskList }, state, words) => new TaskList(page, state, words), "/tasks.js"],
  [/^#\/agents(?:\/([\w-]+))?$/, ({ AgentList }, team) => new AgentList(page, team), "/agents.js"],
  [/^#\/graph$/, ({ GraphPage }) => new GraphPage(page), "/graph.js"],
  [/^#\/graph\/([\w-]+)$/, ({ GraphPage }, id) => new GraphPage(page, id), "/graph.js"],
  [/^#\/task\/([\w-]+)$/, ({ TaskPage }, id) => new TaskPage(page, id), "/tasks.js"],
  [/^#\/queue$/, () => simple(() => queue(false))],
  [/^#\/cost$/, ({ CostPage }) => new CostPage(page), "/cost.js"],
  [/^#\/log$/, ({ Lines }) => new Lines(page), "/lines.js"],
  [/^#\/agent\/([\w-]+)$/, ({ AgentPage }, id) => new AgentPage(page, id), "/agent.js"],
  [/^#\/gate\/([\w-]+)$/, ({ GatePage }, run) => new GatePage(page, run), "/gate.js"],
  [/^#\/commit\/([0-9a-f]+)$/, ({ CommitPage }, id) => new CommitPage(page, id), "/commit.js"],
];

/** The page in the navigation that a page belongs to. */
const above = { task: "#/tasks", tasks: "#/tasks", agent: "#/agents", agents: "#/agents", commit: "#/queue", gate: "#/queue", graph: "#/graph" };

function simple(render) {
  const parts = el("div", {});
  page.append(parts);
  return { update() { show(parts, render()); } };
}

/** Modules that have come, by path. */
const modules = new Map();

async function load(path) {
  if (!modules.has(path)) modules.set(path, await import(path));
  return modules.get(path);
}

/** Shows the page of an address; its module is asked for where it has not come yet, and then the address may be another one. */
function open(hash) {
  view?.close?.();
  view = null;
  page.replaceChildren();
  for (const [pattern, make, path] of routes) {
    const match = pattern.exec(hash);
    if (!match) continue;
    if (path && !modules.has(path)) {
      load(path).then(() => location.hash === hash && view === null && navigate(), () => {
        if (location.hash === hash) page.replaceChildren(el("p", { class: "bad" }, "This page could not be loaded. Is cco web still there? Then load it again."));
      });
      return;
    }
    view = make(...(path ? [modules.get(path)] : []), ...match.slice(1));
    return;
  }
  view = simple(() => el("p", {}, "There is no such page."));
}

/** What the page that is shown is called: its link in the navigation, or what the address names. */
let title = "";
let named = null;

function navigate() {
  const hash = location.hash;
  open(hash);
  const section = above[/^#\/(\w+)[/?]/.exec(hash)?.[1]] ?? (hash || "#/");
  for (const link of document.querySelectorAll("nav a")) {
    if (link.getAttribute("href") === section) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  // On a phone the navigation is wider than the screen.
  document.querySelector("nav a[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  window.scrollTo(0, 0);
  const name = /^#\/(?:task|agent|gate|commit|graph)\/([\w-]+)/.exec(hash)?.[1];
  // The first page, or one whose module has come.
  const isSame = title === "" || named === hash;
  named = hash;
  title = name ?? document.querySelector("nav a[aria-current]")?.textContent ?? "cco";
  // Who cannot see the page hears which one it is, and goes on in it where what they were at is gone.
  if (!isSame) {
    if (document.activeElement === null || document.activeElement === document.body) page.focus({ preventScroll: true });
    announce(title);
  }
  update();
}

function state() {
  const status = store.status;
  if (store.refusal) return ["bad", store.refusal];
  if (!store.isConnected) return ["warn", "The connection is lost; the browser tries again."];
  if (status.phase === "ended") return [status.end?.reason === "complete" ? "good" : "warn", `ended: ${status.end?.reason ?? ""}. ${status.end?.explanation ?? ""}`];
  if (status.suspension) return status.needsPerson ? ["bad", `needs you: ${toldText(status.suspension, now())}`] : ["warn", `paused: ${toldText(status.suspension, now())}`];
  if (!store.isLive) return ["warn", "interrupted: its engine is gone"];
  return ["good", status.phase];
}

function head() {
  const status = store.status;
  const [kind, words] = state();
  const asked = (store.present.status?.questions ?? []).filter((one) => one.state === "open").length;
  document.title = `${store.at === null ? "" : "replay: "}${asked > 0 ? `${count(asked, "question")} · ` : ""}${words.split(/[.:]/)[0]} · ${title} · ${status.run} · cco`;
  document.getElementById("run").textContent = status.run;
  const place = document.getElementById("state");
  if (place.textContent !== words) place.textContent = words;
  place.className = `badge ${kind}`;
  document.getElementById("pause").disabled = !store.isConnected;
  document.getElementById("pause").hidden = !store.isLive || status.phase === "ended" || Boolean(status.suspension) || store.at !== null;
  clocks();
}

/** What changes with time alone. */
function clocks() {
  const status = store.status;
  const landed = status.tasks.landed;
  const unneeded = [...store.tasks.values()].filter((one) => one.state === "nothing to change").length;
  // What a team has integrated and not delivered is on its own branch.
  const isShort = status.phase === "ended" && status.teams.some((team) => team.undelivered);
  const works = store.isLive && !status.suspension && status.phase !== "ended" && !status.time.restsUntil;
  const worked = status.time.workedMilliseconds + (works ? Math.max(0, now() - status.at.ms) : 0);
  const figures = [
    ["Tasks", [el("progress", { max: Math.max(1, status.tasks.count), value: landed + unneeded, "aria-label": "tasks that landed or needed no change" }), ` ${landed} of ${status.tasks.count}`, unneeded > 0 && `, ${unneeded} unchanged`, isShort && el("strong", { class: "warn" }, `, not all of it on ${status.targetBranch}`)]],
    ["Time", `${duration(worked)} of ${duration(status.time.limitMilliseconds)}`],
    ["Cost", money(status.spending.costUsd) + (status.spending.budgetUsd ? ` of ${money(status.spending.budgetUsd)}` : "")],
    ["Tokens", tokens(status.spending.tokens.total)],
    [status.targetBranch, (status.baseHead ?? "–").slice(0, 10)],
    ["Merged", [status.merges.published, status.merges.conflicts > 0 && `, ${count(status.merges.conflicts, "conflict")}`, status.merges.redGates > 0 && `, ${status.merges.redGates} red`]],
  ];
  show(document.getElementById("figures"), figures.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

let isDue = false;
let isRest = false;

/** At most once a frame, however much has come. */
function update() {
  if (!store.status || isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    head();
    if (isRest) { isDue = false; view?.update(); return; }
    // The first figures are painted before the page below them is made.
    setTimeout(() => { isDue = false; try { head(); view?.update(); } finally { rest(); } });
  });
}

/** Everything else, once the first figures are drawn: then no page has to wait for its module, nor for a server that is gone by then. */
function rest() {
  if (isRest) return;
  isRest = true;
  setTimeout(() => {
    for (const path of ["/replay.js", "/questions.js", ...new Set(routes.map(([, , path]) => path).filter(Boolean))]) load(path).catch(() => {});
  });
}

document.getElementById("pause").addEventListener("click", () => document.getElementById("confirm").showModal());
document.getElementById("confirm").addEventListener("close", async (event) => {
  if (event.target.returnValue !== "yes") return;
  try { await pause(); } catch (error) { document.getElementById("state").textContent = `The run could not be paused: ${error.message}`; }
});
// `17` is task-17; a name is that agent, and everything else is looked for in the list of tasks.
document.getElementById("find").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = document.getElementById("find-words");
  const words = field.value.trim().toLowerCase();
  if (!words || !store.status) return;
  const task = /^\d+$/.test(words) ? `task-${words}` : words;
  const agents = [store.status.director, ...store.status.teams.flatMap((team) => [team.lead, ...team.members])];
  location.hash = store.tasks.has(task) ? `#/task/${task}` : agents.some((one) => one.id === words) ? `#/agent/${words}` : `#/tasks?q=${encodeURIComponent(words)}`;
  field.value = "";
});
window.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.altKey || event.metaKey || event.target.closest?.("input, textarea, select")) return;
  event.preventDefault();
  document.getElementById("find-words").focus();
});
document.querySelector(".skip").addEventListener("click", (event) => { event.preventDefault(); page.focus(); });
window.addEventListener("hashchange", navigate);
const zone = new Intl.DateTimeFormat("en-GB", { timeZoneName: "shortOffset" }).formatToParts().find((part) => part.type === "timeZoneName").value;
document.getElementById("zone").textContent = `Times are those of ${Intl.DateTimeFormat().resolvedOptions().timeZone} (${zone.replace("GMT", "UTC")}); point at one to see it in UTC.`;
subscribe(update);
navigate();
// Only the clocks: nothing is asked, and nothing else is drawn.
setInterval(() => { if (!document.hidden && store.status && store.at === null) { clocks(); tick(now()); } }, 1000);
