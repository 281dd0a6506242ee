// The page as a whole: who is here, which views there are, and which one is shown.

import { forgetKey, get, hasKey, routes, useKey } from "./api.js";
import { trouble } from "./dialogs.js";
import { button, el, heading, link, notice, said } from "./dom.js";
import { exemptionsView } from "./exemptions.js";
import { explainView } from "./explain.js";
import { historyView } from "./history.js";
import { homeView } from "./home.js";
import { planView } from "./plan.js";
import { runView } from "./run.js";
import { settingsView } from "./settings.js";

const VIEWS = [
  { name: "Review", hash: "#/", show: homeView, also: ["plans", "runs"] },
  { name: "History", hash: "#/history", show: historyView },
  { name: "Settings", hash: "#/settings", show: settingsView },
  { name: "Exemptions", hash: "#/exemptions", show: exemptionsView, needs: ["GET", "exemptions"] },
  { name: "Explain", hash: "#/explain", show: explainView, needs: ["POST", "explain"] },
];
const PLACE = "place";
const main = document.getElementById("main");
const announced = document.getElementById("said");
const nav = document.getElementById("nav");
const who = document.getElementById("who");

/** What the views share: who is here, what may be done, and how to go elsewhere. */
class App {
  constructor() {
    this.stop = new AbortController();
    this.settings = {};
  }

  get signal() {
    return this.stop.signal;
  }

  async refreshStatus() {
    this.status = await get("status");
    this.may = this.status.me.roles.includes("Sync.Admin");
    return this.status;
  }

  async refreshSettings() {
    const { settings } = await get("settings");
    this.settings = Object.fromEntries(settings.map(({ name, value }) => [name, value]));
  }

  async enter() {
    await this.refreshStatus();
    this.has = await routes();
    await this.refreshSettings();
    who.replaceChildren(el("span", {}, said(this.status.me.name)), hasKey() ? button("Forget key", () => this.leave(), "link") : "");
    this.isIn = true;
  }

  leave() {
    forgetKey();
    location.reload();
  }

  go(hash, replaces = false) {
    if (replaces) history.replaceState(null, "", hash);
    if (replaces || location.hash === hash) show();
    else location.hash = hash;
  }

  /** Show the view anew and say a sentence. */
  async reload(sentence) {
    await show();
    this.say(sentence);
  }

  say(sentence) {
    announced.textContent = sentence;
  }

  /** Say above the view what went wrong beside it. */
  fail(problem) {
    if (this.signal.aborted) return;
    if (problem.code === "key_needed" || problem.code === "signed_out") fallBack(problem);
    else main.prepend(trouble(problem));
  }
}

const app = new App();

function wanted() {
  const [, first = "", id = ""] = location.hash.split("/");
  if (first === "plans") return { name: "Plan", show: () => planView(app, encodeURIComponent(decodeURIComponent(id))), tab: VIEWS[0] };
  if (first === "runs") return { name: "Run", show: () => runView(app, encodeURIComponent(decodeURIComponent(id))), tab: VIEWS[0] };
  const view = VIEWS.find(({ hash }) => hash === `#/${first}`);
  if (!view || (view.needs && !app.has(...view.needs))) return null;
  return { ...view, tab: view };
}

async function show() {
  app.stop.abort();
  app.stop = new AbortController();
  const { signal } = app;
  announced.textContent = "";
  main.setAttribute("aria-busy", "true");
  const later = setTimeout(() => main.replaceChildren(el("p", { class: "loading" }, "Loading…")), 250);
  try {
    if (!app.isIn) await app.enter();
    const view = wanted();
    drawNav(view?.tab);
    const shown = view ? await view.show(app) : nowhere();
    if (signal.aborted) return;
    main.replaceChildren(shown);
    document.title = `${view?.name ?? "Not found"} · Entra to Proofpoint Essentials`;
    main.querySelector("h1")?.focus({ preventScroll: true });
    scrollTo(0, 0);
  } catch (problem) {
    if (!signal.aborted) fallBack(problem);
  } finally {
    clearTimeout(later);
    if (!signal.aborted) main.setAttribute("aria-busy", "false");
  }
}

function drawNav(current) {
  nav.hidden = false;
  const shown = VIEWS.filter(({ needs }) => !needs || app.has(...needs));
  nav.replaceChildren(...shown.map((view) => el("a", { href: view.hash, ...(view === current ? { "aria-current": "page" } : {}) }, view.name)));
}

function nowhere() {
  return el("div", {}, heading("Not found"), el("p", {}, "This page has no such view."), link("Go to the review", "#/", "button"));
}

/** Show what keeps the view from being shown, and what to do about it. */
function fallBack(problem) {
  app.stop.abort();
  main.setAttribute("aria-busy", "false");
  if (problem.code === "key_needed") main.replaceChildren(keyForm(problem));
  else if (problem.code === "signed_out") main.replaceChildren(signedOut(problem));
  else if (problem.code === "not_found") main.replaceChildren(heading("Not found"), trouble(problem), link("Open the history", "#/history", "button"));
  else if (["role_missing", "not_signed_in", "forbidden", "people_only"].includes(problem.code)) main.replaceChildren(heading("Not allowed"), trouble(problem));
  else main.replaceChildren(heading("This did not work"), trouble(problem), el("div", { class: "actions" }, button("Try again", show, "strong")));
  main.querySelector("input, h1")?.focus();
}

function keyForm(problem) {
  app.isIn = false;
  nav.hidden = true;
  who.replaceChildren();
  const input = el("input", { type: "password", autocomplete: "off", required: true });
  const form = el("form", { class: "inline-form" }, el("label", { class: "field" }, "Function key", input), button("Open", undefined, "strong", { type: "submit" }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    useKey(input.value.trim());
    show();
  });
  return el("div", { class: "gate" }, heading("Function key"), el("p", {}, problem.message, " It stays in this tab only, and is gone when you close it."), form);
}

function signedOut(problem) {
  // The sign-in comes back without the part after #.
  sessionStorage.setItem(PLACE, location.hash);
  return el("div", { class: "gate" }, heading("Signed out"), notice("info", problem.message, el("p", {}, problem.fix)), button("Sign in again", () => location.reload(), "strong"));
}

const place = sessionStorage.getItem(PLACE);
sessionStorage.removeItem(PLACE);
if (place && !location.hash) history.replaceState(null, "", place);
if (!location.hash) history.replaceState(null, "", "#/");
addEventListener("hashchange", show);
show();
