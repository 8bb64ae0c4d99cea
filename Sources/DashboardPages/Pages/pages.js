// Pages that are a plain picture of the state.
import { store, now } from "/store.js";
import { el, svg, since, duration, money, tokens, moment, words, told, table, facts, badge, card, count } from "/dom.js";

export function agentLink(id) { return el("a", { href: `#/agent/${id}`, "data-key": `agent-${id}` }, id); }
export function taskLink(id) { return el("a", { href: `#/task/${id}`, "data-key": `task-${id}` }, id); }
/** To what the gate printed that runs now for a candidate or a task, or was red for it. */
export function gateLink(one) {
  const run = one.gateRun ?? /\/([\w-]+)-[0-9a-f]+\.log$/.exec(one.gateLog ?? "")?.[1];
  return run && el("a", { href: `#/gate/${run}`, "data-key": `gate-${run}` }, "gate's log");
}
export function commitLink(id) { return el("a", { href: `#/commit/${id}`, "data-key": `commit-${id}` }, el("code", {}, id.slice(0, 10))); }

/** Agents that the overview shows one by one; of more it shows what each team is at. */
const manyAgents = 150;
const stages = { working: "busy", planning: "busy", assessing: "busy", offered: "warn", promoting: "publish", stuck: "bad" };

/** The tool that runs, or what else the turn waits for, from the agent's structured output. */
export function doing(one) {
  if (one.tool) {
    return [el("code", {}, words([one.tool.name, one.tool.argument].filter(Boolean).join(" "))), one.tool.others && ` +${one.tool.others}`, " ", since(one.tool.since.ms, now())];
  }
  return { starting: "starts", thinking: "thinks", retrying: "waits for the API, and asks again" }[one.doing] ?? null;
}

/** Money of all turns of an agent, the running one among them. */
export function allMoney(one) { return money(one.costUsd + (one.turnUsd ?? 0)); }

/** Tokens of all turns of an agent, the running one among them. */
export function allTokens(one) { return one.tokens === undefined && one.turnTokens === undefined ? null : tokens((one.tokens ?? 0) + (one.turnTokens ?? 0)); }

function agent(one) {
  const works = one.state === "working";
  return el("li", {}, el("div", { class: works ? "agent works" : "agent" },
    el("span", { class: works ? "busy" : "weak", role: "img", "aria-label": works ? "working" : "idle" }, works ? "●" : "○"),
    agentLink(one.id),
    el("span", { class: "weak number" }, one.since && since(one.since.ms, now())),
    el("span", { class: "does" },
      one.brief ? words(one.brief) : el("span", { class: "weak" }, "idle"),
      one.waits && el("span", { class: "warn" }, " waits: ", told(one.waits, now())),
      one.stopping && el("span", { class: "warn" }, " being stopped: ", told(one.stopping, now())),
      works && (one.doing || one.turnTokens !== undefined) && el("span", { class: "doing" }, doing(one),
        one.turnTokens !== undefined && el("span", { class: "number" }, `${tokens(one.turnTokens)} tokens`)))));
}

function team(one, isMany) {
  const atWork = one.members.filter((member) => member.state === "working").length;
  const isLed = one.lead.id !== store.status.director.id;
  return el("li", {},
    el("p", { class: "team" }, el("a", { href: `#/agents/${one.id}`, "data-key": one.id }, one.id), " ", badge(stages[one.stage] ?? "weak", one.stage), " ", el("span", {}, one.goal && words(one.goal)),
      el("span", { class: "weak" }, `${atWork} of ${one.members.length} at work`)),
    one.stuck && el("p", { class: "bad" }, "stuck: ", told(one.stuck, now())),
    isMany ? isLed && one.lead.state === "working" && el("ul", {}, agent(one.lead)) : el("ul", {}, isLed && agent(one.lead), one.members.map(agent)));
}

function company() {
  const status = store.status;
  const total = status.teams.reduce((sum, one) => sum + one.members.length, 0);
  const isMany = total > manyAgents;
  const isBusy = (one) => one.stuck || one.lead.state === "working" || one.members.some((member) => member.state === "working");
  const teams = isMany ? status.teams.filter(isBusy) : status.teams;
  const atWork = status.teams.reduce((sum, one) => sum + one.members.filter((member) => member.state === "working").length, 0);
  return card(["Company ", el("span", { class: "weak" }, `${atWork} of ${count(total, "worker")} at work`)],
    status.width?.reason && el("p", { class: "weak" },
      status.width.atOnce < total ? `${status.width.atOnce} of ${count(total, "worker")} may begin something new: ` : "Why not more: ",
      told(status.width.reason, now())),
    el("ul", { class: "tree" }, agent(status.director), teams.slice(0, 60).map((one) => team(one, isMany))),
    teams.length < status.teams.length && el("p", { class: "weak" }, `${count(status.teams.length - teams.length, "team")} at rest.`),
    isMany && el("p", {}, el("a", { href: "#/agents", "data-key": "all-agents" }, "All agents")));
}

