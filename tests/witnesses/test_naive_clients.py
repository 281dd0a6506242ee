"""Clients that make the usual mistakes, over TLS: each is refused, or what it got wrong can be seen."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.engine.run import RunState
from simulator.company import make_world
from simulator.effects import Redirect, StatusFault
from simulator.estate import Estate
from simulator.faults import Fault
from tests.scenarios.deployment import deployed
from tests.witnesses.outsider import Outsider, visiting

PEOPLE = 250


@pytest.fixture(scope="module")
def running() -> Iterator[Outsider]:
    with Estate(make_world(people=PEOPLE, groups=20, seed=21)) as estate, visiting(estate) as outsider:
        yield outsider


@pytest.fixture
def outsider(running: Outsider) -> Outsider:
    """An outsider at an estate without faults and with an empty journal; changes to its world stay."""
    running.estate.faults.clear()
    running.estate.journal.clear()
    return running


def new_account(outsider: Outsider, local: str) -> dict[str, object]:
    domain = outsider.estate.world.organizations[0].primary_domain
    return {
        "primary_email": f"{local}@{domain}",
        "type": "functional_account",
        "firstname": "Lee",
        "surname": "Lang",
        "is_active": True,
        "alias_emails": [],
    }


def found(outsider: Outsider, local: str) -> list[dict[str, object]]:
    return [one for one in outsider.accounts() if str(one["primary_email"]).startswith(f"{local}@")]


def test_a_client_that_ignores_the_next_link_reads_a_hundred_and_the_count_tells(outsider: Outsider) -> None:
    page = outsider.graph("/users?$select=id").json()
    counted = int(outsider.graph("/users/$count", ConsistencyLevel="eventual").text)

    assert len(page["value"]) == 100
    assert "@odata.nextLink" in page
    assert counted == len(outsider.estate.world.tenant.users) >= PEOPLE


def test_a_client_that_expands_members_gets_twenty_and_no_next_link(outsider: Outsider) -> None:
    tenant = outsider.estate.world.tenant
    large = next(i for i, members in tenant.members.items() if len(members) > 20 and not is_hidden(outsider, i))
    shown = outsider.graph(f"/groups/{large}?$select=id&$expand=members($select=id)").json()
    listed = outsider.graph(f"/groups/{large}/members?$select=id&$top=999").json()

    assert len(shown["members"]) == 20
    assert "members@odata.nextLink" not in shown
    assert len(listed["value"]) > 20


def is_hidden(outsider: Outsider, group_id: str) -> bool:
    return outsider.estate.world.tenant.groups[group_id].get("visibility") == "HiddenMembership"


@pytest.mark.parametrize(
    "path", ["/users/$count", "/users?$filter=accountEnabled ne true&$count=true", "/users?$filter=mail ne null"]
)
def test_a_client_that_forgets_the_consistency_level_is_refused(outsider: Outsider, path: str) -> None:
    answer = outsider.graph(path)

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] in ("Request_UnsupportedQuery", "Request_BadRequest")


def test_a_client_that_forgets_the_consistency_level_on_the_second_page_is_refused(outsider: Outsider) -> None:
    first = outsider.graph(
        "/users?$filter=accountEnabled ne false&$count=true&$select=id&$top=50", ConsistencyLevel="eventual"
    )
    assert first.status_code == 200
    link = first.json()["@odata.nextLink"]

    assert outsider.graph(link).status_code == 400
    assert outsider.graph(link, ConsistencyLevel="eventual").status_code == 200


@pytest.mark.parametrize(
    "query", ["$select=id,lastname", "$select=email", "$filter=active eq true", "$orderby=firstname", "limit=5"]
)
def test_a_client_that_asks_unknown_properties_is_refused(outsider: Outsider, query: str) -> None:
    answer = outsider.graph(f"/users?{query}")

    assert answer.status_code == 400
    assert "value" not in answer.json()


def test_a_client_that_sends_lastname_makes_an_account_without_a_surname(outsider: Outsider) -> None:
    body = new_account(outsider, "lastname")
    body["lastname"] = body.pop("surname")
    answer = outsider.post_accounts(body)

    assert answer.status_code == 201, "an unknown field is no error"
    (made,) = found(outsider, "lastname")
    assert made["surname"] == ""
    assert "lastname" not in made


def test_a_client_that_takes_a_batchs_200_for_success_loses_a_group(outsider: Outsider) -> None:
    tenant = outsider.estate.world.tenant
    first, second = [i for i, members in tenant.members.items() if members and not is_hidden(outsider, i)][:2]
    outsider.estate.faults.add(
        Fault(service="graph", path=f"*/groups/{first}/members", effect=StatusFault(status=429, retry_after="3"))
    )
    answer = outsider.graph_batch(f"/groups/{first}/members", f"/groups/{second}/members")
    items = {item["id"]: item for item in answer.json()["responses"]}

    assert answer.status_code == 200
    assert (items["1"]["status"], items["2"]["status"]) == (429, 200)
    assert "value" not in items["1"]["body"], "taken for success it would be a group without members"
    assert items["1"]["headers"]["Retry-After"] == "3"


@pytest.mark.parametrize("status", [200, 207])
def test_a_client_that_takes_a_creations_success_for_everybodys_misses_the_refused(
    outsider: Outsider, status: int
) -> None:
    outsider.estate.essentials.switches.batch_mixed_status = status
    taken = outsider.accounts()[0]["primary_email"]
    body = [new_account(outsider, f"batch{status}"), {**new_account(outsider, "taken"), "primary_email": taken}]
    answer = outsider.post_accounts(body)

    assert answer.ok
    assert answer.status_code == status
    assert [error["identifier"] for error in answer.json()["errors"]] == [taken]
    assert len(found(outsider, f"batch{status}")) == 1


def test_a_client_that_wraps_users_is_refused(outsider: Outsider) -> None:
    before = len(outsider.accounts())
    answer = outsider.post_accounts({"users": [new_account(outsider, "wrapped")]})

    assert answer.status_code == 400
    assert len(outsider.accounts()) == before


def test_a_client_that_uses_basic_authentication_is_refused(outsider: Outsider) -> None:
    user, password = outsider.essentials_headers.values()
    answer = outsider.session.get(outsider.users_url, auth=(user, password), timeout=20)

    assert answer.status_code == 401
    assert "users" not in answer.json()


def test_a_client_that_follows_redirects_takes_the_password_to_another_host(outsider: Outsider) -> None:
    """The session drops Authorization on the way, but nobody told it about X-Password."""
    redirect(outsider.estate)
    outsider.session.get(outsider.users_url, headers=outsider.essentials_headers, timeout=20)
    (arrived,) = outsider.estate.journal.entries("graph")

    assert arrived.headers["x-password"] == "(redacted)", "it came, and the journal keeps no more of it"


def test_the_app_follows_no_redirect(outsider: Outsider, tmp_path: Path) -> None:
    redirect(outsider.estate)
    with deployed(outsider.estate, tmp_path) as deployment:
        search = deployment.search()

    assert search.state is RunState.FAILED
    assert search.problem is not None
    assert "redirect" in search.problem.detail
    assert [e for e in outsider.estate.journal.entries("graph") if "x-password" in e.headers] == []


def redirect(estate: Estate) -> None:
    """Essentials sends everybody to another host, which happens to be here as well."""
    effect = Redirect(location=f"{estate.graph_url}/v1.0/users")
    estate.faults.add(Fault(service="essentials", path="*/users", times=None, effect=effect))
