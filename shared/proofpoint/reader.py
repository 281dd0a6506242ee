"""Reads the organization whole: six requests, seven with the sign-in settings; the first alone, so that a wrong password counts once."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any

import msgspec

from shared.clock import Clock
from shared.errors import IncompleteReadError, UnexpectedAnswerError
from shared.model import (
    Account,
    Address,
    Domain,
    Licences,
    LoginSettings,
    NativeSync,
    Organization,
    OrganizationCertificate,
)
from shared.proofpoint.client import EssentialsClient, is_unavailable
from shared.proofpoint.decode import (
    NOT_SHOWN,
    UnreadableError,
    accounts_of,
    bare_items_of,
    domain_of,
    exemptions_of,
    items_of,
    licences_of,
    native_sync_of,
    text,
)
from shared.proofpoint.login import LoginSettingsClient
from shared.transport import Answer

Progress = Callable[[str, int, int], None]
"""Told stage, how much is done, and the total; the engine's own Progress is one."""

_STAGE = "reading_organization"
_PARTS = 7
"""The organization itself, and what is read beside each other then."""


class EssentialsReader:
    """The OrganizationReader of shared/engine/ports.py on Proofpoint Essentials."""

    def __init__(self, *, client: EssentialsClient, clock: Clock, login: LoginSettingsClient | None = None) -> None:
        """``login`` reads the sign-in settings too; None where the options leave them alone."""
        self._client = client
        self._clock = clock
        self._login = login

    def read(self, *, progress: Progress) -> Organization:
        """All accounts with domains, licences, native sync settings and exemptions, certified.

        Raises IncompleteReadError, EssentialsCredentialError, SecretError, PermissionMissingError, NotConfiguredError,
        ServiceError.
        """
        organization = self._organization()
        progress(_STAGE, 1, _PARTS)
        with ThreadPoolExecutor(max_workers=_PARTS - 1, thread_name_prefix="essentials-read") as pool:
            accounts = pool.submit(self._accounts)
            domains = pool.submit(self._domains)
            licensing = pool.submit(self._part_object, "/licensing")
            azure = pool.submit(self._native_sync)
            exemptions = pool.submit(self._exemptions)
            login = pool.submit(lambda: self._login.read() if self._login is not None else None)
            _wait_for((accounts, domains, licensing, azure, exemptions, login), progress)
        native_sync = azure.result()
        return self._whole(
            organization,
            accounts.result(),
            domains.result(),
            licences_of(licensing.result(), organization),
            native_sync,
            _exemptions_beside(native_sync, exemptions.result()),
            login.result(),
        )

    def _whole(
        self,
        organization: Mapping[str, object],
        accounts: list[Account],
        domains: list[Domain],
        licences: Licences,
        native_sync: NativeSync,
        exemptions: tuple[Address, ...],
        login: LoginSettings | None,
    ) -> Organization:
        primary_domain = text(organization.get("primary_domain")).lower()
        certificate = OrganizationCertificate(
            read_at=self._clock.now(),
            primary_domain=primary_domain,
            accounts_read=len(accounts),
            own_account=self._client.user,
        )
        return Organization(
            primary_domain=primary_domain,
            name=text(organization.get("name")),
            domains=tuple(sorted(domains, key=lambda d: d.name)),
            accounts=tuple(sorted(accounts, key=lambda a: a.primary_email)),
            licences=licences,
            native_sync=native_sync,
            native_exemptions=exemptions,
            certificate=certificate,
            login=login,
        )

    def _organization(self) -> Mapping[str, object]:
        answer = self._client.get("")
        body = self._object(answer)
        if not text(body.get("primary_domain")):
            raise _incomplete(answer, "the organization has no primary_domain")
        return body

    def _accounts(self) -> list[Account]:
        answer = self._client.get("/users")
        body = self._json(answer)
        with _decoding(answer):
            accounts = accounts_of(items_of(body, "users"))
        for what, keys in (
            ("uid", (a.uid for a in accounts)),
            ("primary address", (a.primary_email for a in accounts)),
        ):
            twice = _repeated(keys)
            if twice:
                raise _incomplete(answer, f"two accounts have the {what} {twice}")
        if not any(self._client.user in a.addresses for a in accounts):
            raise IncompleteReadError(
                f"{answer.where} lists {len(accounts)} accounts, and {self._client.user} is not one of them.",
                "Nothing was changed. Set PROOFPOINT_USER to an organization admin of this very organization; if it is one, "
                "Essentials gave a part of the list: search again.",
            )
        return accounts

    def _domains(self) -> list[Domain]:
        answer = self._client.get("/domains")
        body = self._json(answer)
        with _decoding(answer):
            return [domain_of(item) for item in bare_items_of(body, "domains")]

    def _native_sync(self) -> NativeSync:
        answer = self._asked_twice("/settings/azure")
        return NOT_SHOWN if is_unavailable(answer) else native_sync_of(self._object(answer))

    def _exemptions(self) -> tuple[Address, ...] | None:
        """The exempt addresses; None where Essentials refuses to show them."""
        answer = self._asked_twice("/settings/azure/exemptions")
        if is_unavailable(answer):
            return None
        body = self._json(answer)
        with _decoding(answer):
            return exemptions_of(body)

    def _asked_twice(self, path: str) -> Answer:
        """The answer; a refusal only where it is given twice, since a part that is taken as missing protects nobody."""
        answer = self._client.get(path)
        return self._client.get(path) if is_unavailable(answer) else answer

    def _part_object(self, path: str) -> Mapping[str, object]:
        """A part of the organization; empty where the organization does not have it."""
        answer = self._client.get(path)
        return {} if is_unavailable(answer) else self._object(answer)

    def _object(self, answer: Answer) -> Mapping[str, object]:
        body = self._json(answer)
        if not isinstance(body, Mapping):
            raise _incomplete(answer, "the answer is no object")
        return body

    def _json(self, answer: Answer) -> object:
        """The JSON value of an answer to a read that must succeed."""
        self._client.expect_success(answer)
        try:
            return msgspec.json.decode(answer.json_bytes())
        except UnexpectedAnswerError as error:
            raise IncompleteReadError(error.detail, error.fix) from error
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise _incomplete(answer, "the answer is not whole JSON") from error


