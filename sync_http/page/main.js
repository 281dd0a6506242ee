// The page as a whole: who is here, what may be done, and what follows what.

import { get, post, useKey } from "./api.js";
import { at, el, hide, when } from "./dom.js";
import { showPlan } from "./plan.js";
import { showResults } from "./results.js";
import { follow, isFinal, list } from "./runs.js";
import { showForm } from "./search.js";

let canChange = false;

function failed(problem) {
  hide("progress");
  at("notice").replaceChildren(el("div", { class: "notice" }, el("p", {}, problem.message), el("p", {}, problem.fix ?? "Reload the page.")));
  if (problem.code === "key_needed") {
    hide("search", "plan", "results", "runs");
    at("key").hidden = false;
  }
  if (problem.code === "run_under_way") attempt(() => watch(problem.body.run_id));
}

async function attempt(action) {
  try {
    await action();
  } catch (problem) {
    failed(problem);
  }
}

/** Watch the run to its end, then show what it made. */
async function watch(runId) {
  const run = await follow(runId, canChange);
  at("notice").replaceChildren();
  await open(run);
  await list((other) => attempt(() => open(other)));
}

async function open(run) {
  hide("plan", "results");
  if (!isFinal(run)) return watch(run.id);
  if (run.problem) failed({ message: run.problem.detail, fix: run.problem.fix, code: run.problem.code });
  if (run.kind === "execution" || run.kind === "scheduled") await showResults(run);
  if (run.kind === "execution" || !run.plan_id) return;
  const mayExecute = canChange && (run.kind !== "scheduled" || run.state === "blocked");
  await showPlan(run.plan_id, mayExecute, (id) => attempt(() => execute(id)), failed);
}

async function execute(runId) {
  hide("plan");
  await watch(runId);
}

async function search(body) {
  at("notice").replaceChildren();
  hide("plan", "results");
  await watch((await post("searches", body)).run_id);
}

async function start() {
  const status = await get("status");
  canChange = status.me.roles.includes("Sync.Admin");
  hide("key");
  at("notice").replaceChildren();
  at("status").replaceChildren(
    `${status.me.name} · last success ${when(status.last_success_at)} · unattended runs ${status.gate.open ? "may write" : `only report: ${status.gate.reason}`}`,
    ...status.warnings.map((warning) => el("span", { class: "bad" }, ` · ${warning}`)),
  );
  if (canChange) showForm((await get("settings")).settings, (body) => attempt(() => search(body)));
  const runs = await list((run) => attempt(() => open(run)));
  const underWay = runs.find((run) => !isFinal(run));
  if (underWay) await watch(underWay.id);
}

at("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  useKey(at("key-input").value);
  at("key-input").value = "";
  attempt(start);
});

attempt(start);
