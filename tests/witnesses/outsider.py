"""Somebody who calls the simulated services over TLS with nothing but a session and the credentials of the company."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests

from simulator.estate import Estate
from simulator.world import Json

_PATIENCE_SECONDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Outsider:
    """A plain client: it sends what it is told, follows redirects as requests does, and shows every answer."""

    estate: Estate
    session: requests.Session
    graph_headers: dict[str, str] = field(repr=False)
    essentials_headers: dict[str, str] = field(repr=False)

    @property
    def users_url(self) -> str:
        """The accounts of the organization."""
        domain = self.estate.world.organizations[0].primary_domain
        return f"{self.estate.essentials_url}/api/v1/orgs/{domain}/users"

    def graph(self, path: str, **headers: str) -> requests.Response:
        """GET below the version, or of an absolute link; keyword arguments are headers."""
        url = path if path.startswith("https://") else f"{self.estate.graph_url}/v1.0{path}"
        return self.session.get(url, headers={**self.graph_headers, **headers}, timeout=_PATIENCE_SECONDS)

    def graph_batch(self, *paths: str) -> requests.Response:
        """POST of a batch of reads, numbered from 1."""
        items = [{"id": str(number), "method": "GET", "url": path} for number, path in enumerate(paths, start=1)]
        url = f"{self.estate.graph_url}/v1.0/$batch"
        body = {"requests": items}
        return self.session.post(url, json=body, headers=self.graph_headers, timeout=_PATIENCE_SECONDS)

    def accounts(self) -> list[Json]:
        """All accounts, as somebody sees them who reads them rightly."""
        answer = self.session.get(self.users_url, headers=self.essentials_headers, timeout=_PATIENCE_SECONDS)
        found: list[Json] = answer.json()["users"]
        return found

    def post_accounts(self, body: object) -> requests.Response:
        """POST to the accounts."""
        return self.session.post(self.users_url, json=body, headers=self.essentials_headers, timeout=_PATIENCE_SECONDS)


@contextmanager
def visiting(estate: Estate) -> Iterator[Outsider]:
    """An outsider with a token for Graph and the API account's password."""
    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(estate.ca_bundle)
        user = estate.app_settings()["PROOFPOINT_USER"]
        yield Outsider(
            estate=estate,
            session=session,
            graph_headers={"Authorization": f"Bearer {_token(estate, session)}"},
            essentials_headers={"X-User": user, "X-Password": estate.world.organizations[0].passwords[user]},
        )


def _token(estate: Estate, session: requests.Session) -> str:
    application = estate.world.tenant.applications[estate.client_id]
    form = {
        "grant_type": "client_credentials",
        "client_id": application.client_id,
        "client_secret": application.secrets[0]["value"],
        "scope": f"{estate.graph_url}/.default",
    }
    url = f"{estate.authority_url}/{estate.world.tenant.id}/oauth2/v2.0/token"
    return str(session.post(url, data=form, timeout=_PATIENCE_SECONDS).json()["access_token"])
