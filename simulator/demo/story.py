"""One round through the app: search, plan, execution, results, second search."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from simulator.demo.api_client import AppClient, GuardTrippedError, Plan, Result, Run
from simulator.demo.problems import DemoError
from simulator.demo.tables import table

_EXAMPLES = 3
_MOST_PROBLEMS = 10
_PATIENCE_SECONDS = 900.0
"""How long a run may stand still: as long as the app itself waits before it looks for a dead worker."""

Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the story needs beside the app."""

    requests: Callable[[], Counts]
    """How many requests each simulated service has had: ``graph``, ``essentials``, ``token``."""
    say: Callable[[str], None]
    monotonic: Callable[[], float]
    sleep: Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one round came to."""

    people: int
    groups: int
    plan: Counts
    ticked: int
    results: Counts
    replan: int
    requests: Counts
    """Of the first search."""
    seconds: float
    is_success: bool
    """The execution succeeded and the second search has no ticked change."""

    def as_json(self) -> dict[str, object]:
        """The fields that ``--json`` prints."""
        return {
            "directory": {"people": self.people, "groups": self.groups},
            "plan": dict(self.plan),
            "ticked": self.ticked,
            "results": dict(self.results),
            "replan": self.replan,
            "requests": dict(self.requests),
            "seconds": round(self.seconds, 2),
        }


def tell(app: AppClient, surroundings: Surroundings) -> Report:
    """One round, told as it goes; raises DemoError where a run fails."""
    started = surroundings.monotonic()
    say = surroundings.say
    before = surroundings.requests()
    plan = _search(app, surroundings)
    after = surroundings.requests()
    requests = {name: after[name] - before[name] for name in ("graph", "essentials", "token")}
    say(
        f"Read {plan.certificates.directory.people_read} people and {plan.certificates.directory.groups_read} groups with "
        + ", ".join(f"{count} {name} requests" for name, count in requests.items())
        + "."
    )
    _show_plan(app, plan, say)
    run = _finish(app, _execute(app, plan, say), surroundings)
    results = app.results(run.id)
    _show_results(run, results, say)
    say("\nSearching again …")
    again = _search(app, surroundings)
    say(f"The second search has {again.ticked} ticked changes.")
    if again.ticked:
        _show_plan(app, again, say)
    return Report(
        people=plan.certificates.directory.people_read,
        groups=plan.certificates.directory.groups_read,
        plan=plan.counts,
        ticked=plan.ticked,
        results=Counter(result.outcome for result in results),
        replan=again.ticked,
        requests=requests,
        seconds=surroundings.monotonic() - started,
        is_success=run.state == "succeeded" and again.ticked == 0,
    )


def _search(app: AppClient, surroundings: Surroundings) -> Plan:
    run = _finish(app, app.start_search(), surroundings)
    if run.state != "succeeded" or run.plan_id is None:
        reason = f"{run.problem.detail} {run.problem.fix}" if run.problem else "It names no problem."
        raise DemoError(f"The search ended {run.state}: {reason}")
    return app.plan(run.plan_id)


def _execute(app: AppClient, plan: Plan, say: Callable[[str], None]) -> str:
    say(f"\nExecuting the {plan.ticked} ticked changes …")
    try:
        return app.execute(plan)
    except GuardTrippedError as guard:
        numbers = ", ".join(f"{name} {value}" for name, value in guard.numbers.items())
        say(
            f"The guard stopped this: {guard} ({numbers})\nApproving it, as this is a demo: selection {guard.selection_digest}."
        )
        return app.execute(plan, approve=guard.selection_digest)


def _finish(app: AppClient, run_id: str, surroundings: Surroundings) -> Run:
    """The run when nothing more happens to it: works on it as the review page does."""
    seen: tuple[str, int] | None = None
    moved = surroundings.monotonic()
    while True:
        worked = app.work(run_id)
        run = worked.run
        if run.is_final:
            return run
        if (run.stage, run.done) != seen:
            seen, moved = (run.stage, run.done), surroundings.monotonic()
            surroundings.say(f"  {run.stage} {run.done}/{run.total}" if run.total else f"  {run.stage}")
        if surroundings.monotonic() - moved > _PATIENCE_SECONDS:
            raise DemoError(f"Run {run_id} has stood still for {_PATIENCE_SECONDS:.0f} s in {run.stage}.")
        surroundings.sleep(worked.retry_after_seconds)


def _show_plan(app: AppClient, plan: Plan, say: Callable[[str], None]) -> None:
    counted = {category: count for category, count in plan.counts.items() if count}
    examples = [
        (row.category, row.address, _tick(row.ticked, row.blocked), row.reason)
        for category in counted
        for row in app.rows(plan.id, category=category, limit=_EXAMPLES)
    ]
    say("\n" + table(("category", "changes"), counted.items()))
    say(f"  {plan.ticked} ticked, {app.blocked(plan.id)} blocked")
    skipped = {reason: count for reason, count in plan.skipped.items() if count}
    if skipped:
        say("\n" + table(("skipped because", "objects"), skipped.items()))
    if examples:
        say("\n" + table(("for example", "address", "", "reason"), examples))
    for warning in plan.warnings[:_MOST_PROBLEMS]:
        say(f"  warning: {warning}")


def _tick(ticked: bool, blocked: str | None) -> str:  # noqa: FBT001  # the row's own two fields
    return f"blocked: {blocked}" if blocked else "ticked" if ticked else "unticked"


def _show_results(run: Run, results: tuple[Result, ...], say: Callable[[str], None]) -> None:
    counts = Counter((result.category, result.outcome) for result in results)
    say("\n" + table(("category", "outcome", "changes"), [(*key, count) for key, count in sorted(counts.items())]))
    say(f"  The execution ended {run.state}.")
    if run.problem:
        say(f"  {run.problem.detail} {run.problem.fix}")
    odd = [result for result in results if result.outcome not in ("done", "already")]
    for result in odd[:_MOST_PROBLEMS]:
        say(f"  {result.outcome}: {result.category} {result.address}: {result.detail}")
