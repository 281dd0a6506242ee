"""Asks a deployed app whether it is closed to strangers, stops it where it is not, and lets it verify its settings.

Runs after each deployment: by azd, by the workflow, or by hand. Needs Python 3.11 and the Azure CLI, signed in; nothing else.
"""

import argparse
import base64
import json
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

_ANSWER_SECONDS = 60
_VERIFY_SECONDS = 15 * 60
_PAUSE_SECONDS = 30
_HEALTH = frozenset({"ok", "late", "unavailable"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the app, or the platform before it, answered."""

    status: int
    body: bytes

    def json(self) -> Any:
        """The body as JSON; None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class Azure(Protocol):
    """What is done with the rights of whoever deploys."""

    def token_for(self, client_id: str) -> str | None:
        """A token of the signed-in person or application for the app; None where none is given."""

    def stop(self) -> None:
        """The app answers nobody any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A deployed app, and what it takes to ask it."""

    url: str
    sign_in_client_id: str
    """Empty: sign-in is not set up."""
    azure: Azure
    say: Callable[[str], None]
    pause: Callable[[float], None]
    now: Callable[[], float]

    def run(self) -> bool:
        """Whether the app is closed to strangers; it is stopped where it is not. What verifying says changes nothing about it."""
        problems = self._openings()
        if problems:
            for problem in problems:
                self.say(f"OPEN: {problem}")
            self.azure.stop()
            self.say("The app was stopped. Correct the deployment, start the app, and run this again.")
            return False
        self.say("Health answers, and everything else is refused without sign-in.")
        self._verify()
        return True

    def _openings(self) -> list[str]:
        problems = []
        health = self._health()
        if not _is_our_health(health):
            # An app that cannot be reached lets nobody in: that is a broken deployment, not an open one.
            self.say(f"/api/health answers {health.status} and not the app's own JSON: is the code published?")
        for name, headers in (("plain", {}), ("with a forged principal", _forged_principal())):
            answer = _ask(f"{self.url}/api/status", headers=headers)
            if self._let_in(answer):
                problems.append(f"/api/status, asked {name} and without credentials, answers {answer.status}.")
        return problems

    def _let_in(self, answer: Answer) -> bool:
        """Whether a stranger's request came through to the code, which may itself have refused it."""
        if 200 <= answer.status < 300:
            return True
        # Until sign-in is set up nothing stands before the code, which answers 503.
        before_sign_in = answer.status == 503 and not self.sign_in_client_id
        return _is_of_the_code(answer) and not before_sign_in

    def _health(self) -> Answer:
        """The answer of health, given some time: an app that was just deployed starts slowly."""
        until = self.now() + 2 * _ANSWER_SECONDS
        while True:
            answer = _ask(f"{self.url}/api/health", headers={})
            if _is_our_health(answer) or self.now() >= until:
                return answer
            self.pause(_PAUSE_SECONDS)

    def _verify(self) -> None:
        if not self.sign_in_client_id:
            self.say(
                "Sign-in is not set up: make the registrations, and deploy again with both client ids (docs/deployment.md)."
            )
            return
        token = self.azure.token_for(self.sign_in_client_id)
        if token is None:
            self.say(
                "No token for the app (allowAzureCli is off, or you have no role): verify on the settings page instead."
            )
            return
        self._verify_with({"Authorization": f"Bearer {token}"})

    def _verify_with(self, authorization: Mapping[str, str]) -> None:
        headers = {**authorization, "Content-Type": "application/json", "X-Sync-Request": "1"}
        until = self.now() + _VERIFY_SECONDS
        while True:
            answer = _ask(f"{self.url}/api/settings/verify", headers=headers, body=b"{}")
            # Rights that were granted minutes ago still answer 403.
            if answer.status != 403 or self.now() >= until:
                break
            self.say("403: rights granted minutes ago do not work yet; asked again in half a minute.")
            self.pause(_PAUSE_SECONDS)
        self.say(f"Verify answers {answer.status}: {answer.body.decode('utf-8', 'replace')[:4000]}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AzureCli:
    """The Azure CLI, signed in."""

    program: str
    resource_group: str
    app: str

    def token_for(self, client_id: str) -> str | None:
        """A token of the signed-in person or application for the app; None where none is given."""
        done = self._run("account", "get-access-token", "--resource", client_id, "--query", "accessToken", "-o", "tsv")
        return done.stdout.strip() or None if done.returncode == 0 else None

    def stop(self) -> None:
        """The app answers nobody any more."""
        done = self._run("functionapp", "stop", "--resource-group", self.resource_group, "--name", self.app)
        if done.returncode != 0:
            raise SystemExit(
                f"THE APP IS OPEN AND COULD NOT BE STOPPED. Stop {self.app} yourself. {done.stderr.strip()}"
            )

    def url(self) -> str:
        """The app's address."""
        where = ("--resource-group", self.resource_group, "--name", self.app)
        done = self._run(
            "functionapp", "show", *where, "--query", "defaultHostName || properties.defaultHostName", "-o", "tsv"
        )
        if done.returncode != 0 or not done.stdout.strip():
            raise SystemExit(f"{self.app} is not found in {self.resource_group}. {done.stderr.strip()}")
        return f"https://{done.stdout.strip()}"

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [self.program, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # the Azure CLI, no shell


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect to sign-in is an answer, not a way."""

    def redirect_request(self, *_: Any) -> None:
        """Follow none."""


def _ask(url: str, *, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
    """The answer; status 599 where nobody answers. ``body`` None: GET."""
    request = urllib.request.Request(url, data=body, headers=dict(headers))  # noqa: S310  # the app's own https address
    try:
        with urllib.request.build_opener(_NoRedirects).open(request, timeout=_ANSWER_SECONDS) as response:
            return Answer(status=response.status, body=response.read())
    except urllib.error.HTTPError as refused:
        with refused:
            return Answer(status=refused.code, body=refused.read())
    except OSError as problem:
        return Answer(status=599, body=str(problem).encode())


def _is_our_health(answer: Answer) -> bool:
    body = answer.json()
    return isinstance(body, dict) and body.get("status") in _HEALTH


def _is_of_the_code(answer: Answer) -> bool:
    """Whether the app's code wrote the answer, for it explains its refusals and the platform does not."""
    body = answer.json()
    return isinstance(body, dict) and "code" in body and "title" in body


def _forged_principal() -> dict[str, str]:
    claims = {"auth_typ": "aad", "claims": [{"typ": "roles", "val": "Sync.Admin"}]}
    principal = base64.b64encode(json.dumps(claims).encode()).decode()
    return {
        "X-MS-CLIENT-PRINCIPAL": principal,
        "X-MS-CLIENT-PRINCIPAL-IDP": "aad",
        "X-MS-CLIENT-PRINCIPAL-NAME": "forged",
    }


def main() -> int:
    """The probe's exit status: 0, or 1 where the app was open and is stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resource-group", required=True)
    parser.add_argument("--app", required=True, help="name of the function app")
    parser.add_argument("--sign-in-client-id", default="", help="the registration that people sign in to")
    given = parser.parse_args()
    program = shutil.which("az")
    if program is None:
        raise SystemExit("The Azure CLI is not installed: the app was not probed.")
    azure = AzureCli(program=program, resource_group=given.resource_group, app=given.app)
    probe = Probe(
        url=azure.url(),
        sign_in_client_id=given.sign_in_client_id,
        azure=azure,
        say=lambda text: print(text, flush=True),  # noqa: T201  # a command's output
        pause=time.sleep,
        now=time.monotonic,
    )
    return 0 if probe.run() else 1


if __name__ == "__main__":
    sys.exit(main())
