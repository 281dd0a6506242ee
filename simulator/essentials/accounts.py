"""Accounts as they are shown and written: fields, defaults, seats, welcome mails."""

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.essentials.addressbook import AccountKey, AddressBooks, key_of
from simulator.essentials.answers import EssentialsError, RefusalKind, forbidden, invalid, not_found
from simulator.essentials.claims import Claims
from simulator.essentials.fields import (
    ADMIN_TYPES,
    AccountType,
    Check,
    account_type,
    address,
    addresses,
    checked,
    flag,
    odin_settings,
    senders,
    text,
)
from simulator.essentials.mailflow import CHANGE_LAG, CONVERSION_LAG, MailFlow, live_addresses
from simulator.essentials.switches import EssentialsSwitches, LetterCase, PutMeaning, Rename
from simulator.essentials.terms import Terms
from simulator.world import EssentialsOrganization, Json, World

_WRITABLE: Mapping[str, Check] = {
    "primary_email": address,
    "is_active": flag,
    "type": account_type,
    "firstname": text,
    "surname": text,
    "alias_emails": addresses,
    "safe_list_senders": senders,
    "block_list_senders": senders,
    "is_billable": flag,
    "odin_settings": odin_settings,
    "read_only_user": flag,
}
_ON_PUT: Mapping[str, Check] = {**_WRITABLE, "password": text}
_ON_POST: Mapping[str, Check] = {**_ON_PUT, "send_welcome_email": flag}


def _blank() -> Json:
    """What a new account has where nothing is said."""
    return {
        "is_active": True,
        "type": AccountType.END_USER.value,
        "firstname": "",
        "surname": "",
        "alias_emails": [],
        "safe_list_senders": [],
        "block_list_senders": [],
        "is_billable": True,
        "odin_settings": {"can_impersonate": False, "is_imitable": False},
        "read_only_user": False,
    }


def shown_account(account: Json, terms: Terms) -> Json:
    """The account as an answer has it: every field of the type, and never a password."""
    body = {"uid": 0, "primary_email": "", **_blank(), "creation_date": "", "last_login": "", **account}
    body.pop("password", None)
    return terms.shown(body)


def takes_seat(account: Json) -> bool:
    """Whether the account is billed: active, and no functional account."""
    return bool(account.get("is_active", True)) and account.get("type") != AccountType.FUNCTIONAL_ACCOUNT


