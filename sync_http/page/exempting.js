// The question for an exemption: reason and until when.

import { post } from "./api.js";
import { ask, attempt, choices } from "./dialogs.js";
import { button, el } from "./dom.js";

/** Ask for an exemption and save it; true where it was saved. */
export function askExemption(address = "") {
  return ask("Exempt an address", (close) => {
    const who = el("input", { type: "email", required: true, value: address, autocomplete: "off" });
    const why = el("input", { type: "text", required: true, maxlength: 300 });
    const until = el("input", { type: "date" });
    const trouble = el("div", { role: "alert" });
    const save = button("Exempt", undefined, "strong", { type: "submit" });
    const form = el(
      "form",
      { method: "dialog" },
      el("p", {}, "The whole person and account that has this address stays as it is, in every run, until you end it."),
      el("label", { class: "field" }, "Address", who),
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
        await post("exemptions", { address: who.value.trim(), reason: why.value.trim(), ...end });
        close(true);
      });
    });
    return [form];
  });
}
