// The words for the codes that the API answers.

export const CATEGORIES = {
  add_user: { title: "Add people", one: "Add", tone: "add" },
  update_user: { title: "Update people", one: "Update", tone: "update" },
  convert_user: { title: "Convert accounts", one: "Convert", tone: "convert" },
  remove_user: { title: "Remove people", one: "Remove", tone: "remove" },
  add_group: { title: "Add groups", one: "Add group", tone: "add" },
  update_group: { title: "Update groups", one: "Update group", tone: "update" },
  remove_group: { title: "Remove groups", one: "Remove group", tone: "remove" },
  organization_setting: { title: "Organization settings", one: "Setting", tone: "update" },
};

export const OUTCOMES = {
  failed: { title: "Failed", tone: "bad" },
  drifted: { title: "Changed since the search", tone: "warn" },
  blocked: { title: "Blocked", tone: "warn" },
  not_reached: { title: "Not reached", tone: "warn" },
  excluded: { title: "Excluded", tone: "" },
  already: { title: "Already so", tone: "good" },
  done: { title: "Done", tone: "good" },
};

export const STATES = {
  queued: { title: "Waiting", tone: "" },
  running: { title: "Under way", tone: "update" },
  succeeded: { title: "Succeeded", tone: "good" },
  partly_failed: { title: "Partly failed", tone: "bad" },
  failed: { title: "Failed", tone: "bad" },
  blocked: { title: "Blocked", tone: "warn" },
  cancelled: { title: "Cancelled", tone: "" },
};

export const KINDS = { search: "Search", execution: "Execution", scheduled: "Scheduled run", undo: "Undo" };

export const BLOCKED = {
  no_proof: "Nothing proves yet that this may be taken.",
  address_in_use: "Somebody else still has the address.",
  conflict: "Two objects claim the same account.",
  no_seat: "No seat is free.",
  unregistered_domain: "The domain is not registered in Essentials.",
};

export const SKIPPED = {
  guest: "Guest",
  no_mail: "Has no mail",
  not_managed: "Kind is not managed",
  out_of_scope: "Out of scope",
  purpose_unknown: "Mailbox purpose unknown",
  unreadable: "Could not be read whole",
  exempt: "Exempt",
};

export const FIELDS = {
  primary_email: "Primary address",
  type: "Type",
  is_active: "Active",
  firstname: "First name",
  surname: "Surname",
  alias_emails: "Aliases",
};

export const CHOICES = {
  active_users: "Active people",
  disabled_users: "Disabled people",
  shared_mailboxes: "Shared mailboxes",
  distribution_groups: "Distribution lists",
  security_groups: "Security groups with mail",
  microsoft365_groups: "Microsoft 365 groups",
  add_users: "Add people",
  update_users: "Update people",
  add_groups: "Add groups",
  update_groups: "Update groups",
  remove_deleted_users: "Treat deleted people",
  remove_deleted_groups: "Remove deleted groups",
};

const NAMES = {
  end_user: "end user",
  silent_user: "silent user",
  functional_account: "functional account",
  true: "yes",
  false: "no",
};

/** Words of a code: `add_user` reads "add user". */
export function words(code) {
  return String(code).replaceAll("_", " ");
}

/** Words of a code as the beginning of a sentence. */
export function title(code) {
  const text = words(code);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A value of a field as it is read. */
export function value(found) {
  return NAMES[String(found)] ?? String(found);
}

/** A number with its noun: `1 change`, `2 changes`. */
export function count(number, noun, many = `${noun}s`) {
  return `${number.toLocaleString()} ${number === 1 ? noun : many}`;
}

/** A length of time in words. */
export function span(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 129600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} days`;
}
