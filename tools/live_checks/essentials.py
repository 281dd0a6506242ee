"""The checks of Proofpoint Essentials."""

import os
import sys
import urllib.parse
from typing import Any

from tools.live_checks.check import NOBODY, Check, refused
from tools.live_checks.service import Service

OLD_LISTS, NEW_LISTS = {"white_list_senders", "black_list_senders"}, {"safe_list_senders", "block_list_senders"}
AZURE_FIELDS = {"application_id", "ad_key", "sync_frequency", "sync_active_users", "add_users", "remove_deleted_users"}


class Organization:
    """The organization that is asked."""

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
    lists = OLD_LISTS | NEW_LISTS
    holds = set(old) >= OLD_LISTS and set(new) >= NEW_LISTS
    return holds, f"{sorted(set(old) & lists)}, then {sorted(set(new) & lists)}"


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
    holds = isinstance(answer.body, list) and all(isinstance(one, dict) for one in answer.body)
    return holds, f"{type(answer.body).__name__}"


def _error_body(o: Organization) -> tuple[bool, str]:
    answer = o.api.get(o.path(f"/users/nobody-{NOBODY}%40{o.domain}"))
    errors = answer.body.get("errors") if isinstance(answer.body, dict) else None
    names = sorted(errors[0]) if isinstance(errors, list) and errors else sorted(answer.body or ())
    return names == ["error_message", "identifier", "status"], f"{answer.status} {names}"


ESSENTIALS_CHECKS: tuple[Check[Organization], ...] = (
    Check(
        "essentials 1",
        "a call without the two headers is 401",
        lambda o: refused(o.api.get_as_nobody(o.path("/users")), 401),
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
    Check("essentials 15", "groups are not offered", lambda o: refused(o.api.get(o.path("/groups")), 404)),
    Check("essentials 16", "the settings of the native sync have the known fields", _azure),
    Check("essentials 16, unknown 18", "exemptions are a list of objects", _exemptions),
    Check("essentials 17", "/me answers", lambda o: (o.api.get("/me").status == 200, "asked")),
    Check("unknown 10", "the list holds sender lists", _lists_in_list),
    Check("unknown 10", "the list shows no aliases as an empty list", _null_aliases),
    Check("unknown 16", "letter case is kept", _letter_case),
    Check("unknown 20", "endpoints are addresses", _endpoints),
    Check("unknown 21", "the key is masked by asterisks", _masked_key),
)
