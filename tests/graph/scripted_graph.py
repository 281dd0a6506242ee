"""The parts of Graph that the reader calls, answered from lists that a test owns, with faults page by page."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from shared.graph.tokens import AccessToken
from tests.transport.scripted_server import Asked, Behaviour, Reply

Json = dict[str, Any]
GRANTED = frozenset({"User.Read.All", "GroupMember.Read.All"})

USERS = "/v1.0/users"
GROUPS = "/v1.0/groups"
USERS_DELTA = "/v1.0/users/delta"
GROUPS_DELTA = "/v1.0/groups/delta"
DELETED = "/v1.0/directory/deletedItems/microsoft.graph.user"
BATCH = "/v1.0/$batch"


def guid(number: int) -> str:
    """A GUID that sorts as its number."""
    return f"00000000-0000-4000-8000-{number:012d}"


def person(number: int, **changes: Any) -> Json:
    """A licensed person as Graph answers."""
    address = f"person{number}@example.com"
    return {
        "id": guid(number),
        "displayName": f"Person {number}",
        "givenName": "Person",
        "surname": str(number),
        "mail": address,
        "userPrincipalName": address,
        "accountEnabled": True,
        "userType": "Member",
        "proxyAddresses": [f"SMTP:{address}"],
        "assignedLicenses": [{"skuId": guid(900_001), "disabledPlans": []}],
        "assignedPlans": [
            {
                "service": "exchange",
                "servicePlanId": guid(900_002),
                "capabilityStatus": "Enabled",
                "assignedDateTime": "2026-01-01T00:00:00Z",
            },
            {"service": "SharePoint", "servicePlanId": guid(900_003), "capabilityStatus": "Enabled"},
        ],
    } | changes


def group(number: int, **changes: Any) -> Json:
    """A distribution group as Graph answers."""
    return {
        "id": guid(number),
        "displayName": f"Group {number}",
        "mail": f"group{number}@example.com",
        "mailEnabled": True,
        "securityEnabled": False,
        "groupTypes": [],
        "proxyAddresses": [f"SMTP:group{number}@example.com"],
        "visibility": None,
    } | changes


def member(number: int, kind: str = "user") -> Json:
    """A member reference."""
    return {"@odata.type": f"#microsoft.graph.{kind}", "id": guid(number)}


def reply(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """A JSON answer."""
    return Reply(status=status, headers=headers or {}, body=json.dumps(body).encode())


def refusal(status: int, code: str) -> Reply:
    """Graph's error envelope."""
    return reply({"error": {"code": code, "message": "Something is wrong.", "innerError": {}}}, status)


GONE = refusal(404, "Request_ResourceNotFound")


class FixedTokens:
    """Tokens ``token-1``, ``token-2``, … with the same roles; a dropped one is followed by the next."""

    def __init__(self, roles: frozenset[str] = GRANTED) -> None:
        self.roles = roles
        self.number = 1

    def token(self) -> AccessToken:
        """The present token."""
        return AccessToken(value=f"token-{self.number}", roles=self.roles)

    def drop(self, token: AccessToken) -> None:
        """Go on to the next one."""
        if token.value == f"token-{self.number}":
            self.number += 1


def emptied(_body: Json) -> Json:
    """A page without anything, and without more to come."""
    return {"value": []}


def cut_off(body: Json) -> Json:
    """A page as if it were the last one."""
    return {"value": body["value"]}


