// A long list of which only what is in sight is in the page.
import { el } from "/dom.js";

/** Pixels of a row; the style has the same. */
const height = 34;
/** Rows above and below what is in sight. */
const margin = 12;

export class Rows {
  /**
   * @param {string} caption what the list is, for a screen reader
   * @param {string[]} heads
   * @param {(value: object) => (Node|string|null)[]} cells
   * @param {string} kind what the style calls its columns
   */
  constructor(caption, heads, cells, kind) {
    this.cells = cells;
    this.isNumber = heads.map((head) => head.startsWith("#"));
    this.values = [];
    this.above = el("tr", { class: "space", "aria-hidden": "true" }, el("td"));
    this.below = el("tr", { class: "space", "aria-hidden": "true" }, el("td"));
    this.body = el("tbody", {}, this.above, this.below);
    this.table = el("table", { class: `rows ${kind}` }, el("caption", { class: "hidden" }, caption),
      el("thead", {}, el("tr", { "aria-rowindex": "1" }, heads.map((head) => el("th", { scope: "col", class: head.startsWith("#") && "number" }, head.replace(/^#/, ""))))), this.body);
    this.element = el("div", { class: "window", tabindex: "0", role: "region", "aria-label": caption, onscroll: () => this.draw() }, this.table);
    this.made = new Map();
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.element);
  }

  close() { this.observer.disconnect(); }

  /** Shows these values, each of which has an `id`. */
  show(values) {
    this.values = values;
    this.table.setAttribute("aria-rowcount", String(values.length + 1));
    this.draw();
  }

  draw() {
    const top = Math.max(0, Math.floor(this.element.scrollTop / height) - margin);
    const count = Math.ceil((this.element.clientHeight || 600) / height) + 2 * margin;
    const first = Math.min(top, Math.max(0, this.values.length - count));
    const seen = this.values.slice(first, first + count);
    this.above.style.height = `${first * height}px`;
    this.below.style.height = `${Math.max(0, this.values.length - first - seen.length) * height}px`;
    const fresh = new Map();
    let place = this.above;
    seen.forEach((value, index) => {
      let row = this.made.get(value.id);
      if (!row || row.value !== value) {
        const element = el("tr", {}, this.cells(value).map((cell, column) => el("td", { class: this.isNumber[column] && "number", title: cell?.textContent ?? cell }, cell)));
        if (row?.element.contains(document.activeElement)) element.dataset.refocus = "1";
        row?.element.replaceWith(element);
        row = { value, element };
      }
      row.element.setAttribute("aria-rowindex", String(first + index + 2));
      fresh.set(value.id, row);
      if (place.nextSibling !== row.element) place.after(row.element);
      if (row.element.dataset.refocus) { delete row.element.dataset.refocus; row.element.querySelector("a")?.focus({ preventScroll: true }); }
      place = row.element;
    });
    while (place.nextSibling && place.nextSibling !== this.below) place.nextSibling.remove();
    this.made = fresh;
  }
}
