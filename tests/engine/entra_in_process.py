"""The real readers of Entra on a simulated Graph that is asked without sockets."""

import random
from collections.abc import Mapping, Sequence
from typing import cast
from urllib.parse import unquote, urlsplit

from requests.structures import CaseInsensitiveDict

from shared.clock import Clock
from shared.engine.ports import NONE_KNOWN, Progress, PurposeQuestion, ask_nobody
from shared.graph import Allowance, GraphClient, GraphEvidence, GraphReader
from shared.graph.tokens import AccessToken
from shared.model import Directory, EntraId, MailboxPurpose, Whereabouts, WholeReadNeeded
from shared.transport import Answer, RetryPolicy, Transport
from simulator.faults import FaultBook
from simulator.graph import GraphService
from simulator.tokens import ResourceKind, TokenAuthority
from simulator.wire import Request
from simulator.world import World

ORIGIN = "https://graph.example.com"
RETRY = RetryPolicy(attempts=2)


class ServiceTransport:
    """Stands where a Transport is: hands each request to the service, without a repetition."""

    def __init__(self, service: GraphService) -> None:
        self._service = service
        self.request_count = 0

    def send(
        self, method: str, path: str, *, headers: Mapping[str, str], json_body: bytes | None, **_others: object
    ) -> Answer:
        self.request_count += 1
        parts = urlsplit(path)
        response = self._service.handle(
            Request(
                method=method,
                path=unquote(parts.path),
                query={},
                headers={
                    "content-type": "application/json",
                    **{name.lower(): value for name, value in headers.items()},
                },
                body=json_body or b"",
                origin=ORIGIN,
                raw_path=f"{parts.path}?{parts.query}" if parts.query else parts.path,
            )
        )
        return Answer(
            status=response.status,
            headers=CaseInsensitiveDict(response.headers),
            body=response.body,
            where=f"{method} {ORIGIN}{parts.path}",
            attempts=1,
        )

    def is_own_url(self, url: str) -> bool:
        return url.startswith(f"{ORIGIN}/")


class IssuedTokens:
    """Tokens of the authority, each good for an hour of the world's time."""

    def __init__(self, authority: TokenAuthority, *, client_id: str, roles: frozenset[str]) -> None:
        self._authority = authority
        self._client_id = client_id
        self._roles = roles
        self._last: AccessToken | None = None

    def token(self) -> AccessToken:
        """The present token."""
        if self._last is None:
            value = self._authority.issue(
                audience=ORIGIN, client_id=self._client_id, subject=self._client_id, roles=self._roles
            )
            self._last = AccessToken(value=value, roles=self._roles)
        return self._last

    def drop(self, token: AccessToken) -> None:
        """Go on to another one."""
        if token == self._last:
            self._last = None


class EntraInProcess:
    """DirectoryReader and EvidenceReader on one world."""

    def __init__(self, world: World, authority: TokenAuthority, clock: Clock) -> None:
        authority.add_resource(ORIGIN, ResourceKind.GRAPH)
        client_id, application = next(iter(world.tenant.applications.items()))
        self.service = GraphService(world=world, tokens=authority, faults=FaultBook(), chance=random.Random(1))
        client = GraphClient(
            transport=cast("Transport", ServiceTransport(self.service)),
            tokens=IssuedTokens(authority, client_id=client_id, roles=frozenset(application.roles)),
            allowance=Allowance(clock=clock, most_at_once=8),
        )
        self._reader = GraphReader(
            client=client, tenant_id=world.tenant.id, clock=clock, random=random.Random(2), batch_retry=RETRY
        )
        self._evidence = GraphEvidence(client=client, clock=clock, random=random.Random(3), batch_retry=RETRY)
        self.reads_of_changes = 0
        """How many gave the directory."""

    def read(
        self,
        *,
        scope_groups: Sequence[EntraId],
        progress: Progress,
        purpose_of: PurposeQuestion = ask_nobody,
        known_purposes: Mapping[EntraId, MailboxPurpose] = NONE_KNOWN,
    ) -> Directory:
        return self._reader.read(
            scope_groups=scope_groups, progress=progress, purpose_of=purpose_of, known_purposes=known_purposes
        )

    def read_changes(
        self,
        known: Directory,
        *,
        scope_groups: Sequence[EntraId],
        progress: Progress,
        purpose_of: PurposeQuestion = ask_nobody,
        known_purposes: Mapping[EntraId, MailboxPurpose] = NONE_KNOWN,
    ) -> Directory | WholeReadNeeded:
        found = self._reader.read_changes(
            known, scope_groups=scope_groups, progress=progress, purpose_of=purpose_of, known_purposes=known_purposes
        )
        self.reads_of_changes += isinstance(found, Directory)
        return found

    def whereabouts(self, people: Sequence[EntraId], groups: Sequence[EntraId]) -> Mapping[EntraId, Whereabouts]:
        return self._evidence.whereabouts(people, groups)

    def scope_memberships(
        self, people: Sequence[EntraId], group_ids: Sequence[EntraId]
    ) -> Mapping[EntraId, frozenset[EntraId]]:
        return self._evidence.scope_memberships(people, group_ids)
