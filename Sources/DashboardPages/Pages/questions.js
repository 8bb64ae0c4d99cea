// What agents ask a person, and what a person is to approve: above every page, as long as it is open.
import { store, subscribe, order, orderId, now } from "/store.js";
import { el, announce, show, words, moment } from "/dom.js";
import { agentLink, taskLink, commitLink } from "/pages.js";

const box = document.getElementById("asked");
const forms = new Map();
/** What has come of the last one; until another page is looked at. */
const settled = el("p", { class: "good settled", hidden: true });
box.append(settled);
window.addEventListener("hashchange", () => { settled.hidden = true; update(); });

function form(one) {
  const isApproval = one.kind !== "question";
  const outcome = el("p", { role: "status" });
  const text = el("textarea", { rows: "1", maxlength: "8000", placeholder: isApproval ? "Why not" : "Answer in your own words", "aria-label": isApproval ? "Why not" : `Answer to ${one.agent}` });
  // The same wish again is the same order; another one is another order.
  let given = null;
  let isGiving = false;
  async function give(wish) {
    if (isGiving) return;
    const words = JSON.stringify(wish);
    if (given?.words !== words) given = { id: orderId(), words };
    isGiving = true;
    try {
      await order({ id: given.id, question: one.id, ...wish });
      outcome.textContent = "The run has it.";
      outcome.className = "good";
    } catch (error) {
      outcome.textContent = error.message;
      outcome.className = "bad";
    } finally { isGiving = false; }
  }
  const button = (label, wish) => el("button", { type: "button", onclick: () => give(wish()) }, label);
  const typed = (kind) => button({ answer: "Answer", reject: "Reject" }[kind], () => ({ kind, text: text.value.trim() }));
  return el("section", { class: "asked", "aria-label": `${one.id} of ${one.agent}` },
    el("h2", {}, one.kind === "question" ? [agentLink(one.agent), " asks"] : one.kind === "plan" ? [agentLink(one.agent), " has a plan for you to approve"] : ["A promotion is for you to approve"],
      one.task && [" about ", taskLink(one.task)], one.team && el("span", { class: "weak" }, ` ${one.team}`)),
    el("p", {}, words(one.text ?? ""), one.commit && [" ", commitLink(one.commit)]),
    (one.plan ?? []).length > 0 && el("ul", {}, one.plan.map((line) => el("li", {}, words(line)))),
    el("p", { class: "weak deadline" }),
    el("div", { class: "tools" }, // By its number, which cannot be taken for another option's.
      (one.options ?? []).map((option, index) => button(words(option), () => ({ kind: "answer", text: String(index + 1) }))),
      isApproval && button("Approve", () => ({ kind: "approve" })), text, typed(isApproval ? "reject" : "answer")), outcome);
}

/** Until when there is time, and whether anybody is there to take an answer: both change while the question is open. */
function refresh(element, one) {
  const { isLive, status } = store.present;
  const canAnswer = store.isConnected && isLive && !status.suspension && status.phase !== "ended";
  for (const button of element.querySelectorAll("button")) button.disabled = !canAnswer;
  const silence = one.default ? ["this is taken for the answer: ", words(one.default)] : "the run goes on without an answer.";
  show(element.querySelector(".deadline"),
    canAnswer ? one.deadline && el("span", {}, "At ", moment(one.deadline.ms, now()), " ", silence)
      : !store.isConnected ? el("span", {}, "The connection is lost: an answer would not arrive.")
      : el("span", {}, "The run stands still, and so does the time for an answer: go on with it first (cco resume)."));
}

function update() {
  const news = [];
  const all = store.present.status?.questions ?? [];
  const open = all.filter((one) => one.state === "open");
  for (const [id, element] of forms) {
    if (open.some((one) => one.id === id)) continue;
    const hadFocus = element.contains(document.activeElement);
    element.remove();
    forms.delete(id);
    settled.textContent = `${id} is ${all.find((one) => one.id === id)?.state ?? "gone"}.`;
    settled.hidden = false;
    news.push(settled.textContent);
    if (hadFocus) (box.querySelector("section button, section textarea") ?? document.getElementById("page")).focus({ preventScroll: true });
  }
  for (const one of open) {
    if (forms.has(one.id)) continue;
    forms.set(one.id, form(one));
    box.insertBefore(forms.get(one.id), settled);
    news.push(`${one.id}: ${one.kind === "question" ? `${one.agent} asks` : "for you to approve"}. ${one.text ?? ""}`);
  }
  for (const one of open) refresh(forms.get(one.id), one);
  if (news.length > 0) announce(news.join(" "));
  box.hidden = (open.length === 0 && settled.hidden) || store.at !== null;
}

subscribe(update);
// What is asked may have been told before this module was there.
update();
