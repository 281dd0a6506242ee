"""Answers about runs and their results."""

from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from shared.engine.run import Outcome, RunKind, RunState


class Started(Struct, frozen=True, kw_only=True):
    """The run that now does the work; watch it under ``Location``."""

    run_id: str


class RunProblem(Struct, frozen=True, kw_only=True):
    """Why a run failed or was blocked, and what to do about it."""

    code: str
    detail: str
    fix: str


class Run(Struct, frozen=True, kw_only=True):
    """The record of one search, execution, scheduled sync or undo."""

    id: str
    kind: RunKind
    state: RunState
    stage: str
    done: int
    total: int
    plan_id: str | None
    undoes: str | UnsetType = UNSET
    """The execution that an undo, or the execution of its plan, puts back; absent for every other run."""
    counts: dict[str, int]
    problem: RunProblem | None
    by: str
    queued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class Runs(Struct, frozen=True, kw_only=True):
    """The newest runs, newest first."""

    runs: tuple[Run, ...]


class Result(Struct, frozen=True, kw_only=True):
    """What became of one change."""

    change_id: str
    category: str
    address: str
    outcome: Outcome
    detail: str


class Results(Struct, frozen=True, kw_only=True):
    """Results of an execution, in order; ``total`` counts all that match, on this page or not."""

    results: tuple[Result, ...]
    total: int
