// Elements from values. Text is always text: nothing that an agent wrote becomes markup.

/** Makes an element: `el("a", {href: "#/"}, "text", child)`; `null` and `false` children are left out. */
export function el(name, attributes, ...children) {
  const element = document.createElement(name);
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

/** Replaces what is in `parent`, unless it is the same already, and keeps focus and scrolling where they were. */
export function show(parent, ...children) {
  const fresh = el("div", {}, ...children);
  if (parent.dataset.shown === fresh.innerHTML) return;
  parent.dataset.shown = fresh.innerHTML;
  const focused = document.activeElement?.dataset?.key;
  const at = window.scrollY;
  parent.replaceChildren(...fresh.childNodes);
  if (focused) parent.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  if (window.scrollY !== at) window.scrollTo(0, at);
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

export function clock(iso) { return new Date(iso).toLocaleTimeString(); }
