// The review of a plan: evidence, numbers by category, the rows, and the bar that follows the ticks.

import { all, download, get } from "./api.js";
import { seatsBar } from "./charts.js";
import { attempt } from "./dialogs.js";
import { button, el, empty, facts, heading, link, notice, said, when } from "./dom.js";
import { seatsAfter, verdict } from "./effects.js";
import { confirmExecution } from "./execute.js";
import { askExemption } from "./exempting.js";
import { RowDrawing } from "./rows.js";
import { Selection } from "./selection.js";
import { VirtualList } from "./virtual.js";
import { CATEGORIES, count, title } from "./words.js";

const FEW_WARNINGS = 4;

/** The view of a plan. */
export async function planView(app, planId) {
  const head = await get(`plans/${planId}`);
  const review = new Review(app, planId, head);
  const rows = all(`plans/${planId}/rows`, "rows", {}, (first, total) => review.begin(first, total));
  rows.then((changes) => review.load(changes)).catch((problem) => app.fail(problem));
  return review.element;
}

class Review {
  constructor(app, planId, head) {
    Object.assign(this, { app, planId, head, changes: [], skipped: null, isWhole: false });
    this.isExpired = new Date(head.expires_at) < new Date();
    this.canTick = app.may && !this.isExpired;
    this.kept = `view-${planId}`;
    const { show = "all", q = "" } = JSON.parse(sessionStorage.getItem(this.kept) ?? "{}");
    Object.assign(this, { show, q });
    this.selection = new Selection(planId, []);
    this.list = new VirtualList("Changes", (item) => this.drawing.draw(item), app.signal);
    this.chips = el("div", { class: "chips", role: "group", "aria-label": "Show" });
    this.told = el("p", { class: "quiet told", role: "status" });
    this.search = el("input", { type: "search", placeholder: "Name or address", "aria-label": "Find in the plan", value: q, autocomplete: "off" });
    this.search.addEventListener("input", () => this.filter(this.show, this.search.value));
    this.shownBox = el("span", {});
    this.nothing = el("div", {});
    this.bar = el("div", { class: "bar-body" });
    this.trouble = el("div", { role: "alert" });
    this.go = button("Execute…", () => this.execute(), "strong", { disabled: true });
    this.element = el(
      "div",
      { class: "plan" },
      heading("Plan", el("p", { class: "quiet" }, "made ", when(head.created_at)), el("div", { class: "actions" }, ...this.exports())),
      ...this.notices(),
      this.evidence(),
      el("div", { class: "filters" }, this.chips, el("div", { class: "find" }, this.shownBox, this.search), this.told),
      this.list.element,
      this.nothing,
      this.trouble,
      el("section", { class: "bar", "aria-label": "Selection" }, this.bar, this.canTick ? this.go : ""),
    );
  }

  notices() {
    const { head } = this;
    return [
      this.isExpired ? notice("info", "This plan is too old to execute", el("p", {}, "Search again to act on what is true now.")) : "",
      head.undoes ? notice("info", "This plan is an undo", el("p", {}, "It puts back what an execution did, where nothing has changed it since. ", link("Open that execution", `#/runs/${head.undoes}`))) : "",
      head.native_sync.writes_users ? notice("warn", "Essentials' own sync writes users too", el("p", {}, "Two writers would fight: nothing is executed until one of them stops.")) : "",
      head.warnings.length ? notice("warn", count(head.warnings.length, "warning"), ...warningLists(head.warnings)) : "",
    ];
  }

  evidence() {
    const { directory, organization } = this.head.certificates;
    const since = directory.whole_read_at;
    const found = `${directory.people_read.toLocaleString()} of ${directory.people_counted.toLocaleString()} people, ${directory.groups_read.toLocaleString()} of ${directory.groups_counted.toLocaleString()} groups`;
    return el(
      "details",
      { class: "card evidence" },
      el("summary", {}, ...(since ? [`Entra: ${found} (changes since the whole read of `, when(since), ")"] : [`Read whole: ${found}`]), `, ${count(organization.accounts_read, "account")}`),
      facts([
        ["Entra read", when(directory.read_at)],
        ["All of Entra read", when(since ?? directory.read_at)],
        ["Essentials read", when(organization.read_at)],
        ["Organization", organization.primary_domain],
        ["API account", organization.own_account],
        ["People not readable whole", String(directory.unreadable_people)],
        ["Can be executed until", when(this.head.expires_at)],
      ]),
    );
  }

