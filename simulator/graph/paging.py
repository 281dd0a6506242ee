"""Pages: a list is fixed at its first request, and a nextLink leads on through exactly that list with exactly that query.

Source: learn.microsoft.com/graph/paging.
"""

import base64
import hashlib
import hmac
import json
import random
from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from simulator.graph.answers import GraphError, bad_request
from simulator.graph.call import Call
from simulator.graph.query import without_token
from simulator.graph.switches import GraphSwitches

_MOST_IDS_KEPT = 5_000_000
_SEAL_BYTES = 12


class TokenSeal:
    """Makes opaque tokens that cannot be edited."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def seal(self, content: Sequence[str | int | bool]) -> str:
        """A token that holds ``content``."""
        plain = json.dumps(content, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._mac(plain) + plain).rstrip(b"=").decode()

    def open(self, token: str) -> list[str | int | bool]:
        """What the token holds. Raises GraphError (400) for any token that was not made here."""
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except ValueError:
            raise invalid_token() from None
        mac, plain = raw[:_SEAL_BYTES], raw[_SEAL_BYTES:]
        if not hmac.compare_digest(mac, self._mac(plain)) or self.seal(json.loads(plain)) != token:
            raise invalid_token()
        content: list[str | int | bool] = json.loads(plain)
        return content

    def _mac(self, plain: bytes) -> bytes:
        return hmac.digest(self._key, plain, hashlib.sha256)[:_SEAL_BYTES]


def invalid_token() -> GraphError:
    """The refusal of a skiptoken that is edited, foreign, unknown or too old."""
    return bad_request("The specified value for the skiptoken is invalid or has expired.")


def link(call: Call, options: Mapping[str, str]) -> str:
    """An absolute link to the call's path with these options."""
    path = quote(call.target.path, safe="/$()'@,")
    query = urlencode(options, safe="$,()'/:@", quote_via=quote)
    return f"{call.base}{path}?{query}"


@dataclass(slots=True, kw_only=True)
class _Listing:
    """One list, fixed: whose it is, what was asked, which ids it holds, and how often each page was asked."""

    app_id: str
    path: str
    options: Mapping[str, str]
    ids: Sequence[str]
    asked: Counter[tuple[int, bool]] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The ids of one page and the way on."""

    ids: Sequence[str]
    is_first: bool
    next_link: str | None
    """None: this is the last page."""


class Pager:
    """Cuts lists into pages."""

    def __init__(self, *, switches: GraphSwitches, chance: random.Random) -> None:
        self._switches = switches
        self._chance = chance
        self._seal = TokenSeal(chance.randbytes(32))
        self._listings: OrderedDict[str, _Listing] = OrderedDict()
        self._ids_kept = 0

    def first(self, call: Call, ids: Sequence[str], *, size: int) -> Page:
        """The first page of a list that is fixed from now on."""
        size = min(size, self._switches.largest_page)
        if len(ids) <= size:
            return Page(ids=ids, is_first=True, next_link=None)
        listing = _Listing(
            app_id=call.caller.app_id, path=call.target.path, options=dict(without_token(call.options)), ids=ids
        )
        key = self._chance.randbytes(9).hex()
        self._keep(key, listing)
        return Page(ids=ids[:size], is_first=True, next_link=self._link(call, key, size, is_broken=False))

    def further(self, call: Call, token: str, *, size: int) -> Page:
        """The page that the token stands for.

        Raises GraphError (400) where the token is not one of this path's, query's and caller's.
        """
        size = min(size, self._switches.largest_page)
        key, offset, is_blank, is_broken = self._position(token)
        listing = self._listings.get(key)
        if (
            listing is None
            or listing.app_id != call.caller.app_id
            or listing.path != call.target.path
            or listing.options != without_token(call.options)
        ):
            raise invalid_token()
        if is_broken and self._switches.retried_page_breaks_chain:
            raise GraphError(
                status=400,
                code="DirectoryPageTokenNotFoundException",
                message="The page token was not found: it came from a request that was sent again.",
            )
        self._listings.move_to_end(key)
        listing.asked[offset, is_blank] += 1
        is_again = is_broken or listing.asked[offset, is_blank] > 1
        if is_blank:
            onward = self._link(call, key, offset, is_broken=is_again, is_filled=True)
            return Page(ids=(), is_first=False, next_link=onward)
        end = offset + size
        onward_or_end = self._link(call, key, end, is_broken=is_again) if end < len(listing.ids) else None
        return Page(ids=listing.ids[offset:end], is_first=False, next_link=onward_or_end)

    def _link(self, call: Call, key: str, offset: int, *, is_broken: bool, is_filled: bool = False) -> str:
        is_blank = self._switches.empty_pages and not is_filled
        token = self._seal.seal((key, offset, is_blank, is_broken))
        return link(call, {**without_token(call.options), "$skiptoken": token})

    def _position(self, token: str) -> tuple[str, int, bool, bool]:
        match self._seal.open(token):
            case [str(key), int(offset), bool(is_blank), bool(is_broken)]:
                return key, offset, is_blank, is_broken
        raise invalid_token()

    def _keep(self, key: str, listing: _Listing) -> None:
        self._listings[key] = listing
        self._ids_kept += len(listing.ids)
        while self._ids_kept > _MOST_IDS_KEPT and len(self._listings) > 1:
            _, oldest = self._listings.popitem(last=False)
            self._ids_kept -= len(oldest.ids)
