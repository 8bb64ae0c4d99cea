// The list of tasks, which can be long, and one task.
import { store, now, timelineOf } from "/store.js";
import { el, show, since, duration, money, tokens, words, told, facts, badge, count, moment } from "/dom.js";
import { agentLink, taskLink, commitLink, gateLink } from "/pages.js";
import { Rows } from "/rows.js";
import { Work } from "/work.js";

export const kinds = { landed: "good", failed: "bad", dropped: "bad", waiting: "weak", "in progress": "busy", "in review": "warn", merging: "publish", "nothing to change": "weak" };

/** What an address says; one that a person has typed may be no proper one. */
function decoded(text) {
  try { return decodeURIComponent(text); } catch { return text; }
}

export class TaskList {
  /**
   * @param {string} state in the address spaces are dashes
   * @param {string} words what to search for
   */
  constructor(page, state, words_) {
    this.words = decoded(words_ ?? "").toLowerCase();
    this.state = (state ?? "").replaceAll("-", " ");
    this.count = el("p", { class: "weak", role: "status" });
    this.states = el("select", { onchange: (event) => { this.state = event.target.value; this.update(); } }, el("option", { value: "" }, "all"));
    this.rows = new Rows("Tasks", ["Task", "State", "Worker", "Title", "Why"], (one) => [
      taskLink(one.id), badge(kinds[one.state] ?? "weak", one.state), one.worker ? agentLink(one.worker) : "",
      words(one.title), el("span", { class: "weak" }, told(one.why ?? "", now()))], "tasks");
    page.append(el("h2", {}, "Tasks"), el("div", { class: "tools" },
      el("label", {}, "Search", el("input", { type: "search", value: this.words, oninput: (event) => { this.words = event.target.value.toLowerCase(); this.update(); } })),
      el("label", {}, "State", this.states), this.count), this.rows.element);
  }

  close() { this.rows.close(); }

  update() {
    const all = [...store.tasks.values()];
    const known = new Set([...this.states.options].map((option) => option.value));
    for (const state of new Set([...Object.keys(kinds), ...all.map((one) => one.state)])) if (!known.has(state)) this.states.append(el("option", { value: state }, state));
    this.states.value = this.state;
    const found = all.filter((one) => (!this.state || one.state === this.state)
      && (!this.words || `${one.id} ${one.title} ${one.worker ?? ""} ${one.team}`.toLowerCase().includes(this.words)));
    const isKnown = !this.state || [...this.states.options].some((option) => option.value === this.state);
    const text = isKnown ? `${found.length} of ${count(store.status.tasks.count, "task")}` : `No task can be "${this.state}".`;
    if (this.count.textContent !== text) this.count.textContent = text;
    this.rows.show(found);
  }
}

const failures = ["red", "failed", "no report", "stopped", "conflict", "limit", "provider", "budget", "no session"];
export const purposes = { work: "work", rework: "rework after review", "gate-fix": "mending a red gate", conflict: "resolving conflicts", review: "review", plan: "planning", coordinate: "deciding" };

/** What happened to a task, step by step. */
class History {
  constructor(task) {
    this.task = task;
    this.element = el("section", { class: "card" }, el("h2", {}, "What happened"));
    this.list = el("ol", { class: "steps" });
    this.element.append(this.list);
    this.spans = [];
  }

  async update(version) {
    this.draw();
    if (this.seen === version || this.isLoading) return;
    this.isLoading = true;
    try {
      this.spans = (await timelineOf(this.task)).spans.map((one) => one.value);
      this.trouble = null;
    } catch (error) { this.trouble = error.message; }
    this.seen = version;
    this.isLoading = false;
    this.draw();
  }