def _exemptions_beside(native_sync: NativeSync, exemptions: tuple[Address, ...] | None) -> tuple[Address, ...]:
    """The exemptions; raises IncompleteReadError where they are hidden although the settings are there."""
    if exemptions is None and native_sync.is_configured:
        raise IncompleteReadError(
            "Essentials shows the settings of its own directory sync, and refuses to show who is exempt from it.",
            "Nothing was changed. Search again; if it lasts, look at the exemptions in the console, or ask Proofpoint.",
        )
    return exemptions or ()


def _wait_for(parts: Iterable[Future[Any]], progress: Progress) -> None:
    """Return when all parts are read; raise the first error in the order of the parts."""
    waiting = list(parts)
    for done, part in enumerate(waiting, start=2):
        error = part.exception()
        if error is not None:
            wait(waiting)
            raise error
        progress(_STAGE, done, _PARTS)


@contextmanager
def _decoding(answer: Answer) -> Iterator[None]:
    try:
        yield
    except UnreadableError as error:
        raise _incomplete(answer, str(error)) from error


def _repeated(keys: Iterable[str]) -> str:
    """A key that is there twice; empty where there is none."""
    return next((key for key, count in Counter(keys).items() if count > 1), "")


def _incomplete(answer: Answer, reason: str) -> IncompleteReadError:
    return IncompleteReadError(
        f"{answer.where}: {reason}.",
        "Nothing was changed. Search again; if it lasts, look for a proxy that alters answers, or report it to Proofpoint.",
    )
