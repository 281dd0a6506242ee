// The confirmation: whose mail stops, how many welcome mails go out, and the guard's numbers to approve.

import { post } from "./api.js";
import { ask, attempt, choices } from "./dialogs.js";
import { button, el, facts, notice, said, tick } from "./dom.js";
import { takes, verdict } from "./effects.js";
import { CATEGORIES, count, title } from "./words.js";

const EXAMPLES = 12;

/** Ask whether the selection shall be executed, and start it; the id of the run, or undefined where it was left. */
export function confirmExecution(plan, head, selection, settings) {
  return ask("Execute this selection?", (close) => {
    const trouble = el("div", { role: "alert" });
    const go = button(selection.size ? `Execute ${count(selection.size, "change")}` : "Execute as it is", () => start(), "strong");
    const start = (approve = {}) =>
      attempt(go, trouble, async () => {
        const body = { digest: head.digest, exclude: selection.exclude, include: selection.include, ...approve };
        try {
          close((await post(`plans/${plan}/execute`, body)).run_id);
        } catch (problem) {
          if (problem.code === "guard") {
            trouble.replaceChildren(guard(problem, start, go));
            trouble.scrollIntoView({ block: "nearest" });
          } else if (problem.code === "plan_used") close(problem.body.run_id);
          else throw problem;
        }
      });
    return [consequences(head, selection, settings), trouble, choices(close, go)];
  });
}

function consequences(head, selection, settings) {
  const chosen = selection.list;
  const taking = chosen.filter(takes);
  const added = chosen.filter((change) => change.category === "add_user").length;
  const welcomes = settings.SYNC_WELCOME_EMAIL === "true" ? added : 0;
  const counts = Object.entries(CATEGORIES).map(([name, category]) => [category.title, chosen.filter((change) => change.category === name).length]);
  const unticked = selection.exclude.length;
  return el(
    "div",
    { class: "consequences" },
    facts(counts.filter(([, number]) => number > 0).map(([name, number]) => [name, number.toLocaleString()])),
    !chosen.length && !unticked ? el("p", {}, "Nothing is ticked, so nothing is written. It confirms the plan: unattended runs may write under these options from then on.") : "",
    taking.length ? losses(taking) : el("p", { class: "good-text" }, "Nobody's mail stops: nothing is taken from any account."),
    el("p", {}, welcomes ? `${count(welcomes, "welcome mail")} will go out.` : "No welcome mail goes out."),
    added ? el("p", { class: "quiet" }, "New accounts receive mail up to 60 minutes after they are made.") : "",
    unticked ? el("p", { class: "quiet" }, `${count(unticked, "change")} that the plan ticks will stay undone for now, and come again with the next search. Unattended runs keep waiting: exempt what shall stay out for good.`) : "",
    el("p", { class: verdict(head, selection).isOver ? "warn-text" : "quiet" }, verdict(head, selection).text),
  );
}

function losses(taking) {
  const shown = taking.slice(0, EXAMPLES).map((change) => el("li", {}, said(change.name), " ", el("span", { class: "quiet" }, said(change.mail_impact || change.reason))));
  const rest = taking.length - shown.length;
  return notice("warn", `${count(taking.length, "change")} will take something away`, el("ul", {}, ...shown), rest > 0 ? el("p", {}, `and ${rest} more, marked “takes” in the plan.`) : "");
}

function guard(problem, start, go) {
  const read = tick("I have looked at these changes and want them executed, this once.");
  const approve = button("Approve and execute", () => start({ approve: problem.body.selection_digest }), "danger", { disabled: true });
  read.box.addEventListener("change", () => (approve.disabled = !read.box.checked));
  go.hidden = true;
  return notice("bad", "The guard stops this selection", el("p", {}, problem.message), facts(Object.entries(problem.body.numbers).map(([name, number]) => [title(name.replace("GUARD_", "limit_").toLowerCase()), number.toLocaleString()])), read.element, el("div", { class: "actions end" }, approve));
}
