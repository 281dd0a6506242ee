"""Answers about exemptions."""

from datetime import datetime

from msgspec import Struct


class Exemption(Struct, frozen=True, kw_only=True):
    """An address whose whole person and account stay as they are; ``until`` is null where that is for good."""

    id: str
    address: str
    reason: str
    by: str
    until: datetime | None


class Exemptions(Struct, frozen=True, kw_only=True):
    """All exemptions in force, in order of making."""

    exemptions: tuple[Exemption, ...]
