// What ran, newest first; charts of it; who changed which option.

import { get } from "./api.js";
import { bars, legend, lines } from "./charts.js";
import { badge, card, el, empty, heading, link, said, when } from "./dom.js";
import { CATEGORIES, KINDS, OUTCOMES, STATES, span, title } from "./words.js";

const MOST_RUNS = 100;
const MOST_POINTS = 24;
const TYPES = { end_user: "update", silent_user: "warn", functional_account: "good", organization_admin: "bad" };
const OUTCOME_TONES = { done: "good", already: "quiet-fill", failed: "bad", drifted: "warn", blocked: "warn", excluded: "quiet-fill", not_reached: "warn" };

/** The view of what ran. */
export async function historyView(app) {
  const [{ runs }, audit] = await Promise.all([get(`runs?limit=${MOST_RUNS}`), app.has("GET", "audit") ? get("audit") : null]);
  const charts = el("div", { class: "columns" });
  draw(charts, runs).catch((problem) => app.fail(problem));
  return el(
    "div",
    {},
    heading("History"),
    runs.length ? charts : "",
    card("Runs", runs.length ? table(["When", "What", "State", "Counts", "Took", "By"], runs.map(row)) : empty("Nothing has run yet", "Searches, executions and scheduled runs are listed here.")),
    audit ? card("Changes of options and exemptions", audit.entries.length ? table(["When", "By", "What", "Before", "After"], audit.entries.map(entry)) : el("p", { class: "quiet" }, "Nobody has changed anything yet.")) : "",
  );
}

function row(run) {
  const counted = Object.entries(run.counts).filter(([, number]) => number).map(([name, number]) => `${OUTCOMES[name]?.title ?? CATEGORIES[name]?.title ?? title(name)} ${number.toLocaleString()}`).join(", ");
  const took = run.started_at && run.finished_at ? span((new Date(run.finished_at) - new Date(run.started_at)) / 1000) : "";
  return [
    el("a", { href: `#/runs/${run.id}` }, when(run.queued_at)),
    el("span", {}, KINDS[run.kind] ?? title(run.kind), run.plan_id ? " " : "", run.plan_id ? link("plan", `#/plans/${run.plan_id}`) : ""),
    el("span", {}, badge(STATES[run.state].title, STATES[run.state].tone), run.problem ? el("span", { class: "quiet block" }, run.problem.detail) : ""),
    counted || "none",
    took,
    said(run.by),
  ];
}

function entry(found) {
  const text = (value) => said(value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value));
  return [when(found.at), said(found.by), said(found.what), text(found.before), text(found.after)];
}

function table(headings, rows) {
  const body = rows.map((cells) => el("tr", {}, cells.map((cell, index) => el("td", { "data-label": headings[index] }, cell))));
  return el("table", {}, el("thead", {}, el("tr", {}, headings.map((text) => el("th", { scope: "col" }, text)))), el("tbody", {}, body));
}

async function draw(place, runs) {
  const executed = runs.filter((run) => run.kind === "execution" || (run.kind === "scheduled" && run.counts.done)).slice(0, MOST_POINTS).reverse();
  if (executed.length) {
    const points = executed.map((run) => ({ at: run.queued_at, parts: run.counts }));
    const used = [...new Set(executed.flatMap((run) => Object.keys(run.counts).filter((name) => run.counts[name])))].filter((name) => OUTCOMES[name]);
    place.append(card("Changes of each run", bars(`Changes of the last ${executed.length} runs by outcome`, points, OUTCOME_TONES), legend(used.map((name) => [OUTCOMES[name].title, OUTCOME_TONES[name]]))));
  }
  const plans = [...new Set(runs.map((run) => run.plan_id).filter(Boolean))].slice(0, MOST_POINTS).reverse();
  // A plan that is gone by now has no point.
  const heads = (await Promise.all(plans.map((id) => get(`plans/${id}`).catch(() => null)))).filter(Boolean);
  if (!heads.length) return;
  const there = Object.keys(TYPES).filter((type) => heads.some((head) => head.accounts[type]));
  const points = heads.map((head) => ({ at: head.created_at, parts: Object.fromEntries(there.map((type) => [type, head.accounts[type] ?? 0])) }));
  const label = `Accounts by type at the last ${heads.length} searches`;
  if (there.length) place.append(card("Accounts by type", lines(label, points, TYPES), legend(there.map((type) => [title(type), TYPES[type]]))));
}
