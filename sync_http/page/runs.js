// Watches runs, carries them out while the page is open, and lists the newest.

import { get, post, Problem } from "./api.js";
import { el, fill, hide, table, when, words } from "./dom.js";

const QUICK_MILLISECONDS = 1500;
const PAUSE_MILLISECONDS = 2000;

/** Whether nothing more will happen to the run. */
export function isFinal(run) {
  return run.state !== "queued" && run.state !== "running";
}

const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));

/** Watch a run to its end, and work on it where that is allowed; the run as it ended. */
export async function follow(runId, canWork) {
  let run = await get(`runs/${runId}`);
  while (!isFinal(run)) {
    show(run, canWork);
    const before = Date.now();
    // While a call works we look beside it, so that the progress moves.
    const watching = canWork ? setInterval(() => peek(runId, canWork), PAUSE_MILLISECONDS) : 0;
    try {
      run = canWork ? await post(`runs/${runId}/work`) : await get(`runs/${runId}`);
    } catch (error) {
      if (!(error instanceof Problem) || !["unreachable", "http_502", "http_503", "http_504"].includes(error.code)) throw error;
      // The run goes on without us; look at it again.
    } finally {
      clearInterval(watching);
    }
    if (!isFinal(run) && Date.now() - before < QUICK_MILLISECONDS) await pause();
  }
  hide("progress");
  return run;
}

async function peek(runId, canWork) {
  try {
    const run = await get(`runs/${runId}`);
    if (!isFinal(run)) show(run, canWork);
  } catch {
    // Only a look beside the call that counts.
  }
}

function show(run, canCancel) {
  const known = run.total > 0 ? { max: run.total, value: run.done } : {};
  const cancel = el("button", { type: "button", onclick: () => post(`runs/${run.id}/cancel`) }, "Stop after the change in hand");
  fill(
    "progress-body",
    el("p", {}, `${words(run.kind)}: ${words(run.stage)}${run.total > 0 ? `, ${run.done} of ${run.total}` : ""}`),
    el("progress", { "aria-label": "Progress", ...known }),
    el("div", { class: "actions" }, ...(canCancel ? [cancel] : [])),
  );
}

/** List the newest runs; `open` is called with the one that is chosen. */
export async function list(open) {
  const { runs } = await get("runs?limit=20");
  const rows = runs.map((run) => [
    el("button", { type: "button", class: "link", onclick: () => open(run) }, when(run.queued_at)),
    words(run.kind),
    el("span", { class: tone(run.state) }, words(run.state)),
    Object.entries(run.counts).map(([name, count]) => `${words(name)} ${count}`).join(", "),
    run.problem ? `${run.problem.detail} ${run.problem.fix}` : "",
    run.by,
  ]);
  fill("runs-body", runs.length ? table(["queued", "what", "state", "counts", "problem", "by"], rows) : el("p", {}, "None yet."));
  return runs;
}

function tone(state) {
  if (state === "succeeded") return "good";
  return ["failed", "blocked", "partly_failed"].includes(state) ? "bad" : "quiet";
}
