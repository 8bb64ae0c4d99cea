// Which task waits for which: layers from left to right, each task behind everything that it needs.
import { store, now } from "/store.js";
import { el, svg, show, count, toldText } from "/dom.js";
import { taskLink } from "/pages.js";
import { kinds } from "/tasks.js";

/** Tasks that are drawn at once: more is no picture any more. */
const most = 250;
const [wide, high, gapX, gapY] = [190, 38, 54, 12];
/** Lines that pass a column have a place in it, so that they do not run behind tasks; of more the picture would be no clearer. */
const mostPassing = 300;
const slim = 4;

const isSettled = (one) => ["landed", "nothing to change", "dropped", "failed"].includes(one.state);

/** A task with everything that it needs and that needs it, near ones first. */
function around(id, tasks, neededBy) {
  const found = new Set([id]);
  let [before, after] = [[id], [id]];
  while (found.size < most && (before.length || after.length)) {
    before = before.flatMap((name) => tasks.get(name)?.dependsOn ?? []).filter((name) => tasks.has(name) && !found.has(name));
    for (const name of before) if (found.size < most) found.add(name);
    after = after.flatMap((name) => neededBy.get(name) ?? []).filter((name) => !found.has(name));
    for (const name of after) if (found.size < most) found.add(name);
    [before, after] = [before.filter((name) => found.has(name)), after.filter((name) => found.has(name))];
  }
  return found;
}

/**
 * Columns of ids: a task is one further than the furthest that it needs; in a column it is near the middle of what it is tied to. A line that is
 * longer than from one column to the next has a place in each between; `ways` has those places by `from to`.
 */
export function layers(ids, tasks) {
  const depth = new Map();
  const visiting = new Set();
  // Without recursion: a chain may have thousands of tasks.
  for (const start of ids) {
    const stack = [start];
    while (stack.length) {
      const id = stack.at(-1);
      if (depth.has(id)) { stack.pop(); continue; }
      const needs = tasks.get(id).dependsOn.filter((name) => ids.has(name));
      const open = needs.filter((name) => !depth.has(name) && !visiting.has(name));
      visiting.add(id);
      if (open.length) { stack.push(...open); continue; }
      depth.set(id, needs.reduce((deepest, name) => Math.max(deepest, (depth.get(name) ?? -1) + 1), 0));
      stack.pop();
    }
  }
  const columns = [];
  for (const id of ids) (columns[depth.get(id)] ??= []).push(id);
  const needs = new Map([...ids].map((id) => [id, tasks.get(id).dependsOn.filter((name) => ids.has(name))]));
  const ways = new Map();
  let passing = 0;
  for (const [id, names] of [...needs]) for (const [index, name] of names.entries()) {
    const length = depth.get(id) - depth.get(name) - 1;
    if (length < 1 || (passing += length) > mostPassing) continue;
    const way = Array.from({ length }, (_, step) => `${name} ${id} ${step}`);
    ways.set(`${name} ${id}`, way);
    way.forEach((place, step) => { needs.set(place, [step === 0 ? name : way[step - 1]]); columns[depth.get(name) + 1 + step].push(place); });
    names[index] = way.at(-1);
  }
  const place = new Map();
  const number = () => columns.forEach((column) => column.forEach((id, index) => place.set(id, index - (column.length - 1) / 2)));
  const after = new Map();
  for (const [id, names] of needs) for (const name of names) { if (!after.has(name)) after.set(name, []); after.get(name).push(id); }
  number();
  const middle = (id, names) => names.length ? names.reduce((sum, name) => sum + place.get(name), 0) / names.length : place.get(id);
  for (let round = 0; round < 6; round += 1) {
    const isForward = round % 2 === 0;
    for (const column of isForward ? columns : [...columns].reverse()) {
      const wanted = new Map(column.map((id) => [id, middle(id, isForward ? needs.get(id) : after.get(id) ?? [])]));
      column.sort((a, b) => wanted.get(a) - wanted.get(b));
      column.forEach((id, index) => place.set(id, index - (column.length - 1) / 2));
    }
  }
  return { columns, ways };
}

export class GraphPage {
  constructor(page, task) {
    this.task = task ?? "";
    this.choice = el("select", { onchange: () => { this.task = ""; this.scope = this.choice.value; this.update(); } }, el("option", { value: "open" }, "what is not settled"), el("option", { value: "all" }, "all tasks"));
    this.scope = null;
    this.note = el("p", { class: "weak", role: "status" });
    this.picture = el("div", { class: "graph", tabindex: "0", role: "region", "aria-label": "Task graph" });
    page.append(el("h2", {}, task ? `Graph around ${task}` : "Task graph"), el("div", { class: "tools" },
      task ? el("a", { href: "#/graph" }, "The whole graph") : el("label", {}, "Show", this.choice), this.note), this.picture);
  }

