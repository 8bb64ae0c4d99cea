// What a gate printed: the end of it, earlier pieces on demand, and more while it runs.
import { gateLog } from "/store.js";
import { el, show, count } from "/dom.js";
import { commitLink } from "/pages.js";

/** Characters in the page; of more the first ones go, and can be had again. */
const most = 2_000_000;

export class GatePage {
  constructor(page, run) {
    this.run = run;
    this.told = el("p", { role: "status" }, "Loading …");
    this.earlier = el("button", { type: "button", hidden: true, onclick: () => this.loadEarlier() }, "Earlier");
    this.box = el("pre", { class: "diff", dir: "ltr", role: "log", tabindex: "0", "aria-label": "What the gate printed" });
    page.append(el("h2", {}, `Gate ${run}`), this.told, el("p", {}, this.earlier), this.box);
    this.leaving = new AbortController();
    this.pieces = [];
    this.update();
  }

  close() { this.leaving.abort(); }

  /** After a failure it tries again when something has happened. */
  update() {
    if (this.isLoading || this.isOver) return;
    this.isLoading = true;
    this.follow().catch((error) => { if (!this.leaving.signal.aborted) this.tell("bad", error.message); }).finally(() => { this.isLoading = false; });
  }

  ask(wish) { return gateLog(this.run, wish, this.leaving.signal); }

  async follow() {
    this.begin(await this.ask({}));
    while (this.isGrowing && !this.leaving.signal.aborted) {
      // The answer comes when there is more, or when something else has happened.
      const page = await this.ask({ after: this.end });
      if (!page.isGrowing) this.begin(await this.ask({}));
      else this.append(page);
    }
    this.isOver = !this.isGrowing;
  }

  begin(page) {
    this.box.replaceChildren();
    this.pieces = [];
    this.isGrowing = page.isGrowing;
    this.append(page);
    const isSilent = !page.text && page.start === 0;
    this.box.hidden = isSilent && !page.isGrowing;
    const silence = isSilent && !page.isGrowing ? " It printed nothing." : "";
    this.tell("weak", page.isGrowing ? "It runs." : page.commit ? ["It looked at ", commitLink(page.commit), ".", silence] : silence);
  }

  append(page) {
    const isAtEnd = this.box.scrollTop + this.box.clientHeight >= this.box.scrollHeight - 40;
    if (page.text) {
      const piece = { start: page.start, node: this.element(page) };
      this.pieces.push(piece);
      this.box.append(piece.node);
    } else if (this.pieces.length === 0) this.pieces.push({ start: page.start, node: document.createTextNode("") });
    this.end = page.end;
    if (isAtEnd) {
      while (this.pieces.length > 1 && this.box.textContent.length > most) this.pieces.shift().node.remove();
      this.box.scrollTop = this.box.scrollHeight;
    }
    this.earlier.hidden = !(this.pieces[0]?.start > 0);
  }

  element(page) { return el("span", {}, page.text, page.leftOut && el("span", { class: "weak" }, `… ${count(page.leftOut, "more byte")} of this line\n`)); }

  async loadEarlier() {
    const wasGrowing = this.isGrowing;
    try {
      const page = await this.ask({ before: this.pieces[0].start });
      if (page.isGrowing !== wasGrowing) return;
      const height = this.box.scrollHeight - this.box.scrollTop;
      const piece = { start: page.start, node: this.element(page) };
      this.pieces.unshift(piece);
      this.box.prepend(piece.node);
      this.box.scrollTop = this.box.scrollHeight - height;
      this.earlier.hidden = page.start === 0;
    } catch (error) { this.tell("bad", error.message); }
  }

  tell(kind, text) {
    this.told.className = kind;
    show(this.told, text);
  }
}
