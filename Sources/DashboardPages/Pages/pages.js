// Pages that are a plain picture of the state.
import { store, now } from "/store.js";
import { el, svg, since, duration, money, tokens, clock, words, table, facts } from "/dom.js";

export function agentLink(id) { return el("a", { href: `#/agent/${id}`, "data-key": `agent-${id}` }, id); }
export function taskLink(id) { return el("a", { href: `#/task/${id}`, "data-key": `task-${id}` }, id); }
export function commitLink(id) { return el("a", { href: `#/commit/${id}`, "data-key": `commit-${id}` }, el("code", {}, id.slice(0, 10))); }

/** Agents that a page shows one by one; of more only those that do something are. */
const manyAgents = 150;

function agent(one) {
  const works = one.state === "working";
  return el("li", {}, el("div", { class: works ? "agent works" : "agent" },
    el("span", { class: works ? "busy" : "weak", role: "img", "aria-label": works ? "working" : "idle" }, works ? "●" : "○"),
    agentLink(one.id),
    el("span", { class: "weak" }, one.since && since(one.since.ms, now())),
    el("span", { class: "does" },
      one.brief ? words(one.brief) : el("span", { class: "weak" }, "idle"),
      one.waits && el("span", { class: "warn" }, " waits: ", words(one.waits)),
      one.stopping && el("span", { class: "warn" }, " being stopped: ", words(one.stopping)))));
}

function team(one, isMany) {
  const director = store.status.director.id;
  const active = one.members.filter((member) => member.state === "working");
  const idle = one.members.length - active.length;
  return el("li", {},
    el("strong", {}, one.id), ` ${one.stage}`, one.goal && [": ", words(one.goal)],
    one.stuck && el("span", { class: "bad" }, " stuck: ", words(one.stuck)),
    el("ul", {}, one.lead.id !== director && (!isMany || one.lead.state === "working") && agent(one.lead),
      (isMany ? active : one.members).map(agent), isMany && idle > 0 && el("li", { class: "weak" }, `${idle} idle`)));
}

function company() {
  const status = store.status;
  const count = status.teams.reduce((sum, one) => sum + one.members.length, 0);
  const isMany = count > manyAgents;
  const isBusy = (one) => one.stuck || one.lead.state === "working" || one.members.some((member) => member.state === "working");
  const teams = isMany ? status.teams.filter(isBusy) : status.teams;
  const atWork = status.teams.reduce((sum, one) => sum + one.members.filter((member) => member.state === "working").length, 0);
  return el("section", {}, el("h2", {}, "Company ", el("span", { class: "weak" }, `${atWork} of ${count} workers at work`)),
    el("ul", { class: "tree" }, agent(status.director), teams.slice(0, 100).map((one) => team(one, isMany))),
    teams.length < status.teams.length && el("p", { class: "weak" }, `${status.teams.length - teams.length} teams rest.`),
    teams.length > 100 && el("p", {}, el("a", { href: "#/cost", "data-key": "all-agents" }, `and ${teams.length - 100} more teams at work`)));
}

function notes() {
  const status = store.status;
  const notes = [];
  if (status.waiting) notes.push(["warn", `The run waits: ${status.waiting.reason}${status.waiting.until ? " (next look at " + clock(status.waiting.until.iso) + ")" : ""}`]);
  if (status.gate.state === "ungated") notes.push(["bad", "Nothing verifies the work: the run has no verification command."]);
  if (status.gate.baselineRed) notes.push(["bad", `The gate failed on the branch as it was found (${status.gate.baselineRed.ending}).`]);
  if (status.push.fallbackBranch) notes.push(["bad", `Origin refused ${status.targetBranch}; the work goes to ${status.push.fallbackBranch}: ${status.push.refusal ?? ""}`]);
  for (const one of status.delayed) notes.push(["warn", `${one.what} failed ${one.failures} times and is tried again: ${one.reason}`]);
  for (const one of status.credentials) if (one.state !== "usable") notes.push(["warn", `Credential ${one.name} is ${one.state}${one.benchedUntil ? " until " + clock(one.benchedUntil.iso) : ""}${one.rejection ? ": " + one.rejection : ""}`]);
  for (const one of (status.collisions ?? []).slice(0, 10)) notes.push(["warn", `${one.task} collides with ${one.with} on ${one.files.slice(0, 3).join(", ")}`]);
  return notes;
}

