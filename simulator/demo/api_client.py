"""The app's HTTP API as a client sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec
import requests

from simulator.demo.problems import DemoError

_TIMEOUT_SECONDS = 120.0
"""Longer than the 60 s that one ``/work`` call may take."""
_PAGE = 1000

T = TypeVar("T")


class RunProblem(msgspec.Struct, frozen=True, kw_only=True):
    """Why a run ended as it did."""

    code: str
    detail: str
    fix: str


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A run as answered."""

    id: str
    state: str
    stage: str
    done: int
    total: int
    plan_id: str | None = None
    problem: RunProblem | None = None

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state not in ("queued", "running")


class DirectoryCertificate(msgspec.Struct, frozen=True, kw_only=True):
    """What was read of the directory."""

    people_read: int
    groups_read: int


class Certificates(msgspec.Struct, frozen=True, kw_only=True):
    """What the plan rests on."""

    directory: DirectoryCertificate


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A plan's head as answered."""

    id: str
    digest: str
    counts: dict[str, int]
    ticked: int
    skipped: dict[str, int]
    certificates: Certificates
    warnings: tuple[str, ...]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One change as answered."""

    category: str
    address: str
    name: str
    ticked: bool
    blocked: str | None
    fields: tuple[str, ...]
    reason: str


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one change."""

    category: str
    address: str
    outcome: str
    detail: str


class _Started(msgspec.Struct, frozen=True, kw_only=True):
    run_id: str


class _Rows(msgspec.Struct, frozen=True, kw_only=True):
    rows: tuple[Row, ...]
    total: int


class _Results(msgspec.Struct, frozen=True, kw_only=True):
    results: tuple[Result, ...]
    total: int


class _Problem(msgspec.Struct, frozen=True, kw_only=True):
    detail: str = ""
    fix: str = ""
    numbers: dict[str, int] = {}
    selection_digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """A run after a call of ``/work``, and how long the app asks to wait before the next."""

    run: Run
    retry_after_seconds: float


class GuardTrippedError(Exception):
    """The selection is over the guard's limits; ``selection_digest`` is what an approval repeats."""

    def __init__(self, problem: str, numbers: Mapping[str, int], selection_digest: str) -> None:
        super().__init__(problem)
        self.numbers = numbers
        self.selection_digest = selection_digest


@dataclass(frozen=True, slots=True, kw_only=True)
class AppClient:
    """Calls the app at ``url``; every method raises DemoError where the app answers something else than expected."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    """What proves who is calling: a function key, or the sign-in's token."""
    session: requests.Session

    def start_search(self) -> str:
        """The run id of a search under the options in force."""
        return self._post("/api/searches", {}, _Started).run_id

    def work(self, run_id: str) -> Worked:
        """Have the run worked on now, for at most a minute."""
        answer = self._send("POST", f"/api/runs/{run_id}/work", {})
        if answer.status_code not in (200, 202):
            self._refuse(answer)
        return Worked(
            run=self._decode(answer, Run), retry_after_seconds=float(answer.headers.get("Retry-After", "0") or 0)
        )

    def plan(self, plan_id: str) -> Plan:
        """The plan's head."""
        answer = self._send("GET", f"/api/plans/{plan_id}")
        if answer.status_code != 200:
            self._refuse(answer)
        return self._decode(answer, Plan)

    def rows(self, plan_id: str, *, category: str, limit: int) -> tuple[Row, ...]:
        """The first rows of a category."""
        return self._post(f"/api/plans/{plan_id}/rows", {"category": category, "limit": limit}, _Rows).rows

    def blocked(self, plan_id: str) -> int:
        """How many changes nobody can tick."""
        return self._post(f"/api/plans/{plan_id}/rows", {"blocked": True, "limit": 1}, _Rows).total

    def execute(self, plan: Plan, *, approve: str | None = None) -> str:
        """The run id of the execution of the ticked changes; raises GuardTrippedError."""
        body = {"digest": plan.digest, **({"approve": approve} if approve else {})}
        answer = self._send("POST", f"/api/plans/{plan.id}/execute", body)
        if answer.status_code == 412:
            problem = self._decode(answer, _Problem)
            raise GuardTrippedError(problem.detail, problem.numbers, problem.selection_digest)
        if answer.status_code != 202:
            self._refuse(answer)
        return self._decode(answer, _Started).run_id

    def results(self, run_id: str) -> tuple[Result, ...]:
        """What became of every change."""
        found: list[Result] = []
        while True:
            body = {"offset": len(found), "limit": _PAGE}
            page = self._post(f"/api/runs/{run_id}/results", body, _Results)
            found += page.results
            if len(found) >= page.total or not page.results:
                return tuple(found)

    def _post(self, path: str, body: object, answer_type: type[T]) -> T:
        answer = self._send("POST", path, body)
        if answer.status_code not in (200, 202):
            self._refuse(answer)
        return self._decode(answer, answer_type)

    def _send(self, method: str, path: str, body: object = None) -> requests.Response:
        headers = {**self.headers, "X-Sync-Request": "1"}
        try:
            return self.session.request(
                method, self.url + path, json=body, headers=headers, timeout=_TIMEOUT_SECONDS, allow_redirects=False
            )
        except requests.RequestException as error:
            raise DemoError(f"The app does not answer {method} {path}: {error}") from error

    @staticmethod
    def _decode(answer: requests.Response, answer_type: type[T]) -> T:
        try:
            return msgspec.json.decode(answer.content, type=answer_type)
        except msgspec.DecodeError as error:
            raise DemoError(f"{answer.request.method} {answer.url} answered something unexpected: {error}") from error

    @staticmethod
    def _refuse(answer: requests.Response) -> None:
        try:
            problem = msgspec.json.decode(answer.content, type=_Problem)
        except msgspec.DecodeError:
            problem = _Problem(detail=answer.reason or "")
        raise DemoError(
            f"{answer.request.method} {answer.url} answered {answer.status_code}: {problem.detail} {problem.fix}".rstrip()
        )
