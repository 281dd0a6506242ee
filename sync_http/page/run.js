// One run: its progress while it is under way, then what became of it.

import { all, get, post } from "./api.js";
import { ask, attempt, choices } from "./dialogs.js";
import { badge, button, el, facts, heading, link, notice, said, when } from "./dom.js";
import { askExemptions } from "./exempting.js";
import { follow, isFinal, Pace } from "./follow.js";
import { Results } from "./results.js";
import { KINDS, OUTCOMES, STATES, count, span, title } from "./words.js";

/** The view of a run. */
export async function runView(app, runId) {
  const run = await get(`runs/${runId}`);
  return new RunPage(app, run).element;
}

class RunPage {
  constructor(app, run) {
    this.app = app;
    this.pace = new Pace();
    this.stages = [];
    this.body = el("div", { class: "run-body" });
    this.state = el("span", { role: "status" });
    this.trouble = el("div", { role: "alert" });
    this.element = el("div", {}, heading(KINDS[run.kind] ?? title(run.kind), this.state, el("p", { class: "quiet" }, "asked for by ", said(run.by))), this.trouble, this.body);
    if (isFinal(run)) this.ended(run);
    else this.watch(run);
  }

  async watch(run) {
    this.bar = el("progress", { "aria-label": "Progress" });
    this.line = el("p", { class: "stage" });
    this.rate = el("p", { class: "quiet" });
    this.steps = el("ol", { class: "stages" });
    this.stop = button("Stop after the change in hand", () => attempt(this.stop, this.trouble, () => this.cancel(run.id)));
    const hint = run.kind === "search" ? "Nothing is changed in Essentials while it reads." : "You may close the page: the run goes on by itself.";
    this.body.replaceChildren(el("section", { class: "card progress-card", "aria-label": "Progress" }, this.line, this.bar, this.rate, this.steps, el("p", { class: "quiet" }, hint), el("div", { class: "actions" }, this.app.may ? this.stop : "")));
    this.moved(run);
    try {
      await follow(run.id, this.app.may, this.app.signal, (found) => this.seen(found), (problem) => this.away(problem));
    } catch (problem) {
      this.app.fail(problem);
    }
  }

  async cancel(id) {
    await post(`runs/${id}/cancel`);
    this.isStopping = true;
    this.stop.textContent = "Stopping…";
  }

  away(problem) {
    this.state.replaceChildren(badge("The app does not answer", "warn"));
    this.rate.textContent = `${problem.message} The page tries again; the run is not lost.`;
  }

  seen(run) {
    if (!isFinal(run)) this.moved(run);
    else if (this.app.signal.aborted) return;
    else if (run.kind !== "execution" && run.state === "succeeded" && run.kind !== "scheduled" && run.plan_id) this.app.go(`#/plans/${run.plan_id}`, true);
    else this.ended(run);
  }

  moved(run) {
    this.tag(run);
    if (run.stage !== this.stages[this.stages.length - 1]?.name) this.stages.push({ name: run.stage });
    Object.assign(this.stages[this.stages.length - 1], { done: run.done, total: run.total });
    const known = run.total > 0;
    this.line.textContent = known ? `${title(run.stage)}: ${run.done.toLocaleString()} of ${run.total.toLocaleString()}` : `${title(run.stage)}…`;
    if (known) Object.assign(this.bar, { max: run.total, value: Math.min(run.done, run.total) });
    else this.bar.removeAttribute("value");
    const pace = this.pace.note(run);
    this.rate.textContent = pace ? `${pace.perSecond < 10 ? pace.perSecond.toFixed(1) : Math.round(pace.perSecond)} a second, about ${span(pace.secondsLeft)} left` : " ";
    this.steps.replaceChildren(...this.stages.map(({ name, done, total }, index) => el("li", { class: index < this.stages.length - 1 ? "past" : "now" }, title(name), total ? el("span", { class: "quiet" }, ` ${done.toLocaleString()} of ${total.toLocaleString()}`) : "")));
  }

  tag(run) {
    const { title: text, tone } = STATES[run.state];
    this.state.replaceChildren(badge(text, tone));
  }

  ended(run) {
    this.tag(run);
    const writes = run.kind === "execution" || run.kind === "scheduled";
    const results = writes ? new Results(this.app, run) : null;
    this.body.replaceChildren(
      run.problem ? notice(run.state === "blocked" ? "warn" : "bad", run.problem.detail, el("p", {}, run.problem.fix)) : "",
      el("section", { class: "card" }, this.summary(run), this.next(run, writes)),
      results ? results.element : "",
    );
  }

  summary(run) {
    const lasted = run.started_at && run.finished_at ? span((new Date(run.finished_at) - new Date(run.started_at)) / 1000) : "not started";
    const pairs = [["Asked for", when(run.queued_at)], ["Ended", when(run.finished_at)], ["Took", lasted]];
    const counted = Object.entries(run.counts).filter(([, number]) => number);
    return el("div", {}, facts([...pairs, ...counted.map(([name, number]) => [OUTCOMES[name]?.title ?? title(name), number.toLocaleString()])]));
  }

  next(run, writes) {
    const { app } = this;
    const again = button("Search again", () => attempt(again, this.trouble, async () => app.go(`#/runs/${(await post("searches")).run_id}`)), "strong");
    const undo = button("Undo…", () => this.undo(run), "danger");
    const canUndo = app.may && app.has("POST", "runs/{id}/undo") && writes && (run.counts.done ?? 0) > 0;
    const left = ["failed", "drifted", "blocked", "not_reached"].reduce((sum, name) => sum + (run.counts[name] ?? 0), 0);
    return el(
      "div",
      {},
      run.undoes && writes ? this.again(run) : "",
      writes && left ? el("p", {}, `${count(left, "change")} did not happen. A new search shows what is left of them.`) : "",
      el("div", { class: "actions" }, app.may ? again : "", run.plan_id ? link("Open the plan", `#/plans/${run.plan_id}`, "button") : "", canUndo ? undo : ""),
    );
  }

  /** What an undo put back comes again with the next sync: whoever shall stay so is exempted. */
  again(run) {
    const { app } = this;
    const exempt = button("Exempt whom the undo put back…", () => attempt(exempt, this.trouble, async () => {
      const done = await all(`runs/${run.id}/results`, "results", { outcome: "done" });
      const addresses = [...new Set(done.map((result) => result.address))];
      if (await askExemptions(addresses)) app.say(`${count(addresses.length, "address", "addresses")} exempt from now on.`);
    }), "strong");
    return notice("warn", "The next sync would do again what this undo put back", el("p", {}, "Unattended runs wait until a person has executed a plan. Exempt whoever shall stay as before."), (run.counts.done ?? 0) && app.may && app.has("POST", "exemptions") ? el("div", { class: "actions" }, exempt) : "");
  }

  undo(run) {
    return ask("Undo this execution?", (close) => {
      const trouble = el("div", { role: "alert" });
      const go = button("Make the plan", () =>
        attempt(go, trouble, async () => {
          const { run_id: id } = await post(`runs/${run.id}/undo`);
          close();
          this.app.go(`#/runs/${id}`);
        }), "strong");
      return [el("p", {}, "This searches for the way back and shows it as a plan. Nothing is changed until you execute that plan; unattended runs wait from then on."), trouble, choices(close, go)];
    });
  }
}
