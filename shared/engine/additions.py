"""Additions: the accounts that changes of a plan make, with what a plan does not tell of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.diff.plan import Change
from shared.model import Address, FetchedAccount, NewAccount

SenderLists = Mapping[str, tuple[str, ...]]
"""Senders that an account always takes and never takes, by the names that Essentials gave the two lists."""

_NAMES = ("safe_list_senders", "block_list_senders", "white_list_senders", "black_list_senders")


@dataclass(frozen=True, slots=True, kw_only=True)
class Additions:
    """What an execution gives to the accounts that it makes."""

    welcome: frozenset[str] = frozenset()
    """Ids of the additions that send a welcome mail."""
    sender_lists: Mapping[Address, SenderLists] = field(default_factory=dict)
    """By primary address: those of accounts that are made again."""

    def new_account(self, change: Change) -> NewAccount:
        """The account that an addition makes."""
        after = change.after
        if after.primary_email is None or after.type is None:
            raise AssertionError(f"addition {change.id} without address or type")
        return NewAccount(
            primary_email=after.primary_email,
            type=after.type,
            is_active=bool(after.is_active),
            firstname=after.firstname or "",
            surname=after.surname or "",
            alias_emails=after.alias_emails or (),
            send_welcome_email=change.id in self.welcome,
            sender_lists=self.sender_lists.get(after.primary_email, {}),
        )


def made_again(fetched: FetchedAccount) -> NewAccount:
    """An account as it was, to be made again."""
    account = fetched.account
    return NewAccount(
        primary_email=account.primary_email,
        type=account.type,
        is_active=account.is_active,
        firstname=account.firstname,
        surname=account.surname,
        alias_emails=account.alias_emails,
        send_welcome_email=False,
        sender_lists=sender_lists_of(fetched),
    )


def sender_lists_of(fetched: FetchedAccount) -> SenderLists:
    """The account's lists that are not empty."""
    found = {name: fetched.body.get(name) for name in _NAMES}
    return {name: tuple(map(str, entries)) for name, entries in found.items() if isinstance(entries, list) and entries}
