// What a task or a commit changes: the files, and the difference as text.
import { work } from "/store.js";
import { el, show, table, words, count } from "/dom.js";

/** Lines of a difference that are in the page at first. */
const first = 1_500;

export function changes(page) {
  const total = page.files.reduce((sum, file) => [sum[0] + (file.added ?? 0), sum[1] + (file.removed ?? 0)], [0, 0]);
  return [
    el("p", { class: "weak" }, `${count(page.files.length, "file")}, ${count(total[0], "line")} added, ${total[1]} removed`),
    page.files.length > 0 && table("Changed files", ["File", "#Added", "#Removed"],
      page.files.slice(0, 200).map((file) => [el("code", {}, words(file.path)), file.added ?? "binary", file.removed ?? ""])),
    difference(page.diff, page.isCut),
  ];
}

function difference(text, isCut) {
  if (!text) return el("p", { class: "weak" }, "No line differs.");
  const lines = text.split("\n");
  const box = el("pre", { class: "diff", dir: "ltr", tabindex: "0", "aria-label": "The difference" });
  function more(count) {
    for (const line of lines.splice(0, count)) {
      const kind = line.startsWith("@@") ? "hunk" : /^(diff |index |---|\+\+\+|new file|deleted file|rename |similarity )/.test(line) ? "weak"
        : line.startsWith("+") ? "added" : line.startsWith("-") ? "removed" : "";
      box.append(el("span", { class: kind }, line), "\n");
    }
  }
  more(first);
  const rest = el("p", {}, lines.length > 0 && el("button", { type: "button", onclick: () => { more(20_000); rest.replaceChildren(isCut ? "There is more; git shows it." : ""); } },
    `Show ${lines.length} more lines`), isCut && lines.length === 0 && "There is more; git shows it.");
  return [box, rest];
}

/** The difference of a task's branch, once somebody wants to see it. */
export class Work {
  constructor(task) {
    this.task = task;
    this.version = "";
    this.body = el("div", {});
    this.element = el("details", { class: "work", ontoggle: () => this.update() }, el("summary", {}, "What it changes"), this.body);
  }

  async update() {
    if (!this.element.open || this.seen === this.version + this.task || this.isLoading) return;
    this.isLoading = true;
    const wanted = this.version + this.task;
    try {
      show(this.body, changes(await work(this.task)));
      this.seen = wanted;
    } catch (error) {
      if (error.status === 404) this.seen = wanted;
      show(this.body, el("p", { class: "weak" }, error.status === 404 ? "It has no commits yet; they are here when a turn has ended." : error.message));
    } finally { this.isLoading = false; }
  }
}
