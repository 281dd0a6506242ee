// The rows of a plan: one change, the changes of a chain drawn together, what is skipped, and the head of a category.

import { badge, button, el, said } from "./dom.js";
import { takes } from "./effects.js";
import { BLOCKED, CATEGORIES, FIELDS, SKIPPED, title, value, words } from "./words.js";

const FEW = 4;

/** What a row needs of the plan around it. */
export class RowDrawing {
  constructor({ selection, canTick, changed, exempt }) {
    Object.assign(this, { selection, canTick, changed, exempt });
  }

  /** The `li` of an item: `{head}`, `{change}`, `{chain}` or `{skipped}`. */
  draw(item) {
    if (item.head) return this.head(item);
    if (item.skipped) return skippedRow(item.skipped);
    if (item.chain) return this.chain(item.chain);
    return el("li", { class: "row-item" }, this.row(item.change, this.box(item.change, `${CATEGORIES[item.change.category].one} ${item.change.address}`)));
  }

  head({ head, changes }) {
    const state = this.selection.stateOf(changes);
    const box = this.canTick && state.plain ? this.manyBox(changes, state, `All of ${CATEGORIES[head].title}`, `head-${head}`) : "";
    const told = state.plain ? `${state.chosen} of ${state.plain} ticked` : "none can be ticked together";
    return el("li", { class: "row-head" }, box, el("h2", {}, CATEGORIES[head].title), badge(changes.length.toLocaleString(), CATEGORIES[head].tone), el("span", { class: "quiet" }, told));
  }

  manyBox(changes, state, label, key) {
    const box = el("input", { type: "checkbox", "aria-label": label, "data-key": key, checked: state.all });
    box.indeterminate = state.some;
    box.addEventListener("change", () => {
      this.selection.setMany(changes, box.checked);
      this.changed();
    });
    return box;
  }

  box(change, label) {
    const { selection } = this;
    const box = el("input", {
      type: "checkbox",
      "aria-label": label,
      "data-key": change.id,
      checked: selection.has(change),
      disabled: !this.canTick || selection.isBlocked(change),
    });
    box.addEventListener("change", () => {
      selection.set(change, box.checked);
      this.changed();
    });
    return box;
  }

  chain(changes) {
    const addresses = changes.map((change) => change.address).join(", ");
    const top = el("div", { class: "chain-top" }, this.box(changes[0], `Hand over together: ${addresses}`), el("span", {}, `Hands an address over: ${changes.length} changes, done together or not at all`));
    return el("li", { class: "row-item chain" }, top, ...changes.map((change) => this.row(change, el("span", { class: "chain-link", "aria-hidden": "true" }))));
  }

  row(change, lead) {
    const category = CATEGORIES[change.category];
    const who = el(
      "div",
      { class: "who" },
      el("p", { class: "name" }, said(change.name || change.address)),
      el("p", { class: "address" }, said(change.address)),
      el("p", { class: "badges" }, badge(category.one, category.tone), takes(change) ? badge("takes", "bad") : "", change.blocked ? badge("blocked", "warn") : "", !change.ticked && !change.blocked ? badge("unticked by default") : ""),
    );
    const dim = this.selection.has(change) ? "" : "off";
    return el("div", { class: `row ${dim}` }, el("div", { class: "lead" }, lead), who, difference(change), this.why(change));
  }

  why(change) {
    const lines = [
      el("p", {}, said(change.reason)),
      change.blocked ? el("p", { class: "warn-text" }, `Blocked. ${BLOCKED[change.blocked] ?? title(change.blocked)}`) : "",
      change.mail_impact ? el("p", { class: "mail" }, said(change.mail_impact)) : "",
      change.proof ? el("p", { class: "quiet" }, "Proof: ", said(change.proof)) : "",
      ...change.warnings.map((warning) => el("p", { class: "warn-text" }, said(warning))),
      this.exempt ? button("Exempt…", () => this.exempt(change), "link", { "aria-label": `Exempt ${change.address}` }) : "",
    ];
    return el("div", { class: "why" }, ...lines);
  }
}

function skippedRow(row) {
  const who = el("div", { class: "who" }, el("p", { class: "name" }, said(row.name || row.entra_id)), el("p", { class: "address" }, row.address ? said(row.address) : "no address"));
  return el("li", { class: "row-item" }, el("div", { class: "row skipped" }, who, el("div", {}, badge(title(row.kind))), el("div", { class: "why" }, el("p", {}, SKIPPED[row.reason] ?? title(row.reason)))));
}

function difference(change) {
  const { before, after } = change;
  const names = Object.keys(FIELDS).filter((name) => (name in before || name in after) && !isTold(name, change));
  if (after.settings) return settings(before.settings, after.settings);
  return el("dl", { class: "diff" }, names.map((name) => el("div", {}, el("dt", {}, FIELDS[name]), el("dd", {}, ...(name === "alias_emails" ? aliases(before[name] ?? [], after[name] ?? []) : pair(before[name], after[name]))))));
}

function settings(before, after) {
  return el("dl", { class: "diff" }, Object.keys(after).map((name) => el("div", {}, el("dt", {}, name), el("dd", {}, ...pair(before[name], after[name])))));
}

/** Whether the row says it already: address and name of an account that is new, and that it is active. */
function isTold(name, { category, address, name: full, after }) {
  if (!category.startsWith("add_")) return false;
  if (name === "primary_email") return after[name] === address;
  if (name === "is_active") return after[name] === true;
  return ["firstname", "surname"].includes(name) && full.includes(after[name]);
}

function pair(old, now) {
  return [
    old === undefined || old === "" ? "" : el("del", {}, said(value(old))),
    now === undefined ? "" : el("ins", {}, said(now === "" ? "nothing" : value(now))),
  ];
}

function aliases(dropped, given) {
  const marks = [...dropped.map((address) => el("del", {}, said(address))), ...given.map((address) => el("ins", {}, said(address)))];
  if (marks.length <= FEW + 1) return marks;
  return [...marks.slice(0, FEW), el("details", {}, el("summary", {}, `and ${marks.length - FEW} more`), ...marks.slice(FEW))];
}
