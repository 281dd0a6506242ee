"""Asks a real tenant and a real Essentials organization which of the simulators' rules hold there, and prints a table to send back.

Read-only: it sends GETs, one POST for a token, and POSTs of batches of GETs. What it prints holds no name, no address and no
secret. Standard library only; it takes about a minute.

    export ENTRA_TENANT_ID=... ENTRA_CLIENT_ID=... ENTRA_CLIENT_SECRET=...
    export PROOFPOINT_URL=https://us1.proofpointessentials.com PROOFPOINT_DOMAIN=... PROOFPOINT_USER=... PROOFPOINT_PASSWORD=...
    python tools/live_check.py

Either half may be left out. ENTRA_AUTHORITY and GRAPH_URL name a national cloud; REQUESTS_CA_BUNDLE another certificate authority.
"""

import json
import os
import ssl
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

NOBODY = "00000000-0000-4000-8000-00000000dead"
DEFAULT_PERSON = {
    *("businessPhones", "displayName", "givenName", "id", "jobTitle", "mail", "mobilePhone", "officeLocation"),
    *("preferredLanguage", "surname", "userPrincipalName"),
}
OLD_LISTS, NEW_LISTS = {"white_list_senders", "black_list_senders"}, {"safe_list_senders", "block_list_senders"}
AZURE_FIELDS = {"application_id", "ad_key", "sync_frequency", "sync_active_users", "add_users", "remove_deleted_users"}


class Found(Enum):
    """What a check found."""

    HOLDS = "holds"
    DIFFERS = "DIFFERS"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True)
class Answer:
    """One answer of a service; ``body`` is None where it is not JSON."""

    status: int
    headers: Mapping[str, str]
    text: str
    body: Any


class Service:
    """One host with the headers that it wants; follows no redirect."""

    def __init__(self, base_url: str, headers: Mapping[str, str]) -> None:
        self._base_url = base_url.rstrip("/")
        self._headers = dict(headers)
        context = ssl.create_default_context(cafile=os.environ.get("REQUESTS_CA_BUNDLE"))
        self._opener = urllib.request.build_opener(_NoRedirect, urllib.request.HTTPSHandler(context=context))

    def get(self, target: str, **headers: str) -> Answer:
        """GET of a path, or of a link that was given."""
        return self._send("GET", target, None, {**self._headers, **headers})

    def get_as_nobody(self, target: str) -> Answer:
        """GET without the credentials."""
        return self._send("GET", target, None, {})

    def post(self, target: str, body: bytes, content_type: str) -> Answer:
        """POST of a token request or of a batch of GETs."""
        return self._send("POST", target, body, {**self._headers, "Content-Type": content_type})

    def _send(self, method: str, target: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        url = target if target.startswith("https://") else self._base_url + target
        asked = urllib.request.Request(url, data=body, headers=dict(headers), method=method)  # noqa: S310  # https only, above
        try:
            with self._opener.open(asked, timeout=60) as response:
                return _answer(response.status, response.headers, response.read())
        except urllib.error.HTTPError as error:
            return _answer(error.code, error.headers, error.read())


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_others: Any) -> None:
        """Nothing is followed: the credentials stay with the host that they are for."""


def _answer(status: int, headers: Any, raw: bytes) -> Answer:
    text = raw.decode("utf-8-sig", errors="replace")
    try:
        body = json.loads(text)
    except ValueError:
        body = None
    return Answer(status, {name.lower(): value for name, value in headers.items()}, text, body)


@dataclass(frozen=True)
class Check:
    """One question: the rules that it is about, what they say, and how it is asked."""

    rules: str
    says: str
    ask: Callable[[Any], tuple[bool | None, str]]
    """Whether it holds (None: cannot be told here), and what was seen, without names."""


# Microsoft Graph


