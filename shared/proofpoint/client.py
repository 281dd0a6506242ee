"""Sends requests to one Essentials organization as the API account, and turns refusals of all of it into ours.

The header ``X-Terms-Update``, which makes Essentials speak of ``safe_list_senders`` in place of ``white_list_senders``, is not
sent: writing back what was read works with either, and without it there is evidence of a live client that does.
"""

import threading
from collections.abc import Iterator, Mapping
from urllib.parse import quote, urlsplit

from shared.errors import (
    EssentialsCredentialError,
    NotConfiguredError,
    PermissionMissingError,
    RefusedError,
    SyncError,
    UnexpectedAnswerError,
)
from shared.model import Address
from shared.proofpoint.refusals import decoded, message_of
from shared.secrets import SecretSource
from shared.transport import Answer, Repeatable, Transport

CALL_DEADLINE_SECONDS = 20.0
"""What one write may take in all, and the reading that settles it: no write starts with less than 30 seconds of the lease left."""

_API = "/api/v1"


class EssentialsClient:
    """Sends requests about one organization. Safe to use from many threads."""

    def __init__(
        self, *, transport: Transport, domain: str, user: str, secrets: SecretSource, secret_name: str
    ) -> None:
        """``user`` and the secret ``secret_name`` are address and password of a local organization admin."""
        self._transport = transport
        self._domain = domain.lower()
        self._user = Address(user.lower())
        self._secrets = secrets
        self._secret_name = secret_name
        self._sent_passwords: tuple[str, ...] = ()
        self._noting = threading.Lock()

    @property
    def domain(self) -> str:
        """The domain that names the organization."""
        return self._domain

    @property
    def user(self) -> Address:
        """The address of the API account."""
        return self._user

    @property
    def request_count(self) -> int:
        """How many requests were sent so far, repetitions included."""
        return self._transport.request_count

    @property
    def calls_at_once(self) -> int:
        """How many calls may be under way now, as Essentials' answers suggest."""
        return self._transport.calls_at_once

    def get(self, path: str, *, deadline_seconds: float | None = None) -> Answer:
        """The answer to a read below the organization, of a status in the 200s or 400s.

        Raises EssentialsCredentialError, SecretError, ServiceError.
        """
        return self._checked(self._read(self._path(path), deadline_seconds))

    def write(self, method: str, path: str, *, json_body: bytes | None) -> Answer:
        """The answer to a write below the organization, of a status in the 200s or 400s.

        It is sent again only where Essentials certainly did nothing. Raises EssentialsCredentialError, SecretError,
        ThrottledError (nothing was done), UnreachableError and UnexpectedAnswerError (the effect is unknown).
        """
        answer = self._checked(
            self._send(
                method,
                self._path(path),
                json_body=json_body,
                repeatable=Repeatable.UNSENT_ONLY,
                deadline_seconds=CALL_DEADLINE_SECONDS,
            )
        )
        _refuse_page(answer)
        return answer

    def me(self) -> Answer:
        """What Essentials says about the API account; raises as ``get`` does."""
        return self._checked(self._read(f"{_API}/me", CALL_DEADLINE_SECONDS))

    def says(self, answer: Answer) -> str:
        """What Essentials says about a refusal, in one line and without the password."""
        return self.without_password(message_of(answer))

    def without_password(self, text: str) -> str:
        """The text, the password in it blotted out."""
        for password in self._sent_passwords:
            text = text.replace(password, "***")
        return text

    def denied(self, answer: Answer) -> PermissionMissingError:
        """The error for an account that is known but may not do this."""
        return PermissionMissingError(
            f"{answer.where} answered 403: {self._user} may not do this in {self._domain} ({self.says(answer)}).",
            f"Make {self._user} an organization admin of {self._domain} in Essentials (not a read-only one), or correct "
            "PROOFPOINT_USER or PROOFPOINT_DOMAIN.",
        )

    def organization_missing(self, answer: Answer) -> NotConfiguredError:
        """The error for an organization that this stack does not have; asks which stack does."""
        detail = f"{answer.where} answered 404: there is no organization {self._domain} on {self._host(answer)}."
        stacks = self._stacks()
        if stacks and self._host(answer) not in stacks:
            return NotConfiguredError(detail, f"Set PROOFPOINT_URL to https://{' or https://'.join(stacks)}.")
        return NotConfiguredError(
            detail,
            "Set PROOFPOINT_DOMAIN to the organization's primary domain and PROOFPOINT_URL to the stack that its "
            "administrators sign in to.",
        )

    def unexpected(self, answer: Answer) -> UnexpectedAnswerError:
        """The error for a status that this request does not know."""
        return UnexpectedAnswerError(
            f"{answer.where} answered {answer.status}: {self.says(answer)}.",
            "Check PROOFPOINT_URL; if it lasts, report it with this text.",
        )

    def expect_success(self, answer: Answer) -> None:
        """Raises PermissionMissingError, NotConfiguredError or UnexpectedAnswerError for a status in the 400s."""
        if answer.status == 403:
            raise self.denied(answer)
        if answer.status == 404:
            raise self.organization_missing(answer)
        if not answer.is_success:
            raise self.unexpected(answer)

    def refusal(self, answer: Answer, what: str, *, identifier: str) -> RefusedError:
        """The error for one write that Essentials refuses for good; ``what`` is what was written."""
        return RefusedError(
            f"Essentials refuses {what} ({answer.status}): {self.says(answer)}.",
            "Correct it in Entra ID or in Essentials as the text says; the next search shows it again.",
            status=answer.status,
            identifier=identifier,
        )

    def _path(self, path: str) -> str:
        return f"{_API}/orgs/{quote(self._domain, safe='')}{path}"

    def _read(self, path: str, deadline_seconds: float | None) -> Answer:
        return self._send("GET", path, json_body=None, repeatable=Repeatable.ALWAYS, deadline_seconds=deadline_seconds)

    def _send(
        self,
        method: str,
        path: str,
        *,
        json_body: bytes | None,
        repeatable: Repeatable,
        deadline_seconds: float | None,
    ) -> Answer:
        def attempt(password: str) -> Answer:
            with self._noting:
                if password and password not in self._sent_passwords:
                    self._sent_passwords = (*self._sent_passwords, password)
            return self._transport.send(
                method,
                path,
                headers=self._headers(password),
                json_body=json_body,
                repeatable=repeatable,
                deadline_seconds=deadline_seconds,
            )

        secret = self._secrets.get(self._secret_name)
        answer = attempt(secret.value)
        if answer.status == 401:
            rotated = self._secrets.fresh(self._secret_name)
            if rotated.value != secret.value:
                answer = attempt(rotated.value)
        return answer

    def _headers(self, password: str) -> Mapping[str, str | bytes]:
        return {"Accept": "application/json", "X-User": self._user.encode(), "X-Password": password.encode()}

    def _checked(self, answer: Answer) -> Answer:
        if answer.status == 401:
            raise self._not_let_in(answer)
        if answer.is_success:
            return answer
        _refuse_page(answer)
        if 400 <= answer.status < 500:
            return answer
        raise UnexpectedAnswerError(
            f"{answer.where} answered {answer.status}: {self.says(answer)}.",
            "Essentials has a problem of its own; the app tries again by itself. Look at its status page if it lasts.",
        )

    def _not_let_in(self, answer: Answer) -> EssentialsCredentialError:
        """The error for a 401. A stack that does not know the account says that as well, but answers which one does."""
        stacks = self._stacks()
        elsewhere = (
            f" If the organization lives on {' or '.join(stacks)}, set PROOFPOINT_URL to that."
            if stacks and self._host(answer) not in stacks
            else ""
        )
        return EssentialsCredentialError(
            f"Essentials refuses {self._user} with the password in the secret {self._secret_name} (401).",
            f"Store the account's present password: az keyvault secret set -n {self._secret_name}. It must be a local "
            f"Essentials password; a Microsoft one does not work.{elsewhere}",
        )

    def _host(self, answer: Answer) -> str:
        return urlsplit(answer.where.partition(" ")[2]).netloc.lower()

    def _stacks(self) -> tuple[str, ...]:
        """Hosts on which the domain is active, as any stack tells; none where it does not."""
        path = f"{_API}/endpoints/{quote(self._domain, safe='')}"
        try:
            answer = self._read(path, 10.0)
        except SyncError:
            return ()
        return tuple(dict.fromkeys(_hosts(decoded(answer.body)))) if answer.is_success else ()


def is_unavailable(answer: Answer) -> bool:
    """Whether the organization does not have the part that was asked for: it is outside its package, or was never set up.

    To be asked of parts of an organization that the same account can read: there 403 and 404 mean nothing else.
    """
    return answer.status in (403, 404)


def _refuse_page(answer: Answer) -> None:
    """Raises UnexpectedAnswerError for a page of something in between: it says nothing about what Essentials did."""
    if answer.body.strip():
        answer.json_bytes()


def _hosts(value: object) -> Iterator[str]:
    """The hosts of all https addresses in a JSON value, whose shape nobody documents."""
    if isinstance(value, str):
        try:
            url = urlsplit(value)
            if url.scheme == "https" and url.hostname and "@" not in url.netloc:
                yield url.netloc.lower()
        except ValueError:
            return
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _hosts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _hosts(inner)
