"""Plans, their rows, execution and results over the API."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.api.bodies import RowCategory
from shared.diff.options import SyncOptions
from shared.diff.plan import Blocked, Category
from shared.engine.run import Outcome, Result
from shared.model import Address
from tests.api.calling import Client, body_of, by_changes


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def plan_id(client: Client) -> str:
    return client.searched()


def rows(client: Client, plan_id: str, **body: object) -> Any:
    return body_of(client.post("plans/{id}/rows", body, id=plan_id))


def execute(client: Client, plan_id: str, **body: object) -> Any:
    response = client.post("plans/{id}/execute", {"digest": client.digest(plan_id), **body}, id=plan_id)
    return response.status, body_of(response)


def first_id(client: Client, plan_id: str, **body: object) -> str:
    found = rows(client, plan_id, **body)["rows"][0]["id"]
    assert isinstance(found, str)
    return found


def test_the_head_has_the_fields_of_the_contract_and_the_accounts(client: Client, plan_id: str) -> None:
    head = body_of(client.get("plans/{id}", id=plan_id))
    assert [name for name in head if name != "accounts"] == [
        *("id", "digest", "created_at", "expires_at", "counts", "ticked", "skipped", "certificates", "guard"),
        *("licences", "native_sync", "warnings"),
    ]


def test_the_head_counts_accounts_by_type(client: Client, plan_id: str) -> None:
    head = body_of(client.get("plans/{id}", id=plan_id))
    assert head["accounts"] == {"end_user": 2, "organization_admin": 1}


def test_the_head_counts_changes_by_category_and_what_is_skipped_by_reason(client: Client, plan_id: str) -> None:
    head = body_of(client.get("plans/{id}", id=plan_id))
    assert head["counts"]["add_user"] == 3
    assert head["counts"]["remove_group"] == 0
    assert head["skipped"]["guest"] == 1


def test_the_certificate_says_when_everything_was_read_where_this_read_asked_for_changes(
    client: Client, plan_id: str
) -> None:
    def told() -> object:
        return body_of(client.get("plans/{id}", id=plan_id))["certificates"]["directory"]["whole_read_at"]

    assert told() is None
    client.commands.stored_plans[plan_id] = by_changes(client.commands.plan(plan_id))
    assert told() == "2026-11-24T20:15:00Z"


def test_an_unknown_plan_is_not_found(client: Client) -> None:
    assert client.get("plans/{id}", id="plan-7").status == 404
    assert client.post("plans/{id}/rows", {}, id="plan-7").status == 404
    assert client.get("plans/{id}/export", id="plan-7", format="csv").status == 404


def test_a_change_has_exactly_the_fields_of_the_contract(client: Client, plan_id: str) -> None:
    assert list(rows(client, plan_id)["rows"][0]) == [
        *("id", "category", "address", "name", "entra_id", "ticked", "blocked", "before", "after", "fields"),
        *("reason", "proof", "mail_impact", "warnings", "chain"),
    ]


def test_before_and_after_hold_only_what_is_altered(client: Client, plan_id: str) -> None:
    row = rows(client, plan_id, category="update_user")["rows"][0]
    assert row["before"] == {"firstname": "Old"}
    assert row["after"] == {"firstname": "Dee"}


def test_rows_come_in_pages_with_the_total_of_all(client: Client, plan_id: str) -> None:
    page = rows(client, plan_id, offset=1, limit=2)
    assert page["total"] == len(client.commands.plan(plan_id).plan.changes)
    everything = rows(client, plan_id)["rows"]
    assert page["rows"] == everything[1:3]


def test_rows_of_one_category_are_asked_for(client: Client, plan_id: str) -> None:
    page = rows(client, plan_id, category="add_user")
    assert {row["category"] for row in page["rows"]} == {"add_user"}
    assert page["total"] == 3


@pytest.mark.parametrize("needle", ["BOB", "bob@example", " bob "])
def test_rows_are_found_by_part_of_name_or_address(client: Client, plan_id: str, needle: str) -> None:
    assert {row["address"] for row in rows(client, plan_id, q=needle)["rows"]} == {"bob@example.com"}


def test_rows_are_found_by_an_alias_that_they_alter(client: Client, plan_id: str) -> None:
    record = client.commands.plan(plan_id)
    change = record.plan.changes[0]
    aliased = replace(change, after=replace(change.after, alias_emails=(Address("side@example.com"),)))
    client.commands.stored_plans[plan_id] = replace(record, plan=replace(record.plan, changes=(aliased,)))
    assert rows(client, plan_id, q="side@")["total"] == 1


def test_blocked_rows_are_asked_for_at_all_or_by_reason(client: Client, plan_id: str) -> None:
    record = client.commands.plan(plan_id)
    one, *others = (replace(change, blocked=None) for change in record.plan.changes)
    changes = (replace(one, ticked=False, blocked=Blocked.NO_SEAT), *others)
    client.commands.stored_plans[plan_id] = replace(record, plan=replace(record.plan, changes=changes))
    assert rows(client, plan_id, blocked=True)["total"] == 1
    assert rows(client, plan_id, blocked=False)["total"] == len(others)
    assert rows(client, plan_id, blocked="no_seat")["total"] == 1
    assert rows(client, plan_id, blocked="conflict")["total"] == 0


def test_skipped_rows_say_what_is_left_alone_and_why(client: Client, plan_id: str) -> None:
    page = rows(client, plan_id, category="skipped")
    assert page["total"] == 1
    assert list(page["rows"][0]) == ["entra_id", "address", "name", "kind", "reason"]
    assert page["rows"][0]["reason"] == "guest"


def test_nothing_skipped_is_blocked(client: Client, plan_id: str) -> None:
    assert rows(client, plan_id, category="skipped", blocked=True)["total"] == 0


def test_every_category_of_the_plan_can_be_asked_for() -> None:
    assert {c.value for c in RowCategory} == {c.value for c in Category} | {"skipped"}


def test_an_execution_is_accepted_with_the_place_where_it_is_watched(client: Client, plan_id: str) -> None:
    response = client.post("plans/{id}/execute", {"digest": client.digest(plan_id)}, id=plan_id)
    assert response.status == 202
    assert response.headers["Location"] == f"/api/runs/{body_of(response)['run_id']}"


def test_the_selection_reaches_the_engine_as_chosen(client: Client, plan_id: str) -> None:
    out = first_id(client, plan_id, category="add_user")
    status, body = execute(client, plan_id, exclude=[out])
    assert status == 202
    selection = client.commands.run(body["run_id"]).selection
    assert selection is not None
    assert selection.exclude == {out}


def test_the_same_selection_again_answers_the_same_run(client: Client, plan_id: str) -> None:
    assert execute(client, plan_id) == execute(client, plan_id)


def test_a_used_plan_refuses_another_selection_and_names_the_run(client: Client, plan_id: str) -> None:
    _, first = execute(client, plan_id)
    status, problem = execute(client, plan_id, exclude=[first_id(client, plan_id)])
    assert (status, problem["code"], problem["run_id"]) == (409, "plan_used", first["run_id"])


def test_a_digest_of_another_plan_is_stale(client: Client, plan_id: str) -> None:
    status, problem = execute(client, plan_id, digest="0" * 64)
    assert (status, problem["code"]) == (409, "stale_digest")


def test_an_old_plan_has_expired(client: Client, plan_id: str) -> None:
    client.commands.now += timedelta(hours=25)
    status, problem = execute(client, plan_id)
    assert (status, problem["code"]) == (410, "plan_expired")


def test_a_change_that_the_plan_does_not_have_is_refused(client: Client, plan_id: str) -> None:
    status, problem = execute(client, plan_id, exclude=["nothing"])
    assert (status, problem["code"]) == (422, "unknown_change")


def test_a_selection_that_parts_a_chain_is_refused(client: Client, plan_id: str) -> None:
    record = client.commands.plan(plan_id)
    one, two, *others = record.plan.changes
    chained = (replace(one, chain="c1", ticked=True), replace(two, chain="c1", ticked=True), *others)
    client.commands.stored_plans[plan_id] = replace(record, plan=replace(record.plan, changes=chained))
    status, problem = execute(client, plan_id, exclude=[one.id])
    assert (status, problem["code"]) == (422, "broken_chain")


def test_the_native_sync_stops_an_execution(client: Client, plan_id: str) -> None:
    record = client.commands.plan(plan_id)
    plan = replace(record.plan, native_sync_writes_users=True)
    client.commands.stored_plans[plan_id] = replace(record, plan=plan)
    status, problem = execute(client, plan_id)
    assert (status, problem["code"]) == (409, "native_sync_on")


@pytest.fixture
def guarded(client: Client, plan_id: str) -> str:
    """A plan whose changes are all taking ones, under a guard that lets none through."""
    record = client.commands.plan(plan_id)
    changes = tuple(replace(c, takes=True, ticked=True, blocked=None, chain=None) for c in record.plan.changes)
    client.commands.stored_plans[plan_id] = replace(record, plan=replace(record.plan, changes=changes))
    client.commands.options = SyncOptions(guard_removals=0)
    return plan_id


def test_the_guard_tells_its_numbers_and_what_an_approval_repeats(client: Client, guarded: str) -> None:
    status, problem = execute(client, guarded)
    assert (status, problem["code"]) == (412, "guard")
    assert problem["numbers"]["GUARD_REMOVALS"] == 0
    assert problem["numbers"]["taking_changes"] > 0
    assert execute(client, guarded, approve=problem["selection_digest"])[0] == 202


def test_an_approval_is_for_that_selection_only(client: Client, guarded: str) -> None:
    _, problem = execute(client, guarded)
    other = [first_id(client, guarded)]
    assert execute(client, guarded, exclude=other, approve=problem["selection_digest"])[0] == 412


def test_results_come_in_pages_and_are_found_by_outcome_and_address(client: Client, plan_id: str) -> None:
    _, started = execute(client, plan_id)
    run_id = started["run_id"]
    client.post("runs/{id}/work", {}, id=run_id)
    failed = Result(
        change_id="x", category="add_user", address=Address("eve@example.com"), outcome=Outcome.FAILED, detail="No."
    )
    client.commands.stored_results[run_id] += (failed,)
    asked = body_of(client.post("runs/{id}/results", {"outcome": "failed"}, id=run_id))
    assert asked["total"] == 1
    assert asked["results"] == [
        {"change_id": "x", "category": "add_user", "address": "eve@example.com", "outcome": "failed", "detail": "No."}
    ]
    assert body_of(client.post("runs/{id}/results", {"q": "EVE@"}, id=run_id))["results"] == asked["results"]
    page = body_of(client.post("runs/{id}/results", {"limit": 1}, id=run_id))
    assert len(page["results"]) == 1
    assert page["total"] > 1