class Tenant:
    """The Graph half."""

    def __init__(self) -> None:
        authority = os.environ.get("ENTRA_AUTHORITY", "https://login.microsoftonline.com")
        graph = os.environ.get("GRAPH_URL", "https://graph.microsoft.com")
        form = {
            "grant_type": "client_credentials",
            "client_id": os.environ["ENTRA_CLIENT_ID"],
            "client_secret": os.environ["ENTRA_CLIENT_SECRET"],
            "scope": f"{graph}/.default",
        }
        path = f"/{os.environ['ENTRA_TENANT_ID']}/oauth2/v2.0/token"
        told = Service(authority, {}).post(
            path, urllib.parse.urlencode(form).encode(), "application/x-www-form-urlencoded"
        )
        if told.status != 200:
            sys.exit(
                f"No token: the sign-in service answered {told.status} {_code(told)}. Check the three ENTRA_ variables."
            )
        self.graph = Service(
            graph, {"Authorization": f"Bearer {told.body['access_token']}", "Accept": "application/json"}
        )

    def first_group(self) -> str | None:
        """The id of a group; None where there is none."""
        found = self.graph.get("/v1.0/groups?$select=id&$top=1").body["value"]
        return found[0]["id"] if found else None

    def batch(self, *items: dict[str, Any]) -> Answer:
        """The answer to a batch of GETs."""
        asked = [{"id": str(number), "method": "GET", **item} for number, item in enumerate(items)]
        return self.graph.post("/v1.0/$batch", json.dumps({"requests": asked}).encode(), "application/json")


def _code(answer: Answer) -> str:
    error = answer.body.get("error") if isinstance(answer.body, dict) else None
    return str(error.get("code", "")) if isinstance(error, dict) else str(error or "")


def _refused(answer: Answer, status: int, *codes: str) -> tuple[bool, str]:
    return answer.status == status and (not codes or _code(answer) in codes), f"{answer.status} {_code(answer)}"


def _error_envelope(t: Tenant) -> tuple[bool, str]:
    answer = t.graph.get(f"/v1.0/users/{NOBODY}")
    inner = (answer.body or {}).get("error", {})
    names = {name.lower() for name in inner}
    return {
        "code",
        "message",
        "innererror",
    } <= names and answer.status == 404, f"{answer.status} {_code(answer)} {sorted(names)}"


def _default_person(t: Tenant) -> tuple[bool | None, str]:
    value = t.graph.get("/v1.0/users?$top=1").body["value"]
    names = set(value[0]) - {"@odata.id"} if value else set()
    return (
        names == DEFAULT_PERSON if value else None
    ), f"{len(names)} properties, others: {sorted(names ^ DEFAULT_PERSON)}"


def _default_page(t: Tenant) -> tuple[bool | None, str]:
    count = t.graph.get("/v1.0/users/$count", ConsistencyLevel="eventual")
    page = t.graph.get("/v1.0/users?$select=id").body["value"]
    return (len(page) == 100 if int(count.text) > 100 else None), f"{len(page)} on a page without $top"


def _next_link(t: Tenant) -> tuple[bool | None, str]:
    page = t.graph.get("/v1.0/users?$select=id&$top=1").body
    link = page.get("@odata.nextLink")
    if link is None:
        return None, "one page only"
    broken = t.graph.get(link[:-3] + "AAA")
    return link.startswith(
        "https://"
    ) and broken.status == 400, f"an edited link answers {broken.status} {_code(broken)}"


def _selection(t: Tenant) -> tuple[bool | None, str]:
    value = t.graph.get("/v1.0/users?$select=displayName,mail&$top=1").body["value"]
    return (
        "mail" in value[0] if value else None
    ), f"a selection without id gives {sorted(value[0]) if value else 'nobody'}"


def _members_type(t: Tenant) -> tuple[bool | None, str]:
    group = t.first_group()
    value = t.graph.get(f"/v1.0/groups/{group}/members?$select=id&$top=5").body["value"] if group else []
    return (all("@odata.type" in one for one in value) if value else None), f"{len(value)} members seen"