  exports() {
    const save = (form) => button(form.toUpperCase(), (event) => attempt(event.currentTarget, this.trouble, () => download(`plans/${this.planId}/export?format=${form}`, `plan-${this.planId}.${form}`)), "", { "aria-label": `Save as ${form.toUpperCase()}` });
    return [el("span", { class: "quiet" }, "Save as"), save("csv"), save("md"), save("json")];
  }

  /** Show the first rows while the others are still on their way. */
  begin(rows, total) {
    this.total = total;
    this.use(rows);
  }

  load(changes) {
    this.isWhole = true;
    this.use(changes);
  }

  use(changes) {
    this.changes = [...changes];
    this.selection = new Selection(this.planId, this.changes);
    this.texts = new Map(this.changes.map((change) => [change, textOf(change)]));
    const canExempt = this.app.may && this.app.has("POST", "exemptions");
    this.drawing = new RowDrawing({
      selection: this.selection,
      canTick: this.canTick && this.isWhole,
      changed: () => this.ticked(),
      exempt: canExempt ? (change) => this.exempt(change) : null,
    });
    this.filter(this.show, this.q);
  }

  async filter(show, q) {
    Object.assign(this, { show, q });
    sessionStorage.setItem(this.kept, JSON.stringify({ show, q }));
    if (show === "skipped" && this.skipped === null) {
      this.skipped = [];
      try {
        this.skipped = await all(`plans/${this.planId}/rows`, "rows", { category: "skipped" });
      } catch (problem) {
        this.app.fail(problem);
      }
      if (this.show !== "skipped") return;
    }
    const needle = this.q.trim().toLowerCase();
    if (show === "skipped") {
      this.shown = [];
      this.items = this.skipped.filter((row) => !needle || `${row.name}\n${row.address ?? ""}`.toLowerCase().includes(needle)).map((skipped) => ({ skipped }));
    } else {
      this.shown = this.changes.filter((change) => this.isShown(change) && (!needle || this.texts.get(change).includes(needle)));
      this.items = grouped(this.shown, this.selection, show === "all");
    }
    this.list.show(this.items);
    this.tell();
  }

  isShown(change) {
    if (this.show === "all") return true;
    if (this.show === "blocked") return Boolean(change.blocked);
    if (this.show === "unticked") return !change.ticked && !change.blocked;
    return change.category === this.show;
  }

  ticked() {
    this.list.refresh();
    this.tell();
  }

  tell() {
    this.drawChips();
    const found = this.items.length === 0;
    const isSkipped = this.show === "skipped";
    const number = isSkipped ? this.items.length : this.shown.length;
    this.told.textContent = this.isWhole ? `${count(number, isSkipped ? "object" : "change")} shown` : `Loading ${this.total.toLocaleString()} changes…`;
    const state = this.selection.stateOf(this.shown);
    const box = this.canTick && this.isWhole && state.plain ? this.drawing.manyBox(this.shown, state, "Tick all that are shown", "shown") : "";
    this.shownBox.replaceChildren(box ? el("span", { class: "tick" }, box, el("span", { "aria-hidden": "true" }, "All shown")) : "");
    this.nothing.replaceChildren(found ? this.emptiness() : "");
    this.drawBar();
  }

  emptiness() {
    if (this.show === "skipped" && this.skipped === null) return el("p", { class: "quiet" }, "Loading…");
    if (this.q || this.show !== "all") return empty("Nothing here", this.q ? `No row matches “${this.q}”.` : "The plan has no such rows.");
    return this.isWhole ? empty("Both sides agree", "Nothing is to be changed in Essentials.") : el("p", { class: "quiet" }, "Loading…");
  }

