// One address, and the path of rules that leads to what happens to it.

import { post } from "./api.js";
import { attempt } from "./dialogs.js";
import { badge, button, el, heading, notice, said } from "./dom.js";
import { title, value } from "./words.js";

/** The view that explains an address. */
export async function explainView() {
  const address = el("input", { type: "email", required: true, autocomplete: "off", spellcheck: "false", placeholder: "ada@example.com" });
  const place = el("div", { role: "status" });
  const go = button("Explain", undefined, "strong", { type: "submit" });
  const form = el("form", { class: "inline-form" }, el("label", { class: "field" }, "Address", address), go);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(go, place, async () => place.replaceChildren(answer(await post("explain", { address: address.value.trim() }))));
  });
  return el("div", {}, heading("Explain"), el("p", { class: "quiet" }, "Why is this address as it is? Nothing is read anew or changed."), form, place);
}

function answer(found) {
  const steps = Object.entries(found).filter(([name]) => name !== "address");
  if (steps.every(([, one]) => isNothing(one))) return notice("info", "Nothing is known of this address", el("p", {}, "It is in no certified read and in no plan."));
  return el("ol", { class: "path" }, steps.map(([name, one]) => el("li", {}, el("h2", {}, title(name)), shown(one))));
}

function isNothing(one) {
  return one === null || one === "" || (Array.isArray(one) && one.length === 0);
}

/** Any JSON as elements: a list as a list, an object as names and values, all texts as texts. */
function shown(one) {
  if (isNothing(one)) return el("p", { class: "quiet" }, "nothing");
  if (Array.isArray(one)) return el("ul", {}, one.map((part) => el("li", {}, shown(part))));
  if (typeof one === "object") return el("dl", { class: "facts" }, Object.entries(one).filter(([, part]) => !isNothing(part)).map(([name, part]) => el("div", {}, el("dt", {}, title(name)), el("dd", {}, shown(part)))));
  return typeof one === "boolean" ? badge(value(one), one ? "good" : "") : said(value(one));
}
