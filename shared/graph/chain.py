"""A list of Graph, read along its nextLinks to the end: whole, or an error that says on which page it broke."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import parse_qsl, urlsplit

import msgspec

from shared.errors import IncompleteReadError, UnexpectedAnswerError
from shared.graph.client import GraphClient, GraphRefusedError, Permission
from shared.graph.decode import Page
from shared.transport import Answer

J = TypeVar("J")
M = TypeVar("M")

_LOST_TOKEN_CODES = frozenset({"DirectoryPageTokenNotFoundException", "Directory_ExpiredPageToken"})
"""Codes for a nextLink that Graph no longer knows, as happens to one that came out of a repeated request.

Source: learn.microsoft.com/graph/paging.
"""
_MOST_SETBACKS = 2


class _Glimpse(msgspec.Struct):
    next_link: str | None = msgspec.field(name="@odata.nextLink", default=None)


_GLIMPSE = msgspec.json.Decoder(_Glimpse)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Generic[J, M]):
    """A list of Graph and what becomes of its items."""

    path: str
    """Path and query, or the absolute link to begin with."""
    needs: Permission
    page_decoder: msgspec.json.Decoder[Page[J]]
    convert: Callable[[J], M]


def _nothing(_items: Sequence[object]) -> None:
    """What follows from a page where nobody waits for it."""


def read_chain(
    client: GraphClient,
    listing: Listing[J, M],
    *,
    noticed: Callable[[int], None],
    came: Callable[[Sequence[M]], None] = _nothing,
) -> list[M]:
    """All items of the list; ``noticed`` is told after each page how many there are so far, and may raise to stop.

    ``came`` is given the items of each page at once, before the list is whole; after a setback some come again.
    An empty page with a live nextLink is legal and followed. Raises IncompleteReadError, and as GraphClient.get does.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="graph-next-page") as asking:
        pages = _read_pages(_Ahead(client, listing.needs, asking), client, listing, noticed, came)
    return [item for page_items in pages for item in page_items]


def _read_pages(
    ahead: "_Ahead",
    client: GraphClient,
    listing: Listing[J, M],
    noticed: Callable[[int], None],
    came: Callable[[Sequence[M]], None],
) -> list[list[M]]:
    links, targets, pages, safe, setbacks = [listing.path], [_target(listing.path)], list[list[M]](), 0, 0
    while len(pages) < len(links):
        place = _place(listing.path, len(links))
        try:
            answer = ahead.get(links[-1])
        except GraphRefusedError as error:
            if error.graph_code not in _LOST_TOKEN_CODES or len(links) == 1 or setbacks == _MOST_SETBACKS:
                raise
            # Back to the last link that came with an answer at the first attempt; the second time, to the beginning.
            setbacks += 1
            safe = safe if setbacks == 1 and safe < len(pages) else 0
            del links[safe + 1 :], targets[safe + 1 :], pages[safe:]
            continue
        following = _glimpsed(answer)
        if following is not None and client.is_own_link(following) and _target(following) not in targets:
            ahead.ask(following)
        page = decode_answer(answer, listing.page_decoder, place)
        pages.append([listing.convert(item) for item in page.value])
        came(pages[-1])
        noticed(sum(map(len, pages)))
        if page.next_link is None:
            break
        if not client.is_own_link(page.next_link):
            raise broken(place, "its nextLink is no address on the configured Graph host")
        target = _target(page.next_link)
        if target in targets:
            raise broken(place, "its nextLink leads back to a page that was read before")
        links.append(page.next_link)
        targets.append(target)
        if answer.attempts == 1:
            safe = len(pages)
    return pages


class _Ahead:
    """Asks for the page after the one in hand, so that Graph answers while that one is decoded."""

    def __init__(self, client: GraphClient, needs: Permission, asking: ThreadPoolExecutor) -> None:
        self._client = client
        self._needs = needs
        self._asking = asking
        self._asked: tuple[str, Future[Answer]] | None = None

    def ask(self, link: str) -> None:
        """Begin to ask for the page."""
        self._asked = (link, self._asking.submit(self._client.get, link, needs=self._needs))

    def get(self, link: str) -> Answer:
        """The page, whether it was asked for ahead or not; raises as GraphClient.get does."""
        asked, self._asked = self._asked, None
        if asked is not None and asked[0] == link:
            return asked[1].result()
        return self._client.get(link, needs=self._needs)


def _glimpsed(answer: Answer) -> str | None:
    """The nextLink at a glance; None where there is none, or where decoding the page will tell what is wrong with it."""
    try:
        return _GLIMPSE.decode(answer.body).next_link
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def decode_answer(answer: Answer, decoder: msgspec.json.Decoder[M], place: str) -> M:
    """The typed body of an answer; raises IncompleteReadError, naming the place, where it is anything else."""
    try:
        return decoder.decode(answer.json_bytes())
    except UnexpectedAnswerError as error:
        raise IncompleteReadError(f"Graph, {place}: {error.detail}", error.fix) from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        reason = str(error) if isinstance(error, msgspec.MsgspecError) else "the text is not UTF-8"
        raise broken(place, reason) from error


def broken(place: str, reason: str) -> IncompleteReadError:
    """The error for a list that broke at a place."""
    return IncompleteReadError(
        f"Graph, {place}: {reason}.",
        "Nothing was changed. Search again; if it lasts, look for a proxy that alters answers, or at the status of Graph.",
    )


def _target(path_or_link: str) -> tuple[str, list[tuple[str, str]]]:
    """What a link leads to, however it is written."""
    url = urlsplit(path_or_link)
    return url.path, sorted(parse_qsl(url.query, keep_blank_values=True))


def _place(path: str, page: int) -> str:
    return f"{urlsplit(path).path}, page {page}"