def _members_count(t: Tenant) -> tuple[bool | None, str]:
    group = t.first_group()
    if group is None:
        return None, "no group"
    path = f"/groups/{group}/members?$select=id&$top=1&$count=true"
    answer = t.batch({"url": path, "headers": {"ConsistencyLevel": "eventual"}})
    body = answer.body["responses"][0]["body"]
    return "@odata.count" in body, f"in a batch: {sorted(body)}"


def _deleted_count(t: Tenant) -> tuple[bool, str]:
    target = "/v1.0/directory/deletedItems/microsoft.graph.user?$select=id&$top=1&$count=true"
    answer = t.graph.get(target, ConsistencyLevel="eventual")
    return answer.status == 200 and "@odata.count" in answer.body, f"{answer.status} {_code(answer)}"


def _count_needs_header(t: Tenant) -> tuple[bool, str]:
    with_header = t.graph.get("/v1.0/users/$count", ConsistencyLevel="eventual")
    without = t.graph.get("/v1.0/users/$count")
    return (
        without.status == 400 and with_header.text.strip().isdigit(),
        f"without: {without.status}, with: {with_header.status}",
    )


def _batch_limit(t: Tenant) -> tuple[bool, str]:
    return _refused(t.batch(*[{"url": "/groups?$select=id&$top=1"}] * 21), 400)


def _batch_items(t: Tenant) -> tuple[bool, str]:
    answer = t.batch({"url": "/users?$select=id&$top=1"}, {"url": f"/users/{NOBODY}"})
    statuses = sorted(item["status"] for item in answer.body["responses"])
    return answer.status == 200 and statuses == [200, 404], f"outer {answer.status}, items {statuses}"


def _delta_latest(t: Tenant) -> tuple[bool, str]:
    body = t.graph.get("/v1.0/users/delta?$select=id&$deltaToken=latest").body
    return "@odata.deltaLink" in body and not body.get("value"), f"{sorted(body)}, {len(body.get('value', []))} objects"


def _resource_units(t: Tenant) -> tuple[bool, str]:
    answer = t.graph.get("/v1.0/users?$select=id&$top=1")
    names = sorted(name for name in answer.headers if name.startswith("x-ms-"))
    return "x-ms-resource-unit" in answer.headers, f"{answer.headers.get('x-ms-resource-unit')} units; {names}"


GRAPH_CHECKS = (
    Check(
        "graph 2",
        "a call without a token is 401",
        lambda t: _refused(t.graph.get_as_nobody("/v1.0/users"), 401, "InvalidAuthenticationToken"),
    ),
    Check("graph 4, 7", "an unknown id is 404 in the nested envelope", _error_envelope),
    Check(
        "graph 5",
        "an encoded query is decoded first",
        lambda t: (t.graph.get("/v1.0/users?%24select=id&%24top=1").status == 200, "asked with %24"),
    ),
    Check(
        "graph 6", "an unknown property is 400", lambda t: _refused(t.graph.get("/v1.0/users?$select=noSuchThing"), 400)
    ),
    Check("graph 6, 19", "a page size of 1000 is 400", lambda t: _refused(t.graph.get("/v1.0/users?$top=1000"), 400)),
    Check("graph 10", "people come with eleven properties by default", _default_person),
    Check("graph 12", "a selected null is there as null", _selection),
    Check("graph 13", "a selection of members keeps their type", _members_type),
    Check("graph 18", "deleted people can be counted", _deleted_count),
    Check("graph 19", "a page holds 100 by default", _default_page),
    Check("graph 20", "a nextLink is opaque: an edited one is 400", _next_link),
    Check("graph 21, 25", "members are counted inside a batch, as JSON", _members_count),
    Check("graph 22", "/$count needs ConsistencyLevel", _count_needs_header),
    Check("graph 24", "a batch of 21 is 400", _batch_limit),
    Check("graph 25", "items of a batch fail by themselves", _batch_items),
    Check("graph 27", "$deltaToken=latest gives a link and no data", _delta_latest),
    Check("graph 30", "every answer says its resource units", _resource_units),
)


