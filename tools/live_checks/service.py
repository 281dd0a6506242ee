"""A service that is asked, and its answers."""

import json
import os
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    """One answer of a service; ``body`` is None where it is not JSON."""

    status: int
    headers: Mapping[str, str]
    text: str
    body: Any

    @property
    def code(self) -> str:
        """The code of the error in it, nested or flat; empty where there is none."""
        error = self.body.get("error") if isinstance(self.body, dict) else None
        return str(error.get("code", "")) if isinstance(error, dict) else str(error or "")


class Service:
    """One host with the headers that it wants; follows no redirect."""

    def __init__(self, base_url: str, headers: Mapping[str, str]) -> None:
        self._base_url = base_url.rstrip("/")
        self._headers = dict(headers)
        context = ssl.create_default_context(cafile=os.environ.get("REQUESTS_CA_BUNDLE"))
        self._opener = urllib.request.build_opener(_NoRedirect, urllib.request.HTTPSHandler(context=context))

    def get(self, target: str, **headers: str) -> Answer:
        """GET of a path, or of a link that was given."""
        return self._send("GET", target, None, {**self._headers, **headers})

    def get_as_nobody(self, target: str) -> Answer:
        """GET without the credentials."""
        return self._send("GET", target, None, {})

    def post(self, target: str, body: bytes, content_type: str) -> Answer:
        """POST of a token request or of a batch of GETs."""
        return self._send("POST", target, body, {**self._headers, "Content-Type": content_type})

    def _send(self, method: str, target: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        url = target if target.startswith("https://") else self._base_url + target
        asked = urllib.request.Request(url, data=body, headers=dict(headers), method=method)  # noqa: S310  # https only, above
        try:
            with self._opener.open(asked, timeout=60) as response:
                return _answer(response.status, response.headers, response.read())
        except urllib.error.HTTPError as error:
            return _answer(error.code, error.headers, error.read())


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_others: Any) -> None:
        """Nothing is followed: the credentials stay with the host that they are for."""


def _answer(status: int, headers: Any, raw: bytes) -> Answer:
    text = raw.decode("utf-8-sig", errors="replace")
    try:
        body = json.loads(text)
    except ValueError:
        body = None
    return Answer(status, {name.lower(): value for name, value in headers.items()}, text, body)
