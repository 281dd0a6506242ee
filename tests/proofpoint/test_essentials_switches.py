"""The client in every position of what nobody knows about Essentials: it depends on none of them."""

from typing import Any

import pytest

from shared.errors import EssentialsCredentialError, NotConfiguredError, RefusedError, ThrottledError
from shared.model import AccountEdit, AccountType, Address, Created, NotCreated, NotJudged, Unconfirmed
from simulator.effects import LateStatusFault, StatusFault
from simulator.essentials import (
    AddressInUse,
    BatchBody,
    CreatedBody,
    EmptyAliases,
    EndpointsForm,
    LetterCase,
    PutMeaning,
    RetryAfter,
)
from tests.proofpoint.essentials_under_test import (
    ANN,
    BOB,
    DOMAIN,
    NEW,
    PRESENT,
    SALES,
    SimulatedEssentials,
    new_account,
)

SMITH = Address("a.smith@example.com")
THREE = [new_account("one"), new_account("two", aliases=(SMITH,)), new_account("three")]


def edit(simulated: SimulatedEssentials, address: Address, change: AccountEdit) -> None:
    writer = simulated.writer()
    fetched = writer.fetch(address)
    assert fetched is not None
    writer.update(fetched, change)


@pytest.mark.parametrize("put", PutMeaning)
def test_a_write_keeps_what_it_does_not_change(simulated: SimulatedEssentials, put: PutMeaning) -> None:
    simulated.switches.put = put
    before = dict(simulated.user(ANN))
    edit(simulated, ANN, AccountEdit(firstname="Anna"))

    assert simulated.user(ANN) == {**before, "firstname": "Anna"}


@pytest.mark.parametrize("put", PutMeaning)
@pytest.mark.parametrize("has_lists", [True, False])
def test_a_conversion_keeps_the_sender_lists_though_the_list_may_leave_them_out(
    simulated: SimulatedEssentials, put: PutMeaning, has_lists: bool
) -> None:
    simulated.switches.put, simulated.switches.list_has_sender_lists = put, has_lists
    edit(simulated, ANN, AccountEdit(type=AccountType.FUNCTIONAL_ACCOUNT))

    kept = simulated.user(ANN)
    assert kept["safe_list_senders"] == ["*@partner.example"]
    assert kept["block_list_senders"] == ["spam@example.net"]
    assert kept["uid"] == int(PRESENT[0].uid)


@pytest.mark.parametrize("form", EmptyAliases)
def test_an_account_without_aliases_is_read_however_it_is_shown(
    simulated: SimulatedEssentials, form: EmptyAliases
) -> None:
    simulated.switches.empty_aliases = form

    assert [a.alias_emails for a in simulated.read().accounts if a.primary_email == BOB] == [()]


@pytest.mark.parametrize("case", LetterCase)
def test_addresses_are_in_lower_case_however_they_are_kept(simulated: SimulatedEssentials, case: LetterCase) -> None:
    simulated.switches.letter_case = case

    assert [a.addresses for a in simulated.read().accounts if a.primary_email == ANN] == [(ANN, SMITH)]


@pytest.mark.parametrize("finds", [True, False])
def test_an_account_is_never_fetched_by_an_alias(simulated: SimulatedEssentials, finds: bool) -> None:
    simulated.switches.alias_finds_account = finds

    assert simulated.writer().fetch(SMITH) is None


@pytest.mark.parametrize("status", [200, 201, 207])
def test_a_batch_is_created_whatever_status_says_so(simulated: SimulatedEssentials, status: int) -> None:
    simulated.switches.batch_created_status = status
    outcomes = simulated.writer().create([new_account("one"), new_account("two")])

    assert [type(outcome) for outcome in outcomes] == [Created, Created]


def test_a_batch_that_is_answered_with_nothing_is_for_the_caller_to_look(simulated: SimulatedEssentials) -> None:
    simulated.switches.created_body = CreatedBody.EMPTY
    outcomes = simulated.writer().create([new_account("one"), new_account("two")])

    assert [type(outcome) for outcome in outcomes] == [Unconfirmed, Unconfirmed]


def test_a_single_account_that_is_answered_with_nothing_is_created(simulated: SimulatedEssentials) -> None:
    simulated.switches.created_body = CreatedBody.EMPTY

    assert simulated.writer().create([new_account()]) == (Created(primary_email=NEW, uid=None),)


@pytest.mark.parametrize("body", BatchBody)
@pytest.mark.parametrize("mixed_status", [200, 201, 207, 400])
def test_a_mixed_batch_is_read_item_by_item(simulated: SimulatedEssentials, body: BatchBody, mixed_status: int) -> None:
    simulated.switches.batch_body, simulated.switches.batch_mixed_status = body, mixed_status
    one, two, three = simulated.writer().create(THREE)

    assert isinstance(one, Created)
    assert isinstance(two, NotCreated)
    assert (two.status, two.message) == (409, "Address is already in use")
    assert isinstance(three, Created)


