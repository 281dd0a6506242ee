// A plan on the page: its evidence, its changes by category with tick boxes, what is skipped, and its execution.

import { all, download, get, post } from "./api.js";
import { el, facts, fill, table, when, words } from "./dom.js";
import { Selection } from "./selection.js";

const ROWS_AT_ONCE = 200;

/** Show the plan; `executed` is called with the id of the run where one was started, `failed` with a problem. */
export async function showPlan(planId, canExecute, executed, failed) {
  const [head, changes, skipped] = await Promise.all([
    get(`plans/${planId}`),
    all(`plans/${planId}/rows`, "rows"),
    all(`plans/${planId}/rows`, "rows", { category: "skipped" }),
  ]);
  const selection = new Selection(changes);
  const actions = el("div", { class: "actions" });
  const approval = el("div");
  const boxes = new Map();
  const refresh = () => {
    for (const [change, box] of boxes) box.checked = selection.has(change);
    approval.replaceChildren();
    count.textContent = `${selection.size} of ${changes.length} changes chosen`;
  };
  const count = el("span", { "aria-live": "polite" });
  const execute = async (more = {}) => {
    try {
      const body = { digest: head.digest, exclude: selection.exclude, include: selection.include, ...more };
      executed((await post(`plans/${planId}/execute`, body)).run_id);
    } catch (problem) {
      if (problem.code === "guard") approval.replaceChildren(guardQuestion(problem, execute));
      else failed(problem);
    }
  };
  if (canExecute) actions.append(el("button", { type: "button", class: "strong", onclick: () => execute() }, "Execute"));
  actions.append(count, ...exports(planId, failed));
  const categories = Object.keys(head.counts).filter((category) => head.counts[category] > 0);
  fill(
    "plan-body",
    ...head.warnings.map((warning) => el("p", { class: "notice" }, warning)),
    evidence(head),
    changes.length === 0 ? el("p", { class: "good" }, "Nothing to change: both sides agree.") : "",
    ...categories.map((category) => section(category, changes, selection, boxes, refresh, canExecute)),
    skippedSection(skipped),
    actions,
    approval,
  );
  refresh();
}

function exports(planId, failed) {
  return ["csv", "md", "json"].map((form) =>
    el("button", { type: "button", class: "link", onclick: () => download(`plans/${planId}/export?format=${form}`, `plan-${planId}.${form}`).catch(failed) }, `Save as ${form}`),
  );
}

function evidence(head) {
  const { directory, organization } = head.certificates;
  const seats = head.licences;
  return facts([
    ["made", when(head.created_at)],
    ["can be executed until", when(head.expires_at)],
    ["people read", `${directory.people_read} of ${directory.people_counted}`],
    ["groups read", `${directory.groups_read} of ${directory.groups_counted}`],
    ["accounts read", organization.accounts_read],
    ["seats", `${seats.used_before}, then ${seats.used_after}, of ${seats.limit ?? "an unknown number"}`],
    ["guard", head.guard.tripped.length ? `over ${head.guard.tripped.join(", ")}` : "within the limits"],
    ["native sync", head.native_sync.writes_users ? "writes users too" : "writes no users"],
  ]);
}

function section(category, changes, selection, boxes, refresh, canExecute) {
  const own = changes.filter((change) => change.category === category);
  const blocked = own.filter((change) => change.blocked).length;
  const place = el("div");
  const more = () => {
    const shown = place.querySelectorAll("tbody tr").length;
    const rows = own.slice(shown, shown + ROWS_AT_ONCE).map((change) => changeRow(change, selection, boxes, refresh, canExecute));
    const part = table(["", "address", "name", "before", "after", "why"], rows);
    place.append(part);
    next.hidden = shown + rows.length >= own.length;
    refresh();
  };
  const next = el("button", { type: "button", onclick: more }, "Show more");
  const details = el("details", {}, el("summary", {}, `${words(category)}: ${own.length}${blocked ? `, ${blocked} blocked` : ""}`), el("div", {}, place, next));
  details.addEventListener("toggle", more, { once: true });
  return details;
}

function changeRow(change, selection, boxes, refresh, canExecute) {
  const box = el("input", {
    type: "checkbox",
    "aria-label": `${words(change.category)} ${change.address}`,
    disabled: !canExecute || selection.isBlocked(change),
    onchange: () => {
      selection.set(change, box.checked);
      refresh();
    },
  });
  boxes.set(change, box);
  const why = el("div", {}, el("p", {}, change.reason), ...notes(change));
  return [box, change.address, change.name, fields(change.before), fields(change.after), why];
}

function notes(change) {
  const found = [
    change.blocked ? el("p", { class: "bad" }, `Blocked: ${words(change.blocked)}`) : null,
    change.proof ? el("p", { class: "quiet" }, change.proof) : null,
    change.mail_impact ? el("p", { class: "quiet" }, change.mail_impact) : null,
    change.chain ? el("p", { class: "quiet" }, "Hands an address over: ticked together with its other side.") : null,
    ...change.warnings.map((warning) => el("p", { class: "bad" }, warning)),
  ];
  return found.filter((note) => note !== null);
}

function fields(values) {
  const lines = Object.entries(values).map(([name, value]) => el("div", {}, `${words(name)}: ${Array.isArray(value) ? value.join(", ") || "none" : value}`));
  return el("div", {}, ...lines);
}

function skippedSection(skipped) {
  if (!skipped.length) return "";
  const rows = skipped.slice(0, ROWS_AT_ONCE).map((row) => [words(row.reason), words(row.kind), row.address ?? "", row.name]);
  const rest = skipped.length - rows.length;
  return el(
    "details",
    {},
    el("summary", {}, `left as they are: ${skipped.length}`),
    el("div", {}, table(["why", "kind", "address", "name"], rows), rest > 0 ? el("p", { class: "quiet" }, `${rest} more are in the saved file.`) : ""),
  );
}

function guardQuestion(problem, execute) {
  const go = el("button", { type: "button", class: "strong", disabled: true, onclick: () => execute({ approve: problem.body.selection_digest }) }, "Execute over the limits");
  const read = el("input", { type: "checkbox", onchange: () => (go.disabled = !read.checked) });
  return el(
    "div",
    { class: "notice" },
    el("h3", {}, "The guard stops this selection"),
    el("p", {}, problem.message),
    facts(Object.entries(problem.body.numbers).map(([name, value]) => [words(name), value])),
    el("p", {}, el("label", {}, read, " I have looked at these rows and want them executed, this once.")),
    go,
  );
}
