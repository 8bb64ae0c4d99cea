// One agent: what it does, what it has cost, what is said to it, what it changes, and its transcript.
import { store, now, order, orderId } from "/store.js";
import { el, show, since, money, tokens, words, told, facts, table, moment, badge } from "/dom.js";
import { allMoney, allTokens, doing, taskLink } from "/pages.js";
import { Transcript } from "/transcript.js";
import { Work } from "/work.js";

export class AgentPage {
  constructor(page, id) {
    this.id = id;
    this.facts = el("div", {});
    this.messages = el("div", {});
    this.work = new Work(null);
    this.say = new Say(id);
    this.rest = el("div", {}, this.say.element, this.messages, this.work.element);
    page.append(el("h2", {}, id), this.facts, this.rest);
    this.transcript = new Transcript(this.rest, id);
  }

  close() { this.transcript.close(); }

  update() {
    const status = store.status;
    const one = [status.director, ...status.teams.flatMap((team) => [team.lead, ...team.members])].find((other) => other.id === this.id);
    this.rest.hidden = !one;
    if (!one) return show(this.facts, el("p", {}, "There is no such agent."));
    const team = status.teams.find((other) => other.lead.id === this.id || other.members.some((member) => member.id === this.id));
    const tasks = [...store.tasks.values()].filter((task) => task.worker === this.id);
    const open = tasks.find((task) => task.state === "in progress") ?? tasks.find((task) => !task.settledAt) ?? tasks.at(-1);
    show(this.facts, facts([
      ["Team", team && el("a", { href: `#/agents/${team.id}`, "data-key": "team" }, team.id)],
      ["Role", one.role === "engineerManager" ? "engineering manager" : one.role],
      ["State", [badge(one.state === "working" ? "busy" : "weak", one.state), one.since && [" for ", since(one.since.ms, now())]]],
      ["Does", one.brief && words(one.brief)],
      ["Now", one.doing && doing(one)],
      ["Waits", one.waits && el("strong", { class: "warn" }, told(one.waits, now()))],
      ["Model", one.model && [words(one.model), one.whyModel && ` ${one.whyModel}`]],
      ["Being stopped", one.stopping && told(one.stopping, now())],
      ["Turns", `${one.turns}${one.turn ? `, now ${one.turn}` : ""}`],
      ["Cost", [allMoney(one), one.turnUsd !== undefined && `, ${money(one.turnUsd)} in this turn`]],
      ["Tokens", [allTokens(one), one.turnTokens !== undefined && `, ${tokens(one.turnTokens)} in this turn`]],
      ["This turn may take", one.turnCeilings?.map((ceiling, index) => [index > 0 && ", ", bound(ceiling)])],
      ["Tasks", tasks.length > 0 && tasks.slice(-30).map((task, index) => [index > 0 && ", ", taskLink(task.id), ` (${task.state})`])],
    ]));
    const said = (status.messages ?? []).filter((message) => message.agent === this.id);
    show(this.messages, said.length > 0 && el("section", {}, el("h3", {}, "Messages"), messages(said.slice(-20))));
    this.say.update();
    this.work.element.hidden = !open;
    if (open) {
      this.work.task = open.id;
      this.work.version = `${open.commit ?? ""} ${open.state} ${one.turns}`;
      this.work.update();
    }
    this.transcript.update(one);
  }
}

/** What a turn may take at most, and how much of it is gone, as a sentence that a colour only helps. */
function bound(ceiling) {
  const amount = ceiling.measure === "usd" ? money : tokens;
  const most = `${amount(ceiling.ceiling)}${ceiling.measure === "usd" ? "" : " tokens"}`;
  if (ceiling.taken === undefined) return `at most ${most}`;
  const percent = ceiling.ceiling > 0 ? Math.floor((ceiling.taken / ceiling.ceiling) * 100) : 100;
  return el("span", { class: percent >= 95 ? "bad" : percent >= 80 ? "warn" : null }, `${amount(ceiling.taken)} of ${most} (${percent} %)`);
}

const states = { acknowledged: "good", delivered: "good", undelivered: "bad", queued: "warn" };

export function messages(all) {
  return table(null, ["When", "From", "Message", "State"], all.map((message) => [
    moment(message.sentAt.ms, now()), words(message.sender), words(message.text),
    [badge(states[message.state] ?? "weak", message.state), message.why && [": ", told(message.why, now())]]]));
}

/** The form that says something to an agent. */
class Say {
  constructor(agent) {
    this.agent = agent;
    this.text = el("textarea", { rows: "2", maxlength: "4000", required: true, name: "text" });
    this.interrupts = el("input", { type: "checkbox", name: "interrupts" });
    this.button = el("button", { type: "submit" }, "Send");
    this.outcome = el("p", { role: "status" });
    this.element = el("form", { class: "say", onsubmit: (event) => { event.preventDefault(); this.send(); } },
      el("label", {}, `Say something to ${agent}`, this.text),
      el("div", { class: "tools" }, this.button, el("label", { class: "check" }, this.interrupts, "Stop what it does first")), this.outcome);
  }

  update() {
    const status = store.status;
    this.element.hidden = status.phase === "ended" || store.at !== null;
    // What is half typed stays while the run stands still.
    const isHeard = store.isConnected && store.isLive && !status.suspension;
    if (isHeard !== this.isHeard) {
      this.isHeard = isHeard;
      this.button.disabled = !isHeard;
      this.outcome.className = "weak";
      this.outcome.textContent = isHeard ? "" : store.isConnected ? "The run stands still, and nobody would hear it: go on with it first (cco resume)." : "The connection is lost.";
    }
  }

  async send() {
    const text = this.text.value.trim();
    if (!text || this.button.disabled) return;
    this.button.disabled = true;
    // The same words again after a failure are the same order.
    const interrupts = this.interrupts.checked;
    if (this.sent?.text !== text || this.sent.interrupts !== interrupts) this.sent = { id: orderId(), text, interrupts };
    try {
      const receipt = await order({ ...this.sent, kind: "tell", agent: this.agent });
      this.outcome.className = "good";
      this.outcome.textContent = `${receipt.subject} ${receipt.words}.`;
      this.text.value = "";
      this.interrupts.checked = false;
      this.sent = null;
    } catch (error) {
      this.outcome.className = "bad";
      this.outcome.textContent = error.message;
    } finally { this.button.disabled = !this.isHeard; }
  }
}