@pytest.mark.parametrize("body", BatchBody)
@pytest.mark.parametrize("failed_status", [207, 400, 422])
def test_a_batch_that_fails_whole_is_read_item_by_item(
    simulated: SimulatedEssentials, body: BatchBody, failed_status: int
) -> None:
    simulated.switches.batch_body, simulated.switches.batch_failed_status = body, failed_status
    outcomes = simulated.writer().create([new_account("ann"), new_account("bob")])

    assert [type(outcome) for outcome in outcomes] == [NotCreated, NotCreated]


@pytest.mark.parametrize("body", BatchBody)
@pytest.mark.parametrize(
    ("effect", "is_there", "outcome_type"),
    [
        (LateStatusFault(status=500), True, Unconfirmed),
        (StatusFault(status=503), False, Unconfirmed),
        (StatusFault(status=429), False, NotJudged),
        (StatusFault(status=422), False, NotCreated),
    ],
)
def test_a_fault_of_one_item_is_told_for_what_it_is(
    simulated: SimulatedEssentials, body: BatchBody, effect: Any, is_there: bool, outcome_type: type
) -> None:
    simulated.switches.batch_body = body
    simulated.hit("POST", "/users/two@example.com", effect)
    one, two, three = simulated.writer().create([new_account("one"), new_account("two"), new_account("three")])

    assert (type(one), type(two), type(three)) == (Created, outcome_type, Created)
    assert (simulated.writer().fetch(Address("two@example.com")) is not None) is is_there


def test_a_batch_that_is_too_large_is_not_held_against_its_accounts(simulated: SimulatedEssentials) -> None:
    simulated.switches.most_batch_items = 2
    writer = simulated.writer()

    assert [type(outcome) for outcome in writer.create(THREE)] == [NotJudged] * 3
    assert isinstance(writer.create(THREE[:1])[0], Created)


@pytest.mark.parametrize("status", [400, 409, 422])
def test_a_duplicate_is_refused_whatever_its_status(simulated: SimulatedEssentials, status: int) -> None:
    simulated.switches.duplicate_status = status
    (outcome,) = simulated.writer().create([new_account("ann")])

    assert isinstance(outcome, NotCreated)
    assert outcome.status == status
    with pytest.raises(RefusedError) as caught:
        edit(simulated, ANN, AccountEdit(alias_emails=(SALES,)))
    assert caught.value.status == status


@pytest.mark.parametrize("status", [402, 403, 409])
def test_the_cap_is_an_error_of_the_account_whatever_its_status(simulated: SimulatedEssentials, status: int) -> None:
    simulated.switches.user_cap_status = status
    simulated.there.user_licences = 2
    (outcome,) = simulated.writer().create([new_account()])

    assert isinstance(outcome, NotCreated)
    assert outcome.status == status


def test_an_address_that_moves_where_it_should_be_refused_is_created_all_the_same(
    simulated: SimulatedEssentials,
) -> None:
    simulated.switches.address_in_use = AddressInUse.MOVED
    (outcome,) = simulated.writer().create([new_account(aliases=(SMITH,))])

    assert isinstance(outcome, Created)


@pytest.mark.parametrize("header", RetryAfter)
def test_throttling_slows_a_read_down(simulated: SimulatedEssentials, header: RetryAfter) -> None:
    simulated.hit("GET", "/users", StatusFault(status=429, retry_after="5" if header is RetryAfter.SECONDS else None))

    assert len(simulated.read().accounts) == 4
    assert len(simulated.clock.slept) == 1


def test_a_write_that_is_throttled_for_too_long_says_for_how_long(simulated: SimulatedEssentials) -> None:
    simulated.hit("POST", "/users", StatusFault(status=429, retry_after="90"), times=None)
    with pytest.raises(ThrottledError) as caught:
        simulated.writer().create([new_account()])

    assert caught.value.retry_after_seconds == 90
    assert sum(simulated.clock.slept) < 20


@pytest.mark.parametrize("form", EndpointsForm)
def test_an_account_of_another_stack_is_told_which_one(simulated: SimulatedEssentials, form: EndpointsForm) -> None:
    service, elsewhere = simulated.serve(stack_name="eu1")
    service.switches.endpoints_form = form
    with pytest.raises(EssentialsCredentialError) as caught:
        simulated.read(simulated.client(base_url=elsewhere.origin))

    assert "us1.proofpointessentials.com" in caught.value.fix


def test_an_organization_that_is_nowhere_is_a_wrong_domain(simulated: SimulatedEssentials) -> None:
    with pytest.raises(NotConfiguredError) as caught:
        simulated.read(simulated.client(domain="nowhere.example"))

    assert "PROOFPOINT_DOMAIN" in caught.value.fix


def test_forced_sign_in_that_shuts_the_headers_out_is_a_credential_error(simulated: SimulatedEssentials) -> None:
    simulated.switches.login_settings_bind_api = True
    simulated.there.login = {"force_azure_login": True}

    with pytest.raises(EssentialsCredentialError, match=f"api-sync@{DOMAIN}"):
        simulated.read()
