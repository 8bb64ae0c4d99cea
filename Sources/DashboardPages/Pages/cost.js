// What the run may still spend, and what it has spent on what.
import { store, now, breakdown } from "/store.js";
import { el, show, money, tokens, moment, words, told, table, facts, card } from "/dom.js";
import { agentLink, taskLink } from "/pages.js";
import { purposes } from "/tasks.js";

function credential(one) {
  return [one.name,
    el("span", { class: one.state === "usable" ? "good" : "warn" }, one.state, one.benchedUntil && [" until ", moment(one.benchedUntil.ms, now())], one.rejection && [": ", told(one.rejection, now())], one.why && [": ", told(one.why, now())]),
    `${one.activeTurns}${one.limit ? " of " + one.limit : ""}`,
    one.windows?.map((window, index) => [index > 0 && ", ", `${window.name} ${Math.round(window.utilization * 100)} % until `, moment(window.resetsAt.ms, now())]),
    one.turns, money(one.costUsd)];
}

/** What the state itself says. */
function cost() {
  const status = store.status;
  const kinds = [["Input", "input"], ["Cache written", "cacheWrite"], ["Cache read", "cacheRead"], ["Output", "output"]];
  const agents = [status.director, ...status.teams.flatMap((team) => [team.lead, ...team.members])];
  const known = [...new Map(agents.map((one) => [one.id, one])).values()].sort((a, b) => b.costUsd - a.costUsd);
  const tasks = [...store.tasks.values()].filter((one) => one.costUsd > 0).sort((a, b) => b.costUsd - a.costUsd);
  return [card("Credentials",
    table(null, ["Name", "State", "#Now", "Windows", "#Turns", "#Cost"], status.credentials.map(credential))),
  el("div", { class: "columns even" },
    card("Spending", facts([
      ["Cost", money(status.spending.costUsd) + (status.spending.budgetUsd ? ` of ${money(status.spending.budgetUsd)}` : "")],
      ["Turns", status.spending.turns],
      ["Since a change landed", status.spending.sinceLandingUsd !== undefined && money(status.spending.sinceLandingUsd)],
      ...kinds.map(([name, key]) => [name, `${tokens(status.spending.tokens[key])} tokens`]),
      ...(status.spending.ceilings ?? []).map((one) => [`Of the ceiling of ${one.scope}`, `${Math.round((one.spent / one.ceiling) * 100)} % (${one.measure === "usd" ? money(one.ceiling) : `${tokens(one.ceiling)} tokens`})`]),
    ])),
    card("Dearest tasks", tasks.length === 0 ? el("p", { class: "weak" }, "None has cost anything yet.")
      : table(null, ["Task", "#Attempts", "#Cost"], tasks.slice(0, 30).map((one) => [[taskLink(one.id), " ", words(one.title)], one.attempts, money(one.costUsd)])))),
  card("Dearest agents", table(null, ["Agent", "Does", "#Turns", "#Cost"],
    known.slice(0, 30).map((one) => [agentLink(one.id), el("span", { class: "weak" }, one.brief ? words(one.brief) : "idle"), one.turns, money(one.costUsd)])),
    known.length > 30 && el("p", {}, el("a", { href: "#/agents", "data-key": "all-agents" }, `All ${known.length} agents`)))];
}

const roles = { director: "Director", engineerManager: "engineering managers", worker: "workers" };

/** Each part of a breakdown, the dearest first. */
function parts(title, head, lines, names = {}) {
  return lines.length > 0 && card(title, table(null, [head, "#Turns", "#Tokens", "#Cost"],
    [...lines].sort((a, b) => b.costUsd - a.costUsd).slice(0, 60).map((one) => [words(names[one.name] ?? one.name), one.turns, tokens(one.tokens.total), money(one.costUsd)])));
}

export class CostPage {
  constructor(page) {
    this.state = el("div", {});
    this.parts = el("div", {});
    page.append(this.state, this.parts);
  }

  update() {
    show(this.state, cost());
    // Of an earlier moment only what its state says is known.
    this.parts.hidden = store.at !== null;
    const version = `${store.status.run} ${store.status.spending.turns} ${store.status.spending.costUsd}`;
    if (store.at === null && this.seen !== version) this.load(version);
  }

  async load(version) {
    if (this.isLoading) return;
    this.isLoading = true;
    try {
      const known = await breakdown();
      show(this.parts, el("div", { class: "columns even" },
        parts("By role", "Role", known.byRole, roles), parts("By purpose", "Purpose", known.byPurpose, purposes), parts("By team", "Team", known.byTeam), parts("By model", "Model", known.byModel)));
    } catch (error) {
      show(this.parts, el("p", { class: "bad" }, error.message));
    }
    this.isLoading = false;
    this.seen = version;
  }
}
