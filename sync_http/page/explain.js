// One address, and the path of rules that leads to what happens to it.

import { post } from "./api.js";
import { attempt } from "./dialogs.js";
import { badge, button, el, facts, heading, link, notice, said, when } from "./dom.js";
import { RowDrawing } from "./rows.js";
import { title } from "./words.js";

/** The view that explains an address. */
export async function explainView() {
  const address = el("input", { type: "email", required: true, autocomplete: "off", spellcheck: "false", placeholder: "ada@example.com" });
  const place = el("div", { role: "status" });
  const go = button("Explain", undefined, "strong", { type: "submit" });
  const form = el("form", { class: "inline-form" }, el("label", { class: "field" }, "Address", address), go);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(go, place, async () => place.replaceChildren(...[answer(await post("explain", { address: address.value.trim() }))].flat()));
  });
  return el("div", {}, heading("Explain"), el("p", { class: "quiet" }, "Why is this address as it is? Nothing is read anew or changed."), form, place);
}

function answer({ found, objects, rows, exemption, basis }) {
  if (!basis && !exemption && !objects.length) return notice("info", "Nothing is known yet", el("p", {}, "No search has made a plan. Search, then ask again."));
  const steps = [
    ["Where it is", found.length ? el("ul", {}, found.map((text) => el("li", {}, said(text)))) : el("p", {}, "Neither side has it.")],
    ["Whose it is in Entra", objects.length ? objects.map(object) : el("p", { class: "quiet" }, "No object of Entra has it, or ever had it.")],
    ["What the last plan does", rows.length ? el("ul", { class: "rows" }, rows.map((change) => el("li", { class: "row-item" }, planRow(change)))) : el("p", { class: "quiet" }, "Nothing: no row of the plan is about it.")],
    ["Exemption", exemption ? el("p", {}, said(exemption.reason), el("span", { class: "quiet" }, " by ", said(exemption.by), exemption.until ? [", until ", when(exemption.until)] : ", for good")) : el("p", { class: "quiet" }, "None.")],
  ];
  const told = basis ? el("p", { class: "quiet" }, "By the ", link("last plan", `#/plans/${basis.plan_id}`), ", of what was read ", when(basis.directory_read_at), ".") : "";
  return [el("ol", { class: "path" }, steps.map(([name, ...shown]) => el("li", {}, el("h2", {}, name), ...shown))), told];
}

function object({ name, kind, scope, match, uid, missing_since: missing }) {
  const pairs = [["Kind", kind ? title(kind) : "unknown"], ["Scope", said(scope)], ["Match", said(match)], ["Account", uid ?? "none"]];
  return el("div", { class: "inset" }, el("p", { class: "name" }, said(name)), facts(missing ? [...pairs, ["Missing since", when(missing)]] : pairs));
}

// A row as in the plan, without a box: nothing is ticked here.
function planRow(change) {
  const drawing = new RowDrawing({ selection: { has: () => change.ticked }, canTick: false, changed: null, exempt: null });
  return drawing.row(change, badge(change.ticked ? "✓" : "–"));
}