export function overview() {
  const known = notes();
  return el("div", { class: "columns" }, company(), el("div", {},
    pace(),
    known.length > 0 && el("section", {}, el("h2", {}, "Worth knowing"), el("ul", {}, known.map(([kind, text]) => el("li", { class: kind }, words(text))))),
    waiting(), queue(true)));
}

/** How much lands, and when it would be done if it went on like that. */
function pace() {
  const status = store.status;
  const settled = [...store.tasks.values()].filter((one) => one.commit && one.settledAt).map((one) => one.settledAt.ms).sort((a, b) => a - b);
  if (settled.length === 0) return null;
  const begin = status.time.startedAt.ms;
  const end = store.isLive && status.phase !== "ended" ? now() : status.time.lastChangeAt.ms;
  const length = Math.max(1_000, end - begin);
  const open = status.tasks.count - [...store.tasks.values()].filter((one) => ["landed", "nothing to change", "dropped", "failed"].includes(one.state)).length;
  // The last quarter of an hour says more of what is to come than the whole run.
  const recent = Math.min(length, 900_000);
  const rate = settled.filter((time) => time > end - recent).length / recent;
  const isAtWork = store.isLive && !status.suspension && status.phase === "working";
  const bars = 40;
  const counts = Array(bars).fill(0);
  for (const time of settled) counts[Math.min(bars - 1, Math.max(0, Math.floor(((time - begin) / length) * bars)))] += 1;
  const highest = Math.max(...counts);
  return el("section", {}, el("h2", {}, "Pace"),
    svg("svg", { class: "bars", viewBox: `0 0 ${bars * 6} 32`, preserveAspectRatio: "none", role: "img", "aria-label": `${settled.length} tasks landed in ${duration(length)}` },
      counts.map((count, index) => svg("rect", { x: index * 6, width: 5, y: 32 - (count / highest) * 32, height: (count / highest) * 32 }))),
    facts([
      ["Landed", `${settled.length}, ${(settled.length / (length / 3_600_000)).toFixed(1)} an hour; lately ${(rate * 3_600_000).toFixed(1)}`],
      ["Conflicts", `${status.merges.conflicts}, ${status.merges.redGates} red gates`],
      ["Each", money(status.spending.costUsd / settled.length)],
      ["Left", isAtWork && open > 0 && (rate > 0 ? `${open} tasks, about ${duration(open / rate)} at this pace` : `${open} tasks; nothing has landed lately`)],
    ]));
}

/** What does not move, with the reason. */
function waiting() {
  const waits = [...store.tasks.values()].filter((one) => one.why && !["landed", "failed", "dropped"].includes(one.state));
  if (waits.length === 0) return null;
  return el("section", {}, el("h2", {}, "Why tasks wait"),
    el("ul", { class: "plain" }, waits.slice(0, 12).map((one) => el("li", {}, taskLink(one.id), " ", words(one.title), ": ", el("span", { class: "weak" }, words(one.why))))),
    waits.length > 12 && el("p", {}, el("a", { href: "#/tasks", "data-key": "more-waits" }, `and ${waits.length - 12} more`)));
}

