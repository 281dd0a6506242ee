"""Every open question about Essentials in its other position, under whole syncs of the app on real sockets."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from shared.engine.run import Outcome, RunState
from simulator.company import make_world
from simulator.essentials import BatchBody, CreatedBody, EmptyAliases, PutMeaning
from simulator.essentials.switches import AddressInUse, EndpointsForm, ExemptionsForm, LetterCase, MaskedKey, Rename
from simulator.estate import Estate
from tests.scenarios.deployment import Deployment, deployed

OTHERWISE: dict[str, Mapping[str, object]] = {
    "default": {},
    "put": {"put": PutMeaning.REPLACE},
    "created_body": {"created_body": CreatedBody.EMPTY},
    "batch_body": {"batch_body": BatchBody.ITEMS},
    "batch_status": {"batch_created_status": 200, "batch_mixed_status": 200, "batch_failed_status": 400},
    "most_batch_items": {"most_batch_items": 10},
    "statuses": {"duplicate_status": 422, "invalid_status": 422, "user_cap_status": 409},
    "rename_refused": {"rename": Rename.REFUSED},
    "rename_ignored": {"rename": Rename.IGNORED},
    "address_in_use": {"address_in_use": AddressInUse.MOVED},
    "deactivation_frees_aliases": {"deactivation_frees_aliases": True},
    "deletion_reserves_seconds": {"deletion_reserves_seconds": 86_400.0},
    "letter_case": {"letter_case": LetterCase.LOWERED},
    "alias_finds_account": {"alias_finds_account": True},
    "list": {"list_has_sender_lists": False, "empty_aliases": EmptyAliases.ABSENT},
    "own_account_may_go": {"own_account_may_go": True},
    "functional_account_needs_name": {"functional_account_needs_name": True},
    "forms": {
        "exemptions_form": ExemptionsForm.STRINGS,
        "endpoints_form": EndpointsForm.OBJECTS,
        "masked_key": MaskedKey.ABSENT,
        "mask_overwrites_key": False,
    },
}


def throw(estate: Estate, switches: Mapping[str, object]) -> None:
    """The switches of the simulated Essentials stand as told."""
    for name, value in switches.items():
        setattr(estate.essentials.switches, name, value)


def synced(deployment: Deployment) -> None:
    """A search and its execution, after which nothing is left to do."""
    search = deployment.search()
    assert search.state is RunState.SUCCEEDED, search.problem
    execution = deployment.execute(search.plan_id or "")
    results = deployment.application.engine.results(execution.id)
    assert execution.state is RunState.SUCCEEDED, [r for r in results if r.outcome is not Outcome.DONE]
    again = deployment.search()
    replan = deployment.application.engine.plan(again.plan_id or "").plan
    assert [change for change in replan.changes if change.ticked] == []


@pytest.mark.parametrize("switches", OTHERWISE.values(), ids=OTHERWISE)
def test_a_company_is_synced_whatever_the_organization_turns_out_to_do(
    tmp_path: Path, switches: Mapping[str, object]
) -> None:
    with Estate(make_world(people=80, groups=12, seed=11)) as estate, deployed(estate, tmp_path) as deployment:
        throw(estate, switches)

        synced(deployment)


def test_the_own_account_is_never_written_although_it_could_be(tmp_path: Path) -> None:
    with Estate(make_world(people=60, groups=6, seed=12)) as estate, deployed(estate, tmp_path) as deployment:
        throw(estate, {"own_account_may_go": True})
        synced(deployment)
        own = estate.app_settings()["PROOFPOINT_USER"]

        assert [e.path for e in estate.journal.entries("essentials") if e.method != "GET" and own in e.path] == []


@pytest.mark.parametrize("sends", [False, True])
def test_no_welcome_mail_is_sent_unless_it_is_asked_for(tmp_path: Path, sends: bool) -> None:
    with Estate(make_world(people=60, groups=6, seed=13)) as estate, deployed(estate, tmp_path) as deployment:
        throw(estate, {"promotion_sends_welcome_mail": sends})
        synced(deployment)

        assert estate.world.organizations[0].welcome_mails == []


def test_forced_sign_in_stops_no_sync_where_it_does_not_bind_the_api(tmp_path: Path) -> None:
    with Estate(make_world(people=60, groups=6, seed=14)) as estate, deployed(estate, tmp_path) as deployment:
        organization = estate.world.organizations[0]
        organization.login = {
            "allow_local_login": False,
            "idp_for_forced_login": None,
            "allow_azure_login": True,
            "force_azure_login": True,
        }
        organization.mfa = {"is_mfa_enabled": True, "mfa_admins_only": False}

        synced(deployment)
