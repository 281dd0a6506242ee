"""A token endpoint and a managed-identity endpoint that a test owns, and secrets kept in memory."""

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from shared.errors import SecretError
from shared.secrets import Secret
from tests.graph.scripted_graph import GRANTED, reply
from tests.transport.scripted_server import Asked, Behaviour, Reply

TENANT = "11111111-1111-4111-8111-111111111111"
CLIENT = "22222222-2222-4222-8222-222222222222"
IDENTITY = "33333333-3333-4333-8333-333333333333"


def jwt(**claims: Any) -> str:
    """An unsigned token with these claims."""

    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none'})}.{part(claims)}.signature"


def aadsts(status: int, error: str, code: int) -> Reply:
    """A refusal of the token endpoint, which repeats what was sent, as a hostile proxy might."""
    return reply(
        {
            "error": error,
            "error_description": f"AADSTS{code}: Refused planted-secret.\r\nTrace ID: 1\r\nTimestamp: 2026-11-25",
            "error_codes": [code],
            "trace_id": "1",
            "correlation_id": "2",
        },
        status,
    )


class ScriptedEntra:
    """A script for a ScriptedServer: discovery, token endpoint and, under ``/msi``, the managed identity."""

    def __init__(self, *, good_secrets: frozenset[str] = frozenset()) -> None:
        self.good_secrets = good_secrets
        self.roles = sorted(GRANTED)
        self.token_faults: list[Behaviour] = []
        self.discovery: Behaviour | None = None
        self.identity: Behaviour | None = None
        self.tokens_made = 0
        self.forms: list[Mapping[str, str]] = []

    def __call__(self, asked: Asked) -> Behaviour:
        """The answer."""
        origin = f"https://{asked.headers['host']}"
        if asked.path == "/msi":
            return self.identity or reply(
                {"access_token": f"assertion-for {asked.query['resource']}", "expires_on": "4102444800"}
            )
        if asked.path.endswith("/.well-known/openid-configuration"):
            base = f"{origin}/{TENANT}"
            return self.discovery or reply(
                {
                    "issuer": f"{base}/v2.0",
                    "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                    "token_endpoint": f"{base}/oauth2/v2.0/token",
                }
            )
        if asked.path != f"/{TENANT}/oauth2/v2.0/token":
            return Reply(status=404)
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        self.forms.append(form)
        if self.token_faults:
            return self.token_faults.pop(0)
        if "client_secret" in form and form["client_secret"] not in self.good_secrets:
            return aadsts(401, "invalid_client", 7000215)
        self.tokens_made += 1
        token = jwt(aud=form["scope"], roles=self.roles, number=self.tokens_made)
        return reply({"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": token})


class KeptSecrets:
    """A SecretSource whose ``get`` remembers what it read first, as a cache does until ``fresh`` is asked."""

    def __init__(self, **values: str) -> None:
        self.values = {name.replace("_", "-"): value for name, value in values.items()}
        self.versions = dict.fromkeys(self.values, 1)
        self._kept: dict[str, Secret] = {}
        self.fresh_reads = 0

    def rotate(self, name: str, value: str) -> None:
        """Store a new version."""
        self.values[name] = value
        self.versions[name] += 1

    def get(self, name: str) -> Secret:
        """The secret as first read."""
        return self._kept.get(name) or self._read(name)

    def fresh(self, name: str) -> Secret:
        """The secret as it is."""
        self.fresh_reads += 1
        return self._read(name)

    def _read(self, name: str) -> Secret:
        if name not in self.values:
            raise SecretError(f"There is no secret {name}.", "Create it.")
        self._kept[name] = Secret(value=self.values[name], version=str(self.versions[name]), expires_at=None)
        return self._kept[name]
