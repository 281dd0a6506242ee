"""What a fault does to one exchange: instead of the service, to its answer, or to the connection.

The effects are typed structures with a ``kind``, so that ``/_control`` reads and writes them as they are.
"""

import json
from typing import Annotated
from urllib.parse import urlsplit, urlunsplit

import msgspec

from simulator.status_bodies import status_body
from simulator.wire import Response, json_response

LONGEST_SILENCE_SECONDS = 120.0

_NEXT_LINK = "@odata.nextLink"
_DELTA_LINK = "@odata.deltaLink"
_COUNT = "@odata.count"
_MAINTENANCE_PAGE = b"<!DOCTYPE html><html><head><title>Service</title></head><body>We will be back soon.</body></html>"


class _Effect(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", forbid_unknown_fields=True):
    """What happens to an exchange that a fault hits."""


class StatusFault(_Effect, frozen=True, kw_only=True, tag="status"):
    """An error status instead of the service; the request takes no effect."""

    status: Annotated[int, msgspec.Meta(ge=400, le=599)]
    retry_after: str | None = None
    """The header as sent: whole seconds, a fraction, an HTTP date; None: no such header."""


class LateStatusFault(_Effect, frozen=True, kw_only=True, tag="late_status"):
    """An error status although the request took effect, as a gateway gives it."""

    status: Annotated[int, msgspec.Meta(ge=400, le=599)]
    retry_after: str | None = None
    """As in ``StatusFault``."""


class Redirect(_Effect, frozen=True, kw_only=True, tag="redirect"):
    """A redirection; the request takes no effect."""

    location: str
    status: Annotated[int, msgspec.Meta(ge=300, le=399)] = 302


class HtmlAnswer(_Effect, frozen=True, kw_only=True, tag="html"):
    """A page for people with 200 where JSON is due, as proxies and maintenance screens send it; no effect."""


class MissingValue(_Effect, frozen=True, kw_only=True, tag="missing_value"):
    """A list answer without its list: ``value`` (Graph) or ``users`` (Essentials)."""


class EmptyPage(_Effect, frozen=True, kw_only=True, tag="empty_page"):
    """A page without rows that keeps its nextLink."""


class LostNextLink(_Effect, frozen=True, kw_only=True, tag="lost_next_link"):
    """A page whose nextLink is gone, as if it were the last."""


class LostDeltaLink(_Effect, frozen=True, kw_only=True, tag="lost_delta_link"):
    """A page of a delta whose deltaLink is gone."""


class RepeatedNextLink(_Effect, frozen=True, kw_only=True, tag="repeated_next_link"):
    """A page whose nextLink leads to itself."""


class ForeignNextLink(_Effect, frozen=True, kw_only=True, tag="foreign_next_link"):
    """A page whose nextLink leads to another host."""

    origin: str = "https://graph.example.net"


class WrongCount(_Effect, frozen=True, kw_only=True, tag="wrong_count"):
    """A ``/$count`` or ``@odata.count`` that is off by ``by``, but never below 0."""

    by: int


class DropBefore(_Effect, frozen=True, kw_only=True, tag="drop_before"):
    """The connection is dropped before the request takes effect."""


class DropAfter(_Effect, frozen=True, kw_only=True, tag="drop_after"):
    """The request takes effect, then the connection is dropped without an answer."""


class NoAnswer(_Effect, frozen=True, kw_only=True, tag="no_answer"):
    """The request takes no effect and is not answered for a while; then the connection is dropped."""

    seconds: Annotated[float, msgspec.Meta(gt=0, le=LONGEST_SILENCE_SECONDS)] = LONGEST_SILENCE_SECONDS


class HalfBody(_Effect, frozen=True, kw_only=True, tag="half_body"):
    """The request takes effect; half of the announced body arrives, then the connection is dropped."""


Substitute = StatusFault | Redirect | HtmlAnswer
"""Effects that answer instead of the service, which never sees the request."""
_PageAlteration = MissingValue | EmptyPage | LostNextLink | LostDeltaLink | RepeatedNextLink | ForeignNextLink
Alteration = LateStatusFault | _PageAlteration | WrongCount
"""Effects that change the answer of the service."""
ItemEffect = Substitute | Alteration
"""Effects that are all in the answer, so that they can hit an item of a ``$batch`` as well."""
Effect = ItemEffect | DropBefore | DropAfter | NoAnswer | HalfBody


def substitute_answer(effect: Substitute, *, service: str) -> Response:
    """What the client sees instead of the service's answer."""
    match effect:
        case StatusFault(status=status, retry_after=retry_after):
            return _error(service, status, retry_after)
        case Redirect(location=location, status=status):
            return Response(status=status, headers={"Location": location})
        case HtmlAnswer():
            return Response(status=200, headers={"Content-Type": "text/html; charset=utf-8"}, body=_MAINTENANCE_PAGE)


def altered_answer(effect: Alteration, response: Response, *, service: str, url: str) -> Response:
    """What the client sees of the service's answer; ``url`` is the absolute address that was asked.

    An answer that the effect does not fit (no JSON object, no number) stays as it is.
    """
    if isinstance(effect, LateStatusFault):
        return _error(service, effect.status, effect.retry_after)
    if isinstance(effect, WrongCount):
        return _other_count(response, effect.by)
    try:
        body = json.loads(response.body)
    except ValueError:
        return response
    if not isinstance(body, dict):
        return response
    return json_response(response.status, _altered_page(effect, body, url), response.headers)


def _altered_page(effect: _PageAlteration, body: dict[str, object], url: str) -> dict[str, object]:
    match effect:
        case MissingValue():
            return {name: value for name, value in body.items() if name not in ("value", "users")}
        case EmptyPage():
            return {**body, "value": []}
        case LostNextLink():
            return {name: value for name, value in body.items() if name != _NEXT_LINK}
        case LostDeltaLink():
            return {name: value for name, value in body.items() if name != _DELTA_LINK}
        case RepeatedNextLink():
            return {**body, _NEXT_LINK: url}
        case ForeignNextLink(origin=origin):
            there, link = urlsplit(origin), urlsplit(str(body.get(_NEXT_LINK, url)))
            return {**body, _NEXT_LINK: urlunsplit((there.scheme, there.netloc, link.path, link.query, ""))}


def _other_count(response: Response, by: int) -> Response:
    try:
        body = json.loads(response.body.decode("utf-8-sig"))
    except ValueError:
        return response
    if isinstance(body, int):
        return Response(status=response.status, headers=response.headers, body=str(max(0, body + by)).encode())
    if not isinstance(body, dict) or not isinstance(body.get(_COUNT), int):
        return response
    return json_response(response.status, {**body, _COUNT: max(0, body[_COUNT] + by)}, response.headers)


def _error(service: str, status: int, retry_after: str | None) -> Response:
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return json_response(status, status_body(service, status), headers)
