"""A transport without a network: answers by path, what is not known with 404."""

from collections.abc import Callable, Mapping
from typing import cast
from urllib.parse import urlsplit

from shared.transport import Answer, Transport


class StubTransport:
    """Stands where a Transport is: one request, one answer."""

    def __init__(self, answers: Callable[[str, str], tuple[int, bytes]]) -> None:
        """``answers``: status and body by method and target."""
        self._answers = answers
        self.request_count = 0
        self.calls_at_once = 1

    def send(self, method: str, path: str, **_others: object) -> Answer:
        self.request_count += 1
        status, body = self._answers(method, path)
        headers: Mapping[str, str] = {"Content-Type": "application/json"}
        where = f"{method} https://service.example{urlsplit(path).path}"
        return Answer(status=status, headers=headers, body=body, where=where, attempts=1)

    def is_own_url(self, url: str) -> bool:
        return url.startswith(("/", "https://service.example/"))

    def close(self) -> None:
        """Nothing is open."""

    def as_transport(self) -> Transport:
        """For those who ask for the real one."""
        return cast("Transport", self)