# Proofpoint Essentials


class Organization:
    """The Essentials half."""

    def __init__(self) -> None:
        self.domain, self.user = os.environ["PROOFPOINT_DOMAIN"], os.environ["PROOFPOINT_USER"]
        base = os.environ["PROOFPOINT_URL"].rstrip("/") + "/api/v1"
        self.api = Service(
            base, {"X-User": self.user, "X-Password": os.environ["PROOFPOINT_PASSWORD"], "Accept": "application/json"}
        )
        found = self.api.get(self.path("/users"))
        if found.status != 200 or not isinstance(found.body, dict):
            sys.exit(f"No list of accounts: Essentials answered {found.status}. Check the four PROOFPOINT_ variables.")
        self.accounts: list[dict[str, Any]] = found.body.get("users") or []

    def path(self, rest: str, domain: str = "") -> str:
        """A path of the organization."""
        return f"/orgs/{urllib.parse.quote(domain or self.domain, safe='')}{rest}"


def _by_alias(o: Organization) -> tuple[bool | None, str]:
    alias = next((a for one in o.accounts for a in one.get("alias_emails") or ()), None)
    if alias is None:
        return None, "nobody has an alias"
    answer = o.api.get(o.path(f"/users/{urllib.parse.quote(alias, safe='')}"))
    return answer.status == 404, f"{answer.status}"


def _other_domain(o: Organization) -> tuple[bool | None, str]:
    domains = o.api.get(o.path("/domains")).body
    names = [d["name"] for d in (domains["domains"] if isinstance(domains, dict) else domains) if d["name"] != o.domain]
    if not names:
        return None, "one domain only"
    answer = o.api.get(o.path("", names[0]))
    return answer.status == 200, f"{answer.status}"


def _list_ignores_query(o: Organization) -> tuple[bool, str]:
    found = o.api.get(o.path(f"/users?email={urllib.parse.quote(o.user)}")).body["users"]
    return len(found) == len(o.accounts), f"{len(found)} of {len(o.accounts)}"


def _lists_in_list(o: Organization) -> tuple[bool, str]:
    names = set(o.accounts[0]) & (OLD_LISTS | NEW_LISTS)
    return bool(names), f"{sorted(names)}"


def _terms(o: Organization) -> tuple[bool, str]:
    path = o.path(f"/users/{urllib.parse.quote(o.user, safe='')}")
    old, new = o.api.get(path).body, o.api.get(path, **{"X-Terms-Update": "true"}).body
    return set(old) >= OLD_LISTS and set(
        new
    ) >= NEW_LISTS, f"{sorted(set(old) & (OLD_LISTS | NEW_LISTS))}, then {sorted(set(new) & (OLD_LISTS | NEW_LISTS))}"


def _letter_case(o: Organization) -> tuple[bool | None, str]:
    mixed = sum(one["primary_email"] != one["primary_email"].lower() for one in o.accounts)
    return (True if mixed else None), f"{mixed} of {len(o.accounts)} have capitals"


def _null_aliases(o: Organization) -> tuple[bool, str]:
    odd = sum(not isinstance(one.get("alias_emails"), list) for one in o.accounts)
    return odd == 0, f"{odd} of {len(o.accounts)} come without a list"


def _azure(o: Organization) -> tuple[bool | None, str]:
    answer = o.api.get(o.path("/settings/azure"))
    if answer.status in (403, 404):
        return None, f"{answer.status}: never set up, or outside the package"
    missing = AZURE_FIELDS - set(answer.body)
    return not missing, f"missing: {sorted(missing)}, more: {sorted(set(answer.body) - AZURE_FIELDS)}"


def _masked_key(o: Organization) -> tuple[bool | None, str]:
    key = (o.api.get(o.path("/settings/azure")).body or {}).get("ad_key")
    if not key:
        return None, "no key is shown"
    stars = sum(letter == "*" for letter in key)
    return stars == len(key), f"{len(key)} characters, {stars} of them asterisks"


