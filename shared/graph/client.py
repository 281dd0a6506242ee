"""Sends reads to Graph with a token, and turns its refusals into ours."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from urllib.parse import urlsplit

import msgspec

from shared.errors import EntraCredentialError, PermissionMissingError, UnexpectedAnswerError
from shared.graph.allowance import Allowance, GraphToll
from shared.graph.costs import units_of
from shared.graph.tokens import AccessToken, TokenSource
from shared.transport import Answer, Repeatable, Toll, Transport

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_CODE = re.compile(r"[A-Za-z0-9_.]{1,80}")


class Permission(StrEnum):
    """An application permission of Graph. Source: learn.microsoft.com/graph/permissions-reference."""

    USER_READ_ALL = "User.Read.All"
    GROUP_MEMBER_READ_ALL = "GroupMember.Read.All"
    MEMBER_READ_HIDDEN = "Member.Read.Hidden"
    MAILBOX_SETTINGS_READ = "MailboxSettings.Read"

    def is_held(self, roles: frozenset[str]) -> bool:
        """Whether these roles of a token hold it, by itself or by a wider one."""
        return not roles.isdisjoint(_HELD_BY[self])


_HELD_BY: dict[Permission, frozenset[str]] = {
    Permission.USER_READ_ALL: frozenset(
        {"User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
    ),
    Permission.GROUP_MEMBER_READ_ALL: frozenset(
        {
            "GroupMember.Read.All",
            "GroupMember.ReadWrite.All",
            "Group.Read.All",
            "Group.ReadWrite.All",
            "Directory.Read.All",
            "Directory.ReadWrite.All",
        }
    ),
    Permission.MEMBER_READ_HIDDEN: frozenset({"Member.Read.Hidden"}),
    Permission.MAILBOX_SETTINGS_READ: frozenset({"MailboxSettings.Read", "MailboxSettings.ReadWrite"}),
}


class _ErrorBody(msgspec.Struct):
    code: str = ""


class _ErrorEnvelope(msgspec.Struct):
    error: _ErrorBody


def error_code(body: bytes) -> str:
    """The code of Graph's error envelope; empty where the body is none."""
    try:
        code = msgspec.json.decode(body, type=_ErrorEnvelope).error.code
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ""
    return code if _CODE.fullmatch(code) else ""


class GraphRefusedError(UnexpectedAnswerError):
    """Graph answered one read with an error; ``graph_code`` is the code in its envelope, empty where there is none."""

    def __init__(self, answer: Answer) -> None:
        self.graph_code = error_code(answer.body)
        super().__init__(
            f"{answer.where} answered {answer.status} ({self.graph_code or 'no code'}).",
            "Check GRAPH_URL and ENTRA_TENANT_ID; if it lasts, report it with this text.",
        )


