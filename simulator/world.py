"""The state behind the simulated services: one Entra tenant and one or more Essentials organizations.

Objects are kept as the JSON that the services answer with, under the services' own property names, so that what is stored is
what is seen. Every change goes through a holder of ``World.lock``.
"""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

Json = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Application:
    """An app registration: its credentials and the application roles granted to it (the ``roles`` of its tokens)."""

    client_id: str
    secrets: list[Json] = field(default_factory=list, repr=False)
    """``{"value": str, "expires_at": datetime | None}``, several valid at once."""
    certificates_pem: list[str] = field(default_factory=list)
    federated: list[Json] = field(default_factory=list)
    """``{"issuer": str, "subject": str, "audience": str}``."""
    roles: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Tenant:
    """One Entra tenant; all dictionaries by object id (GUID, lower case)."""

    id: str
    display_name: str
    verified_domains: list[str]
    users: dict[str, Json] = field(default_factory=dict)
    groups: dict[str, Json] = field(default_factory=dict)
    others: dict[str, Json] = field(default_factory=dict)
    """Contacts, devices and service principals, each with its ``@odata.type``."""
    members: dict[str, list[str]] = field(default_factory=dict)
    """Direct members of each group: ids of users, groups or others, in order of joining."""
    deleted_users: dict[str, Json] = field(default_factory=dict)
    deleted_groups: dict[str, Json] = field(default_factory=dict)
    """With ``deletedDateTime``."""
    purposes: dict[str, str] = field(default_factory=dict)
    """``userPurpose`` of users that have an Exchange Online mailbox."""
    applications: dict[str, Application] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class EssentialsOrganization:
    """One Essentials organization on its stack."""

    primary_domain: str
    name: str
    eid: str
    stack: str
    """Such as ``us1``."""
    domains: dict[str, Json] = field(default_factory=dict)
    users: dict[int, Json] = field(default_factory=dict)
    """By uid; lists under ``safe_list_senders`` and ``block_list_senders``."""
    passwords: dict[str, str] = field(default_factory=dict, repr=False)
    """By primary e-mail in lower case: local passwords of those who may sign in."""
    user_licences: int = 100
    package: str = "business_plus"
    is_on_trial: bool = False
    azure: Json = field(default_factory=dict, repr=False)
    """Native sync settings as in facts; ``ad_key`` unmasked in here."""
    exemptions: list[str] = field(default_factory=list)
    login: Json = field(default_factory=dict)
    features: Json = field(default_factory=dict)
    sender_lists: Json = field(default_factory=lambda: {"allow_list": [], "block_list": []})
    next_uid: int = 480_000
    details: Json = field(default_factory=dict)
    """Further fields of the organization's own answer, as far as they were set (``send_welcome_email``, ``www``, …)."""
    groups: dict[str, Json] = field(default_factory=dict)
    """Group containers by name: ``{"id": int, "members": [address], "allow_list": […], "block_list": […]}``."""
    mfa: Json = field(default_factory=dict)
    welcome_mails: list[Json] = field(default_factory=list)
    """``{"to": address, "at": time}`` for each welcome mail, in order."""


@dataclass(slots=True, kw_only=True)
class VaultSecret:
    """One secret of the simulated Key Vault with its versions, newest last."""

    versions: list[Json] = field(repr=False)
    """``{"version": str, "value": str, "attributes": {...}, "contentType": str | None}``."""
    is_deleted: bool = False


class WorldClock:
    """The time of the simulated world: the machine's, shifted by what a test or a person asks."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def now(self) -> datetime:
        """The current time, aware, in UTC."""
        return datetime.now(UTC) + self.offset

    def advance(self, seconds: float) -> None:
        """Move the world's time forward."""
        self.offset += timedelta(seconds=seconds)


@dataclass(slots=True, kw_only=True)
class World:
    """Everything behind the simulated services."""

    tenant: Tenant
    organizations: list[EssentialsOrganization]
    vault: dict[str, VaultSecret] = field(default_factory=dict)
    identity_client_id: str
    """Client id of the user-assigned managed identity."""
    identity_principal_id: str
    clock: WorldClock = field(default_factory=WorldClock)
    lock: threading.RLock = field(default_factory=threading.RLock)