  draw() {
    // Of an earlier moment only what had begun by then.
    const spans = this.spans.filter((one) => store.at === null || one.sequence <= store.at);
    const isOver = (one) => one.to && (store.at === null || one.to <= now());
    show(this.list, this.trouble && el("li", { class: "bad" }, this.trouble), spans.length === 0 && !this.trouble && el("li", { class: "weak" }, this.seen ? "Nothing yet." : "Loading …"),
      spans.slice(-200).map((one) => {
        const over = isOver(one);
        const kind = !over ? "busy" : failures.includes(one.end) ? "bad" : "good";
        return el("li", {},
          el("span", { class: `dot ${kind}`, role: "img", "aria-label": !over ? "goes on" : kind === "bad" ? "not well" : "done" }, !over ? "●" : kind === "bad" ? "✕" : "✓"),
          el("span", {}, one.kind === "turn" ? [purposes[one.purpose] ?? one.purpose, " by ", agentLink(one.lane)] : one.lane.replace(/^(gate|merge|publish) /, "$1, "),
            over && one.end && one.end !== "done" && el("span", { class: kind }, ` ${one.end}`), one.gateRun && [" ", gateLink(one)]),
          el("span", { class: "weak" }, moment(one.from, now())),
          el("span", { class: "weak number" }, over ? duration(one.to - one.from) : since(one.from, now())));
      }));
  }
}

export class TaskPage {
  constructor(page, id) {
    this.id = id;
    this.head = el("div", {});
    this.facts = el("div", {});
    this.work = new Work(id);
    this.history = new History(id);
    this.body = el("div", { class: "columns" }, el("div", {}, this.history.element, this.work.element), this.facts);
    page.append(this.head, this.body);
  }

  update() {
    const one = store.tasks.get(this.id);
    this.body.hidden = !one;
    if (!one) return show(this.head, el("h2", {}, this.id), el("p", {}, store.tasks.size < store.status.tasks.count ? "Loading …" : `There is no ${this.id}.`));
    const needs = one.dependsOn.map((name) => store.tasks.get(name)).filter(Boolean);
    const neededBy = [...store.tasks.values()].filter((other) => other.dependsOn.includes(this.id));
    const links = (all) => el("ul", { class: "plain" }, all.slice(0, 50).map((other) => el("li", {}, taskLink(other.id), " ", badge(kinds[other.state] ?? "weak", other.state))));
    this.work.version = `${one.commit ?? ""} ${one.state} ${one.attempts} ${one.reworks}`;
    show(this.head, el("h2", { class: "title" }, badge(kinds[one.state] ?? "weak", one.state), el("span", {}, el("span", { class: "weak" }, `${one.id} `), words(one.title))),
      one.why && el("p", { class: "why" }, el("strong", {}, ["dropped", "failed"].includes(one.state) ? "Why it was given up: " : "Why it waits: "), told(one.why, now())));
    show(this.facts, el("section", { class: "card" }, el("h2", {}, "Facts"), facts([
      ["Commit", one.commit && commitLink(one.commit)],
      ["Gate", gateLink(one)],
      ["Team", el("a", { href: `#/agents/${one.team}`, "data-key": "team" }, one.team)],
      ["Worker", one.worker && agentLink(one.worker)],
      ["Needs", needs.length > 0 && links(needs)],
      ["Needed by", neededBy.length > 0 && links(neededBy)],
      ["Graph", el("a", { href: `#/graph/${one.id}`, "data-key": "graph" }, "what it depends on, and what on it")],
      ["Effort", [count(one.attempts, "attempt"), one.reworks > 0 && `, ${count(one.reworks, "rework")}`, one.conflicts > 0 && `, ${count(one.conflicts, "conflict")}`, one.redGates > 0 && `, ${count(one.redGates, "red gate")} to mend`]],
      ["Cost", `${money(one.costUsd)}, ${tokens(one.tokens.total)} tokens`],
      ["Added by", one.addedBy && words(one.addedBy)],
      ["Made", moment(one.createdAt.ms, now())],
      ["Begun", one.startedAt && [moment(one.startedAt.ms, now()), !one.settledAt && [", ", since(one.startedAt.ms, now()), " ago"]]],
      ["Settled", one.settledAt && [moment(one.settledAt.ms, now()), one.startedAt && `, after ${duration(one.settledAt.ms - one.startedAt.ms)}`]],
    ])));
    // What changes the way of the task changes one of these, too.
    this.history.update([one.state, one.why, one.worker, one.attempts, one.reworks, one.conflicts, one.redGates, one.settledAt?.ms, store.present.tasks.get(this.id)?.state].join(" "));
    this.work.update();
  }
}
