// Pages that are a plain picture of the state.
import { store, now } from "/store.js";
import { el, duration, money, tokens, clock } from "/dom.js";

export function agentLink(id) { return el("a", { href: `#/agent/${id}`, "data-key": `agent-${id}` }, id); }
export function taskLink(id) { return el("a", { href: `#/task/${id}`, "data-key": `task-${id}` }, id); }

function agent(one) {
  const works = one.state === "working";
  return el("li", {}, el("div", { class: works ? "agent works" : "agent" },
    el("span", { class: works ? "busy" : "weak", role: "img", "aria-label": works ? "working" : "idle" }, works ? "●" : "○"),
    agentLink(one.id),
    el("span", { class: "weak" }, one.since ? duration(now() - one.since.ms) : ""),
    el("span", { class: "does" },
      one.brief ?? el("span", { class: "weak" }, "idle"),
      one.waits && el("span", { class: "warn" }, ` waits: ${one.waits}`),
      one.stopping && el("span", { class: "warn" }, ` being stopped: ${one.stopping}`))));
}

export function overview() {
  const status = store.status;
  const company = el("section", {}, el("h2", {}, "Company"),
    el("ul", { class: "tree" }, agent(status.director), status.teams.map((team) => el("li", {},
      el("strong", {}, team.id), ` ${team.stage}${team.goal ? ": " + team.goal : ""}`,
      team.stuck && el("span", { class: "bad" }, ` stuck: ${team.stuck}`),
      el("ul", {}, team.lead.id !== status.director.id && agent(team.lead), team.members.map(agent))))));
  const notes = [];
  if (status.gate.state === "ungated") notes.push(["bad", "Nothing verifies the work: the run has no verification command."]);
  if (status.gate.baselineRed) notes.push(["bad", `The gate failed on the branch as it was found (${status.gate.baselineRed.ending}).`]);
  if (status.push.fallbackBranch) notes.push(["bad", `Origin refused ${status.targetBranch}; the work goes to ${status.push.fallbackBranch}: ${status.push.refusal ?? ""}`]);
  for (const one of status.delayed) notes.push(["warn", `${one.what} failed ${one.failures} times and is tried again: ${one.reason}`]);
  for (const one of status.credentials) if (one.state !== "usable") notes.push(["warn", `Credential ${one.name} is ${one.state}${one.benchedUntil ? " until " + clock(one.benchedUntil.iso) : ""}${one.rejection ? ": " + one.rejection : ""}`]);
  for (const one of (status.collisions ?? []).slice(0, 10)) notes.push(["warn", `${one.task} collides with ${one.with} on ${one.files.slice(0, 3).join(", ")}`]);
  return el("div", { class: "columns" }, company, el("div", {},
    notes.length > 0 && el("section", {}, el("h2", {}, "Worth knowing"), el("ul", {}, notes.map(([kind, text]) => el("li", { class: kind }, text)))),
    waiting(), queue()));
}

/** What does not move, with the reason. */
function waiting() {
  const waits = [...store.tasks.values()].filter((one) => one.why && !["landed", "failed", "dropped"].includes(one.state));
  if (waits.length === 0) return null;
  return el("section", {}, el("h2", {}, "Why tasks wait"),
    el("ul", { class: "plain" }, waits.slice(0, 12).map((one) => el("li", {}, taskLink(one.id), ` ${one.title}: `, el("span", { class: "weak" }, one.why)))),
    waits.length > 12 && el("p", {}, el("a", { href: "#/tasks" }, `and ${waits.length - 12} more`)));
}

export function queue() {
  const status = store.status;
  return el("section", {}, el("h2", {}, "Merge queue"),
    status.queues.length === 0 && el("p", { class: "weak" }, "Nothing waits to be merged."),
    status.queues.map((one) => el("div", { class: "scroll" }, el("table", {},
      el("caption", {}, `into ${one.target}`),
      el("thead", {}, el("tr", {}, ["State", "What", "Since", "Why"].map((name) => el("th", { scope: "col" }, name)))),
      el("tbody", {}, one.candidates.map((candidate) => el("tr", {},
        el("td", { class: candidate.state.startsWith("gating") ? "busy" : "" }, candidate.state),
        el("td", {}, candidate.task ? [taskLink(candidate.task), " "] : null, candidate.what),
        el("td", {}, duration(now() - candidate.since.ms)),
        el("td", { class: "weak" }, candidate.why))))))),
    el("dl", { class: "facts" },
      el("dt", {}, "Gate"), el("dd", {}, el("code", {}, status.gate.command ?? status.gate.state)),
      status.gate.slots && [el("dt", {}, "At once"), el("dd", {}, `${status.gate.slots}${status.gate.slotsReason ? ": " + status.gate.slotsReason : ""}`)],
      el("dt", {}, "Runs"), el("dd", {}, `${status.merges.gateRuns}, ${duration(status.merges.gateMilliseconds)} in green ones`)));
}

export function cost() {
  const status = store.status;
  const kinds = [["Input", "input"], ["Cache written", "cacheWrite"], ["Cache read", "cacheRead"], ["Output", "output"]];
  const agents = [status.director, ...status.teams.flatMap((team) => [team.lead, ...team.members])];
  const known = [...new Map(agents.map((one) => [one.id, one])).values()].sort((a, b) => b.costUsd - a.costUsd);
  return [el("section", {}, el("h2", {}, "Credentials"), el("div", { class: "scroll" }, el("table", {},
    el("thead", {}, el("tr", {}, ["Name", "State", "Now", "Turns", "Cost"].map((name, index) => el("th", { scope: "col", class: index > 1 && "number" }, name)))),
    el("tbody", {}, status.credentials.map((one) => el("tr", {},
      el("td", {}, one.name),
      el("td", { class: one.state === "usable" ? "good" : "warn" }, one.state, one.benchedUntil && ` until ${clock(one.benchedUntil.iso)}`, one.rejection && `: ${one.rejection}`),
      el("td", { class: "number" }, one.activeTurns), el("td", { class: "number" }, one.turns), el("td", { class: "number" }, money(one.costUsd)))))))),
  el("section", {}, el("h2", {}, "Tokens"), el("dl", { class: "facts" }, kinds.map(([name, key]) => [el("dt", {}, name), el("dd", {}, tokens(status.spending.tokens[key]))]))),
  el("section", {}, el("h2", {}, "Agents"), el("div", { class: "scroll" }, el("table", {},
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Agent"), el("th", { scope: "col", class: "number" }, "Turns"), el("th", { scope: "col", class: "number" }, "Cost"))),
    el("tbody", {}, known.slice(0, 200).map((one) => el("tr", {}, el("td", {}, agentLink(one.id)), el("td", { class: "number" }, one.turns), el("td", { class: "number" }, money(one.costUsd))))))))];
}
