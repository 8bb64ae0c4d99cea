// The log, or one agent's transcript, the newest last.
import { store, log } from "/store.js";
import { el, show } from "/dom.js";

export class Lines {
  constructor(page, agent) {
    this.agent = agent;
    this.facts = el("div", {});
    this.list = el("div", { class: agent ? "lines one" : "lines", role: "log" });
    page.append(agent ? el("h2", {}, agent) : el("h2", {}, "Log"), this.facts, this.list);
    this.isOpen = true;
    this.isLoading = false;
    this.seen = null;
  }

  close() { this.isOpen = false; }

  update() {
    if (this.agent) {
      const status = store.status;
      const one = [status.director, ...status.teams.flatMap((team) => [team.lead, ...team.members])].find((other) => other.id === this.agent);
      show(this.facts, one ? el("p", {}, `${one.role}, ${one.state}, ${one.turns} turns. ${one.brief ?? ""}`) : el("p", {}, "There is no such agent."));
    }
    if (this.seen !== store.status.logVersion) this.load();
  }

  async load() {
    if (this.isLoading) return;
    this.isLoading = true;
    const version = store.status.logVersion;
    try {
      const entries = await log(this.agent);
      if (!this.isOpen) return;
      const isAtEnd = window.innerHeight + window.scrollY >= document.body.scrollHeight - 40;
      show(this.list, entries.length === 0 ? "Nothing yet." : entries.map((entry) => el("div", {},
        el("span", { class: "weak" }, entry.time),
        !this.agent && el("span", { class: "busy" }, entry.source),
        el("span", { class: entry.level === "error" ? "bad" : entry.level === "warning" ? "warn" : "" }, entry.text))));
      this.seen = version;
      if (isAtEnd) window.scrollTo(0, document.body.scrollHeight);
    } catch (error) {
      show(this.facts, el("p", { class: "bad" }, error.message));
    } finally {
      this.isLoading = false;
    }
  }
}
