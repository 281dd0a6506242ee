// Every setting with its source; options can be changed where the app lets them.

import { get, post, send } from "./api.js";
import { ask, attempt, choices } from "./dialogs.js";
import { badge, button, card, el, facts, heading, notice, said, when } from "./dom.js";
import { CLOSES_GATE, entry, GROUPS } from "./options.js";
import { count } from "./words.js";

const DRAFTS = "options-draft";
const MOVES_SCOPE = ["SYNC_WHAT", "SYNC_GROUP_SCOPE", "SYNC_DISABLED_AS", "SYNC_UNLICENSED_AS", "SYNC_LICENCES"];
const SOURCES = { default: "", deployed: "update", saved: "good" };

/** The view of the settings. */
export async function settingsView(app) {
  const [{ settings }, status] = await Promise.all([get("settings"), app.refreshStatus()]);
  return new SettingsPage(app, settings, status).element;
}

class SettingsPage {
  constructor(app, settings, status) {
    this.app = app;
    this.found = new Map(settings.map((setting) => [setting.name, setting]));
    this.canSave = app.may && app.has("PUT", "settings");
    this.entries = new Map();
    this.drafts = this.canSave ? JSON.parse(sessionStorage.getItem(DRAFTS) ?? "{}") : {};
    this.faults = new Map();
    this.trouble = el("div", { role: "alert" });
    this.checks = el("div", { role: "status" });
    this.save = button("Save…", () => this.confirm(), "strong", { disabled: true });
    this.told = el("p", { class: "quiet", role: "status" });
    this.element = el(
      "div",
      {},
      heading("Settings", el("div", { class: "actions" }, this.verifyButton(), this.resetButton())),
      this.checks,
      GROUPS.map((group) => this.group(group)),
      this.others(settings),
      this.secrets(status),
      this.trouble,
      this.canSave ? el("section", { class: "bar", "aria-label": "Changes of settings" }, this.told, this.save) : "",
    );
    this.changed();
  }

  group({ title: text, options }) {
    const names = Object.keys(options).filter((name) => this.found.has(name));
    return names.length ? card(text, ...names.map((name) => this.option(name, ...options[name]))) : "";
  }

  option(name, label, help, kind) {
    const { value, source } = this.found.get(name);
    const entered = (text) => entry(name, label, kind, text, this.canSave, () => this.changed(), `${name}-help`);
    const found = entered(this.drafts[name] ?? value);
    this.entries.set(name, { ...found, label, was: entered(value).read() });
    this.faults.set(name, el("p", { class: "bad-text" }));
    const told = el("p", { class: "quiet", id: `${name}-help` }, help, CLOSES_GATE.includes(name) ? " A change makes unattended runs wait for a person." : "");
    return el("div", { class: "option" }, found.element, told, this.faults.get(name), el("p", { class: "source" }, el("code", {}, name), badge(source, SOURCES[source])));
  }

  others(settings) {
    const known = GROUPS.flatMap(({ options }) => Object.keys(options));
    const rest = settings.filter(({ name }) => !known.includes(name));
    const shown = (text) => (text ? said(text) : el("span", { class: "quiet" }, "empty"));
    const rows = rest.map(({ name, value, source }) => el("div", { class: "deployed" }, el("code", {}, name), shown(value), badge(source, SOURCES[source])));
    return card("Set by the deployment", el("p", { class: "quiet" }, "These can only be changed where the app is deployed, so that nobody can point its credentials at another host."), el("div", { class: "deployed-list" }, rows));
  }

  secrets(status) {
    if (!status.secrets.length) return "";
    const days = (left) => (left === null ? "no expiry known" : count(left, "day") + " left");
    const vault = this.found.get("KEY_VAULT_URL")?.value ?? "";
    return card("Secrets", el("p", { class: "quiet" }, "They stay in Key Vault ", said(vault), " and are never shown."), facts(status.secrets.map(({ name, days_left: left }) => [name, el("span", { class: left !== null && left <= 30 ? "warn-text" : "" }, days(left))])));
  }

  get changes() {
    return Object.fromEntries([...this.entries].filter(([, { read, was }]) => read() !== was).map(([name, { read }]) => [name, read()]));
  }

