// What an agent said and did: its newest turn, earlier pieces on demand, and what comes while the page is open.
import { store, transcript } from "/store.js";
import { el, show, words, money, tokens, count } from "/dom.js";

/** Entries in the page; of more the first ones go, and can be had again. */
const most = 3_000;
/** Lines and characters of a text that is not folded. */
const [shortLines, shortLength, longLength] = [6, 600, 6_000];

export class Transcript {
  constructor(page, agent) {
    this.agent = agent;
    this.trouble = el("div", { role: "status" });
    this.earlier = el("button", { type: "button", onclick: () => this.run(() => this.loadEarlier()) });
    this.turns = el("div", {});
    this.list = el("div", { class: "transcript", role: "log", tabindex: "0", "aria-label": `Transcript of ${agent}` }, this.earlier, this.turns);
    this.earlier.hidden = true;
    page.append(el("h3", {}, "Transcript"), this.trouble, this.list);
    this.isOpen = true;
    this.isLoading = false;
    this.seen = null;
    /** the turns that are shown, the oldest first, each with its place in its output */
    this.blocks = [];
  }

  close() { this.isOpen = false; }

  /** Asks only when the agent has said more, or has ended or begun a turn. */
  update(agent) {
    this.present = agent;
    const version = `${store.status.run} ${store.at} ${store.heard(this.agent)} ${agent.turns} ${agent.turn}`;
    if (this.seen === version || this.isLoading) return;
    const isOther = this.at !== store.at || this.run_ !== store.status.run;
    [this.seen, this.at, this.run_] = [version, store.at, store.status.run];
    this.run(async () => {
      if (isOther || this.blocks.length === 0) return this.begin(await this.ask({}));
      await this.loadMore();
    });
  }

  ask(wish) { return transcript(this.agent, wish); }

  async run(work) {
    if (this.isLoading) {
      this.next = work;
      return;
    }
    this.isLoading = true;
    try {
      await work();
      show(this.trouble);
    } catch (error) {
      if (this.isOpen) show(this.trouble, el("p", { class: "bad" }, error.message));
    } finally { this.isLoading = false; }
    if (!this.isOpen) return;
    this.label();
    // What was wanted or told meanwhile.
    const next = this.next;
    this.next = null;
    if (next) return this.run(next);
    if (this.present) this.update(this.present);
  }

  get isAtEnd() { return this.list.scrollTop + this.list.clientHeight >= this.list.scrollHeight - 40; }

  begin(page) {
    this.blocks = [];
    if (!page.turn) return show(this.turns, el("p", { class: "weak" }, "It has had no turn yet."));
    this.turns.shown = null;
    this.turns.replaceChildren();
    this.append(page);
    this.list.scrollTop = this.list.scrollHeight;
  }

  block(page) {
    const body = el("div", {});
    const block = { turn: page.turn, body, element: el("section", {}, el("h4", {}, page.turn), body) };
    this.fill(block, page);
    return block;
  }

  /** Puts a piece where the turn's others were. */
  fill(block, page) {
    block.body.replaceChildren(...page.entries.map(entry));
    Object.assign(block, { isGrowing: page.isGrowing, start: page.start, end: page.end, earlierTurn: page.earlierTurn });
  }

  append(page) {
    const block = this.block(page);
    this.blocks.push(block);
    this.turns.append(block.element);
    this.settle(block);
  }

  /** Of a turn that is shown from its middle on nothing stands before it: there would be a gap. */
  settle(block) {
    if (block.start === 0) return;
    while (this.blocks[0] !== block) this.blocks.shift().element.remove();
  }

  async loadMore() {
    while (this.isOpen) {
      const last = this.blocks.at(-1);
      const page = await this.ask({ turn: last.turn, after: last.end });
      const isAtEnd = this.isAtEnd;
      if (page.isGrowing !== last.isGrowing || page.end < last.end) {
        // What is kept of a turn has other positions than what its process wrote.
        this.fill(last, await this.ask({ turn: last.turn }));
        this.settle(last);
      } else {
        last.body.append(...page.entries.map(entry));
        last.end = page.end;
      }
      if (page.laterTurn && !page.hasMore) this.append(await this.ask({ turn: page.laterTurn }));
      if (isAtEnd) {
        this.trim();
        this.list.scrollTop = this.list.scrollHeight;
      }
      if (!page.hasMore && !page.laterTurn) return;
    }
  }

  async loadEarlier() {
    const first = this.blocks[0];
    const height = this.list.scrollHeight - this.list.scrollTop;
    if (first.start > 0) {
      const page = await this.ask({ turn: first.turn, before: first.start });
      if (page.isGrowing !== first.isGrowing) return this.fill(first, await this.ask({ turn: first.turn }));
      first.body.prepend(...page.entries.map(entry));
      first.start = page.start;
    } else {
      const block = this.block(await this.ask({ turn: first.earlierTurn }));
      this.blocks.unshift(block);
      this.turns.prepend(block.element);
    }
    // What was read stays where it was.
    this.list.scrollTop = this.list.scrollHeight - height;
  }

  trim() {
    let surplus = this.blocks.reduce((sum, block) => sum + block.body.childElementCount, 0) - most;
    while (surplus > 0) {
      const block = this.blocks[0];
      if (this.blocks.length > 1 && block.body.childElementCount <= surplus) {
        surplus -= block.body.childElementCount;
        block.element.remove();
        this.blocks.shift();
        continue;
      }
      const kept = block.body.children[surplus]?.dataset.at;
      if (kept === undefined) return;
      // Entries of one line go or stay together.
      while (block.body.firstElementChild.dataset.at !== kept) block.body.firstElementChild.remove();
      block.start = Number(kept);
      return;
    }
  }

  label() {
    const first = this.blocks[0];
    const text = !first ? null : first.start > 0 ? `Earlier in ${first.turn}` : first.earlierTurn ? `Earlier: ${first.earlierTurn}` : null;
    this.earlier.hidden = text === null;
    if (text !== null && this.earlier.textContent !== text) this.earlier.textContent = text;
  }
}

function entry(one) {
  return el("div", { class: `entry ${one.kind}`, "data-at": String(one.at) }, content(one), one.leftOut && el("div", { class: "weak" }, `… ${count(one.leftOut, "more byte")}`));
}

function content(one) {
  switch (one.kind) {
    case "thinking": return "thinks";
    case "call": return folded(one.text, (first) => [el("strong", {}, words(one.title ?? "")), first && [" ", words(first)]]);
    case "result": case "failure": return one.text ? folded(one.text, words) : "no output";
    case "end": return [`turn ended: `, words(one.text), one.tokens && `, ${tokens(one.tokens.total)} tokens`,
      one.costUsd !== undefined && `, ${money(one.costUsd)}`];
    default: return [one.title && `${one.title}: `, one.text.length > longLength ? folded(one.text, words) : plain(one.text)];
  }
}

function plain(text) { return el("pre", { dir: "auto" }, text); }

/** A long text behind its first line. */
function folded(text, head) {
  const lines = text.split("\n");
  if (lines.length === 1 && text.length <= shortLength) return el("div", { dir: "auto" }, head(text));
  const first = lines[0].length > 160 ? lines[0].slice(0, 160) + " …" : lines[0];
  const isShort = lines.length <= shortLines && text.length <= shortLength;
  return el("details", { open: isShort }, el("summary", {}, head(first), el("span", { class: "weak" }, lines.length > 1 ? ` ${count(lines.length, "line")}` : ` ${count(text.length, "character")}`)), plain(text));
}
