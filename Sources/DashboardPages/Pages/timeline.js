// Every agent's turns, and the queues' gates, merges and publications, on a time axis. Drawn on a canvas, of which only what is in sight is drawn;
// what is selected is told in words beside it.
import { store, now, timeline } from "/store.js";
import { el, show, duration, words, moment, count } from "/dom.js";
import { agentLink, taskLink, commitLink, gateLink } from "/pages.js";
import { replayAt } from "/replay.js";

const row = 22;
const axis = 26;
const shortest = 2_000;
/** Left and right of a row's name. */
const inset = 5;

/** By what the style calls it. */
function colourOf(span) {
  if (["red", "failed", "no report", "stopped", "conflict"].includes(span.end)) return "bad";
  if (span.kind !== "turn") return { gate: "good", quickGate: "good", merge: "quiet", publish: "publish" }[span.kind];
  return { plan: "plan", coordinate: "plan", review: "review", rework: "rework", "gate-fix": "rework", conflict: "rework" }[span.purpose] ?? "work";
}

const legend = [["work", "work"], ["plan", "planning and deciding"], ["review", "review"], ["rework", "rework"], ["good", "gate"], ["quiet", "merge"], ["publish", "publication"], ["bad", "red, stopped or failed"]];
const markWords = { started: "started", resumed: "an engine took it up", paused: "paused", needsPerson: "needs a person", landed: "landed", returned: "went back", red: "red gate", flake: "flake", message: "message", order: "order", finishing: "finishing", ended: "ended" };

const nothing = () => ({ run: null, revision: 0, spans: new Map(), marks: new Map(), lanes: new Map(), names: [], landed: [], last: 0 });

/** All spans, kept while the pages are open: only what is new is asked for. `names` are those of the rows in their order. */
const known = nothing();

/** Takes the next piece of what is new; says whether there is more. */
async function catchUp() {
  const run = store.present.status.run;
  if (known.run !== run) Object.assign(known, nothing(), { run });
  const update = await timeline(known.revision);
  if (known.run !== run) return true;
  for (const { number, value } of update.spans) {
    const old = known.spans.get(number);
    known.last = Math.max(known.last, value.from, value.to ?? 0);
    if (old) { Object.assign(old, value); continue; }
    value.number = number;
    known.spans.set(number, value);
    if (!known.lanes.has(value.lane)) known.lanes.set(value.lane, []);
    known.lanes.get(value.lane).push(value);
  }
  for (const { number, value } of update.marks) {
    if (value.kind === "landed" && !known.marks.has(number)) known.landed.push(value);
    known.marks.set(number, value);
    known.last = Math.max(known.last, value.at);
  }
  for (const [map, first] of [[known.spans, update.firstSpan], [known.marks, update.firstMark]]) {
    for (const number of map.keys()) { if (number >= first) break; map.delete(number); }
  }
  for (const [lane, spans] of known.lanes) {
    if (spans[0].number >= update.firstSpan) continue;
    const left = spans.filter((span) => span.number >= update.firstSpan);
    // A row of which everything is forgotten is none any more.
    if (left.length > 0) known.lanes.set(lane, left); else known.lanes.delete(lane);
  }
  if (known.names.length !== known.lanes.size || known.names.some((name) => !known.lanes.has(name))) known.names = [...known.lanes.keys()].sort(compare);
  known.revision = update.revision;
  return update.revision < update.newest;
}

function laneOrder(name) {
  const number = Number(/-(\d+)$/.exec(name)?.[1] ?? 0);
  const rank = name === "director" ? 0 : name.startsWith("em-") ? 1 : name.startsWith("worker-") ? 2 : 3;
  return [rank, number, name];
}

function compare(a, b) {
  const [left, right] = [laneOrder(a), laneOrder(b)];
  return left[0] - right[0] || left[1] - right[1] || left[2].localeCompare(right[2]);
}

