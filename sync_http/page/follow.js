// Watches a run to its end, and carries it out meanwhile where the reader may: the app is slow to wake by itself.

import { get, isAway, post } from "./api.js";

const QUICK_MILLISECONDS = 1000;
const PAUSE_MILLISECONDS = 1000;
const AWAY_MILLISECONDS = 3000;
const RATE_OVER_MILLISECONDS = 30000;

/** Whether nothing more will happen to the run. */
export function isFinal(run) {
  return run.state !== "queued" && run.state !== "running";
}

function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}

/** Watch until the run ends or `signal` says stop. `show` gets the run, `away` a problem while the app cannot be reached. */
export async function follow(runId, canWork, signal, show, away) {
  let isWatched = true;
  const look = async () => {
    while (isWatched && !signal.aborted) {
      await pause(PAUSE_MILLISECONDS, signal);
      try {
        const run = await get(`runs/${runId}`);
        if (isWatched && !signal.aborted && !isFinal(run)) show(run);
      } catch {
        // Only a look beside the calls that count, which say what is wrong.
      }
    }
  };
  if (canWork) look();
  try {
    for (;;) {
      const before = Date.now();
      try {
        const run = canWork ? await post(`runs/${runId}/work`) : await get(`runs/${runId}`);
        if (signal.aborted) return;
        show(run);
        if (isFinal(run)) return;
      } catch (problem) {
        if (!isAway(problem)) throw problem;
        // The run goes on without us, or after the app has come back.
        away(problem);
        await pause(AWAY_MILLISECONDS, signal);
      }
      if (signal.aborted) return;
      if (Date.now() - before < QUICK_MILLISECONDS) await pause(PAUSE_MILLISECONDS, signal);
    }
  } finally {
    isWatched = false;
  }
}

/** Tells how fast a stage goes, from what was seen of it lately. */
export class Pace {
  constructor() {
    this.stage = "";
    this.seen = [];
  }

  /** Note where the run stands; `{perSecond, secondsLeft}`, or null while too little was seen. */
  note(run) {
    const at = Date.now();
    if (run.stage !== this.stage) [this.stage, this.seen] = [run.stage, []];
    this.seen = [...this.seen.filter((one) => at - one.at < RATE_OVER_MILLISECONDS), { at, done: run.done }];
    const [first] = this.seen;
    const seconds = (at - first.at) / 1000;
    if (seconds < 1 || run.done <= first.done || !run.total) return null;
    const perSecond = (run.done - first.done) / seconds;
    return { perSecond, secondsLeft: (run.total - run.done) / perSecond };
  }
}