class ScriptedGraph:
    """A script for a ScriptedServer."""

    def __init__(
        self,
        *,
        people: Sequence[Json] = (),
        groups: Sequence[Json] = (),
        members: Mapping[str, Sequence[Json]] | None = None,
        deleted: Sequence[Json] = (),
        page_size: int = 999,
    ) -> None:
        self.lists: dict[str, list[Json]] = {USERS: list(people), GROUPS: list(groups), DELETED: list(deleted)}
        for group_id, items in (members or {}).items():
            self.lists[f"{GROUPS}/{group_id}/members"] = list(items)
        self.lists |= {USERS_DELTA: [], GROUPS_DELTA: []}
        """What changed since any link, beside the lists as they are."""
        self.page_size = page_size
        self.counts: dict[str, list[int]] = {}
        """What a list is counted as in turn, in place of the truth; the last one stays."""
        self.faults: dict[tuple[str, int], list[Behaviour | Callable[[Json], Json]]] = {}
        """By path and page (from 1): what happens there in turn, an answer or a change of the page's body."""
        self.items: dict[str, list[Json]] = {}
        """By path of a batch item: what it answers in turn before the truth."""
        self.purposes: dict[str, str] = {}
        """By id: what a person's mailbox is; who is not named has none."""
        self.memberships: dict[str, list[str]] = {}
        """By id: the groups that hold a person, nested."""
        self.refused_tokens: set[str] = set()

    def __call__(self, asked: Asked) -> Behaviour:
        """The answer."""
        if asked.headers.get("authorization", "").removeprefix("Bearer ") in self.refused_tokens:
            return refusal(401, "InvalidAuthenticationToken")
        if asked.path == BATCH:
            waiting = self.faults.get((BATCH, 1))
            fault = waiting.pop(0) if waiting else None
            if fault is not None and not callable(fault):
                return fault
            body: Json = {"responses": [self._item(asked, item) for item in json.loads(asked.body)["requests"]][::-1]}
            return reply(fault(body) if callable(fault) else body)
        if asked.path.endswith("/$count"):
            return self._count(asked.path.removesuffix("/$count"))
        return self._list(asked.path, asked.query, asked.headers)

    def _count(self, path: str) -> Behaviour:
        return Reply(headers={"Content-Type": "text/plain"}, body=f"\ufeff{self._number(path)}".encode())

    def _number(self, path: str) -> int:
        told = self.counts.get(path) or [len(self.lists[path])]
        return told.pop(0) if len(told) > 1 else told[0]

    def _list(self, path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Behaviour:
        """A page of a list; of one that is only counted, its first item with the count."""
        if query.get("$count") != "true":
            return self._page(path, query, headers["host"])
        assert headers["consistencylevel"] == "eventual"
        if path not in self.lists:
            return refusal(404, "Request_ResourceNotFound")
        return reply({"@odata.count": self._number(path), "value": self.lists[path][:1]})

    def _page(self, path: str, query: Mapping[str, str], host: str) -> Behaviour:
        if path not in self.lists:
            return refusal(404, "Request_ResourceNotFound")
        start = int(query.get("$skiptoken", "at-0").removeprefix("at-").partition("-")[0])
        end = start + self.page_size
        body: Json = {"@odata.context": "x", "value": self.lists[path][start:end]}
        if query.get("$deltaToken") == "latest":
            body["value"], end = [], len(self.lists[path])
        if end < len(self.lists[path]):
            body["@odata.nextLink"] = f"https://{host}{path}?$skiptoken=at-{end}"
        elif path.endswith("/delta"):
            body["@odata.deltaLink"] = f"https://{host}{path}?$deltatoken=now"
        waiting = self.faults.get((path, start // self.page_size + 1))
        if not waiting:
            return reply(body)
        fault = waiting.pop(0)
        return reply(fault(body)) if callable(fault) else fault

    def _item(self, asked: Asked, item: Json) -> Json:
        url = urlsplit(item["url"])
        told = self.items.get(url.path)
        if told:
            return {"id": item["id"], **told.pop(0)}
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        headers = {"host": asked.headers["host"], **{k.lower(): v for k, v in item.get("headers", {}).items()}}
        answer = self._single(url.path, item) or self._list(f"/v1.0{url.path}", query, headers)
        assert isinstance(answer, Reply)
        return {"id": item["id"], "status": answer.status, "headers": {}, "body": json.loads(answer.body)}

    def _single(self, path: str, item: Json) -> Reply | None:
        """The answer about a single object; None where the path is none of one."""
        match path.removeprefix("/").split("/"):
            case ["users", key, "mailboxSettings", "userPurpose"]:
                told = self.purposes.get(key)
                return reply({"value": told}) if told else refusal(404, "MailboxNotEnabledForRESTAPI")
            case ["users", key, "checkMemberGroups"]:
                assert item["method"] == "POST"
                assert item["headers"] == {"Content-Type": "application/json"}
                asked = item["body"]["groupIds"]
                assert 1 <= len(asked) <= 20
                held = [one for one in asked if one in self.memberships.get(key, ())]
                return reply({"value": held}) if self._has(USERS, key) else GONE
            case ["users" | "groups" as collection, key]:
                return self._has(f"/v1.0/{collection}", key) or GONE
        return None

    def _has(self, collection: str, key: str) -> Reply | None:
        return next((reply(one) for one in self.lists[collection] if one["id"] == key), None)
