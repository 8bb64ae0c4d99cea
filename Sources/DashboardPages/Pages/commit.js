// One commit with its receipt.
import { commit, now } from "/store.js";
import { el, show, words, facts, moment } from "/dom.js";
import { agentLink, taskLink, commitLink, gateLink } from "/pages.js";
import { changes } from "/work.js";

const verdicts = {
  verified: ["good", "Verified: the gate passed on exactly this tree, says the receipt."],
  ungated: ["warn", "Published without a gate: nothing verified it."],
  wrong: ["bad", "The receipt is not true of this commit. Look at it with: cco verify"],
  none: ["weak", "No receipt: not a commit that cco published."],
};

export class CommitPage {
  constructor(page, id) {
    this.head = el("div", {}, el("h2", {}, `Commit ${id.slice(0, 10)}`), el("p", {}, "Loading …"));
    page.append(this.head);
    this.id = id;
    this.load(id);
  }

  /** After a failure it tries again when something has happened. */
  update() { if (this.hasFailed) this.load(this.id); }

  async load(id) {
    this.hasFailed = false;
    try {
      const one = await commit(id);
      const [kind, text] = verdicts[one.verdict];
      const linked = { Task: taskLink, Agent: agentLink, "Verified at": commitLink };
      show(this.head, el("h2", {}, words(one.subject)),
        el("p", { class: kind }, el("strong", {}, text)),
        facts([
          ["Commit", el("code", {}, one.id)],
          ["Author", words(one.author)],
          ["Time", one.committedAt && moment(one.committedAt.ms, now())],
          ["Gate's log", one.gateRun && gateLink({ gateRun: one.gateRun })],
          ["Parents", one.parents.length > 0 && one.parents.map((parent, index) => [index > 0 && ", ", commitLink(parent)])],
          ["Message", one.message.trim() && el("span", { class: "message" }, words(one.message.trim()))],
        ]),
        one.receipt.length > 0 && el("section", {}, el("h3", {}, "Receipt"), facts(one.receipt.map((fact) => [fact.name,
          linked[fact.name] && /^[\w-]+$/.test(fact.value) ? linked[fact.name](fact.value) : words(fact.value)]))),
        el("section", {}, el("h3", {}, "What it changes"), el("div", { id: "changes" })));
      this.head.querySelector("#changes").append(...[changes(one.work)].flat(Infinity).filter(Boolean));
    } catch (error) {
      this.hasFailed = error.status !== 404;
      show(this.head, el("h2", {}, `Commit ${id.slice(0, 10)}`), el("p", { class: "bad" }, error.message));
    }
  }
}
