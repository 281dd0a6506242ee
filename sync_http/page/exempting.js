// The question for exemptions: reason and until when.

import { post } from "./api.js";
import { ask, attempt, choices } from "./dialogs.js";
import { button, el } from "./dom.js";
import { count } from "./words.js";

/** Ask for an exemption and save it; true where it was saved. */
export function askExemption(address = "") {
  const who = el("input", { type: "email", required: true, value: address, autocomplete: "off" });
  const told = "The whole person and account that has this address stays as it is, in every run, until you end it.";
  return asked("Exempt an address", told, el("label", { class: "field" }, "Address", who), () => [who.value.trim()], (problem) => {
    throw problem;
  });
}

/** Ask once for the exemptions of all these addresses and save them; true where they were saved, or were exempt before. */
export function askExemptions(addresses) {
  const told = `${count(addresses.length, "person or group", "people and groups")} and their accounts stay as they are, in every run, until you end it.`;
  return asked("Exempt whom the undo put back", told, "", () => addresses, (problem) => {
    if (problem.code !== "already_exempt") throw problem;
  });
}

function asked(title, told, field, addresses, refused) {
  return ask(title, (close) => {
    const why = el("input", { type: "text", required: true, maxlength: 300 });
    const until = el("input", { type: "date" });
    const trouble = el("div", { role: "alert" });
    const save = button("Exempt", undefined, "strong", { type: "submit" });
    const form = el(
      "form",
      { method: "dialog" },
      el("p", {}, told),
      field,
      el("label", { class: "field" }, "Reason", why),
      el("label", { class: "field" }, "Until (empty: for good)", until),
      trouble,
      choices(close, save),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      attempt(save, trouble, async () => {
        // The last moment of that day where the reader is.
        const end = until.value ? { until: new Date(`${until.value}T23:59:59`).toISOString() } : {};
        for (const address of addresses()) await post("exemptions", { address, reason: why.value.trim(), ...end }).catch(refused);
        close(true);
      });
    });
    return [form];
  });
}
