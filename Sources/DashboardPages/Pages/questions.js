// What agents ask a person, and what a person is to approve: above every page, as long as it is open.
import { store, subscribe, order, orderId, now } from "/store.js";
import { el, show, words, moment } from "/dom.js";
import { agentLink, taskLink, commitLink } from "/pages.js";

const box = document.getElementById("asked");
const forms = new Map();

function form(one) {
  const isApproval = one.kind !== "question";
  const outcome = el("p", { role: "status" });
  const text = el("textarea", { rows: "1", maxlength: "8000", "aria-label": isApproval ? "Why not" : `Answer to ${one.agent}` });
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
  const canAnswer = isLive && !status.suspension && status.phase !== "ended";
  for (const button of element.querySelectorAll("button")) button.disabled = !canAnswer;
  const silence = one.default ? ["this is taken for the answer: ", words(one.default)] : "the run goes on without an answer.";
  show(element.querySelector(".deadline"),
    canAnswer ? one.deadline && el("span", {}, "At ", moment(one.deadline.ms, now()), " ", silence)
      : el("span", {}, "The run stands still, and so does the time for an answer: go on with it first."));
}

function update() {
  const open = (store.present.status?.questions ?? []).filter((one) => one.state === "open");
  for (const [id, element] of forms) {
    if (open.some((one) => one.id === id)) continue;
    element.remove();
    forms.delete(id);
  }
  for (const one of open) {
    if (forms.has(one.id)) continue;
    forms.set(one.id, form(one));
    box.append(forms.get(one.id));
  }
  for (const one of open) refresh(forms.get(one.id), one);
  box.hidden = open.length === 0 || store.at !== null;
}

subscribe(update);
// What is asked may have been told before this module was there.
update();
