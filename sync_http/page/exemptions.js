// Addresses that every run leaves alone: list, add, end.

import { get, send } from "./api.js";
import { ask, attempt, choices } from "./dialogs.js";
import { button, el, empty, heading, said, when } from "./dom.js";
import { askExemption } from "./exempting.js";

/** The view of the exemptions. */
export async function exemptionsView(app) {
  const { exemptions } = await get("exemptions");
  const canAdd = app.may && app.has("POST", "exemptions");
  const canEnd = app.may && app.has("DELETE", "exemptions/{id}");
  const add = canAdd ? button("Add…", async () => (await askExemption()) && app.reload("The exemption is saved."), "strong") : "";
  return el(
    "div",
    {},
    heading("Exemptions", el("div", { class: "actions" }, add)),
    el("p", { class: "quiet" }, "The whole person and account that has one of these addresses stays as it is."),
    exemptions.length ? el("ul", { class: "rows" }, exemptions.map((one) => row(app, one, canEnd))) : empty("Nobody is exempt", "Exempt an address where a person must stay as they are, whatever Entra says."),
  );
}

function row(app, exemption, canEnd) {
  const until = exemption.until ? el("span", {}, "until ", when(exemption.until)) : "for good";
  const who = el("div", { class: "who" }, el("p", { class: "name" }, said(exemption.address)), el("p", { class: "quiet" }, until, ", by ", said(exemption.by)));
  const end = canEnd ? button("End…", () => confirmEnd(app, exemption), "", { "aria-label": `End the exemption of ${exemption.address}` }) : "";
  return el("li", { class: "row-item" }, el("div", { class: "row exemption" }, who, el("div", { class: "why" }, el("p", {}, said(exemption.reason))), end));
}

function confirmEnd(app, exemption) {
  return ask("End this exemption?", (close) => {
    const trouble = el("div", { role: "alert" });
    const go = button("End it", () =>
      attempt(go, trouble, async () => {
        await send("DELETE", `exemptions/${exemption.id}`);
        close();
        app.reload("The exemption has ended.");
      }), "danger");
    return [el("p", {}, said(exemption.address), " is synced again from the next search on."), trouble, choices(close, go)];
  });
}