def _endpoints(o: Organization) -> tuple[bool, str]:
    body = o.api.get(f"/endpoints/{urllib.parse.quote(o.domain, safe='')}").body
    items = next(iter(body.values())) if isinstance(body, dict) and body else body
    kind = type(items[0]).__name__ if isinstance(items, list) and items else type(items).__name__
    return kind == "str", f"{kind}"


def _exemptions(o: Organization) -> tuple[bool | None, str]:
    answer = o.api.get(o.path("/settings/azure/exemptions"))
    if answer.status in (403, 404):
        return None, f"{answer.status}"
    return isinstance(answer.body, list) and all(
        isinstance(one, dict) for one in answer.body
    ), f"{type(answer.body).__name__}"


def _error_body(o: Organization) -> tuple[bool, str]:
    answer = o.api.get(o.path(f"/users/nobody-{NOBODY}%40{o.domain}"))
    errors = answer.body.get("errors") if isinstance(answer.body, dict) else None
    names = sorted(errors[0]) if isinstance(errors, list) and errors else sorted(answer.body or ())
    return names == ["error_message", "identifier", "status"], f"{answer.status} {names}"


ESSENTIALS_CHECKS = (
    Check(
        "essentials 1",
        "a call without the two headers is 401",
        lambda o: _refused(o.api.get_as_nobody(o.path("/users")), 401),
    ),
    Check("essentials 2", "another domain of the organization names it too", _other_domain),
    Check(
        "essentials 3",
        "a slash at the end and a plain @ are taken",
        lambda o: (o.api.get(o.path(f"/users/{o.user}/")).status == 200, "asked for the API account"),
    ),
    Check("essentials 4", "the list is whole whatever is asked", _list_ignores_query),
    Check("essentials 5, unknown 9", "an alias does not find its account", _by_alias),
    Check("essentials 13", "sender lists have their former names unless asked otherwise", _terms),
    Check("essentials 14", "an error says status, message and identifier", _error_body),
    Check("essentials 15", "groups are not offered", lambda o: _refused(o.api.get(o.path("/groups")), 404)),
    Check("essentials 16", "the settings of the native sync have the known fields", _azure),
    Check("essentials 16, unknown 18", "exemptions are a list of objects", _exemptions),
    Check("essentials 17", "/me answers", lambda o: (o.api.get("/me").status == 200, "asked")),
    Check("unknown 10", "the list holds sender lists", _lists_in_list),
    Check("unknown 10", "the list shows no aliases as an empty list", _null_aliases),
    Check("unknown 16", "letter case is kept", _letter_case),
    Check("unknown 20", "endpoints are addresses", _endpoints),
    Check("unknown 21", "the key is masked by asterisks", _masked_key),
)


def run(checks: tuple[Check, ...], side: Any) -> list[tuple[str, str, str, str]]:
    """One row for each check."""
    rows = []
    for check in checks:
        try:
            holds, seen = check.ask(side)
            found = Found.CANNOT_TELL if holds is None else Found.HOLDS if holds else Found.DIFFERS
        except (OSError, KeyError, IndexError, TypeError, ValueError) as error:
            found, seen = Found.DIFFERS, f"not understood ({type(error).__name__})"
        rows.append((check.rules, found.value, check.says, seen))
    return rows


def main() -> int:
    """Print the table; exit status 1 where something differs from what the simulators do."""
    rows: list[tuple[str, str, str, str]] = []
    if "ENTRA_CLIENT_SECRET" in os.environ:
        rows += run(GRAPH_CHECKS, Tenant())
    if "PROOFPOINT_PASSWORD" in os.environ:
        rows += run(ESSENTIALS_CHECKS, Organization())
    if not rows:
        sys.exit(__doc__)
    print("| rule | found | what the simulators do | seen |\n| --- | --- | --- | --- |")
    for row in rows:
        print(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |")
    return 1 if any(row[1] == Found.DIFFERS.value for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