export class TimelinePage {
  constructor(page) {
    this.view = null;
    this.follows = true;
    this.selected = null;
    this.lane = 0;
    const button = (label, title, action) => el("button", { type: "button", title, "aria-label": title, onclick: () => { action(); this.draw(); } }, label);
    this.follow = el("button", { type: "button", "aria-pressed": "true", onclick: () => { this.follows = !this.follows; if (this.follows) this.view = null; this.draw(); } }, "Follow");
    this.canvas = el("canvas", { tabindex: "0", role: "application", "aria-roledescription": "timeline", "aria-label": "Timeline of the run", "aria-describedby": "timeline-keys timeline-selected" });
    this.space = el("div", { class: "space" });
    this.box = el("div", { class: "timeline" }, this.canvas, this.space);
    this.told = el("div", { id: "timeline-selected", class: "selected" });
    page.append(el("h2", {}, "Timeline"),
      el("div", { class: "tools" }, button("+", "Zoom in", () => this.zoom(0.5)), button("−", "Zoom out", () => this.zoom(2)), button("All", "Show the whole run", () => { this.view = null; }), this.follow,
        el("ul", { class: "legend", "aria-label": "Colours" }, legend.map(([name, text]) => el("li", {}, el("span", { class: `swatch ${name}` }), text)))),
      this.box, this.told,
      el("p", { id: "timeline-keys", class: "weak" }, "Keys: arrows move along a row and between rows, + and − zoom, A and D pan, 0 shows all, Enter opens. Pointer: drag to pan, Ctrl and wheel or pinch to zoom, click to select."));
    this.listen();
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.box);
  }

  close() { this.observer.disconnect(); this.isClosed = true; }

  async update() {
    this.draw();
    if (this.isLoading) { this.isStale = true; return; }
    this.isLoading = true;
    try {
      while (await catchUp()) { if (this.isClosed) break; this.draw(); }
      this.trouble = null;
    } catch (error) { this.trouble = error.message; }
    this.isLoading = false;
    if (this.isClosed) return;
    this.draw();
    if (this.isStale) { this.isStale = false; this.update(); }
  }

  get lanes() { return known.names; }

  get whole() {
    const first = known.spans.values().next().value?.from ?? now();
    const started = known.marks.values().next().value?.at ?? first;
    const isOver = !store.present.isLive;
    const from = Math.min(first, started);
    return { from, to: Math.max(from + shortest, isOver ? known.last : Date.now() + store.present.ahead) };
  }

  get shown() { return this.view ?? this.whole; }

  zoom(factor, at) {
    const { from, to } = this.shown;
    const whole = this.whole;
    const centre = at ?? (from + to) / 2;
    const length = Math.min(whole.to - whole.from, Math.max(shortest, (to - from) * factor));
    const share = (centre - from) / (to - from);
    this.move(centre - share * length, length);
  }

  pan(share) { const { from, to } = this.shown; this.move(from + (to - from) * share, to - from); }

  move(from, length) {
    const whole = this.whole;
    this.follows = false;
    if (length >= whole.to - whole.from) { this.view = null; return; }
    const start = Math.min(Math.max(from, whole.from), whole.to - length);
    this.view = { from: start, to: start + length };
  }

  // Input

  listen() {
    const { canvas } = this;
    let drag = null;
    const pointers = new Map();
    canvas.addEventListener("pointerdown", (event) => {
      pointers.set(event.pointerId, event);
      drag = { x: event.clientX, y: event.clientY, from: this.shown.from, moved: false, scroll: this.box.scrollTop };
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!drag) return this.hover(event);
      const before = [...pointers.values()];
      pointers.set(event.pointerId, event);
      if (pointers.size === 2 && before.length === 2) {
        const distance = (all) => Math.abs(all[0].clientX - all[1].clientX) || 1;
        this.zoom(distance(before) / distance([...pointers.values()]));
        drag.moved = true;
      } else if (Math.abs(event.clientX - drag.x) + Math.abs(event.clientY - drag.y) > 4 || drag.moved) {
        drag.moved = true;
        const { from, to } = this.shown;
        this.move(drag.from - ((event.clientX - drag.x) / this.plot) * (to - from), to - from);
        this.box.scrollTop = drag.scroll - (event.clientY - drag.y);
      }
      this.draw();
    });
    const end = (event) => {
      pointers.delete(event.pointerId);
      if (drag && !drag.moved && event.type === "pointerup") { this.select(this.find(event)); this.draw(); }
      drag = null;
    };
    canvas.addEventListener("pointerup", end);
    canvas.addEventListener("pointercancel", end);
    canvas.addEventListener("dblclick", (event) => { const found = this.find(event); if (found) this.open(found); });
    canvas.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.shiftKey && Math.abs(event.deltaX) < Math.abs(event.deltaY)) return;
      event.preventDefault();
      if (event.ctrlKey) this.zoom(Math.exp(event.deltaY / 300), this.time(event));
      else this.pan((event.deltaX || event.deltaY) / this.plot);
      this.draw();
    }, { passive: false });
    canvas.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const actions = {
        ArrowRight: () => this.step(1), ArrowLeft: () => this.step(-1), ArrowDown: () => this.change(1), ArrowUp: () => this.change(-1),
        "+": () => this.zoom(0.5, this.selected?.from), "=": () => this.zoom(0.5, this.selected?.from), "-": () => this.zoom(2, this.selected?.from),
        a: () => this.pan(-0.25), d: () => this.pan(0.25), 0: () => { this.view = null; }, Enter: () => { if (this.selected) this.open(this.selected); },
        Home: () => this.step(-Infinity), End: () => this.step(Infinity),
      };
      const action = actions[event.key] ?? actions[event.key.toLowerCase()];
      if (!action) return;
      event.preventDefault();
      action();
      this.draw();
    });
    this.box.addEventListener("scroll", () => this.draw());
  }

  /** The next span of the row, or the one before. */
  step(by) {
    const spans = known.lanes.get(this.lanes[this.lane]) ?? [];
    const index = this.selected ? spans.indexOf(this.selected) : by > 0 ? -1 : spans.length;
    this.select(spans[Math.max(0, Math.min(spans.length - 1, index + by))]);
  }

  change(by) {
    const lanes = this.lanes;
    this.lane = Math.max(0, Math.min(lanes.length - 1, this.lane + by));
    const spans = known.lanes.get(lanes[this.lane]) ?? [];
    const at = this.selected?.from ?? this.shown.to;
    this.select(spans.findLast((span) => span.from <= at) ?? spans[0]);
  }

  select(span) {
    this.selected = span ?? null;
    if (!span) return;
    this.lane = this.lanes.indexOf(span.lane);
    const { from, to } = this.shown;
    const end = span.to ?? now();
    if (span.from < from || end > to) this.move((span.from + end) / 2 - (to - from) / 2, to - from);
    const top = this.lane * row;
    if (top < this.box.scrollTop) this.box.scrollTop = top;
    if (top + row > this.box.scrollTop + this.box.clientHeight - axis) this.box.scrollTop = top + row - this.box.clientHeight + axis;
  }

  open(span) { location.hash = span.kind === "turn" ? `#/agent/${span.lane}` : span.task?.startsWith("task-") ? `#/task/${span.task}` : "#/queue"; }

  hover(event) { this.canvas.style.cursor = this.find(event) ? "pointer" : "default"; }

  time(event) {
    const { from, to } = this.shown;
    return from + ((event.clientX - this.canvas.getBoundingClientRect().left - this.label) / this.plot) * (to - from);
  }

  find(event) {
    const box = this.canvas.getBoundingClientRect();
    const y = event.clientY - box.top;
    if (y < axis) return null;
    const lane = this.lanes[Math.floor((y - axis + this.box.scrollTop) / row)];
    const { from, to } = this.shown;
    const time = this.time(event);
    const slack = ((to - from) / this.plot) * 3;
    return known.lanes.get(lane)?.findLast((span) => span.from - slack <= time && (span.to ?? now()) + slack >= time) ?? null;
  }

  // Drawing

  draw() {
    if (this.isDrawing || this.isClosed) return;
    this.isDrawing = true;
    requestAnimationFrame(() => { this.isDrawing = false; if (!this.isClosed) this.paint(); });
  }

  paint() {
    const style = getComputedStyle(this.box);
    const colours = new Map();
    const colour = (name) => {
      if (!colours.has(name)) colours.set(name, style.getPropertyValue(`--${name}`).trim());
      return colours.get(name);
    };
    const [width, height, scale] = [this.box.clientWidth, this.box.clientHeight, window.devicePixelRatio || 1];
    if (this.canvas.width !== Math.round(width * scale) || this.canvas.height !== Math.round(height * scale)) {
      Object.assign(this.canvas, { width: Math.round(width * scale), height: Math.round(height * scale) });
      Object.assign(this.canvas.style, { width: `${width}px`, height: `${height}px` });
    }
    const lanes = this.lanes;
    this.space.style.height = `${Math.max(0, axis + lanes.length * row - height)}px`;
    const context = this.canvas.getContext("2d");
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    context.font = "12px system-ui, sans-serif";
    context.textBaseline = "middle";
    this.label = this.labelWidth(context, width);
    this.plot = Math.max(10, width - this.label - 8);
    const { from, to } = this.shown;
    const x = (time) => this.label + ((time - from) / (to - from)) * this.plot;
    const top = this.box.scrollTop;
    this.grid(context, x, from, to, width, height, colour);
    context.save();
    context.beginPath();
    context.rect(0, axis, width, height - axis);
    context.clip();
    const first = Math.max(0, Math.floor(top / row));
    const last = Math.min(lanes.length, Math.ceil((top + height - axis) / row));
    for (let index = first; index < last; index += 1) {
      const y = axis + index * row - top;
      if (index % 2) { context.fillStyle = colour("panel"); context.fillRect(this.label, y, this.plot, row); }
      this.spans(context, known.lanes.get(lanes[index]), y, x, from, to, colour);
      context.fillStyle = colour(index === this.lane && this.selected ? "link" : "text");
      const room = this.label - 2 * inset;
      let name = lanes[index];
      while (name.length > 4 && context.measureText(name).width > room) name = name.slice(0, -2) + "…";
      context.fillText(name, inset, y + row / 2);
    }
    this.moment(context, x, from, to, height, colour);
    context.restore();
    this.tell();
    this.follow.setAttribute("aria-pressed", String(this.follows));
  }

  /** As wide as the longest name, but never more than a good third of the width. Names are measured when there are others. */
  labelWidth(context, width) {
    if (this.measured !== known.names) {
      this.measured = known.names;
      this.longest = known.names.reduce((longest, name) => Math.max(longest, context.measureText(name).width), 0);
    }
    return Math.ceil(Math.min(Math.max(64, this.longest + 2 * inset), width * 0.36));
  }

  grid(context, x, from, to, width, height, colour) {
    const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400].map((seconds) => seconds * 1000);
    const step = steps.find((one) => (one / (to - from)) * this.plot > 80) ?? steps.at(-1) * Math.ceil((to - from) / steps.at(-1) / 8);
    const options = { hour: "2-digit", minute: "2-digit", second: step < 60_000 ? "2-digit" : undefined, hourCycle: "h23" };
    context.strokeStyle = colour("line");
    context.fillStyle = colour("weak");
    context.lineWidth = 1;
    const offset = new Date(from).getTimezoneOffset() * 60_000;
    for (let time = Math.ceil((from - offset) / step) * step + offset; time <= to; time += step) {
      const left = Math.round(x(time)) + 0.5;
      context.beginPath();
      context.moveTo(left, axis - 6);
      context.lineTo(left, height);
      context.stroke();
      const text = new Date(time).toLocaleTimeString([], options);
      const half = context.measureText(text).width / 2;
      if (left + half < width) context.fillText(text, Math.max(this.label, left - half), 8);
    }
    // Many marks at one place are drawn once.
    const drawn = new Set();
    for (const mark of known.marks.values()) {
      if (mark.at < from || mark.at > to) continue;
      const place = `${mark.kind} ${Math.round(x(mark.at))}`;
      if (drawn.has(place)) continue;
      drawn.add(place);
      const name = { landed: "good", red: "bad", returned: "bad", needsPerson: "bad", paused: "warn", ended: "text", message: "link", order: "link" }[mark.kind];
      if (!name) continue;
      context.fillStyle = colour(name);
      context.fillRect(x(mark.at) - 1, axis - 9, 2, 9);
    }
  }

  spans(context, spans, y, x, from, to, colour) {
    let done = -Infinity;
    let low = 0;
    let high = spans.length;
    // The rows are in the order of their beginnings; a long one before the first in sight may reach into it.
    while (low < high) { const middle = (low + high) >> 1; if (spans[middle].from < from) low = middle + 1; else high = middle; }
    for (let index = Math.max(0, low - 20); index < spans.length; index += 1) {
      const span = spans[index];
      if (span.from > to) break;
      const end = span.to ?? Math.max(now(), span.from);
      if (end < from) continue;
      const [left, right] = [Math.max(this.label, x(span.from)), Math.min(this.label + this.plot, x(end))];
      // What is narrower than a pixel is not drawn over what is there.
      if (right - left < 1 && left < done) continue;
      const wide = Math.max(1.5, right - left);
      context.fillStyle = colour(colourOf(span));
      context.globalAlpha = store.at !== null && span.from > now() ? 0.25 : span.to ? 1 : 0.75;
      context.fillRect(left, y + 4, wide, row - 8);
      context.globalAlpha = 1;
      if (wide > 46 && span.task) {
        context.fillStyle = colour("on");
        context.save();
        context.beginPath();
        context.rect(left, y, wide - 3, row);
        context.clip();
        context.fillText(span.task, left + 4, y + row / 2);
        context.restore();
      }
      if (span === this.selected) {
        context.strokeStyle = colour("text");
        context.lineWidth = 2;
        context.strokeRect(left - 1, y + 3, wide + 2, row - 6);
      }
      done = left + 1;
    }
  }

  moment(context, x, from, to, height, colour) {
    const time = store.at === null ? null : now();
    if (time === null || time < from || time > to) return;
    context.strokeStyle = colour("link");
    context.lineWidth = 2;
    context.beginPath();
    context.moveTo(x(time), axis);
    context.lineTo(x(time), height);
    context.stroke();
  }

  tell() {
    const span = this.selected;
    // What is told changes with what is known and selected, not with what is in sight.
    const told = [known.run, known.revision, this.isLoading && known.spans.size === 0, span?.number, span?.to, this.trouble, this.showsMarks].join(" ");
    if (this.toldOf === told) return;
    this.toldOf = told;
    const landed = known.landed;
    const marks = this.showsMarks ? [...known.marks.values()].slice(-60).reverse() : [];
    show(this.told, this.trouble && el("p", { class: "bad" }, this.trouble),
      span ? el("p", { role: "status" }, el("strong", {}, span.kind === "turn" ? agentLink(span.lane) : span.lane), ` ${span.purpose ?? span.kind} `,
        span.task && (span.task.startsWith("task-") ? [taskLink(span.task), " ", words(store.present.tasks.get(span.task)?.title ?? "")] : words(span.task)),
        ": ", moment(span.from, now()), `, ${span.to ? duration(span.to - span.from) : "goes on"}${span.end ? ", " + span.end : ""} (${span.id}) `, span.gateRun && [gateLink(span), " "],
        el("button", { type: "button", "data-key": "replay-span", onclick: () => replayAt(span.sequence) }, "Show this moment"))
        : el("p", { class: "weak" }, known.spans.size === 0 ? (this.isLoading ? "Loading …" : "Nothing has happened yet.") : `${known.spans.size} turns, gates and merges; ${count(landed.length, "change")} landed.`),
      landed.length > 0 && el("p", { class: "weak" }, "Landed last: ", landed.slice(-6).reverse().map((mark, index) => [index > 0 && ", ", commitLink(mark.commit), ` ${mark.about}`])),
      el("details", { class: "marks" }, el("summary", { "data-key": "marks" }, `What happened (${known.marks.size})`), el("ul", { class: "plain" },
        marks.map((mark) => el("li", {}, moment(mark.at, now()), ` ${markWords[mark.kind] ?? mark.kind} `, mark.about ? words(mark.about) : "")))));
    const marksBox = this.told.querySelector(".marks");
    if (marksBox) { marksBox.open = Boolean(this.showsMarks); marksBox.ontoggle = () => { if (this.showsMarks !== marksBox.open) { this.showsMarks = marksBox.open; this.tell(); } }; }
  }
}