  update() {
    const tasks = store.tasks;
    // What a screen takes is shown whole.
    if (!this.scope && tasks.size >= store.status.tasks.count) this.choice.value = this.scope = tasks.size <= 60 ? "all" : "open";
    if (!this.scope && !this.task) return show(this.picture, el("p", { class: "weak" }, "Loading …"));
    for (const team of store.status.teams) if (!this.task && ![...this.choice.options].some((option) => option.value === team.id)) this.choice.append(el("option", { value: team.id }, team.id));
    const neededBy = new Map();
    for (const one of tasks.values()) for (const name of one.dependsOn) { if (!neededBy.has(name)) neededBy.set(name, []); neededBy.get(name).push(one.id); }
    let wanted;
    if (this.task) {
      if (!tasks.has(this.task)) return show(this.picture, el("p", {}, `There is no ${this.task}.`));
      wanted = around(this.task, tasks, neededBy);
    } else {
      const isOver = this.scope === "open" && ![...tasks.values()].some((one) => !isSettled(one));
      const all = [...tasks.values()].filter((one) => this.scope === "all" || isOver || (this.scope === "open" ? !isSettled(one) : one.team === this.scope));
      // What is not settled comes first, then what it needs, then the newest of the rest.
      const ids = all.filter((one) => !isSettled(one)).map((one) => one.id).slice(0, most);
      wanted = new Set(ids);
      if (this.scope === "open") for (const id of ids) for (const name of tasks.get(id).dependsOn) if (tasks.has(name) && wanted.size < most) wanted.add(name);
      for (const one of all.filter(isSettled).reverse()) if (wanted.size < most) wanted.add(one.id);
      this.total = all.length;
    }
    const shape = [...wanted].map((id) => `${id} ${tasks.get(id).state} ${tasks.get(id).why ?? ""}`).join("\n");
    const text = !this.task && this.total > wanted.size ? `${wanted.size} of ${this.total} tasks; search in the list of tasks for others` : count(wanted.size, "task");
    if (this.note.textContent !== text) this.note.textContent = text;
    if (this.shape === shape) return;
    this.shape = shape;
    const number = (id) => Number(id.slice(id.lastIndexOf("-") + 1));
    this.draw(new Set([...wanted].sort((a, b) => number(a) - number(b))), tasks);
  }

  draw(ids, tasks) {
    if (ids.size === 0) return this.picture.replaceChildren(el("p", { class: "weak" }, "Every task is settled. Choose all tasks, or a team."));
    let { columns, ways } = layers(ids, tasks);
    // Tasks that wait for nothing and nobody are shown side by side.
    const across = Math.max(1, Math.floor((this.picture.clientWidth - 20 + gapX) / (wide + gapX)));
    if (columns.length === 1) {
      const each = Math.max(6, Math.ceil(columns[0].length / across));
      columns = Array.from({ length: Math.ceil(columns[0].length / each) }, (_, index) => columns[0].slice(index * each, (index + 1) * each));
    }
    const tall = (id) => (ids.has(id) ? high : slim);
    const heights = columns.map((column) => column.reduce((sum, id) => sum + tall(id) + gapY, 0));
    const tallest = Math.max(...heights);
    const [width, height] = [columns.length * (wide + gapX) - gapX + 20, tallest + 20];
    const at = new Map();
    columns.forEach((column, depth) => {
      let y = 10 + (tallest - heights[depth]) / 2;
      for (const id of column) { at.set(id, [10 + depth * (wide + gapX), y]); y += tall(id) + gapY; }
    });
    const lines = [];
    for (const id of ids) for (const name of tasks.get(id).dependsOn) {
      if (!at.has(name)) continue;
      const way = [name, ...(ways.get(`${name} ${id}`) ?? []), id];
      const d = way.slice(1).map((next, index) => {
        const [x1, y1] = [at.get(way[index])[0] + wide, at.get(way[index])[1] + tall(way[index]) / 2];
        const [x2, y2] = [at.get(next)[0], at.get(next)[1] + tall(next) / 2];
        const bend = Math.max(20, (x2 - x1) / 2);
        return `${index === 0 ? "M" : "L"}${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
      }).join("");
      lines.push(svg("path", { d, class: isSettled(tasks.get(name)) ? "edge done" : "edge" }));
    }
    const nodes = [...ids].map((id) => {
      const one = tasks.get(id);
      const [x, y] = at.get(id);
      const why = toldText(one.why ?? "", now());
      const title = one.title.length > 26 ? one.title.slice(0, 25) + "…" : one.title;
      return svg("a", { href: `#/task/${id}`, "aria-label": `${id}, ${one.title}: ${one.state}${why && ", " + why}`, class: id === this.task ? "node chosen" : "node" },
        svg("title", {}, `${id}: ${one.title}\n${one.state}${why && ": " + why}`),
        svg("rect", { x, y, width: wide, height: high, rx: 6 }), svg("rect", { x, y, width: 5, height: high, class: `bar ${kinds[one.state] ?? "weak"}` }),
        svg("text", { x: x + 13, y: y + 15 }, `${id} · ${one.state}`), svg("text", { x: x + 13, y: y + 30, class: "weak" }, title));
    });
    const focused = document.activeElement?.getAttribute?.("href");
    this.picture.replaceChildren(svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": `${ids.size} tasks in ${columns.length} layers` }, lines, nodes));
    if (focused?.startsWith("#/task/")) this.picture.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }
}
