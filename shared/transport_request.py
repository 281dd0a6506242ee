"""One request of a transport, made once and sent as often as need be."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult


@dataclass(frozen=True, slots=True)
class Request:
    """One request as every attempt sends it."""

    method: str
    url: SplitResult
    where: str
    """``METHOD https://host/path``, without the query."""
    headers: dict[str, str | bytes]
    body: bytes | None


def request_of(
    method: str,
    url: SplitResult,
    headers: Mapping[str, str | bytes],
    json_body: bytes | None,
    form_body: bytes | None,
) -> Request:
    """The request with the headers that its body needs."""
    where = f"{method} {url.scheme}://{url.netloc}{url.path}"
    if json_body is not None:
        return Request(method, url, where, {"Content-Type": "application/json", **headers}, json_body)
    if form_body is not None:
        form = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        return Request(method, url, where, form, form_body)
    return Request(method, url, where, dict(headers), None)


def origin(url: SplitResult) -> tuple[str, str | None, int | None]:
    """Scheme, host and port, the port that goes without saying included."""
    try:
        port = url.port
    except ValueError:
        return url.scheme, None, None
    return url.scheme, url.hostname, port or {"https": 443, "http": 80}.get(url.scheme)
