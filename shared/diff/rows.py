"""Rows: how a change is put together, with its id and the fields that it alters."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from shared.diff.plan import Blocked, Category, Change, ObjectKind, Values
from shared.diff.subject import Subject
from shared.model import Account, Address, EntraId, Uid

NO_PROOF = "Nothing in Entra itself proves that this may be taken."
INVISIBLE_TO_GRAPH = "Graph cannot show mail contacts, dynamic distribution groups and public folders: it may be one's."
"""What an address that no object has, and a stray functional account, may still stand for."""

VALUE_FIELDS = ("primary_email", "type", "is_active", "firstname", "surname", "alias_emails", "settings")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Whom a change concerns: the object, the account, or both."""

    entra_id: EntraId | None
    kind: ObjectKind | None
    uid: Uid | None
    address: Address
    name: str
    is_group: bool

    @property
    def update(self) -> Category:
        """The category of an update of this target."""
        return Category.UPDATE_GROUP if self.is_group else Category.UPDATE_USER


def target(account: Account, subject: Subject | None) -> Target:
    """An account with the object that it belongs to; without one, a functional account counts as a group's."""
    if subject is not None:
        name, is_group = subject.name, subject.is_group
    else:
        name = f"{account.firstname} {account.surname}".strip()
        is_group = not account.type.is_user
    return Target(
        entra_id=subject.id if subject else None,
        kind=subject.kind if subject else None,
        uid=account.uid,
        address=account.primary_email,
        name=name,
        is_group=is_group,
    )


def newcomer(subject: Subject, address: Address) -> Target:
    """An object that has no account yet, and the primary address that it would get."""
    return Target(
        entra_id=subject.id, kind=subject.kind, uid=None, address=address, name=subject.name, is_group=subject.is_group
    )


def values_json(values: Values) -> dict[str, Any]:
    """What a change alters, by field, as plain JSON values."""
    out: dict[str, Any] = {}
    for name in VALUE_FIELDS:
        value = getattr(values, name)
        if value is not None:
            out[name] = list(value) if isinstance(value, tuple) else dict(value) if name == "settings" else value
    return out


def change(
    whom: Target,
    category: Category,
    *,
    before: Values,
    after: Values,
    reason: str,
    mail_impact: str = "",
    ticked: bool = True,
    blocked: Blocked | None = None,
    proof: str = "",
    warnings: tuple[str, ...] = (),
    chain: str | None = None,
    takes: bool = False,
) -> Change:
    """One row; a blocked one is never ticked."""
    altered = values_json(before) | values_json(after)
    altered |= altered.pop("settings", {})
    return Change(
        id=_id(whom, category, before, after, chain),
        category=category,
        address=whom.address,
        name=whom.name,
        entra_id=whom.entra_id,
        kind=whom.kind,
        uid=whom.uid,
        ticked=ticked and blocked is None,
        blocked=blocked,
        before=before,
        after=after,
        fields=tuple(sorted(altered)),
        reason=reason,
        proof=proof,
        mail_impact=mail_impact,
        warnings=warnings,
        chain=chain,
        takes=takes,
    )


def _id(whom: Target, category: Category, before: Values, after: Values, chain: str | None) -> str:
    content = [category, whom.entra_id, whom.uid, whom.address, values_json(before), values_json(after), chain]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()[:20]


def listing(addresses: tuple[Address, ...] | list[Address]) -> str:
    """Addresses in a sentence."""
    return ", ".join(addresses)


def in_words(kind: ObjectKind) -> str:
    """What an object counts as, in a sentence."""
    return kind.replace("_", " ")


def with_article(kind: ObjectKind) -> str:
    """What an object counts as, with its indefinite article."""
    words = in_words(kind)
    return f"an {words}" if words[0] in "aeiou" else f"a {words}"
