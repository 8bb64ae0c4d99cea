// The list of tasks, which can be long, and one task.
import { store, now } from "/store.js";
import { el, show, since, duration, money, tokens, words, facts } from "/dom.js";
import { agentLink, taskLink, commitLink } from "/pages.js";
import { Rows } from "/rows.js";
import { Work } from "/work.js";

export const kinds = { landed: "good", failed: "bad", dropped: "bad", waiting: "weak", "in progress": "busy" };

export class TaskList {
  constructor(page) {
    this.words = "";
    this.state = "";
    this.count = el("p", { class: "weak", role: "status" });
    this.states = el("select", { onchange: (event) => { this.state = event.target.value; this.update(); } }, el("option", { value: "" }, "all"));
    this.rows = new Rows("Tasks", ["Task", "State", "Worker", "Title", "Why it waits"], (one) => [
      taskLink(one.id), el("span", { class: kinds[one.state] ?? "" }, one.state), one.worker ? agentLink(one.worker) : "",
      words(one.title), el("span", { class: "weak" }, words(one.why ?? ""))]);
    page.append(el("h2", {}, "Tasks"), el("div", { class: "tools" },
      el("label", {}, "Search", el("input", { type: "search", oninput: (event) => { this.words = event.target.value.toLowerCase(); this.update(); } })),
      el("label", {}, "State", this.states), this.count), this.rows.element);
  }

  close() { this.rows.close(); }

  update() {
    const all = [...store.tasks.values()];
    const known = new Set([...this.states.options].map((option) => option.value));
    for (const state of new Set(all.map((one) => one.state))) if (!known.has(state)) this.states.append(el("option", { value: state }, state));
    const found = all.filter((one) => (!this.state || one.state === this.state)
      && (!this.words || `${one.id} ${one.title} ${one.worker ?? ""} ${one.team}`.toLowerCase().includes(this.words)));
    const text = `${found.length} of ${store.status.tasks.count} tasks`;
    if (this.count.textContent !== text) this.count.textContent = text;
    this.rows.show(found);
  }
}

export class TaskPage {
  constructor(page, id) {
    this.id = id;
    this.head = el("div", {});
    this.work = new Work(id);
    page.append(this.head, this.work.element);
  }

  update() {
    const one = store.tasks.get(this.id);
    if (!one) return show(this.head, el("h2", {}, this.id), el("p", {}, store.tasks.size < store.status.tasks.count ? "Loading …" : `There is no ${this.id}.`));
    const needs = one.dependsOn.map((name) => store.tasks.get(name)).filter(Boolean);
    const neededBy = [...store.tasks.values()].filter((other) => other.dependsOn.includes(this.id));
    const links = (all) => all.slice(0, 50).map((other, index) => [index > 0 && ", ", taskLink(other.id), ` (${other.state})`]);
    this.work.version = `${one.commit ?? ""} ${one.state} ${one.attempts} ${one.reworks}`;
    show(this.head, el("h2", {}, `${one.id}: `, words(one.title)), facts([
      ["State", el("span", { class: kinds[one.state] ?? "" }, one.state, one.commit && [" as ", commitLink(one.commit)])],
      ["Why it waits", one.why && el("strong", {}, words(one.why))],
      ["Team", one.team],
      ["Worker", one.worker && agentLink(one.worker)],
      ["Needs", needs.length > 0 && links(needs)],
      ["Needed by", neededBy.length > 0 && links(neededBy)],
      ["Graph", el("a", { href: `#/graph/${one.id}`, "data-key": "graph" }, "what it depends on, and what on it")],
      ["Effort", `${one.attempts} attempts, ${one.reworks} reworks, ${one.conflicts} conflicts, ${one.redGates} red gates`],
      ["Cost", `${money(one.costUsd)}, ${tokens(one.tokens.total)} tokens`],
      ["Added by", one.addedBy && words(one.addedBy)],
      ["Made", new Date(one.createdAt.ms).toLocaleString()],
      ["Begun", one.startedAt && [new Date(one.startedAt.ms).toLocaleString(), !one.settledAt && [", ", since(one.startedAt.ms, now()), " ago"]]],
      ["Settled", one.settledAt && [new Date(one.settledAt.ms).toLocaleString(), one.startedAt && `, after ${duration(one.settledAt.ms - one.startedAt.ms)}`]],
    ]));
    this.work.update();
  }
}