export function queue(isShort) {
  const status = store.status;
  const most = isShort ? 12 : 500;
  const landed = [...store.tasks.values()].filter((one) => one.commit).sort((a, b) => (b.settledAt?.ms ?? 0) - (a.settledAt?.ms ?? 0)).slice(0, isShort ? 8 : 200);
  return [el("section", {}, el("h2", {}, "Merge queue"),
    status.queues.length === 0 && el("p", { class: "weak" }, "Nothing waits to be merged."),
    status.queues.map((one) => [table(["into ", words(one.target)], ["State", "What", "Since", "Why"], one.candidates.slice(0, most).map((candidate) => [
      el("span", { class: candidate.state.startsWith("gating") ? "busy" : "" }, candidate.state),
      [candidate.task && [taskLink(candidate.task), " "], words(candidate.task ? candidate.what.replace(`${candidate.task}: `, "") : candidate.what)],
      since(candidate.since.ms, now()), el("span", { class: "weak" }, words(candidate.why))])),
      one.candidates.length > most && el("p", { class: "weak" }, `and ${one.candidates.length - most} more`)]),
    facts([
      ["Gate", el("code", {}, words(status.gate.command ?? status.gate.state))],
      ["At once", status.gate.slots && `${status.gate.slots}${status.gate.slotsReason ? ": " + status.gate.slotsReason : ""}`],
      ["Runs", `${status.merges.gateRuns}, ${duration(status.merges.gateMilliseconds)} in green ones`],
      ["Conflicts", status.merges.conflicts], ["Red gates", status.merges.redGates], ["Flakes", status.merges.flakes],
    ])),
  landed.length > 0 && el("section", {}, el("h2", {}, "Landed last"), table(null, ["Commit", "Task", "When"], landed.map((one) => [
    commitLink(one.commit), [taskLink(one.id), " ", words(one.title)], one.settledAt && clock(one.settledAt.iso)])))];
}

function credential(one) {
  return [one.name,
    el("span", { class: one.state === "usable" ? "good" : "warn" }, one.state, one.benchedUntil && ` until ${clock(one.benchedUntil.iso)}`, one.rejection && [": ", words(one.rejection)], one.why && [": ", words(one.why)]),
    `${one.activeTurns}${one.limit ? " of " + one.limit : ""}`,
    (one.windows ?? []).map((window) => `${window.name} ${Math.round(window.utilization * 100)} %`).join(", "),
    one.turns, money(one.costUsd)];
}

export function cost() {
  const status = store.status;
  const kinds = [["Input", "input"], ["Cache written", "cacheWrite"], ["Cache read", "cacheRead"], ["Output", "output"]];
  const agents = [status.director, ...status.teams.flatMap((team) => [team.lead, ...team.members])];
  const known = [...new Map(agents.map((one) => [one.id, one])).values()].sort((a, b) => b.costUsd - a.costUsd);
  const tasks = [...store.tasks.values()].filter((one) => one.costUsd > 0).sort((a, b) => b.costUsd - a.costUsd);
  return [el("section", {}, el("h2", {}, "Credentials"),
    table(null, ["Name", "State", "#Now", "Windows", "#Turns", "#Cost"], status.credentials.map(credential))),
  el("div", { class: "columns even" },
    el("section", {}, el("h2", {}, "Spending"), facts([
      ["Cost", money(status.spending.costUsd) + (status.spending.budgetUsd ? ` of ${money(status.spending.budgetUsd)}` : "")],
      ["Turns", status.spending.turns],
      ["Since a change landed", status.spending.sinceLandingUsd !== undefined && money(status.spending.sinceLandingUsd)],
      ...kinds.map(([name, key]) => [name, `${tokens(status.spending.tokens[key])} tokens`]),
      ...(status.spending.ceilings ?? []).map((one) => [`${one.scope} ${one.measure}`, `${Math.round((one.spent / one.ceiling) * 100)} % of its ceiling`]),
    ])),
    el("section", {}, el("h2", {}, "Dearest tasks"), tasks.length === 0 ? el("p", { class: "weak" }, "None has cost anything yet.")
      : table(null, ["Task", "#Attempts", "#Cost"], tasks.slice(0, 30).map((one) => [[taskLink(one.id), " ", words(one.title)], one.attempts, money(one.costUsd)])))),
  el("section", {}, el("h2", {}, "Agents"), table(null, ["Agent", "Does", "#Turns", "#Cost"],
    known.slice(0, 1_200).map((one) => [agentLink(one.id), el("span", { class: "weak" }, one.brief ? words(one.brief) : "idle"), one.turns, money(one.costUsd)])))];
}
