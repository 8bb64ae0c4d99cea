// Everybody in the company: who does what, and for how much.
import { store, now } from "/store.js";
import { el, since, money, words, told, badge } from "/dom.js";
import { agentLink, allMoney, allTokens, doing } from "/pages.js";
import { Rows } from "/rows.js";

/** Everybody with the team; a lead of several things is there once. */
function everybody() {
  const { director, teams } = store.status;
  const all = [{ ...director, team: "" }];
  for (const team of teams) for (const one of [team.lead, ...team.members]) if (one.id !== director.id) all.push({ ...one, team: team.id });
  return all;
}

export class AgentList {
  constructor(page, team) {
    this.words = "";
    this.team = team ?? "";
    this.count = el("p", { class: "weak", role: "status" });
    this.teams = el("select", { onchange: (event) => { this.team = event.target.value; this.update(); } }, el("option", { value: "" }, "all"));
    this.busy = el("input", { type: "checkbox", onchange: () => this.update() });
    this.rows = new Rows("Agents", ["Agent", "State", "For", "Team", "What it does", "#Turns", "#Cost", "#Tokens"], (one) => [
      agentLink(one.id), badge(one.state === "working" ? "busy" : "weak", one.state), one.since && since(one.since.ms, now()), one.team,
      el("span", {}, one.brief && words(one.brief), one.doing && el("span", { class: "weak" }, " ", doing(one)), one.waits && el("span", { class: "warn" }, " waits: ", told(one.waits, now())), one.stopping && el("span", { class: "warn" }, " being stopped: ", told(one.stopping, now()))),
      String(one.turns), allMoney(one), allTokens(one)], "agents");
    page.append(el("h2", {}, "Agents"), el("div", { class: "tools" },
      el("label", {}, "Search", el("input", { type: "search", oninput: (event) => { this.words = event.target.value.toLowerCase(); this.update(); } })),
      el("label", {}, "Team", this.teams), el("label", { class: "check" }, this.busy, "At work"), this.count), this.rows.element);
  }

  close() { this.rows.close(); }

  update() {
    if (this.teams.options.length - 1 !== store.status.teams.length) {
      this.teams.replaceChildren(el("option", { value: "" }, "all"), ...store.status.teams.map((one) => el("option", { value: one.id }, one.id)));
      this.teams.value = this.team;
    }
    const all = everybody();
    const found = all.filter((one) => (!this.team || one.team === this.team) && (!this.busy.checked || one.state === "working")
      && (!this.words || `${one.id} ${one.brief ?? ""} ${one.team}`.toLowerCase().includes(this.words)));
    const isKnown = !this.team || store.status.teams.some((one) => one.id === this.team);
    const text = !isKnown ? `There is no ${this.team}.` : `${found.length} of ${all.length} agents, ${all.filter((one) => one.state === "working").length} at work`;
    if (this.count.textContent !== text) this.count.textContent = text;
    this.rows.show(found);
  }
}
