// The log, the newest last.
import { store, log, now } from "/store.js";
import { el, show, moment, told } from "/dom.js";

/** Characters of an entry that are in the page; a line can have a megabyte. */
const longest = 4_000;

export class Lines {
  constructor(page) {
    this.trouble = el("div", {});
    this.list = el("div", { class: "lines", role: "log", tabindex: "0", "aria-label": "Log" });
    page.append(el("h2", {}, "Log"), this.trouble, this.list);
    this.isOpen = true;
    this.isLoading = false;
    this.seen = null;
    this.keys = [];
  }

  close() { this.isOpen = false; }

  update() {
    const version = `${store.at} ${store.status.logVersion}`;
    if (this.seen !== version) this.load(version);
  }

  /** What is there already stays, so that it can be read and selected while more comes, and only what is new is read out. */
  show(entries) {
    const keys = entries.map((entry) => [entry.day, entry.time, entry.source, entry.text].join(" "));
    const gone = this.keys.indexOf(keys[0]);
    const left = gone < 0 ? 0 : this.keys.length - gone;
    const goesOn = left > 0 && left <= keys.length && this.keys.slice(gone).every((key, index) => key === keys[index]);
    if (!goesOn) this.list.replaceChildren(...(entries.length === 0 ? [el("p", { class: "weak" }, "Nothing yet.")] : []));
    else for (let index = 0; index < gone; index += 1) this.list.firstChild.remove();
    this.list.append(...entries.slice(goesOn ? left : 0).map((entry) => el("div", {},
      el("span", { class: "weak" }, moment(`${entry.day}T${entry.time}Z`, now())),
      el("span", { class: "busy" }, entry.source),
      el("span", { class: entry.level === "error" ? "bad" : entry.level === "warning" ? "warn" : "", dir: "auto" },
        entry.text.length > longest ? entry.text.slice(0, longest) + ` … (${entry.text.length - longest} more characters)` : entry.isEvent ? told(entry.text, now()) : entry.text))));
    this.keys = keys;
  }

  async load(version) {
    if (this.isLoading) return;
    this.isLoading = true;
    try {
      const entries = await log();
      if (!this.isOpen) return;
      const isAtEnd = this.list.scrollTop + this.list.clientHeight >= this.list.scrollHeight - 40;
      this.show(entries);
      this.seen = version;
      if (isAtEnd) this.list.scrollTop = this.list.scrollHeight;
      show(this.trouble);
    } catch (error) {
      this.seen = version;
      show(this.trouble, el("p", { class: "bad" }, error.message));
    } finally {
      this.isLoading = false;
      if (this.isOpen && store.status && `${store.at} ${store.status.logVersion}` !== version) this.update();
    }
  }
}