class GraphClient:
    """Sends reads to one Graph host. Safe to use from many threads."""

    def __init__(self, *, transport: Transport, tokens: TokenSource, allowance: Allowance) -> None:
        """``transport`` keeps the pace of ``allowance``."""
        self._transport = transport
        self._tokens = tokens
        self._allowance = allowance

    @property
    def request_count(self) -> int:
        """How many requests were sent so far, repetitions included, tokens not."""
        return self._transport.request_count

    def get(self, path_or_link: str, *, needs: Permission, headers: Mapping[str, str] = _NO_HEADERS) -> Answer:
        """The answer of status 200.

        Raises GraphRefusedError, PermissionMissingError, EntraCredentialError, NotConfiguredError, SecretError, ServiceError.
        """
        return self._expected(self._get(path_or_link, headers), needs)

    def count(self, path: str, *, needs: Permission) -> int:
        """How many objects Graph counts there (``/users/$count``), by its index, which may lag."""
        answer = self._expected(self._get(path, {"ConsistencyLevel": "eventual"}), needs)
        text = answer.body.decode("utf-8-sig", errors="replace").strip()
        if not (text.isascii() and text.isdigit()):
            raise UnexpectedAnswerError(
                f"{answer.where} answered with something that is not a number.",
                "Graph counts users and groups in Entra tenants only; an Azure AD B2C tenant cannot be read.",
            )
        return int(text)

    def toll(self, paths: Sequence[str]) -> GraphToll:
        """The toll of a batch of reads of these paths, to be told of its items once they are answered."""
        return self._allowance.toll([units_of(path) for path in paths])

    def batch(self, json_body: bytes, *, needs: Permission, toll: Toll) -> Answer:
        """The answer to a batch of reads."""
        return self._expected(self._send("POST", "/v1.0/$batch", headers={}, json_body=json_body, toll=toll), needs)

    def serves(self, *, people: int) -> None:
        """From now on as much is sent as Graph allows in a tenant of so many people."""
        self._allowance.budget.serves(people=people)

    def is_own_link(self, link: str) -> bool:
        """Whether a link of an answer is one that the token may be sent to."""
        return self._transport.is_own_url(link)

    def holds(self, permission: Permission) -> bool:
        """Whether the token claims to hold the permission."""
        return permission.is_held(self._tokens.token().roles)

    def denied(self, where: str, needs: Permission) -> PermissionMissingError:
        """The error for a read that Graph denies; the token is dropped, so that a right granted meanwhile is seen next time."""
        token = self._tokens.token()
        self._tokens.drop(token)
        wait = "Rights granted minutes ago still answer 403: then wait an hour at most and try again."
        if needs.is_held(token.roles):
            return PermissionMissingError(
                f"Graph denies {where}, although the token holds {needs}.",
                f"{wait} If it lasts, look for a conditional access policy or a restricted administrative unit.",
            )
        held = ", ".join(sorted(token.roles)) or "none"
        return PermissionMissingError(
            f"Graph denies {where}: the application permission {needs} is missing (granted: {held}).",
            f"Add {needs} to the app registration as an application permission and grant admin consent. {wait}",
        )

    def _get(self, path_or_link: str, headers: Mapping[str, str]) -> Answer:
        return self._send("GET", path_or_link, headers=headers, json_body=None, toll=self.toll([path_or_link]))

    def _send(
        self, method: str, path_or_link: str, *, headers: Mapping[str, str], json_body: bytes | None, toll: Toll
    ) -> Answer:
        token = self._tokens.token()
        answer = self._send_as(token, method, path_or_link, headers, json_body, toll)
        if answer.status != 401:
            return answer
        self._tokens.drop(token)
        answer = self._send_as(self._tokens.token(), method, path_or_link, headers, json_body, toll)
        if answer.status == 401:
            raise EntraCredentialError(
                f"{answer.where} refuses a token just made for it ({error_code(answer.body) or 'no code'}).",
                "Check that ENTRA_AUTHORITY and GRAPH_URL belong to the same cloud, and the tenant's conditional access.",
            )
        return answer

    def _send_as(
        self,
        token: AccessToken,
        method: str,
        path_or_link: str,
        headers: Mapping[str, str],
        json_body: bytes | None,
        toll: Toll,
    ) -> Answer:
        return self._transport.send(
            method,
            path_or_link,
            headers={
                "Authorization": f"Bearer {token.value}",
                "Accept": "application/json",
                # A background reader gives way. Source: learn.microsoft.com/graph/throttling-limits.
                "x-ms-throttle-priority": "low",
                **headers,
            },
            json_body=json_body,
            # A batch of reads is a read.
            repeatable=Repeatable.ALWAYS,
            toll=toll,
        )

    def _expected(self, answer: Answer, needs: Permission) -> Answer:
        if answer.status == 200:
            return answer
        if answer.status == 403:
            raise self.denied(urlsplit(answer.where.partition(" ")[2]).path, needs)
        raise GraphRefusedError(answer)
