// The list of tasks, which can be long, and one task.
import { store, now } from "/store.js";
import { el, show, duration, money, tokens } from "/dom.js";
import { agentLink, taskLink } from "/pages.js";

const kinds = { landed: "good", failed: "bad", dropped: "bad", waiting: "weak" };
/** Rows that are in the page at once: more would only make it slow. */
const batch = 300;

export class TaskList {
  constructor(page) {
    this.shown = batch;
    this.words = "";
    this.state = "";
    this.list = el("div", {});
    this.states = el("select", { onchange: (event) => { this.state = event.target.value; this.update(); } }, el("option", { value: "" }, "all"));
    page.append(el("div", { class: "tools" },
      el("label", {}, "Search", el("input", { type: "search", oninput: (event) => { this.words = event.target.value.toLowerCase(); this.shown = batch; this.update(); } })),
      el("label", {}, "State", this.states)), this.list);
  }

  update() {
    const all = [...store.tasks.values()];
    for (const state of new Set(all.map((one) => one.state))) {
      if (![...this.states.options].some((option) => option.value === state)) this.states.append(el("option", { value: state }, state));
    }
    const found = all.filter((one) => (!this.state || one.state === this.state)
      && (!this.words || `${one.id} ${one.title} ${one.worker ?? ""} ${one.team}`.toLowerCase().includes(this.words)));
    show(this.list,
      el("p", { class: "weak" }, `${found.length} of ${all.length} tasks`),
      el("div", { class: "scroll" }, el("table", {},
        el("thead", {}, el("tr", {}, ["Task", "State", "Worker", "Title", "Why it waits"].map((name) => el("th", { scope: "col" }, name)))),
        el("tbody", {}, found.slice(0, this.shown).map((one) => el("tr", {},
          el("td", {}, taskLink(one.id)),
          el("td", { class: kinds[one.state] ?? "" }, one.state),
          el("td", {}, one.worker && agentLink(one.worker)),
          el("td", {}, one.title),
          el("td", { class: "weak" }, one.why ?? "")))))));
    if (found.length > this.shown) {
      this.list.append(el("p", {}, el("button", { type: "button", onclick: () => { this.shown += 1000; this.update(); } }, `Show more (${found.length - this.shown} left)`)));
      delete this.list.dataset.shown;
    }
  }
}

export function task(id) {
  const one = store.tasks.get(id);
  if (!one) return el("p", {}, `There is no ${id}.`);
  const needs = one.dependsOn.map((name) => store.tasks.get(name)).filter(Boolean);
  const neededBy = [...store.tasks.values()].filter((other) => other.dependsOn.includes(id));
  const facts = [
    ["State", el("span", { class: kinds[one.state] ?? "" }, one.state, one.commit && ` as ${one.commit.slice(0, 10)}`)],
    ["Why it waits", one.why],
    ["Team", one.team],
    ["Worker", one.worker && agentLink(one.worker)],
    ["Needs", needs.length > 0 && needs.map((other, index) => [index > 0 && ", ", taskLink(other.id), ` (${other.state})`])],
    ["Needed by", neededBy.length > 0 && neededBy.slice(0, 50).map((other, index) => [index > 0 && ", ", taskLink(other.id), ` (${other.state})`])],
    ["Effort", `${one.attempts} attempts, ${one.reworks} reworks, ${one.conflicts} conflicts, ${one.redGates} red gates`],
    ["Cost", `${money(one.costUsd)}, ${tokens(one.tokens.total)} tokens`],
    ["Made", new Date(one.createdAt.ms).toLocaleString()],
    ["Begun", one.startedAt && `${new Date(one.startedAt.ms).toLocaleString()}${one.settledAt ? "" : `, ${duration(now() - one.startedAt.ms)} ago`}`],
    ["Settled", one.settledAt && new Date(one.settledAt.ms).toLocaleString()],
  ];
  return [el("h2", {}, `${one.id}: ${one.title}`),
    el("dl", { class: "facts" }, facts.filter(([, value]) => value).map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]))];
}