const stateOrder = ["landed", "nothing to change", "merging", "in review", "in progress", "waiting", "dropped", "failed"];
const stateKinds = { landed: "good", "nothing to change": "quiet", merging: "publish", "in review": "review", "in progress": "work", waiting: "line", dropped: "bad", failed: "bad" };

/** How many tasks are in each state, as a bar. */
function states() {
  const counts = new Map();
  for (const one of store.tasks.values()) counts.set(one.state, (counts.get(one.state) ?? 0) + 1);
  // Of a very large run the first tasks come at once and the rest a moment later.
  const total = store.tasks.size;
  if (total === 0 || total < store.status.tasks.count) return null;
  let x = 0;
  const known = stateOrder.filter((state) => counts.has(state));
  return card(["Tasks ", el("span", { class: "weak" }, String(total))],
    svg("svg", { class: "states", viewBox: "0 0 1000 10", preserveAspectRatio: "none", "aria-hidden": "true" }, known.map((state) => {
      const width = (counts.get(state) / total) * 1000;
      x += width;
      return svg("rect", { class: stateKinds[state], x: x - width, y: 0, width, height: 10 });
    })),
    el("ul", { class: "legend" }, known.map((state) => el("li", {}, el("span", { class: `swatch ${stateKinds[state]}` }),
      el("a", { href: `#/tasks/${state.replaceAll(" ", "-")}`, "data-key": `state-${state}` }, `${counts.get(state)} ${state}`)))));
}

function notes() {
  const status = store.status;
  const notes = [];
  if (status.waiting) notes.push(["warn", `The run waits: ${status.waiting.reason}${store.isLive && status.waiting.until ? "; goes on by itself at " + status.waiting.until.iso : ""}`]);
  if (status.gate.state === "ungated") notes.push(["bad", "Nothing verifies the work: the run has no verification command."]);
  if (status.gate.baselineRed) notes.push(["bad", `The gate failed on the branch as it was found (${status.gate.baselineRed.ending}).`]);
  if (status.push.fallbackBranch) notes.push(["bad", `Origin refused ${status.targetBranch}; the work goes to ${status.push.fallbackBranch}: ${status.push.refusal ?? ""}`]);
  for (const one of status.delayed) notes.push(["warn", `${one.what} failed ${one.failures} times and is tried again: ${one.reason}`]);
  for (const one of status.credentials) if (one.state !== "usable") notes.push(["warn", `Credential ${one.name} is ${one.state}${one.benchedUntil ? " until " + one.benchedUntil.iso : ""}${one.rejection ? ": " + one.rejection : ""}`]);
  for (const one of (status.collisions ?? []).slice(0, 10)) notes.push(["warn", `${one.task} collides with ${one.with} on ${one.files.slice(0, 3).join(", ")}`]);
  return notes;
}

export function overview() {
  const known = notes();
  return el("div", { class: "columns" }, el("div", {}, states(), company(), queue(true)), el("div", {},
    known.length > 0 && card("Worth knowing", el("ul", { class: "plain notes" }, known.map(([kind, text]) => el("li", { class: kind }, told(text, now()))))),
    pace(), waiting()));
}

/** Which end comes first if it goes on like this. */
function outlook(known) {
  if (!known.first) return [];
  const span = (milliseconds) => milliseconds !== undefined && `about ${duration(milliseconds)}`;
  const first = { work: "the work is done", time: "the time is over", budget: "the budget is used up" }[known.first];
  return [
    ["Left", known.workMilliseconds === undefined ? `${count(known.open, "task")}; nothing has landed lately` : `${count(known.open, "task")}, about ${duration(known.workMilliseconds)} at this pace`],
    ["Time left", duration(known.timeMilliseconds ?? 0)], ["Budget lasts", span(known.budgetMilliseconds)],
    ["First", el("span", { class: known.first === "work" ? "good" : "warn" }, first, known.endsAt && [", about ", moment(known.endsAt.ms, now())])],
  ];
}

/** How much lands, and when it would be done if it went on like that. */
function pace() {
  const status = store.status;
  const known = status.pace;
  const begin = status.time.startedAt.ms;
  const end = store.isLive && status.phase !== "ended" ? now() : status.time.lastChangeAt.ms;
  const length = Math.max(1_000, end - begin);
  const bars = 40;
  const counts = Array(bars).fill(0);
  let landed = 0;
  for (const one of store.tasks.values()) {
    if (!one.commit || !one.settledAt) continue;
    landed += 1;
    counts[Math.min(bars - 1, Math.max(0, Math.floor(((one.settledAt.ms - begin) / length) * bars)))] += 1;
  }
  // Until all tasks have come, the figures would be of some of them.
  if (!known || landed === 0 || store.tasks.size < status.tasks.count) return null;
  const highest = Math.max(...counts);
  return card("Pace",
    svg("svg", { class: "bars", viewBox: `0 0 ${bars * 6} 32`, preserveAspectRatio: "none", role: "img", "aria-label": `${landed} tasks landed in ${duration(length)}` },
      counts.map((number, index) => svg("rect", { x: index * 6, width: 5, y: 32 - (number / highest) * 32, height: (number / highest) * 32 }))),
    facts([
      ["Landed", `${landed}, ${known.perHour.toFixed(1)} an hour; lately ${known.recentPerHour.toFixed(1)}`],
      ["Conflicts", `${status.merges.conflicts}, ${count(status.merges.redGates, "red gate")}`],
      ["Each", money(status.spending.costUsd / landed)],
      ...(store.isLive ? outlook(known) : []),
    ]));
}

