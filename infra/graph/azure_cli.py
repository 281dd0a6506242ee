"""The Azure CLI, asked again while what was made a moment ago is not known everywhere yet."""

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

_PAUSE_SECONDS = 20
_PATIENCE_SECONDS = 15 * 60

# Of a registration or an identity that was made a moment ago, and of a right that was given a moment ago.
_NOT_YET = (
    "Not a valid reference update",
    "Request_ResourceNotFound",
    "does not reference a valid application object",
    "ForbiddenByRbac",
)


class AzureError(Exception):
    """The CLI refused a command, for good or for longer than is waited; the text is the CLI's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AzureCli:
    """The CLI, signed in."""

    program: str
    say: Callable[[str], None]
    pause: Callable[[float], None]
    now: Callable[[], float]
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables that its commands get beside those of this program."""

    def run(self, *arguments: str, stdin: str = "", done_where: tuple[str, ...] = ()) -> str:
        """What the CLI prints; empty where it refuses with one of ``done_where``, for then it was done before. Raises AzureError."""
        until = self.now() + _PATIENCE_SECONDS
        while True:
            done = subprocess.run(  # noqa: S603  # the Azure CLI, no shell
                [self.program, *arguments],
                input=stdin,
                capture_output=True,
                text=True,
                check=False,
                env={**os.environ, **self.environment},
            )
            if done.returncode == 0:
                return done.stdout
            refusal = done.stderr.strip()
            if any(text in refusal for text in done_where):
                return ""
            if not any(text in refusal for text in _NOT_YET) or self.now() >= until:
                raise AzureError(refusal or f"az ended with {done.returncode}")
            self.say(f"Not known everywhere yet; asked again in {_PAUSE_SECONDS} seconds.")
            self.pause(_PAUSE_SECONDS)

    def json(self, *arguments: str) -> Any:
        """What the CLI prints, read as JSON. Raises AzureError."""
        return json.loads(self.run(*arguments, "--output", "json"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Microsoft Graph through ``az rest``: the rights are those of whoever is signed in, and none in Azure are needed."""

    azure: AzureCli
    url: str

    def read(self, path: str) -> Any:
        """An object. Raises AzureError."""
        return self.azure.json("rest", "--method", "GET", "--url", f"{self.url}/v1.0/{path}")

    def ensure(self, path: str, properties: Mapping[str, Any]) -> None:
        """The object at this key has these properties; it is made where there is none. Raises AzureError.

        Source: learn.microsoft.com/graph/api/application-upsert, serviceprincipal-upsert, federatedidentitycredential-upsert.
        """
        self._write("PATCH", path, properties, ("Prefer=create-if-missing",), ())

    def post(self, path: str, body: Mapping[str, Any], *, done_where: tuple[str, ...] = ()) -> str:
        """The answer; empty where there is none, or where it was done before. Raises AzureError."""
        return self._write("POST", path, body, (), done_where)

    def _write(
        self, method: str, path: str, body: Mapping[str, Any], headers: tuple[str, ...], done_where: tuple[str, ...]
    ) -> str:
        address = ("--method", method, "--url", f"{self.url}/v1.0/{path}")
        headers = ("--headers", "Content-Type=application/json", *headers)
        return self.azure.run(
            "rest", *address, *headers, "--body", json.dumps(body), "--output", "json", done_where=done_where
        )
