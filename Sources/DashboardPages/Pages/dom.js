// Elements from values. Text is always text: nothing that an agent wrote becomes markup.

/** Makes an element: `el("a", {href: "#/"}, "text", child)`; `null` and `false` children are left out. */
export function el(name, attributes, ...children) { return fill(document.createElement(name), attributes, children); }

/** The same for SVG. */
export function svg(name, attributes, ...children) { return fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children); }

function fill(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child);
  }
  return element;
}

/** Others' words: a mark of direction in them reaches no further than they do. */
export function words(...text) { return el("bdi", {}, text.map((one) => (typeof one === "string" ? visible(one) : one))); }

/** Characters that steer a terminal or turn the direction of what follows are shown as what they are. */
function visible(text) {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (one) => `\\u{${one.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}}`);
}

/** Says something to those who do not see the page. */
export function announce(text) { document.getElementById("said").textContent = text; }

/** Replaces what is in `parent`, unless it is the same already, and keeps focus and scrolling where they were. */
export function show(parent, ...children) {
  const fresh = el("div", {}, ...children);
  if (parent.shown === fresh.innerHTML) return;
  parent.shown = fresh.innerHTML;
  const focused = document.activeElement?.dataset?.key;
  const at = window.scrollY;
  parent.replaceChildren(...fresh.childNodes);
  if (focused && !document.activeElement?.dataset?.key) parent.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  if (window.scrollY !== at) window.scrollTo(0, at);
}

/** How long something has been going on; `tick` keeps it true without anything being drawn anew. */
export function since(milliseconds, now) {
  return el("span", { "data-since": String(milliseconds) }, duration(now - milliseconds));
}

export function tick(now) {
  for (const element of document.querySelectorAll("[data-since]")) {
    const text = duration(now - Number(element.dataset.since));
    if (element.textContent !== text) element.textContent = text;
  }
}

const units = [[86400, "d", 3600, "h"], [3600, "h", 60, "min"], [60, "min", 1, "s"]];

export function duration(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  for (const [size, name, part, rest] of units) {
    if (seconds >= size) return `${Math.floor(seconds / size)} ${name} ${String(Math.floor((seconds % size) / part)).padStart(2, "0")} ${rest}`;
  }
  return `${seconds} s`;
}

export function money(dollars) {
  if (dollars > 0 && dollars < 0.01) return "<$0.01";
  return "$" + dollars.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

export function tokens(count) {
  for (const [size, name] of [[1e9, "G"], [1e6, "M"], [1e3, "k"]]) {
    if (count >= size) return (Math.floor((count / size) * 10) / 10).toFixed(1) + name;
  }
  return String(count);
}

const ofDay = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };

/** A point in time, from milliseconds or ISO text, as the reader's clock has it; with the day where it is not the day of `now`. */
export function local(time, now) {
  const [at, today] = [new Date(time), new Date(now)];
  if (at.toDateString() === today.toDateString()) return at.toLocaleTimeString([], ofDay);
  return at.toLocaleString([], { year: at.getFullYear() === today.getFullYear() ? undefined : "numeric", month: "short", day: "numeric", ...ofDay });
}

/** The same as an element that has it in UTC, too, for programs and for who points at it. */
export function moment(time, now) {
  const at = new Date(time);
  // Others' words may have a day that no calendar has.
  if (Number.isNaN(at.getTime())) return String(time);
  const iso = at.toISOString();
  return el("time", { datetime: iso, title: iso }, local(time, now));
}

/** Points in time as the run's own sentences have them. */
const inWords = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** A sentence of the run, which may hold others' words, with its times as the reader's clock has them. */
export function told(text, now) {
  const times = text.match(inWords) ?? [];
  return words(text.split(inWords).flatMap((part, index) => index < times.length ? [part, moment(times[index], now)] : [part]));
}

/** The same where only text can stand. */
export function toldText(text, now) { return text.replace(inWords, (time) => local(time, now)); }

/** `1 conflict`, `2 conflicts`. */
export function count(number, word) { return `${number} ${word}${number === 1 ? "" : "s"}`; }

/** A state, so that it is seen at a glance; the word says it, the colour only helps. */
export function badge(kind, ...text) { return el("span", { class: `badge ${kind}` }, text); }

/** A part of a page in a frame of its own. */
export function card(title, ...content) { return el("section", { class: "card" }, el("h2", {}, title), content); }

/** A table whose heads that begin with `#` are of numbers. A column in which no row has anything is left out. Beside another one like it, it has a label. */
export function table(caption, allHeads, allRows, label = null) {
  const columns = allHeads.map((_, index) => index).filter((index) => allRows.length === 0 || allRows.some((row) => ![null, undefined, false, ""].includes(row[index])));
  const heads = columns.map((index) => allHeads[index]);
  const rows = allRows.map((row) => columns.map((index) => row[index]));
  const isNumber = heads.map((head) => head.startsWith("#"));
  // One that is wider than its place is scrolled by keys, too.
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label ?? heads.map((head) => head.replace(/^#/, "")).join(", ") }, el("table", {},
    caption && el("caption", {}, caption),
    el("thead", {}, el("tr", {}, heads.map((head, index) => el("th", { scope: "col", class: isNumber[index] && "number" }, head.replace(/^#/, ""))))),
    el("tbody", {}, rows.map((row) => el("tr", {}, row.map((cell, index) => el("td", { class: isNumber[index] && "number" }, cell)))))));
}

/** Pairs of a name and a value; pairs without a value are left out. */
export function facts(pairs) {
  return el("dl", { class: "facts" }, pairs.filter(([, value]) => value !== null && value !== undefined && value !== false && value !== "")
    .map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}
