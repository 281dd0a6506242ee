"""The checks of Microsoft Graph."""

import json
import os
import sys
import urllib.parse
from typing import Any

from tools.live_checks.check import NOBODY, Check, refused
from tools.live_checks.service import Answer, Service

DEFAULT_PERSON = {
    *("businessPhones", "displayName", "givenName", "id", "jobTitle", "mail", "mobilePhone", "officeLocation"),
    *("preferredLanguage", "surname", "userPrincipalName"),
}


class Tenant:
    """The tenant that is asked."""

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
                f"No token: the sign-in service answered {told.status} {told.code}. Check the three ENTRA_ variables."
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


def _error_envelope(t: Tenant) -> tuple[bool, str]:
    answer = t.graph.get(f"/v1.0/users/{NOBODY}")
    inner = (answer.body or {}).get("error", {})
    names = {name.lower() for name in inner}
    holds = {"code", "message", "innererror"} <= names and answer.status == 404
    return holds, f"{answer.status} {answer.code} {sorted(names)}"


def _default_person(t: Tenant) -> tuple[bool | None, str]:
    value = t.graph.get("/v1.0/users?$top=1").body["value"]
    names = set(value[0]) - {"@odata.id"} if value else set()
    holds = names == DEFAULT_PERSON if value else None
    return holds, f"{len(names)} properties, others: {sorted(names ^ DEFAULT_PERSON)}"


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
    return link.startswith("https://") and broken.status == 400, f"an edited link answers {broken.status} {broken.code}"


def _selection(t: Tenant) -> tuple[bool | None, str]:
    value = t.graph.get("/v1.0/users?$select=displayName,mail&$top=1").body["value"]
    holds = "mail" in value[0] if value else None
    return holds, f"a selection without id gives {sorted(value[0]) if value else 'nobody'}"


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
    return answer.status == 200 and "@odata.count" in answer.body, f"{answer.status} {answer.code}"


def _count_needs_header(t: Tenant) -> tuple[bool, str]:
    with_header = t.graph.get("/v1.0/users/$count", ConsistencyLevel="eventual")
    without = t.graph.get("/v1.0/users/$count")
    return (
        without.status == 400 and with_header.text.strip().isdigit(),
        f"without: {without.status}, with: {with_header.status}",
    )


def _batch_limit(t: Tenant) -> tuple[bool, str]:
    return refused(t.batch(*[{"url": "/groups?$select=id&$top=1"}] * 21), 400)


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


GRAPH_CHECKS: tuple[Check[Tenant], ...] = (
    Check(
        "graph 2",
        "a call without a token is 401",
        lambda t: refused(t.graph.get_as_nobody("/v1.0/users"), 401, "InvalidAuthenticationToken"),
    ),
    Check("graph 4, 7", "an unknown id is 404 in the nested envelope", _error_envelope),
    Check(
        "graph 5",
        "an encoded query is decoded first",
        lambda t: (t.graph.get("/v1.0/users?%24select=id&%24top=1").status == 200, "asked with %24"),
    ),
    Check(
        "graph 6", "an unknown property is 400", lambda t: refused(t.graph.get("/v1.0/users?$select=noSuchThing"), 400)
    ),
    Check("graph 6, 19", "a page size of 1000 is 400", lambda t: refused(t.graph.get("/v1.0/users?$top=1000"), 400)),
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
