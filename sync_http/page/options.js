// The options of the settings view: what each does in words, and how it is entered.

import { el, tick } from "./dom.js";
import { CHOICES, words } from "./words.js";

const set = (...values) => ({ kind: "set", values });
const one = (...values) => ({ kind: "one", values });
const number = (min, max) => ({ kind: "number", min, max });
const text = { kind: "text" };

export const GROUPS = [
  {
    title: "What to sync",
    options: {
      SYNC_WHAT: ["Kinds", "A kind left out is not touched at all, and is never a reason to remove.", set("active_users", "disabled_users", "shared_mailboxes", "distribution_groups", "security_groups", "microsoft365_groups")],
      SYNC_UNLICENSED_AS: ["Enabled people without a mailbox licence become", "Functional accounts receive mail and cost no seat.", one("functional_account", "user", "skip")],
      SYNC_LICENCES: ["Licences that count", "SKU ids in place of the known mailbox plans; none means the known ones.", text],
      SYNC_DISABLED_AS: ["People whose sign-in is blocked become", "Keep: names and addresses follow, type and state stay. Skip: left alone.", one("functional_account", "inactive", "keep", "skip")],
      SYNC_GROUP_SCOPE: ["Only members of these groups", "Ids of Entra groups, nested members too; none means everybody.", text],
      SYNC_ONMICROSOFT: ["Addresses of *.onmicrosoft.com", "Most organizations do not want them in Essentials.", one("skip", "include")],
    },
  },
  {
    title: "How to sync",
    options: {
      SYNC_HOW: ["Changes that are made", "What is left out is neither planned nor done.", set("add_users", "update_users", "add_groups", "update_groups", "remove_deleted_users", "remove_deleted_groups")],
      SYNC_LEAVERS: ["Accounts of people who are gone become", "Only where deleted people are treated, and after the days of grace.", one("functional_account", "inactive", "remove")],
      SYNC_GRACE_DAYS: ["Days of grace", "How long somebody must be gone before anything happens; 0 means at once.", number(0, 365)],
      SYNC_DEFAULT_ROLE: ["New users are", "Silent users have no log-in of their own.", one("end_user", "silent_user")],
      SYNC_WELCOME_EMAIL: ["Welcome mail", "Whether Essentials mails new users a welcome.", one("false", "true")],
    },
  },
  {
    title: "When to sync",
    options: {
      SYNC_EVERY_HOURS: ["Every so many hours", "0 means never by itself.", one("1", "3", "6", "12", "24", "0")],
      SYNC_MODE: ["A scheduled run", "Applies its plan once a person has executed one under the same options, or only reports it.", one("apply", "report")],
      ALERT_HOURS: ["Alert after hours without success", "0 means twice the interval plus one hour.", number(0, 8760)],
    },
  },
  {
    title: "Guard",
    options: {
      GUARD_REMOVALS: ["Changes that take something", "More of them than this need an approval.", number(0, 1000000)],
      GUARD_REMOVALS_PERCENT: ["The same, in percent of active accounts", "Counts from the sixth such change on.", number(0, 100)],
      GUARD_CHANGES_PERCENT: ["Changes other than additions, in percent of accounts", "Where there are at least 20 accounts.", number(0, 100)],
    },
  },
  {
    title: "Essentials itself",
    options: {
      SYNC_NATIVE: ["Essentials' own sync", "Left alone, never run, or kept for the group containers that the API cannot write.", one("unmanaged", "off", "groups_only")],
      SYNC_PORTAL_LOGIN: ["Sign-in to the portal", "How people sign in to Essentials.", one("unmanaged", "local", "microsoft", "microsoft_forced")],
    },
  },
];

export const CLOSES_GATE = ["SYNC_WHAT", "SYNC_HOW", "SYNC_GROUP_SCOPE", "SYNC_DISABLED_AS", "SYNC_UNLICENSED_AS", "SYNC_LICENCES", "SYNC_LEAVERS", "SYNC_GRACE_DAYS", "SYNC_ONMICROSOFT"];

const WORDED = { true: "yes", false: "no" };

/** What an option is entered with: `element`, and `read()` for its text as the API takes it. */
export function entry(name, label, kind, value, canEdit, changed, describedBy) {
  const common = { id: name, name, disabled: !canEdit, "aria-describedby": describedBy };
  if (kind.kind === "set") return boxes(name, label, kind, value, canEdit, changed, describedBy);
  const field = kind.kind === "one" ? select(kind, value, common) : el("input", { ...common, type: kind.kind, value, ...(kind.kind === "number" ? { min: kind.min, max: kind.max, inputmode: "numeric" } : { autocomplete: "off", spellcheck: "false" }) });
  field.addEventListener("input", changed);
  return { element: el("div", {}, el("label", { class: "option-title", for: name }, label), field), read: () => field.value.trim() };
}

function select(kind, value, common) {
  return el("select", common, kind.values.map((choice) => el("option", { value: choice, selected: choice === value }, WORDED[choice] ?? words(choice))));
}

function boxes(name, label, kind, value, canEdit, changed, describedBy) {
  const ticked = value.split(",");
  const found = kind.values.map((choice) => tick(CHOICES[choice] ?? words(choice), { name, value: choice, checked: ticked.includes(choice), disabled: !canEdit, onchange: changed }));
  const read = () => found.filter(({ box }) => box.checked).map(({ box }) => box.value).join(",") || "none";
  return { element: el("fieldset", { "aria-describedby": describedBy }, el("legend", { class: "option-title" }, label), el("div", { class: "ticks" }, found.map(({ element }) => element))), read };
}
