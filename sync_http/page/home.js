// The first view: how the app is doing, what is under way, and the search.

import { get, post } from "./api.js";
import { attempt } from "./dialogs.js";
import { badge, button, card, el, facts, heading, link, notice, tick, when } from "./dom.js";
import { isFinal } from "./follow.js";
import { CHOICES, KINDS, STATES, span, title, words } from "./words.js";

const WHAT = ["active_users", "disabled_users", "shared_mailboxes", "distribution_groups", "security_groups", "microsoft365_groups"];
const HOW = ["add_users", "update_users", "add_groups", "update_groups", "remove_deleted_users", "remove_deleted_groups"];
const ACCEPT = {
  smaller_organization: "Essentials has less than half of the accounts that it had",
  directory_changed: "The directory or the organization is another one than before: start the ledger anew",
};

/** The first view. */
export async function homeView(app) {
  const [status, { runs }] = await Promise.all([app.refreshStatus(), get("runs?limit=20")]);
  const underWay = runs.find((run) => !isFinal(run));
  const last = runs.find((run) => isFinal(run) && run.plan_id);
  return el(
    "div",
    {},
    heading("Review"),
    underWay ? notice("info", `${KINDS[underWay.kind]} under way`, el("p", {}, link("Watch it", `#/runs/${underWay.id}`, "button"))) : "",
    status.warnings.length ? notice("warn", "Needs a look", el("ul", {}, status.warnings.map((text) => el("li", {}, text)))) : "",
    el("div", { class: "columns" }, app.may ? searchCard(app, Boolean(underWay)) : readOnly(), health(status, last, runs)),
  );
}

function readOnly() {
  return card("You may read", el("p", {}, "You see plans, runs and settings. Searching and executing need the role Sync.Admin."), el("p", {}, link("Open the history", "#/history")));
}

function health(status, last, runs) {
  const secrets = status.secrets.map((secret) => [`Secret ${secret.name}`, secret.days_left === null ? "no expiry known" : el("span", { class: secret.days_left <= 30 ? "warn-text" : "" }, `${secret.days_left} days left`)]);
  const newest = runs[0];
  return card(
    "Unattended runs",
    el("p", { class: "lead-text" }, status.gate.open ? badge("may write", "good") : badge("only report", "warn"), " ", status.gate.reason),
    facts([
      ["Last success", el("span", {}, when(status.last_success_at), status.hours_since_success === null ? "" : el("span", { class: "quiet" }, ` (${span(status.hours_since_success * 3600)} ago)`))],
      ["Next run", status.next_run_at ? when(status.next_run_at) : "none is scheduled"],
      ["Mode", title(status.mode)],
      ...secrets,
    ]),
    newest ? el("p", {}, "Newest run: ", link(KINDS[newest.kind], `#/runs/${newest.id}`), " ", badge(STATES[newest.state].title, STATES[newest.state].tone)) : el("p", { class: "quiet" }, "Nothing has run yet. Search to see what would be done."),
    last ? el("p", {}, link("Open the newest plan", `#/plans/${last.plan_id}`)) : "",
  );
}

function searchCard(app, isBusy) {
  const inForce = (name) => (app.settings[name] ?? "").split(",").map((item) => item.trim());
  const what = ticks("What", WHAT, inForce("SYNC_WHAT"), CHOICES);
  const how = ticks("How", HOW, inForce("SYNC_HOW"), CHOICES);
  const accept = ticks("Accept this once", Object.keys(ACCEPT), [], ACCEPT);
  const roles = ["as the settings say", "end_user", "silent_user"];
  const role = el("select", {}, roles.map((name) => el("option", { value: name }, words(name))));
  const whole = tick("Read all of Entra again", { "aria-describedby": "read-whole" });
  const body = () => ({ ...what.changed("what"), ...how.changed("how"), ...accept.changed("accept"), ...(role.selectedIndex > 0 ? { default_role: role.value } : {}), ...(whole.box.checked ? { read: "whole" } : {}) });
  const trouble = el("div", { role: "alert" });
  const go = button("Search", () => attempt(go, trouble, () => start(app, body())), "strong big", { disabled: isBusy });
  return card(
    "Search",
    el("p", {}, "Reads Entra and Essentials and makes a plan of what would change. Nothing is changed."),
    el("details", {}, el("summary", {}, "What and how, for this search only"), el("div", { class: "inset" }, what.element, how.element, el("label", { class: "field" }, "Role of new accounts", role), accept.element)),
    el("div", {}, whole.element, el("p", { id: "read-whole", class: "quiet" }, "Without it, Entra may not tell a change of the last few minutes yet.")),
    trouble,
    el("div", { class: "actions" }, go),
  );
}

async function start(app, body) {
  try {
    app.go(`#/runs/${(await post("searches", body)).run_id}`);
  } catch (problem) {
    if (problem.code !== "run_under_way") throw problem;
    app.go(`#/runs/${problem.body.run_id}`);
  }
}

function ticks(legend, names, ticked, labels) {
  const boxes = names.map((name) => tick(labels[name] ?? words(name), { value: name, checked: ticked.includes(name) }));
  return {
    element: el("fieldset", {}, el("legend", {}, legend), boxes.map(({ element }) => element)),
    changed(field) {
      if (boxes.every(({ box }) => box.checked === box.defaultChecked)) return {};
      return { [field]: boxes.filter(({ box }) => box.checked).map(({ box }) => box.value) };
    },
  };
}
