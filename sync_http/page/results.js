// What became of each change of an execution.

import { all } from "./api.js";
import { badge, el, empty, said } from "./dom.js";
import { VirtualList } from "./virtual.js";
import { CATEGORIES, OUTCOMES, count, title } from "./words.js";

const MAIL_FLOWS_AFTER = 60 * 60 * 1000;
const TROUBLE_FIRST = Object.keys(OUTCOMES);

/** The results of a run, those first that need a look. */
export class Results {
  constructor(app, run) {
    Object.assign(this, { app, run, results: [], show: "all" });
    this.list = new VirtualList("Results", draw, app.signal);
    this.chips = el("div", { class: "chips", role: "group", "aria-label": "Show" });
    this.find = el("input", { type: "search", placeholder: "Address or detail", "aria-label": "Find in the results", autocomplete: "off" });
    this.find.addEventListener("input", () => this.filter(this.show));
    this.flows = el("div", {});
    this.nothing = el("div", {}, el("p", { class: "quiet" }, "Loading…"));
    this.element = el("section", { class: "results", "aria-label": "Results" }, el("h2", {}, "Results"), this.flows, el("div", { class: "filters" }, this.chips, el("div", { class: "find" }, this.find)), this.list.element, this.nothing);
    this.load().catch((problem) => app.fail(problem));
  }

  async load() {
    this.results = await all(`runs/${this.run.id}/results`, "results");
    const rank = (result) => TROUBLE_FIRST.indexOf(result.outcome);
    this.results.sort((a, b) => rank(a) - rank(b));
    const flows = mailFlows(this.run, this.results);
    this.flows.replaceChildren(flows ? el("p", { class: "good-text" }, flows) : "");
    this.filter("all");
  }

  filter(show) {
    this.show = show;
    const needle = this.find.value.trim().toLowerCase();
    const items = this.results.filter((result) => (show === "all" || result.outcome === show) && (!needle || `${result.address}\n${result.detail}`.toLowerCase().includes(needle)));
    this.list.show(items);
    this.nothing.replaceChildren(items.length ? "" : empty("Nothing here", this.results.length ? "No result matches." : "The run carried out no change."));
    const counts = [["all", "All", this.results.length, ""], ...TROUBLE_FIRST.map((name) => [name, OUTCOMES[name].title, this.results.filter((result) => result.outcome === name).length, OUTCOMES[name].tone])];
    const focused = this.chips.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    this.chips.replaceChildren(...counts.filter(([name, , number]) => number || name === "all").map(([name, text, number, tone]) => el("button", { type: "button", class: `chip ${tone}`, "data-key": name, "aria-pressed": String(show === name), onclick: () => this.filter(name) }, `${text} `, el("strong", {}, number.toLocaleString()))));
    if (focused) this.chips.querySelector(`[data-key="${focused}"]`)?.focus();
    this.element.setAttribute("aria-label", `Results: ${count(items.length, "change")} shown`);
  }
}

function draw(result) {
  const { title: text, tone } = OUTCOMES[result.outcome] ?? { title: title(result.outcome), tone: "" };
  const who = el("div", { class: "who" }, el("p", { class: "address" }, said(result.address)), el("p", { class: "quiet" }, CATEGORIES[result.category]?.one ?? title(result.category)));
  return el("li", { class: "row-item" }, el("div", { class: "row result" }, el("div", {}, badge(text, tone)), who, el("div", { class: "why" }, el("p", {}, said(result.detail)))));
}

// When mail flows to accounts made by the run, as a text; null where it made none.
function mailFlows(run, results) {
  const made = results.filter((result) => result.category.startsWith("add_") && result.outcome === "done").length;
  if (!made || !run.finished_at) return null;
  const at = new Date(new Date(run.finished_at).getTime() + MAIL_FLOWS_AFTER);
  const time = at.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
  return at > new Date() ? `Mail flows to ${count(made, "new account")} by ${time}.` : `Mail has flowed to ${count(made, "new account")} since ${time}.`;
}
