"""What became of each account of a creation, read item by item from an answer whose form nobody documents.

Read are: ``{"users": [...], "errors": [...]}``, a bare list with a status in each item, one bare user, and nothing at all.
An account that the answer does not mention is neither made nor refused: it is for the caller to look.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shared.model import (
    Address,
    Created,
    CreateOutcome,
    NewAccount,
    NotCreated,
    NotJudged,
    Uid,
    Unconfirmed,
)
from shared.proofpoint.decode import text
from shared.proofpoint.refusals import ItemError, decoded, item_errors, message_of, refusal_of, status_of
from shared.transport import Answer

_NAMES = ("primary_email", "email", "identifier")


@dataclass(slots=True)
class _Mentions:
    """What the answer says, by primary address."""

    made: dict[Address, Uid | None] = field(default_factory=dict)
    refused: dict[Address, ItemError] = field(default_factory=dict)
    unnamed: list[ItemError] = field(default_factory=list)


def outcomes_of(answer: Answer, accounts: Sequence[NewAccount]) -> tuple[CreateOutcome, ...]:
    """The outcome of each account, in the order given; ``answer`` is of a status in the 200s or 400s."""
    mentions = _mentions_of(decoded(answer.body), answer, accounts)
    waiting = [a for a in accounts if a.primary_email not in mentions.made and a.primary_email not in mentions.refused]
    if len(waiting) == 1 and len(mentions.unnamed) == 1:
        mentions.refused[waiting[0].primary_email] = mentions.unnamed[0]
    return tuple(_outcome(account, mentions, answer, len(accounts)) for account in accounts)


def _outcome(account: NewAccount, mentions: _Mentions, answer: Answer, count: int) -> CreateOutcome:
    primary = account.primary_email
    error = mentions.refused.get(primary)
    if error is not None:
        return _refused(primary, error.status, error.message or message_of(answer))
    if primary in mentions.made:
        return Created(primary_email=primary, uid=mentions.made[primary])
    if not answer.is_success:
        if count > 1:
            return NotJudged(primary_email=primary, status=answer.status, message=message_of(answer))
        return _refused(primary, answer.status, message_of(answer))
    if count == 1 and not mentions.unnamed and not mentions.made:
        return Created(primary_email=primary, uid=None)
    said = " ".join(error.message for error in mentions.unnamed)
    return Unconfirmed(primary_email=primary, message=said or f"The answer ({answer.status}) does not mention it.")


def _refused(primary: Address, status: int, message: str) -> CreateOutcome:
    """The outcome of a refusal: a 5xx may come after the account was made, a 429 says nothing about it."""
    if status >= 500:
        return Unconfirmed(primary_email=primary, message=f"{message} ({status})")
    if status == 429:
        return NotJudged(primary_email=primary, status=status, message=message)
    return NotCreated(primary_email=primary, status=status, message=message)


def _mentions_of(body: object, answer: Answer, accounts: Sequence[NewAccount]) -> _Mentions:
    mentions = _Mentions()
    items: list[object] = []
    if isinstance(body, list):
        items = body
    elif isinstance(body, Mapping):
        users = body.get("users")
        items = users if isinstance(users, list) else [body] if answer.is_success and "primary_email" in body else []
    # Items that name nobody belong to the accounts in the order sent, but only where none is missing.
    is_in_order = isinstance(body, list) and len(items) == len(accounts)
    for place, item in enumerate(items):
        if isinstance(item, Mapping):
            _note(item, accounts[place] if is_in_order else None, accounts, mentions)
    if not isinstance(body, list):
        for error in item_errors(answer):
            _note_refusal(error, None, accounts, mentions)
    return mentions


def _note(
    item: Mapping[str, object],
    in_order: NewAccount | None,
    accounts: Sequence[NewAccount],
    mentions: _Mentions,
) -> None:
    # Made items stand beside refused ones whatever the status of the whole; only a refusal says why.
    status = status_of(item, 400 if "error_message" in item or "error" in item else 200)
    if status >= 400 or item.get("success") is False:
        _note_refusal(refusal_of(item, status), in_order, accounts, mentions)
        return
    inner = item.get("user")
    user = inner if isinstance(inner, Mapping) else item
    named = next((text(user.get(name)).lower() for name in _NAMES if text(user.get(name))), "")
    account = next((a for a in accounts if a.primary_email == named), None if named else in_order)
    if account is not None:
        uid = text(user.get("uid"))
        mentions.made[account.primary_email] = Uid(uid) if uid else None


def _note_refusal(
    error: ItemError, in_order: NewAccount | None, accounts: Sequence[NewAccount], mentions: _Mentions
) -> None:
    """A refusal names the account, or that one of its addresses which is in use elsewhere."""
    account = next((a for a in accounts if a.primary_email == error.identifier), None)
    if account is None and error.identifier:
        having = [a for a in accounts if error.identifier in a.alias_emails]
        account = having[0] if len(having) == 1 else None
    account = account or in_order
    if account is None:
        mentions.unnamed.append(error)
    else:
        mentions.refused.setdefault(account.primary_email, error)
