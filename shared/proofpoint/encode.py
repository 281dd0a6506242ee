"""What is sent to Essentials: strict, whole objects, no secret that was masked."""

from collections.abc import Mapping

import msgspec

from shared.model import AccountEdit, AccountType, FetchedAccount, NewAccount

Json = dict[str, object]

_NOT_SENT_BACK = frozenset({"password", "send_welcome_email"})
"""A password is write-only, so whatever stands there is a mask; the other would have an update send mail."""


def json_bytes(value: object) -> bytes:
    """The value as JSON."""
    return msgspec.json.encode(value)


def creation_of(account: NewAccount) -> Json:
    """The user object that creates an account; raises ValueError for a type that is never written."""
    return {
        "primary_email": account.primary_email,
        "type": _writable(account.type),
        "is_active": account.is_active,
        "firstname": account.firstname,
        "surname": account.surname,
        "alias_emails": list(account.alias_emails),
        "send_welcome_email": account.send_welcome_email,
        **{name: list(senders) for name, senders in account.sender_lists.items()},
    }


def whole_of(fetched: FetchedAccount, edit: AccountEdit) -> Json:
    """The whole user object as fetched, with the edit applied; raises ValueError for a type that is never written.

    Fields that the edit leaves alone go back exactly as they came, sender lists under whichever name they have:
    nobody knows whether a PUT merges or replaces.
    """
    body: Json = {key: value for key, value in fetched.body.items() if key not in _NOT_SENT_BACK}
    if edit.primary_email is not None:
        body["primary_email"] = edit.primary_email
    if edit.type is not None:
        body["type"] = _writable(edit.type)
    if edit.is_active is not None:
        body["is_active"] = edit.is_active
    if edit.firstname is not None:
        body["firstname"] = edit.firstname
    if edit.surname is not None:
        body["surname"] = edit.surname
    if edit.alias_emails is not None:
        body["alias_emails"] = list(edit.alias_emails)
    return body


def without_masked(body: Mapping[str, object], secret: str) -> Json:
    """The object without a secret that reads as its mask; sent back, the mask would become the secret."""
    return {key: value for key, value in body.items() if key != secret}


def _writable(type_: AccountType) -> str:
    if type_.is_protected:
        raise ValueError(f"An account never becomes {type_}.")
    return type_.value
