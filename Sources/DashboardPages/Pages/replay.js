// A slider over the run's events: all pages show the moment at which it stands.
import { store, subscribe, showMoment, now } from "/store.js";
import { local } from "/dom.js";

const bar = document.getElementById("replay");
const range = document.getElementById("replay-range");
const told = document.getElementById("replay-told");
const open = document.getElementById("replay-open");
const player = document.getElementById("replay-play");

let wanted = null;
let isLoading = false;
let timer = null;

/** Loads the moment that is wanted; while one loads, only the newest wish is kept. */
async function load() {
  if (isLoading) return;
  isLoading = true;
  while (wanted !== null && wanted !== store.at) {
    const target = wanted;
    try {
      const answer = await showMoment(target);
      if (wanted === null) { await showMoment(null); break; }
      range.max = String(answer.last);
      if (wanted === target) wanted = answer.sequence;
    } catch (error) {
      stop();
      wanted = store.at;
      told.textContent = error.message;
      isLoading = false;
      return;
    }
  }
  isLoading = false;
  tell();
}

function tell() {
  bar.hidden = wanted === null;
  open.setAttribute("aria-expanded", String(wanted !== null));
  document.body.classList.toggle("past", store.at !== null);
  if (store.at === null) return;
  if (!isLoading) range.value = String(store.at);
  const text = `event ${store.at} of ${range.max}, ${local(now(), Date.now() + store.present.ahead)}`;
  told.title = new Date(now()).toISOString();
  if (told.textContent !== text) told.textContent = text;
  range.setAttribute("aria-valuetext", text);
}

/** Shows the run after an event, on whichever page is open. */
export function replayAt(sequence) {
  wanted = sequence;
  tell();
  return load();
}

function stop() {
  clearInterval(timer);
  timer = null;
  player.textContent = "Play";
}

function leave() {
  stop();
  wanted = null;
  showMoment(null);
  tell();
  open.focus();
}

function step(by) {
  stop();
  const last = Number(range.max);
  replayAt(Math.max(1, Math.min(last, (wanted ?? last) + by)));
}

open.addEventListener("click", () => (wanted === null ? replayAt(Number.MAX_SAFE_INTEGER).then(() => range.focus()) : leave()));
document.getElementById("replay-leave").addEventListener("click", leave);
document.getElementById("replay-first").addEventListener("click", () => step(-Infinity));
document.getElementById("replay-back").addEventListener("click", () => step(-1));
document.getElementById("replay-next").addEventListener("click", () => step(1));
document.getElementById("replay-last").addEventListener("click", () => step(Infinity));
range.addEventListener("input", () => { stop(); replayAt(Number(range.value)); });
player.addEventListener("click", () => {
  if (timer) return stop();
  player.textContent = "Stop";
  if (store.at === Number(range.max)) replayAt(1);
  timer = setInterval(() => {
    const last = Number(range.max);
    if (wanted >= last) return stop();
    if (!isLoading) replayAt(Math.min(last, wanted + Math.max(1, Math.round(last / 300))));
  }, 100);
});
open.disabled = false;
subscribe(tell);
