// The search form: as the options say, or narrowed for once.

import { el, fill, words } from "./dom.js";

const WHAT = ["active_users", "disabled_users", "shared_mailboxes", "distribution_groups", "security_groups", "microsoft365_groups"];
const HOW = ["add_users", "update_users", "add_groups", "update_groups", "remove_deleted_users", "remove_deleted_groups"];
const ACCEPT = {
  smaller_organization: "Essentials has less than half of the accounts that it had",
  directory_changed: "the directory or the organization is another one than before: start the ledger anew",
};

/** Show the form; `search` is called with the body of the request. */
export function showForm(settings, search) {
  const inForce = Object.fromEntries(settings.map((setting) => [setting.name, setting.value.split(",").map((item) => item.trim())]));
  const what = ticks("What", WHAT, inForce.SYNC_WHAT ?? []);
  const how = ticks("How", HOW, inForce.SYNC_HOW ?? []);
  const accept = ticks("Accept for this once that", Object.keys(ACCEPT), [], (name) => ACCEPT[name]);
  const role = el("select", {}, ...["as the options say", "end_user", "silent_user"].map((name) => el("option", { value: name }, words(name))));
  const body = () => ({
    ...what.changed("what"),
    ...how.changed("how"),
    ...accept.changed("accept"),
    ...(role.selectedIndex > 0 ? { default_role: role.value } : {}),
  });
  fill(
    "search-form",
    el("details", {}, el("summary", {}, "Narrow this search"), el("div", {}, what.element, how.element, el("label", {}, "Role of new accounts ", role), accept.element)),
    el("div", { class: "actions" }, el("button", { type: "button", class: "strong", onclick: () => search(body()) }, "Search")),
  );
}

function ticks(title, names, ticked, label = words) {
  const boxes = names.map((name) => el("input", { type: "checkbox", value: name, checked: ticked.includes(name) }));
  const labels = boxes.map((box) => el("label", {}, box, ` ${label(box.value)}`));
  return {
    element: el("fieldset", {}, el("legend", {}, title), ...labels),
    changed(field) {
      if (boxes.every((box) => box.checked === box.defaultChecked)) return {};
      return { [field]: boxes.filter((box) => box.checked).map((box) => box.value) };
    },
  };
}
