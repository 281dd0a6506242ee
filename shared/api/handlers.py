"""What each route does: the decoded request becomes a command, and what comes back becomes the answer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from msgspec import Struct

from shared.api import presenting
from shared.api.answers.rows import ChangeRows, SkippedRows
from shared.api.answers.runs import Results, Runs, Started
from shared.api.answers.settings import Settings
from shared.api.answers.status import Health
from shared.api.authorization import Caller
from shared.api.bodies import (
    ExecuteBody,
    NoBody,
    ResultsBody,
    RowCategory,
    RowsBody,
    SearchBody,
    one_of,
    whole_number,
)
from shared.api.exports import ExportFormat, export
from shared.api.http import PREFIX, ApiRequest, ApiResponse, json_answer
from shared.diff.plan import Blocked, Change, Skipped
from shared.engine.commands import AdministrationCommands, Commands
from shared.engine.refusals import NotFoundError
from shared.engine.run import Result, Run

B = TypeVar("B", bound=Struct)
T = TypeVar("T")

WORK_SECONDS = 50
"""How long one call of ``work`` may carry a run out; the call as a whole stays under 60 seconds."""

WATCH_SECONDS = 2
"""How long to wait before looking at a run again."""

MOST_RUNS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[B]):
    """A request that is let in, with all that its handler needs."""

    commands: Commands
    administration: AdministrationCommands
    caller: Caller
    request: ApiRequest
    body: B

    @property
    def id(self) -> str:
        """The ``{id}`` of the path. Raises NotFoundError where no id looks like it: it names a document in storage."""
        text = self.request.params.get("id", "")
        if not is_id(text):
            raise NotFoundError("There is nothing with such an id.", "Take the id from the list that has it.")
        return text


def is_id(text: str) -> bool:
    """Whether ``text`` can be the id of a run or plan."""
    return 0 < len(text) <= 100 and text.isascii() and all(c.isalnum() or c in "-_" for c in text)


def health(commands: Commands) -> ApiResponse:
    """Whether scheduled runs succeed; nothing else is told."""
    if commands.is_late():
        return json_answer(503, Health(status="late"))
    return json_answer(200, Health(status="ok"))


def status(call: Call[NoBody]) -> ApiResponse:
    """How the app is doing, and who asks."""
    return json_answer(200, presenting.status_answer(call.commands.status(), call.caller))


def settings(call: Call[NoBody]) -> ApiResponse:
    """The settings in force."""
    found = tuple(presenting.setting_answer(setting) for setting in call.commands.settings())
    return json_answer(200, Settings(settings=found))


def start_search(call: Call[SearchBody]) -> ApiResponse:
    """Queue a search."""
    if call.body.accept:
        call.caller.require_person("accept")
    return _started(call.commands.start_search(call.body.narrowing(), call.caller.actor))


def list_runs(call: Call[NoBody]) -> ApiResponse:
    """The newest runs."""
    limit = whole_number(call.request, "limit", default=50, least=1, most=MOST_RUNS)
    return json_answer(200, Runs(runs=tuple(presenting.run_answer(run) for run in call.commands.runs(limit=limit))))


def get_run(call: Call[NoBody]) -> ApiResponse:
    """One run."""
    return _run(call.commands.run(call.id))


def work_run(call: Call[NoBody]) -> ApiResponse:
    """Carry the run out for a while; where another worker does, only say how far it is."""
    worked = call.commands.work(call.id, seconds=WORK_SECONDS)
    return _run(call.commands.run(call.id) if worked is None else worked)


def cancel_run(call: Call[NoBody]) -> ApiResponse:
    """Ask the run to stop after the change or chain in hand."""
    return _run(call.commands.cancel(call.id, call.caller.actor))


def undo_run(call: Call[NoBody]) -> ApiResponse:
    """Queue a search for the way back from an execution."""
    return _started(call.commands.start_undo(call.id, call.caller.actor))


def get_plan(call: Call[NoBody]) -> ApiResponse:
    """The head of a plan."""
    return json_answer(200, presenting.plan_answer(call.commands.plan(call.id)))


def list_rows(call: Call[RowsBody]) -> ApiResponse:
    """Rows of a plan that match."""
    plan, body = call.commands.plan(call.id).plan, call.body
    needle = body.q.strip().casefold()
    if body.category is RowCategory.SKIPPED:
        # Nothing skipped is blocked, so asking for blocked rows finds none here.
        left = [] if body.blocked else [row for row in plan.skipped if _has(needle, _words_of_skipped(row))]
        page = tuple(presenting.skipped_row(row) for row in _page(left, body.offset, body.limit))
        return json_answer(200, SkippedRows(total=len(left), rows=page))
    found = [
        change
        for change in plan.changes
        if (body.category is None or body.category.value == change.category.value)
        and _is_blocked_as_asked(change, body)
        and _has(needle, _words_of_change(change))
    ]
    rows = tuple(presenting.change_row(change) for change in _page(found, body.offset, body.limit))
    return json_answer(200, ChangeRows(total=len(found), rows=rows))


def export_plan(call: Call[NoBody]) -> ApiResponse:
    """The whole plan as a file."""
    form = ExportFormat(one_of(call.request, "format", ExportFormat))
    return export(call.commands.plan(call.id), form)


def execute_plan(call: Call[ExecuteBody]) -> ApiResponse:
    """Queue the execution of a plan's selection."""
    if call.body.include:
        call.caller.require_person("include")
    if call.body.approve is not None:
        call.caller.require_person("approve")
    if call.commands.plan(call.id).undoes is not None:
        call.caller.require_person("undo")
    return _started(call.commands.execute(call.id, call.body.selection(), call.caller.actor))


def list_results(call: Call[ResultsBody]) -> ApiResponse:
    """Results of an execution that match."""
    body, needle = call.body, call.body.q.strip().casefold()
    found = [
        result
        for result in call.commands.results(call.id)
        if body.outcome in (None, result.outcome) and _has(needle, _words_of_result(result))
    ]
    page = tuple(presenting.result_answer(result) for result in _page(found, body.offset, body.limit))
    return json_answer(200, Results(results=page, total=len(found)))


def _started(run: Run) -> ApiResponse:
    headers = {"Location": f"{PREFIX}/runs/{run.id}", "Retry-After": str(WATCH_SECONDS)}
    return json_answer(202, Started(run_id=run.id), headers)


def _run(run: Run) -> ApiResponse:
    headers = {} if run.state.is_final else {"Retry-After": str(WATCH_SECONDS)}
    return json_answer(200, presenting.run_answer(run), headers)


def _page(rows: Sequence[T], offset: int, limit: int) -> Sequence[T]:
    return rows[offset : offset + limit]


def _has(needle: str, words: Iterable[str | None]) -> bool:
    return not needle or any(needle in word.casefold() for word in words if word)


def _is_blocked_as_asked(change: Change, body: RowsBody) -> bool:
    match body.blocked:
        case None:
            return True
        case Blocked() as reason:
            return change.blocked is reason
        case asked:
            return (change.blocked is not None) is asked


def _words_of_change(change: Change) -> Iterable[str | None]:
    for values in (change.before, change.after):
        yield values.primary_email
        yield from values.alias_emails or ()
    yield from (change.address, change.name)


def _words_of_skipped(row: Skipped) -> Iterable[str | None]:
    return (row.address, row.name)


def _words_of_result(result: Result) -> Iterable[str | None]:
    return (result.address, result.detail)
