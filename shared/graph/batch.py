"""Reads sent in JSON batches of 20, answered item by item: a batch of status 200 may hold items that failed.

Source: learn.microsoft.com/graph/json-batching.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random

import msgspec

from shared.clock import Clock
from shared.errors import SyncError, ThrottledError, UnexpectedAnswerError
from shared.graph.allowance import limits_told
from shared.graph.chain import broken, decode_answer
from shared.graph.client import GraphClient, Permission, error_code
from shared.transport import RetryPolicy
from shared.transport_faults import retry_after_seconds

BATCH_ITEMS = 20
BATCHES_IN_FLIGHT = 8
_PLACE = "/v1.0/$batch"
_REPEATED_STATUSES = frozenset({429, 500, 502, 503, 504})
_GONE_CODE = "Request_ResourceNotFound"
"""The code of a 404 about a directory object. Other services behind Graph have others (``ResourceNotFound`` of Exchange)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Get:
    """One item that is a GET."""

    path: str
    """Below ``/v1.0``, with its query."""
    headers: Mapping[str, str] = field(default_factory=dict)

    def request(self) -> dict[str, object]:
        """The item as it is sent, less its id."""
        return {"method": "GET", "url": self.path, **({"headers": self.headers} if self.headers else {})}


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One item that is a read sent as a POST: an action that answers and changes nothing."""

    path: str
    """Below ``/v1.0``."""
    json_body: Mapping[str, object]

    def request(self) -> dict[str, object]:
        """The item as it is sent, less its id; one with a body must say what it is."""
        headers = {"Content-Type": "application/json"}
        return {"method": "POST", "url": self.path, "headers": headers, "body": self.json_body}


BatchItem = Get | Post


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAnswer:
    """The answer to one item; its status is none that asks to try again."""

    status: int
    body: bytes

    @property
    def is_gone(self) -> bool:
        """Whether Graph says that the object does not exist; a 404 without its code is a fault on the way."""
        return self.status == 404 and error_code(self.body) == _GONE_CODE


class _Item(msgspec.Struct):
    id: str
    status: int
    headers: dict[str, object] = {}
    body: msgspec.Raw = msgspec.Raw(b"null")

    def header(self, wanted: str) -> str | None:
        folded = wanted.casefold()
        found = next((value for name, value in self.headers.items() if name.casefold() == folded), None)
        return None if found is None else str(found)


class _Batch(msgspec.Struct):
    responses: list[_Item]


_DECODER = msgspec.json.Decoder(_Batch)


class BatchReader:
    """Sends batches of reads; throttled items alone are sent again, after the longest pause that any of them asks for."""

    def __init__(self, *, client: GraphClient, clock: Clock, random: Random, retry: RetryPolicy) -> None:
        self._client = client
        self._clock = clock
        self._random = random
        self._retry = retry

    def read_all(
        self, asked: Sequence[BatchItem], *, needs: Permission, noticed: Callable[[int], None]
    ) -> tuple[ItemAnswer, ...]:
        """The answers to any number of items, in their order, 20 to a batch and several batches in flight.

        ``noticed`` is told how many were answered so far, and may raise to stop. Raises as ``read`` does.
        """
        chunks = [asked[at : at + BATCH_ITEMS] for at in range(0, len(asked), BATCH_ITEMS)]
        found: list[ItemAnswer] = []
        with ThreadPoolExecutor(BATCHES_IN_FLIGHT, thread_name_prefix="graph-batch") as pool:
            for answers in pool.map(lambda chunk: self.read(chunk, needs=needs), chunks):
                found.extend(answers)
                noticed(len(found))
        return tuple(found)

    def read(self, asked: Sequence[BatchItem], *, needs: Permission) -> tuple[ItemAnswer, ...]:
        """The answers to at most 20 items, in their order.

        Raises IncompleteReadError (an item without an answer), ThrottledError, UnexpectedAnswerError, and as GraphClient does.
        """
        answers: dict[int, ItemAnswer] = {}
        waited, attempt = 0.0, 0
        while waiting := [index for index in range(len(asked)) if index not in answers]:
            attempt += 1
            items = self._send({index: asked[index] for index in waiting}, needs)
            failed = {index: item for index, item in items.items() if item.status in _REPEATED_STATUSES}
            answers.update(
                (index, ItemAnswer(status=item.status, body=bytes(item.body)))
                for index, item in items.items()
                if index not in failed
            )
            if not failed:
                continue
            now = self._clock.now()
            longest = max(retry_after_seconds(item.header("Retry-After"), now) or 0.0 for item in failed.values())
            pause = max(longest, self._retry.pause_seconds(attempt, self._random))
            if attempt >= self._retry.attempts or waited + pause >= self._retry.total_wait_seconds:
                raise _gave_up(asked, failed, pause)
            self._clock.sleep(pause)
            waited += pause
        return tuple(answers[index] for index in range(len(asked)))

    def _send(self, asked: Mapping[int, BatchItem], needs: Permission) -> dict[int, _Item]:
        requests = [{"id": str(index), **item.request()} for index, item in asked.items()]
        toll = self._client.toll([item.path for item in asked.values()])
        answer = self._client.batch(msgspec.json.encode({"requests": requests}), needs=needs, toll=toll)
        responses = decode_answer(answer, _DECODER, _PLACE).responses
        items = {int(item.id): item for item in responses if item.id.isascii() and item.id.isdigit()}
        if len(responses) != len(asked) or items.keys() != asked.keys():
            raise broken(_PLACE, f"{len(asked)} items were asked and {len(items)} of them answered")
        now = self._clock.now()
        toll.items_answered([limits_told(items[index].status, items[index].header, now) for index in asked])
        return items


def _gave_up(asked: Sequence[BatchItem], failed: Mapping[int, _Item], pause_seconds: float) -> SyncError:
    index, item = min(failed.items())
    where = f"Graph, {_PLACE}, item {asked[index].path.partition('?')[0]}"
    if any(item.status == 429 for item in failed.values()):
        return ThrottledError(
            f"{where}: Graph asks to slow down for {pause_seconds:.0f} s.",
            "Nothing to do: the app waits and goes on by itself.",
            retry_after_seconds=pause_seconds,
        )
    return UnexpectedAnswerError(
        f"{where} answered {item.status} again and again.",
        "Graph has a problem of its own; the app tries again by itself. Look at its status page if it lasts.",
    )
