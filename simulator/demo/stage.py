"""The stage of the demo: the simulated services, storage, the host with the app, and a client of the app."""

import os
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

import requests

from simulator.azurite import start_azurite
from simulator.company import make_world
from simulator.demo.api_client import AppClient
from simulator.demo.faults import Trouble
from simulator.estate import Estate, Receiver
from simulator.host.process import HostOptions, HostProcess
from simulator.world import Tenant

_APP = Path(__file__).parent.parent.parent
_SIGN_IN_CLIENT_ID = "5197a000-0000-4000-8000-000000000051"
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "SYSTEMROOT", "USERPROFILE")
"""What a process needs of the machine; proxies and the operator's own settings are none of the demo's business."""


class Storage(StrEnum):
    """Where the app keeps its state."""

    FOLDER = "folder"
    AZURITE = "azurite"


class Auth(StrEnum):
    """Who may call the app; the values of ``AUTH_MODE``."""

    KEY = "key"
    EASYAUTH = "easyauth"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageOptions:
    """What the demo is played with."""

    people: int
    groups: int
    seed: int
    storage: Storage
    auth: Auth
    port: int
    state: Path | None
    """The folder that keeps the app's state and log; None: one that is gone afterwards."""
    trouble: Trouble | None
    """What goes wrong from the start; None: nothing."""


class Stage:
    """Everything running, from construction to ``close``; also a context manager.

    Raises HostError where the app cannot be served and AzuriteError where Azurite cannot be started.
    """

    def __init__(self, options: StageOptions) -> None:
        self._closing = ExitStack()
        try:
            self._open(options)
        except BaseException:
            self._closing.close()
            raise

    def _open(self, options: StageOptions) -> None:
        world = make_world(people=options.people, groups=options.groups, seed=options.seed)
        self.estate = self._closing.enter_context(Estate(world))
        if options.trouble is not None:
            options.trouble.begin(self.estate)
        person, person_id = _administrator(world.tenant)
        folder = self._folder(options.state)
        self._serving = HostOptions(
            app=_APP,
            environment={
                **{name: os.environ[name] for name in _INHERITED if name in os.environ},
                **self.estate.app_settings(),
                **self._storage_settings(options.storage, folder, keeps=options.state is not None),
                **_auth_settings(options.auth, world.tenant.id),
            },
            log=folder / "host.log",
            port=options.port,
            auth=options.auth,
            person=person,
            person_id=person_id,
        )
        self.host = HostProcess(self._serving)
        self._closing.callback(self._close_host)
        session = self._closing.enter_context(requests.Session())
        session.trust_env = False
        is_signed_in = options.auth is Auth.EASYAUTH
        proof = {"Authorization": "Bearer admin"} if is_signed_in else {"x-functions-key": self.host.key}
        self.client = AppClient(url=self.host.url, headers=proof, session=session)

    @property
    def page_url(self) -> str:
        """The review page."""
        return f"{self.host.url}/api/review"

    def requests(self) -> Mapping[str, int]:
        """How many requests each simulated service has had."""
        return self.estate.journal.counts()

    def kill_app(self) -> None:
        """End the app in the middle of whatever it does; everything else stays."""
        self.host.kill()

    def restart_app(self) -> None:
        """The app is back where it was, with the same state and key."""
        port = int(self.host.url.rpartition(":")[2])
        self.host = HostProcess(replace(self._serving, port=port, key=self.host.key))

    def close(self) -> None:
        """Nothing runs any more."""
        self._closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _close_host(self) -> None:
        # The one that serves by then: the app may have been started again.
        self.host.close()

    def _folder(self, kept: Path | None) -> Path:
        if kept is None:
            return Path(self._closing.enter_context(tempfile.TemporaryDirectory(prefix="demo-")))
        kept.mkdir(parents=True, exist_ok=True)
        return kept.resolve()

    def _storage_settings(self, storage: Storage, folder: Path, *, keeps: bool) -> dict[str, str]:
        if storage is Storage.FOLDER:
            # The app takes a receiver on this machine only where its state is a folder.
            return {"STATE_DIR": str(folder / "state"), **self.estate.notify_settings(Receiver.PLAIN_WEBHOOK)}
        azurite = self._closing.enter_context(start_azurite(location=folder / "azurite" if keeps else None))
        return {"AzureWebJobsStorage": azurite.endpoints.connection_string}


def _auth_settings(auth: Auth, tenant_id: str) -> dict[str, str]:
    settings = {"AUTH_MODE": auth.value}
    if auth is Auth.EASYAUTH:
        settings |= {"SIGN_IN_CLIENT_ID": _SIGN_IN_CLIENT_ID, "SIGN_IN_TENANT_ID": tenant_id}
    return settings


def _administrator(tenant: Tenant) -> tuple[str, str]:
    """Name and object id of somebody of the company who can sign in; empty where there is nobody."""
    for object_id, user in tenant.users.items():
        if user.get("accountEnabled") and user.get("userType") == "Member" and user.get("givenName"):
            return str(user["displayName"]), object_id
    return "", ""
