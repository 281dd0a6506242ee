"""People and groups as Graph's JSON has them."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.graph.decode import (
    DeletedJson,
    GroupJson,
    PersonDecoder,
    PersonJson,
    deleted_of,
    group_of,
    smtp_addresses,
)
from shared.model import Group, GroupKind, Person
from tests.graph.scripted_graph import group, guid, person


def person_of(**changes: Any) -> Person:
    return PersonDecoder().person(msgspec.convert(person(1, **changes), PersonJson))


def group_from(**changes: Any) -> Group:
    return group_of(msgspec.convert(group(1, **changes), GroupJson))


def test_smtp_in_capitals_is_the_primary_and_addresses_compare_without_case() -> None:
    read = person_of(
        proxyAddresses=["smtp:Z@Example.com", "SMTP:Anna.Lee@Example.COM", "smtp:a@example.com", "smtp:A@EXAMPLE.com"]
    )

    assert read.primary_smtp == "anna.lee@example.com"
    assert read.smtp_aliases == ("a@example.com", "z@example.com")


@pytest.mark.parametrize(
    "entry",
    [
        "SIP:a@example.com",
        "X500:/o=x",
        "SPO:SPO_1@SPO_2",
        "x400:c=us",
        "EUM:1",
        "a@example.com",
        "smtp:",
        "smtp: ",
        "smtp:nobody",
    ],
)
def test_other_prefixes_and_no_addresses_are_left_out(entry: str) -> None:
    assert smtp_addresses([entry]) == (None, ())


def test_a_blank_after_the_colon_is_stripped() -> None:
    assert smtp_addresses(["SMTP: bob@example.com ", "smtp:\tb@example.com"]) == ("bob@example.com", ("b@example.com",))


def test_the_primary_is_not_among_the_aliases() -> None:
    assert smtp_addresses(["smtp:A@example.com", "SMTP:a@example.com"]) == ("a@example.com", ())


def test_a_second_primary_counts_as_an_alias() -> None:
    assert smtp_addresses(["SMTP:a@example.com", "SMTP:b@example.com"]) == ("a@example.com", ("b@example.com",))


@given(entries=st.lists(st.tuples(st.sampled_from(["SMTP:", "smtp:", "Smtp:", "SIP:"]), st.emails())))
def test_every_smtp_address_is_found_once_and_sorted(entries: list[tuple[str, str]]) -> None:
    primary, aliases = smtp_addresses([prefix + address for prefix, address in entries])

    expected = {address.strip().lower() for prefix, address in entries if prefix.casefold() == "smtp:"}
    assert {*aliases, *([primary] if primary else [])} == expected
    assert list(aliases) == sorted(set(aliases))
    assert primary not in aliases


@pytest.mark.parametrize(("mail", "expected"), [(None, None), ("", None), (" Anna@Example.com ", "anna@example.com")])
def test_mail_is_lower_case_or_none(mail: str | None, expected: str | None) -> None:
    assert person_of(mail=mail).mail == expected
    assert group_from(mail=mail).mail == expected


@pytest.mark.parametrize(
    ("user_type", "sign_in", "expected"),
    [
        ("Member", "a@example.com", False),
        ("Guest", "a@example.com", True),
        ("guest", "a@example.com", True),
        (None, "a_other.com#EXT#@example.com", True),
        ("Member", "a_other.com#ext#@example.com", True),
        (None, "a@example.com", False),
    ],
)
def test_guests_are_known_by_type_or_sign_in_name(user_type: str | None, sign_in: str, expected: bool) -> None:
    assert person_of(userType=user_type, userPrincipalName=sign_in).is_guest is expected


def test_mail_and_sign_in_name_that_are_the_primary_address_are_kept_once() -> None:
    read = person_of()
    other = person_of(mail="other@example.com", userPrincipalName="Person1@example.com")

    assert read.mail is read.primary_smtp
    assert read.user_principal_name is read.primary_smtp
    assert (other.mail, other.user_principal_name) == ("other@example.com", "Person1@example.com")


def test_a_guests_sign_in_name_is_not_used_as_mail() -> None:
    read = person_of(mail=None, proxyAddresses=[], userPrincipalName="a_other.com#EXT#@example.com")

    assert (read.mail, read.primary_smtp, read.smtp_aliases) == (None, None, ())


def test_only_exchange_plans_are_kept_with_their_state() -> None:
    read = person_of(
        assignedPlans=[
            {"service": "exchange", "servicePlanId": guid(2).upper(), "capabilityStatus": "Warning"},
            {"service": "Exchange", "servicePlanId": guid(1), "capabilityStatus": "Newer"},
            {"service": "exchange", "servicePlanId": guid(2), "capabilityStatus": "Warning"},
            {"service": "teams", "servicePlanId": guid(3), "capabilityStatus": "Enabled"},
            {"service": None, "servicePlanId": None, "capabilityStatus": None},
            {"service": "exchange", "servicePlanId": None, "capabilityStatus": "Enabled"},
        ]
    )

    assert [(plan.plan_id, plan.state) for plan in read.exchange_plans] == [(guid(1), "Newer"), (guid(2), "Warning")]


def test_licences_are_sorted_sku_ids() -> None:
    read = person_of(assignedLicenses=[{"skuId": guid(9)}, {"skuId": guid(3).upper()}, {"skuId": None}])

    assert read.sku_ids == (guid(3), guid(9))


def test_null_names_are_empty_and_not_missing() -> None:
    read = person_of(displayName=None, givenName=None, surname=None, mail=None, userType=None)

    assert (read.display_name, read.given_name, read.surname, read.missing_properties) == ("", "", "", ())


@pytest.mark.parametrize(
    "name",
    [
        "displayName",
        "givenName",
        "surname",
        "mail",
        "userPrincipalName",
        "accountEnabled",
        "userType",
        "proxyAddresses",
        "assignedLicenses",
        "assignedPlans",
    ],
)
def test_a_selected_property_that_is_absent_is_missing(name: str) -> None:
    json = person(1)
    del json[name]

    assert PersonDecoder().person(msgspec.convert(json, PersonJson)).missing_properties == (name,)


def test_a_member_with_limited_information_is_missing_nearly_everything() -> None:
    limited = dict.fromkeys(person(1)) | {"id": guid(1)}

    read = PersonDecoder().person(msgspec.convert(limited, PersonJson))

    assert read.missing_properties == (
        "userPrincipalName",
        "accountEnabled",
        "proxyAddresses",
        "assignedLicenses",
        "assignedPlans",
    )


@pytest.mark.parametrize(
    ("types", "mail_enabled", "security_enabled", "expected"),
    [
        (["Unified"], True, False, GroupKind.MICROSOFT365),
        (["Unified", "DynamicMembership"], True, True, GroupKind.MICROSOFT365),
        ([], False, True, GroupKind.SECURITY),
        (["DynamicMembership"], False, True, GroupKind.SECURITY),
        ([], True, True, GroupKind.MAIL_ENABLED_SECURITY),
        ([], True, False, GroupKind.DISTRIBUTION),
        ([], False, False, GroupKind.UNKNOWN),
    ],
)
def test_the_four_kinds_of_group_and_the_unknown_one(
    types: list[str], mail_enabled: bool, security_enabled: bool, expected: GroupKind
) -> None:
    read = group_from(groupTypes=types, mailEnabled=mail_enabled, securityEnabled=security_enabled)

    assert read.kind is expected
    assert read.is_dynamic == ("DynamicMembership" in types)


@pytest.mark.parametrize(
    ("visibility", "expected"), [(None, False), ("Public", False), ("Private", False), ("HiddenMembership", True)]
)
def test_hidden_membership_is_known_by_visibility(visibility: str | None, expected: bool) -> None:
    assert group_from(visibility=visibility).is_membership_hidden is expected


def test_ids_are_lower_case() -> None:
    identifier = "ABCDEF00-0000-4000-8000-000000000001"

    assert person_of(id=identifier).id == identifier.lower()
    assert group_from(id=identifier).id == identifier.lower()


@pytest.mark.parametrize("text", ["2026-11-01T08:09:10Z", "2026-11-01T08:09:10.0000000Z"])
def test_the_time_of_deletion_is_aware(text: str) -> None:
    json = msgspec.json.decode(f'{{"id": "{guid(1)}", "deletedDateTime": "{text}"}}', type=DeletedJson)

    assert deleted_of(json).deleted_at == datetime(2026, 11, 1, 8, 9, 10, tzinfo=UTC)