def seats_taken(organization: EssentialsOrganization) -> int:
    """How many accounts are billed."""
    return sum(map(takes_seat, organization.users.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """Adds, changes and removes accounts by the rules; every method raises EssentialsError and then has changed nothing."""

    world: World
    switches: EssentialsSwitches
    books: AddressBooks
    mail: MailFlow
    claims: Claims
    made_by_api: set[AccountKey]
    """The accounts that were added here."""

    def find(self, organization: EssentialsOrganization, primary_email: str) -> Json:
        """The account with this primary address."""
        account = self.books.of(organization).by_primary(primary_email)
        if account is None:
            raise not_found("User was not found", primary_email)
        return account

    def add(self, organization: EssentialsOrganization, sent: Json, terms: Terms) -> Json:
        """There is one account more, which is returned."""
        body = terms.understood(sent)
        if "primary_email" not in body:
            raise invalid("primary_email is required")
        identifier = str(body["primary_email"])
        fields = self._cased(_about(identifier, body, _ON_POST))
        account = {**_blank(), **{name: fields[name] for name in _WRITABLE if name in fields}}
        if account["type"] == AccountType.FUNCTIONAL_ACCOUNT:
            self._check_name(account)
        takeovers = self.claims.claim(organization, account, present=None)
        self._check_billing(organization, account, present=None)
        self.claims.take_over(organization, takeovers)
        account = {"uid": organization.next_uid, **account, "creation_date": self._now_text(), "last_login": ""}
        organization.next_uid += 1
        organization.users[account["uid"]] = account
        self.books.of(organization).note(account)
        self.made_by_api.add(key_of(organization, account))
        self.mail.added(organization, account)
        _keep_password(organization, account, fields)
        if fields.get("send_welcome_email", account["type"] == AccountType.END_USER):
            self._welcome(organization, account)
        return account

    def change(
        self, organization: EssentialsOrganization, account: Json, sent: Json, *, terms: Terms, caller: Json | None
    ) -> None:
        """The account has the fields sent; what the sent object repeats as it is shown is not looked at.

        ``caller`` is the account that asks; None: the product itself.
        """
        present, body = dict(account), terms.understood(sent)
        shown = {**_blank(), **account}
        news = {name: value for name, value in body.items() if name not in shown or not _is_same(value, shown[name])}
        fields = self._cased(_about(account["primary_email"], news, _ON_PUT))
        self._settle_primary(account, fields)
        wanted = self._wanted(account, fields, repeated=body.keys() - news.keys())
        if account is caller:
            self._protect(account, wanted)
        if wanted["type"] == AccountType.FUNCTIONAL_ACCOUNT != present.get("type"):
            self._check_name(wanted)
        takeovers = self.claims.claim(organization, wanted, present=present)
        self._check_billing(organization, wanted, present=present)
        self.claims.take_over(organization, takeovers)
        account.update({name: value for name, value in wanted.items() if not _is_same(value, shown.get(name))})
        self._follow(organization, account, present)
        _keep_password(organization, account, fields)

    def remove(self, organization: EssentialsOrganization, account: Json, *, caller: Json | None) -> None:
        """The account is gone; ``caller`` as in ``change``."""
        if account is caller and not self.switches.own_account_may_go:
            raise forbidden("You cannot delete your own account", account["primary_email"])
        self.claims.discard(organization, account)

    def _cased(self, fields: Json) -> Json:
        if self.switches.letter_case is LetterCase.LOWERED:
            if "primary_email" in fields:
                fields["primary_email"] = fields["primary_email"].lower()
            if "alias_emails" in fields:
                fields["alias_emails"] = [alias.lower() for alias in fields["alias_emails"]]
        return fields

    def _settle_primary(self, account: Json, fields: Json) -> None:
        """Whether another primary address is taken, refused or passed over."""
        present: str = account["primary_email"]
        wanted: str = fields.get("primary_email", present)
        if wanted.lower() == present.lower() or self.switches.rename is Rename.RENAMES:
            return
        if self.switches.rename is Rename.REFUSED:
            raise invalid("primary_email cannot be changed", wanted)
        del fields["primary_email"]

    def _wanted(self, account: Json, fields: Json, *, repeated: set[str]) -> Json:
        """The writable fields of the account as they shall be, with what the PUT does not name."""
        given = {name: fields[name] for name in _WRITABLE if name in fields}
        if "odin_settings" in given:
            given["odin_settings"] = {**_blank()["odin_settings"], **given["odin_settings"]}
        kept = {**_blank(), **{name: account[name] for name in _WRITABLE if name in account}}
        if self.switches.put is PutMeaning.REPLACE:
            kept = {**_blank(), **{name: kept[name] for name in repeated | {"primary_email"} if name in kept}}
        return {**kept, **given}

    def _protect(self, account: Json, wanted: Json) -> None:
        if self.switches.own_account_may_go:
            return
        if not wanted["is_active"] or wanted["type"] not in ADMIN_TYPES:
            raise forbidden("You cannot deactivate or demote your own account", account["primary_email"])

    def _check_name(self, account: Json) -> None:
        if self.switches.functional_account_needs_name and not account["firstname"]:
            raise invalid("firstname is required", account["primary_email"])

    def _check_billing(self, organization: EssentialsOrganization, wanted: Json, *, present: Json | None) -> None:
        """No second non-billable account, no seat beyond the licences."""
        identifier = wanted["primary_email"]
        if not wanted["is_billable"] and (present is None or present.get("is_billable", True)):
            others = organization.users.values()
            if any(not other.get("is_billable", True) for other in others):
                raise invalid("The organization has a non-billable user already", identifier)
        has_seat = present is not None and takes_seat(present)
        if not self.switches.is_user_capped or has_seat or not takes_seat(wanted):
            return
        if len(organization.users) < organization.user_licences:
            return  # counting seats takes a look at everybody
        if seats_taken(organization) >= organization.user_licences:
            raise EssentialsError(RefusalKind.CAP_REACHED, "The number of licensed users has been reached", identifier)

    def _follow(self, organization: EssentialsOrganization, account: Json, present: Json) -> None:
        """What goes with a change: the address book, the password, mail flow, a welcome."""
        self.books.of(organization).note(account)
        old, new = present["primary_email"].lower(), account["primary_email"].lower()
        if old != new and old in organization.passwords:
            organization.passwords[new] = organization.passwords.pop(old)
        is_converted = account["type"] == AccountType.FUNCTIONAL_ACCOUNT != present.get("type")
        lag = CONVERSION_LAG if is_converted else CHANGE_LAG
        self.mail.changed(organization, account, before=live_addresses(present), lag=lag)
        promoted = (present.get("type"), account["type"]) == (AccountType.SILENT_USER, AccountType.END_USER)
        if promoted and self.switches.promotion_sends_welcome_mail:
            self._welcome(organization, account)

    def _welcome(self, organization: EssentialsOrganization, account: Json) -> None:
        can_sign_in = account["is_active"] and account["type"] != AccountType.FUNCTIONAL_ACCOUNT
        if can_sign_in and organization.details.get("send_welcome_email", True):
            organization.welcome_mails.append({"to": account["primary_email"], "at": self._now_text()})

    def _now_text(self) -> str:
        return f"{self.world.clock.now():%Y-%m-%d %H:%M:%S}"


def _about(identifier: str, body: Json, checks: Mapping[str, Check]) -> Json:
    """The fields, checked; a refusal without an identifier is about this address."""
    try:
        return checked(body, checks)
    except EssentialsError as refusal:
        refusal.identifier = refusal.identifier or identifier
        raise


def _is_same(sent: object, shown: object) -> bool:
    return type(sent) is type(shown) and sent == shown  # 0 is not false


def _keep_password(organization: EssentialsOrganization, account: Json, fields: Json) -> None:
    if fields.get("password") and account["type"] != AccountType.FUNCTIONAL_ACCOUNT:
        organization.passwords[account["primary_email"].lower()] = fields["password"]
