"""Where mail goes, and when: the API shows a write at once, the mail platform learns of it later."""

from tests.simulator_essentials.organization import Client, user

DANA = "dana.reyes@contoso.example"
QUIET = "quiet@contoso.example"
LEE = "lee@contoso.example"


def test_mail_reaches_who_was_there_from_the_start(essentials: Client) -> None:
    """Rule 19."""
    flow = essentials.service.mail_flow
    assert flow.recipient(DANA.upper()) == 2
    assert flow.recipient("dana@fabrikam.example") == 2
    assert flow.recipient("gone@contoso.example") is None
    assert flow.recipient(LEE) is None


def test_a_new_account_gets_mail_after_an_hour(essentials: Client) -> None:
    """Rule 19."""
    essentials.post(user(LEE))
    essentials.advance(minutes=59)
    assert essentials.service.mail_flow.recipient(LEE) is None
    essentials.advance(minutes=1)
    assert essentials.service.mail_flow.recipient(LEE) == 100


def test_a_new_alias_works_after_half_an_hour(essentials: Client) -> None:
    """Rule 19."""
    essentials.put(QUIET, {"alias_emails": [LEE]})
    essentials.advance(minutes=29)
    assert essentials.service.mail_flow.recipient(LEE) is None
    essentials.advance(minutes=1)
    assert essentials.service.mail_flow.recipient(LEE) == 6


def test_a_deactivated_account_gets_mail_for_half_an_hour(essentials: Client) -> None:
    essentials.put(DANA, {"is_active": False})
    assert essentials.service.mail_flow.recipient(DANA) == 2
    essentials.advance(minutes=30)
    assert essentials.service.mail_flow.recipient(DANA) is None
    assert essentials.service.mail_flow.recipient("dana@fabrikam.example") is None


def test_a_deleted_account_gets_mail_for_half_an_hour(essentials: Client) -> None:
    essentials.delete(DANA)
    assert essentials.service.mail_flow.recipient(DANA) == 2
    essentials.advance(minutes=30)
    assert essentials.service.mail_flow.recipient(DANA) is None


def test_a_conversion_interrupts_no_mail(essentials: Client) -> None:
    essentials.put(DANA, {"type": "functional_account"})
    for _ in range(3):
        assert essentials.service.mail_flow.recipient(DANA) == 2
        essentials.advance(minutes=20)


def test_an_inactive_account_that_is_converted_gets_mail_after_twenty_minutes(essentials: Client) -> None:
    essentials.put("gone@contoso.example", {"type": "functional_account", "is_active": True})
    essentials.advance(minutes=20)
    assert essentials.service.mail_flow.recipient("gone-alias@contoso.example") == 4


def test_an_alias_handed_over_is_never_without_a_recipient(essentials: Client) -> None:
    essentials.put(DANA, {"alias_emails": ["dana@fabrikam.example"]})
    essentials.put(QUIET, {"alias_emails": ["d.reyes@contoso.example"]})
    recipients = []
    for _ in range(4):
        recipients.append(essentials.service.mail_flow.recipient("d.reyes@contoso.example"))
        essentials.advance(minutes=15)
    assert recipients == [2, 2, 6, 6]


def test_an_address_handed_to_a_fresh_account_loses_mail(essentials: Client) -> None:
    essentials.post(user(LEE))
    essentials.put(DANA, {"alias_emails": ["dana@fabrikam.example"]})
    essentials.put(LEE, {"alias_emails": ["d.reyes@contoso.example"]})
    essentials.advance(minutes=45)
    assert essentials.service.mail_flow.recipient("d.reyes@contoso.example") is None
    essentials.advance(minutes=15)
    assert essentials.service.mail_flow.recipient("d.reyes@contoso.example") == 100


def test_an_account_deleted_before_its_mail_flowed_never_gets_any(essentials: Client) -> None:
    essentials.post(user(LEE))
    essentials.delete(LEE)
    for _ in range(4):
        essentials.advance(minutes=30)
        assert essentials.service.mail_flow.recipient(LEE) is None


def test_a_renamed_account_gets_mail_at_both_addresses_where_the_old_one_stays(essentials: Client) -> None:
    essentials.put(QUIET, {"primary_email": LEE, "alias_emails": [QUIET]})
    for _ in range(3):
        assert essentials.service.mail_flow.recipient(QUIET) == 6
        essentials.advance(minutes=30)
    assert essentials.service.mail_flow.recipient(LEE) == 6


def test_accounts_of_two_organizations_with_the_same_uid_are_apart(essentials: Client) -> None:
    essentials.world.organizations[1].next_uid = 6
    essentials.user = "admin@other.example"
    answer = essentials.send("POST", "/orgs/other.example/users", user("lee@other.example"))
    assert answer.json["uid"] == 6
    essentials.user = "sync@contoso.example"
    essentials.put(QUIET, {"alias_emails": [LEE]})
    essentials.advance(minutes=30)
    assert essentials.service.mail_flow.recipient(LEE) == 6