/** What does not move, with the reason. */
function waiting() {
  const waits = [...store.tasks.values()].filter((one) => one.why && !["landed", "failed", "dropped"].includes(one.state));
  if (waits.length === 0) return null;
  return card("Why tasks wait",
    el("ul", { class: "plain waits" }, waits.slice(0, 12).map((one) => el("li", {}, taskLink(one.id), " ", words(one.title), el("br"), el("span", { class: "weak" }, told(one.why, now()))))),
    waits.length > 12 && el("p", {}, el("a", { href: "#/tasks", "data-key": "more-waits" }, `and ${waits.length - 12} more`)));
}

const verdicts = { green: ["good", "✓", "known to be good"], suspect: ["warn", "?", "may break the gate"], red: ["bad", "✗", "breaks the gate"], behind: ["weak", "", "behind what breaks the gate"] };

/** What is verified together, in order: each holds everything before it, and gates run on the first so many of them. */
function batch(one) {
  const known = one.batch;
  if (!known || known.candidates.length === 0) return null;
  const byId = new Map(one.candidates.map((candidate) => [candidate.id, candidate]));
  const gates = new Map(known.gates.map((gate) => [gate.through, gate]));
  const most = 200;
  return el("div", { class: "batch" },
    known.candidates.length > 1 && el("p", { class: known.red === undefined ? "weak" : "warn" }, told(`Verified together: ${known.words}`, now())),
    known.candidates.length > 1 && el("ol", { class: "chain", "aria-label": "Verified together, in order" }, known.candidates.slice(0, most).map((id, index) => {
      const candidate = byId.get(id) ?? { what: id };
      const [kind, mark, text] = verdicts[candidate.verdict] ?? ["weak", "", "not known yet"];
      const gate = gates.get(index + 1);
      return el("li", { class: kind, title: `${index + 1}. ${candidate.what}: ${text}` },
        el("span", { "aria-hidden": "true" }, mark), ` ${index + 1} `, candidate.task ? taskLink(candidate.task) : words(candidate.what), el("span", { class: "hidden" }, `: ${text}`),
        gate && el("span", { class: "busy" }, " ", badge("busy", `gate on ${index === 0 ? "it" : `1–${index + 1}`}${gate.isRerun ? " again" : ""}`)));
    })),
    known.candidates.length > most && el("p", { class: "weak" }, `and ${known.candidates.length - most} more`));
}

export function queue(isShort) {
  const status = store.status;
  const most = isShort ? 12 : 500;
  const landed = [...store.tasks.values()].filter((one) => one.commit).sort((a, b) => (b.settledAt?.ms ?? 0) - (a.settledAt?.ms ?? 0)).slice(0, isShort ? 8 : 200);
  return [card("Merge queue",
    status.queues.length === 0 && el("p", { class: "weak" }, "Nothing waits to be merged."),
    status.queues.map((one) => [el("h3", {}, "into ", words(one.target)), batch(one), table(null, ["State", "What", "Since", "Why"], one.candidates.slice(0, most).map((candidate) => [
      badge(candidate.state.startsWith("gating") ? "busy" : "weak", candidate.state),
      [candidate.task && [taskLink(candidate.task), " "], words(candidate.task ? candidate.what.replace(`${candidate.task}: `, "") : candidate.what)],
      since(candidate.since.ms, now()), [el("span", { class: "weak" }, told(candidate.why, now())), " ", gateLink(candidate)]]), `What waits for ${one.target}`),
      one.candidates.length > most && el("p", { class: "weak" }, `and ${one.candidates.length - most} more`)]),
    facts([
      ["Gate", el("code", {}, words(status.gate.command ?? status.gate.state))],
      ["Proposed by", status.gate.proposedBy],
      ["At once", status.gate.slots && `${status.gate.slots}${status.gate.slotsReason ? ": " + status.gate.slotsReason : ""}`],
      ["Runs", `${status.merges.gateRuns}, ${duration(status.merges.gateMilliseconds)} in green ones`],
      ["Conflicts", !isShort && status.merges.conflicts], ["Red gates", !isShort && status.merges.redGates], ["Flakes", !isShort && status.merges.flakes],
    ])),
  landed.length > 0 && card("Landed last", table(null, ["Commit", "Task", "When"], landed.map((one) => [
    commitLink(one.commit), [taskLink(one.id), " ", words(one.title)], one.settledAt && moment(one.settledAt.ms, now())])))];
}
