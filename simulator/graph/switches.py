"""What nobody knows for sure about Microsoft Graph, and what it only sometimes does: one switch each, set by tests and ``/_control``."""

from dataclasses import dataclass, field
from enum import StrEnum


class HiddenMembership(StrEnum):
    """What a caller without ``Member.Read.Hidden`` gets for the members of a hidden group."""

    EMPTY = "empty"
    FORBIDDEN = "forbidden"


class LeaveDate(StrEnum):
    """What a caller without ``User-LifeCycleInfo.Read.All`` gets who selects ``employeeLeaveDateTime``."""

    FORBIDDEN = "forbidden"
    NULL = "null"


class RetryAfter(StrEnum):
    """How a 429 says when to come back."""

    SECONDS = "seconds"
    FRACTION = "fraction"
    HTTP_DATE = "http_date"
    ABSENT = "absent"


@dataclass(slots=True, kw_only=True)
class GraphSwitches:
    """The simulated Graph's open questions and moods, as documented or most likely unless set otherwise."""

    hidden_membership: HiddenMembership = HiddenMembership.EMPTY
    leave_date: LeaveDate = LeaveDate.FORBIDDEN
    select_adds_id: bool = False
    """Whether lists with ``$select`` add ``id`` unasked."""
    members_keep_type: bool = True
    """Whether ``$select`` on members keeps ``@odata.type``."""
    lower_case_inner_error: bool = False
    """Whether errors say ``innererror`` for ``innerError``."""

    largest_page: int = 999
    """No page of any list holds more, whatever ``$top`` asks; down to 1, so that paging always runs."""
    empty_pages: bool = False
    """Whether an empty page with a nextLink comes before every further page."""
    retried_page_breaks_chain: bool = False
    """Whether the nextLink out of a page that was asked twice is refused (DirectoryPageTokenNotFoundException)."""
    index_lag_seconds: float = 0
    """By how much advanced queries and ``/$count`` may lag behind."""
    withheld: dict[str, frozenset[str]] = field(default_factory=dict)
    """By object id: properties that Graph leaves out of the object although they were selected."""
    closed_mailboxes: set[str] = field(default_factory=set)
    """Ids of users whose mailbox settings an application access policy refuses (403)."""

    resource_units: int | None = None
    """Per application and 10 seconds; None: 3,500, 5,000 or 8,000 by the number of users."""
    retry_after: RetryAfter = RetryAfter.SECONDS

    delta_page_size: int = 200
    delta_members_per_entry: int = 500
    """A group with more members comes again on later entries with the others."""
    delta_first_round_has_removed: bool = True
    delta_tells_deleted_members: bool = False
    """Whether the end of a membership is told when the member itself was deleted."""
    delta_replays: bool = False
    """Whether every page of a later round repeats the first entry of the page before it."""
    delta_lag_seconds: float = 0
    """By how much delta may lag behind."""
    delta_held_back: set[str] = field(default_factory=set)
    """Ids of objects whose changes a later round does not tell yet; one after they were taken out does."""
    delta_is_gone: bool = False
    """Whether every delta token answers 410 with ``Location`` (tenant maintenance)."""
