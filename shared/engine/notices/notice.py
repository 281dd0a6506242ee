"""What one message says."""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

_ADDRESS = re.compile(r"[^\s@<>()\[\]\"',;:]+@[^\s@<>()\[\]\"',;:]+")
HIDDEN = "(an address)"


class Topic(StrEnum):
    """What a message is about; receivers may rely on it."""

    RUN_NOT_SUCCEEDED = "run_not_succeeded"
    """An unattended run failed, failed partly, was blocked, held changes back, or was cancelled."""
    RUN_DIED = "run_died"
    LATE = "late"
    RECOVERED = "recovered"
    """What an earlier message told is over."""
    REPORT = "report"
    SECRET_ENDS = "secret_ends"  # noqa: S105  # a topic, not a secret
    GUARD_LOOSENED = "guard_loosened"
    NATIVE_KEY_DUE = "native_key_due"
    EXEMPTION_ENDED = "exemption_ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What happened, to how many, and what to do; it names nobody."""

    topic: Topic
    title: str
    detail: str
    fix: str
    """Empty where nothing is to be done."""
    counts: dict[str, int] = field(default_factory=dict)
    run_id: str = ""
    """Empty where it is about no single run."""

    def without_addresses(self) -> Self:
        """The same, every e-mail address hidden: a channel has more readers than the review page."""
        hide = _ADDRESS.sub
        return replace(
            self, title=hide(HIDDEN, self.title), detail=hide(HIDDEN, self.detail), fix=hide(HIDDEN, self.fix)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A notice as it is sent."""

    id: str
    """The same when it is sent again after a lost answer."""
    at: datetime
    organization: str
    """The organization's primary domain."""
    review_page: str
    """URL; empty where the app does not know its own."""
    notice: Notice
