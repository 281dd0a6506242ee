// What a selection does beside the limits: the guard's verdict and the seats as they follow the ticks.
// The app judges again when the selection is sent; what it says counts.

import { count } from "./words.js";

const SMALL_TAKING = 5;
const SMALL_ORGANIZATION = 20;
const FUNCTIONAL = "functional_account";

/** Whether the change takes an address, deactivates or removes an account, or turns a user into a functional account. */
export function takes(change) {
  const { before, after, category } = change;
  if (category.startsWith("remove_")) return true;
  if (category.startsWith("add_")) return false;
  return Boolean(before.alias_emails?.length) || (after.is_active === false && before.is_active !== false) || (after.type === FUNCTIONAL && before.type !== undefined && before.type !== FUNCTIONAL);
}

function isAdd(change) {
  return change.category.startsWith("add_");
}

/** How many seats the change takes (1), frees (-1) or leaves (0), as far as the row tells. */
function seat({ category, before, after }) {
  const uses = (fields, other) => Number((fields.type ?? other.type ?? "end_user") !== FUNCTIONAL && (fields.is_active ?? other.is_active ?? true));
  if (category.startsWith("add_")) return uses(after, {});
  if (category.startsWith("remove_")) return -uses(before, {});
  return category === "convert_user" ? uses(after, before) - uses(before, {}) : 0;
}

/** Seats in use after these changes, from what the plan says of its own ticks. */
export function seatsAfter(head, changes, selection) {
  let used = head.licences.used_after;
  for (const change of changes) used += (Number(selection.has(change)) - Number(change.ticked)) * seat(change);
  return used;
}

/** The guard's verdict on the selection: `isOver`, and a sentence. */
export function verdict(head, selection) {
  const chosen = selection.list;
  const { removals_limit: most, removals_percent_limit: percent, changes_percent_limit: changesPercent, active_accounts: active, accounts } = head.guard;
  const taking = chosen.filter(takes).length;
  const others = chosen.filter((change) => !isAdd(change)).length;
  const over = [];
  if (taking > most) over.push(`${count(taking, "change")} take something, and the limit is ${most}`);
  if (taking > SMALL_TAKING && taking * 100 > active * percent) over.push(`${count(taking, "change")} take something, more than ${percent} % of ${count(active, "active account")}`);
  if (accounts >= SMALL_ORGANIZATION && others * 100 > accounts * changesPercent) over.push(`${count(others, "change")} are not additions, more than ${changesPercent} % of ${count(accounts, "account")}`);
  const within = `Within the guard's limits: ${taking} of at most ${most} take something.`;
  return { isOver: over.length > 0, taking, text: over.length ? `The guard will ask: ${over.join("; ")}.` : within };
}