  changed() {
    const number = Object.keys(this.changes).length;
    if (this.canSave) sessionStorage.setItem(DRAFTS, JSON.stringify(this.changes));
    this.save.disabled = number === 0;
    this.told.textContent = number ? `${count(number, "option")} changed, not saved yet` : "No change to save.";
  }

  verifyButton() {
    if (!this.app.may || !this.app.has("POST", "settings/verify")) return "";
    const go = button("Verify", () =>
      attempt(go, this.checks, async () => {
        this.checks.replaceChildren(el("p", { class: "quiet" }, "Connecting to everything…"));
        const { checks } = await post("settings/verify", {});
        this.checks.replaceChildren(checkList(checks));
      }));
    return go;
  }

  resetButton() {
    const isSaved = [...this.found.values()].some(({ source }) => source === "saved");
    if (!isSaved || !this.app.may || !this.app.has("DELETE", "settings")) return "";
    return button("Back to deployed…", () =>
      ask("Go back to the deployed options?", (close) => {
        const trouble = el("div", { role: "alert" });
        const go = button("Go back", () =>
          attempt(go, trouble, async () => {
            await send("DELETE", "settings");
            close();
            sessionStorage.removeItem(DRAFTS);
            await this.app.refreshSettings();
            this.app.reload("The deployed options are in force.");
          }), "danger");
        return [el("p", {}, "Everything that was saved on this page is dropped."), trouble, choices(close, go)];
      }));
  }

  confirm() {
    const { changes } = this;
    for (const place of this.faults.values()) place.replaceChildren();
    return ask("Save these options?", (close) => {
      const trouble = el("div", { role: "alert" });
      const scope = el("div", { role: "status" });
      const go = button("Save", () => attempt(go, trouble, () => this.put(changes, close, trouble)), "strong");
      const rows = Object.entries(changes).map(([name, value]) => [this.entries.get(name).label, el("span", {}, el("del", {}, this.entries.get(name).was), " ", el("ins", {}, value))]);
      const closes = Object.keys(changes).some((name) => CLOSES_GATE.includes(name));
      if (Object.keys(changes).some((name) => MOVES_SCOPE.includes(name))) this.preview(changes, scope);
      return [facts(rows), scope, closes ? notice("info", "Unattended runs will wait", el("p", {}, "They report and write nothing until a person has executed a plan made under the new options.")) : "", el("p", { class: "quiet" }, "Scope groups are looked up in Entra before they are saved. Verify connects to everything."), trouble, choices(close, go)];
    });
  }

  async preview(changes, place) {
    place.replaceChildren(el("p", { class: "quiet" }, "Looking who comes in and who goes out…"));
    try {
      const { enter, leave, examples, as_of: asOf } = await post("settings/preview", changes);
      const named = examples.map(({ move, name, address }) => el("li", {}, badge(move === "leave" ? "leaves" : "enters", move === "leave" ? "bad" : "good"), " ", said(name), " ", el("span", { class: "address" }, said(address ?? ""))));
      place.replaceChildren(el("p", {}, "By the read of ", when(asOf), `: ${enter} would come into what is synced, ${leave} would go out of it.`), el("ul", { class: "checks" }, named));
    } catch (problem) {
      place.replaceChildren(el("p", { class: "warn-text" }, problem.message));
    }
  }

  async put(changes, close) {
    try {
      await send("PUT", "settings", changes);
    } catch (problem) {
      for (const { name, fix } of problem.body?.settings ?? []) this.faults.get(name)?.replaceChildren(fix);
      throw problem;
    }
    close();
    sessionStorage.removeItem(DRAFTS);
    await this.app.refreshSettings();
    this.app.reload("The options are saved.");
  }
}

function checkList(checks) {
  const rows = checks.map(({ name, ok, detail, fix }) => el("li", {}, badge(ok ? "ok" : "not ok", ok ? "good" : "bad"), el("div", {}, el("p", { class: "name" }, name), el("p", {}, said(detail)), ok || !fix ? "" : el("p", { class: "warn-text" }, said(fix)))));
  return card("Verified", el("ul", { class: "checks" }, rows));
}