  drawChips() {
    const focused = this.chips.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const blocked = this.changes.filter((change) => change.blocked).length;
    const unticked = this.changes.filter((change) => !change.ticked && !change.blocked).length;
    const skipped = Object.values(this.head.skipped).reduce((a, b) => a + b, 0);
    const chips = [["all", "All", Object.values(this.head.counts).reduce((a, b) => a + b, 0), ""]];
    for (const [name, { title: text, tone }] of Object.entries(CATEGORIES)) if (this.head.counts[name]) chips.push([name, text, this.head.counts[name], tone]);
    chips.push(["blocked", "Blocked", blocked, "warn"], ["unticked", "For you to decide", unticked, ""], ["skipped", "Left as they are", skipped, ""]);
    const shown = chips.filter(([name, , number]) => number > 0 || name === "all" || name === this.show);
    this.chips.replaceChildren(
      ...shown.map(([name, text, number, tone]) =>
        el("button", { type: "button", class: `chip ${tone}`, "data-key": name, "aria-pressed": String(this.show === name), onclick: () => this.filter(name, this.q) }, `${text} `, el("strong", {}, number.toLocaleString())),
      ),
    );
    if (this.show === "skipped") this.chips.append(el("span", { class: "quiet" }, Object.entries(this.head.skipped).filter(([, number]) => number).map(([name, number]) => `${title(name)} ${number}`).join(" · ")));
    if (focused) this.chips.querySelector(`[data-key="${focused}"]`)?.focus();
  }

  drawBar() {
    const guard = verdict(this.head, this.selection);
    const after = seatsAfter(this.head, this.changes, this.selection);
    const { licences } = this.head;
    const limit = licences.limit === null ? "an unknown number" : licences.limit.toLocaleString();
    this.bar.replaceChildren(
      el("p", { class: "chosen", role: "status" }, `${this.selection.size.toLocaleString()} of ${count(this.changes.length, "change")} ticked`),
      el("p", { class: guard.isOver ? "warn-text" : "quiet" }, guard.text),
      el("div", { class: "seats-box" }, el("p", { class: "quiet" }, `Seats: ${licences.used_before.toLocaleString()} now, ${after.toLocaleString()} after, of ${limit}`), seatsBar(licences, after)),
    );
    this.go.disabled = !this.isWhole;
    this.go.textContent = this.selection.size ? "Execute…" : "Confirm as it is…";
  }

  async exempt(change) {
    if (!(await askExemption(change.address))) return;
    if (this.canTick) this.selection.set(change, false);
    this.ticked();
    this.app.say(`${change.address} is exempt from now on.`);
  }

  async execute() {
    await attempt(this.go, this.trouble, async () => {
      const run = await confirmExecution(this.planId, this.head, this.selection, this.app.settings);
      if (run) this.app.go(`#/runs/${run}`);
    });
  }
}

function warningLists(warnings) {
  const list = (texts) => el("ul", {}, texts.map((text) => el("li", {}, warning(text))));
  const rest = warnings.slice(FEW_WARNINGS);
  return [list(warnings.slice(0, FEW_WARNINGS)), rest.length ? el("details", {}, el("summary", {}, `and ${rest.length} more`), list(rest)) : ""];
}

/** A warning begins with its code. */
function warning(text) {
  const [, code, sentence] = /^([a-z_]+): (.*)$/s.exec(text) ?? [];
  return code ? [el("strong", {}, title(code)), ": ", said(sentence)] : said(text);
}

function textOf(change) {
  const fields = [change.before, change.after].flatMap((values) => [values.primary_email, ...(values.alias_emails ?? [])]);
  return [change.name, change.address, ...fields].filter(Boolean).join("\n").toLowerCase();
}

/** The rows in the order of the categories; a chain stands once, where its first change would. */
function grouped(changes, selection, withHeads) {
  const items = [];
  const seen = new Set();
  for (const category of Object.keys(CATEGORIES)) {
    const own = changes.filter((change) => change.category === category);
    if (withHeads && own.length) items.push({ head: category, changes: own });
    for (const change of own) {
      if (!change.chain) items.push({ change });
      else if (!seen.has(change.chain)) items.push({ chain: selection.partners(change) });
      if (change.chain) seen.add(change.chain);
    }
  }
  return items;
}
