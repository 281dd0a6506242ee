// What became of each change of an execution.

import { all } from "./api.js";
import { el, fill, table, words } from "./dom.js";

const ROWS_AT_ONCE = 500;
const TROUBLE_FIRST = ["failed", "drifted", "blocked", "not_reached", "excluded", "already", "done"];

/** Show the results of the run. */
export async function showResults(run) {
  const results = await all(`runs/${run.id}/results`, "results");
  const rank = (result) => TROUBLE_FIRST.indexOf(result.outcome);
  results.sort((a, b) => rank(a) - rank(b));
  const rows = results.slice(0, ROWS_AT_ONCE).map((result) => [
    el("span", { class: result.outcome === "failed" ? "bad" : "" }, words(result.outcome)),
    words(result.category),
    result.address,
    result.detail,
  ]);
  const rest = results.length - rows.length;
  fill(
    "results-body",
    run.problem ? el("p", { class: "notice" }, `${run.problem.detail} ${run.problem.fix}`) : "",
    el("p", { class: run.state === "succeeded" ? "good" : "bad" }, `The execution ${words(run.state)}: ${counts(run)}`),
    rows.length ? table(["outcome", "what", "address", "detail"], rows) : "",
    rest > 0 ? el("p", { class: "quiet" }, `${rest} more, all of them ${words(results[results.length - 1].outcome)}.`) : "",
  );
}

function counts(run) {
  return Object.entries(run.counts).map(([outcome, count]) => `${count} ${words(outcome)}`).join(", ") || "nothing to do";
}
