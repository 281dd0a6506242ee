"""Answers about settings: those in force, the checks of them, and whom others would bring in or out."""

from datetime import datetime

from msgspec import Struct

from shared.diff.move import Move
from shared.diff.plan import ObjectKind
from shared.engine.administration.checks import CheckName
from shared.settings import SettingSource


class Setting(Struct, frozen=True, kw_only=True):
    """One setting in force and where it comes from."""

    name: str
    value: str
    source: SettingSource
    deployed_only: bool


class Settings(Struct, frozen=True, kw_only=True):
    """All settings in force."""

    settings: tuple[Setting, ...]


class Mover(Struct, frozen=True, kw_only=True):
    """An object of Entra that would come into what is synced, or go out of it."""

    move: Move
    entra_id: str
    address: str | None
    name: str
    kind: ObjectKind


class ScopePreview(Struct, frozen=True, kw_only=True):
    """How many would enter and leave; ``examples`` names at most ten of each; ``as_of`` is when Entra was read."""

    enter: int
    leave: int
    examples: tuple[Mover, ...]
    as_of: datetime


class Check(Struct, frozen=True, kw_only=True):
    """What one check of the deployment found; ``fix`` is empty where it is ``ok``."""

    name: CheckName
    ok: bool
    detail: str
    fix: str


class Checks(Struct, frozen=True, kw_only=True):
    """What all checks found, in order."""

    checks: tuple[Check, ...]
