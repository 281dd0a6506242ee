"""One round through an app whose answers are written here."""

from collections.abc import Callable
from typing import Any

import pytest

from simulator.demo.problems import DemoError
from simulator.demo.story import Report, Surroundings, tell
from simulator.demo.tables import table
from tests.devtool.scripted_app import Reply, ScriptedApp, serving_script


class Told:
    """What was said and how long was waited; every request counter goes up by 7 when it is read."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.waits: list[float] = []
        self._now = 0.0
        self._count = 0

    def surroundings(self) -> Surroundings:
        return Surroundings(
            requests=self._requests, say=self.lines.append, monotonic=lambda: self._now, sleep=self._sleep
        )

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def _requests(self) -> dict[str, int]:
        self._count += 7
        return {"graph": self._count, "essentials": 2 * self._count, "token": 1, "vault": 3}

    def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self._now += seconds


def _run(run_id: str, state: str, plan_id: str | None = None, **more: Any) -> dict[str, Any]:
    return {"id": run_id, "state": state, "stage": "reading", "done": 1, "total": 2, "plan_id": plan_id, **more}


def _plan(plan_id: str, ticked: int) -> dict[str, Any]:
    return {
        "id": plan_id,
        "digest": f"digest-{plan_id}",
        "counts": {"add_user": ticked, "remove_user": 0},
        "ticked": ticked,
        "skipped": {"guest": 3, "exempt": 0},
        "certificates": {"directory": {"people_read": 40, "groups_read": 8}},
        "warnings": ["licences_implausible"],
    }


def _row(address: str) -> dict[str, Any]:
    return {
        "category": "add_user",
        "address": address,
        "name": "N",
        "ticked": True,
        "blocked": None,
        "fields": ["type"],
        "reason": "new in Entra",
    }


def _script(*, replan: int = 0, execution: str = "succeeded") -> dict[str, list[Reply]]:
    results = [{"category": "add_user", "address": f"{n}@x.example", "outcome": "done", "detail": ""} for n in range(2)]
    rows = Reply(status=200, body={"rows": [_row("0@x.example")], "total": 2})
    return {
        "POST /api/searches": [
            Reply(status=202, body={"run_id": "s1"}),
            Reply(status=202, body={"run_id": "s2"}),
        ],
        "POST /api/runs/s1/work": [
            Reply(status=202, body=_run("s1", "running"), headers={"Retry-After": "2"}),
            Reply(status=200, body=_run("s1", "succeeded", "p1")),
        ],
        "POST /api/runs/s2/work": [Reply(status=200, body=_run("s2", "succeeded", "p2"))],
        "POST /api/runs/e1/work": [Reply(status=200, body=_run("e1", execution))],
        "GET /api/plans/p1": [Reply(status=200, body=_plan("p1", 2))],
        "GET /api/plans/p2": [Reply(status=200, body=_plan("p2", replan))],
        "POST /api/plans/p1/rows": [rows],
        "POST /api/plans/p2/rows": [rows],
        "POST /api/plans/p1/execute": [Reply(status=202, body={"run_id": "e1"})],
        "POST /api/runs/e1/results": [
            Reply(status=200, body={"results": results[:1], "total": 2}),
            Reply(status=200, body={"results": results[1:], "total": 2}),
        ],
    }


def _tell(script: dict[str, list[Reply]]) -> tuple[Report, Told, ScriptedApp]:
    told = Told()
    with serving_script(script) as (app, client):
        return tell(client, told.surroundings()), told, app


def test_a_round_that_ends_in_sync_is_a_success() -> None:
    report, _, _ = _tell(_script())

    assert report.is_success
    assert report.as_json() == {
        "directory": {"people": 40, "groups": 8},
        "plan": {"add_user": 2, "remove_user": 0},
        "ticked": 2,
        "results": {"done": 2},
        "replan": 0,
        "requests": {"graph": 7, "essentials": 14, "token": 0},
        "seconds": 2.0,
    }


def test_the_plan_its_examples_and_what_was_skipped_are_told() -> None:
    _, told, _ = _tell(_script())

    assert "add_user" in told.text
    assert "0@x.example" in told.text
    assert "guest" in told.text
    assert "exempt" not in told.text
    assert "licences_implausible" in told.text


def test_the_app_is_given_the_time_that_it_asks_for() -> None:
    _, told, _ = _tell(_script())

    assert told.waits == [2.0]


def test_every_page_of_the_results_is_read() -> None:
    _, _, app = _tell(_script())

    assert [body["offset"] for body in app.bodies("POST /api/runs/e1/results")] == [0, 1]


@pytest.mark.parametrize("change", [{"replan": 1}, {"execution": "partly_failed"}])
def test_a_round_that_leaves_something_to_do_is_no_success(change: dict[str, Any]) -> None:
    report, _, _ = _tell(_script(**change))

    assert not report.is_success


def test_a_tripped_guard_is_approved_with_its_selection_digest_and_said() -> None:
    script = _script()
    guard = {"detail": "31 % of the accounts would change.", "numbers": {"changes": 31}, "selection_digest": "sel"}
    script["POST /api/plans/p1/execute"].insert(0, Reply(status=412, body=guard))
    report, told, app = _tell(script)

    assert report.is_success
    assert app.bodies("POST /api/plans/p1/execute") == [
        {"digest": "digest-p1"},
        {"digest": "digest-p1", "approve": "sel"},
    ]
    assert "31 % of the accounts" in told.text
    assert "Approving it" in told.text


def _failed_search(script: dict[str, list[Reply]]) -> None:
    problem = {"code": "entra_credential", "detail": "The secret is wrong.", "fix": "Rotate it."}
    script["POST /api/runs/s1/work"] = [Reply(status=200, body=_run("s1", "failed", problem=problem))]


def _refused_search(script: dict[str, list[Reply]]) -> None:
    body = {"detail": "Run r0 is not finished.", "fix": "Watch it."}
    script["POST /api/searches"] = [Reply(status=409, body=body)]


def _unreadable_plan(script: dict[str, list[Reply]]) -> None:
    script["GET /api/plans/p1"] = [Reply(status=200, body={"id": "p1"})]


def _standing_run(script: dict[str, list[Reply]]) -> None:
    body = _run("s1", "running")
    script["POST /api/runs/s1/work"] = [Reply(status=202, body=body, headers={"Retry-After": "60"})]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_failed_search, "The secret is wrong. Rotate it."),
        (_refused_search, "409: Run r0 is not finished. Watch it."),
        (_unreadable_plan, "unexpected"),
        (_standing_run, "stood still"),
    ],
)
def test_what_goes_wrong_is_said_in_one_sentence(spoil: Callable[[dict[str, list[Reply]]], None], said: str) -> None:
    script = _script()
    spoil(script)

    with pytest.raises(DemoError, match=said):
        _tell(script)


def test_a_table_lines_up_and_cuts_what_is_too_long() -> None:
    assert table(("name", "n"), [("a", 5), ("b" * 60, 10)]).splitlines() == [
        f"  {'name':48}  n",
        f"  {'-' * 48}  --",
        f"  {'a':48}   5",
        f"  {'b' * 47}…  10",
    ]
