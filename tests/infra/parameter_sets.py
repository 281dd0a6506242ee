"""Deployments as tenants choose them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.infra.foretelling import CHINA_CLOUD, PUBLIC_CLOUD, US_GOVERNMENT_CLOUD

ENTRA_CLIENT_ID = "11111111-1111-1111-1111-111111111111"
SIGN_IN_CLIENT_ID = "22222222-2222-2222-2222-222222222222"
AUTOMATION_CLIENT_ID = "77777777-7777-7777-7777-777777777777"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterSet:
    """Values of main.bicep's parameters, and the cloud that they are deployed to."""

    name: str
    values: Mapping[str, Any]
    cloud: Mapping[str, Any] = field(default_factory=lambda: PUBLIC_CLOUD)
    secrets: Mapping[str, str] = field(default_factory=dict)


EVERY_SETTING: Mapping[str, Any] = {
    "ENTRA_TENANT_ID": "aaaaaaaa-0000-0000-0000-000000000001",
    "ENTRA_CLIENT_ID": ENTRA_CLIENT_ID,
    "ENTRA_CREDENTIAL": "certificate",
    "ENTRA_SECRET_NAME": "reader-certificate",
    "ENTRA_AUTHORITY": "https://login.example.com",
    "GRAPH_URL": "https://graph.example.com",
    "PROOFPOINT_URL": "https://eu1.proofpointessentials.com",
    "PROOFPOINT_DOMAIN": "example.com",
    "PROOFPOINT_USER": "sync@example.com",
    "PROOFPOINT_SECRET_NAME": "essentials-password",
    "NATIVE_SYNC_CLIENT_ID": "aaaaaaaa-0000-0000-0000-000000000002",
    "NATIVE_SYNC_SECRET_NAME": "native-sync",
    "NOTIFY_WEBHOOK_SECRET_NAME": "webhook",
    "AUTH_MODE": "easyauth",
    "SIGN_IN_CLIENT_ID": SIGN_IN_CLIENT_ID,
    "SIGN_IN_TENANT_ID": "aaaaaaaa-0000-0000-0000-000000000003",
    "SYNC_SCHEDULE": "5 */15 * * * *",
    "SYNC_OFFSET_MINUTES": 25,
    "HISTORY_DAYS": 45,
    "SYNC_WHAT": ["active_users", "microsoft365_groups"],
    "SYNC_UNLICENSED_AS": "user",
    "SYNC_LICENCES": ["aaaaaaaa-0000-0000-0000-000000000004", "aaaaaaaa-0000-0000-0000-000000000005"],
    "SYNC_DISABLED_AS": "inactive",
    "SYNC_GROUP_SCOPE": ["aaaaaaaa-0000-0000-0000-000000000006"],
    "SYNC_HOW": ["update_users", "remove_deleted_users"],
    "SYNC_LEAVERS": "remove",
    "SYNC_GRACE_DAYS": 14,
    "SYNC_EVERY_HOURS": 3,
    "SYNC_MODE": "report",
    "SYNC_DEFAULT_ROLE": "silent_user",
    "SYNC_WELCOME_EMAIL": True,
    "SYNC_ONMICROSOFT": "include",
    "SYNC_NATIVE": "groups_only",
    "SYNC_PORTAL_LOGIN": "microsoft",
    "GUARD_REMOVALS": 8,
    "GUARD_REMOVALS_PERCENT": 2,
    "GUARD_CHANGES_PERCENT": 15,
    "ALERT_HOURS": 9,
}
"""A value other than the default for each setting that a parameter sets."""


def parameter_of(setting: str) -> str:
    """The parameter that sets a setting: ``SYNC_EVERY_HOURS`` is ``syncEveryHours``."""
    first, *rest = setting.lower().split("_")
    return first + "".join(word.capitalize() for word in rest)


_NEEDED = {
    "proofpointDomain": "example.com",
    "proofpointUser": "sync@example.com",
    "entraClientId": ENTRA_CLIENT_ID,
    "signInClientId": SIGN_IN_CLIENT_ID,
}

COMPLETE = ParameterSet(
    name="everything given",
    values={
        **{parameter_of(setting): value for setting, value in EVERY_SETTING.items()},
        "namePrefix": "abcdefghij",
        "alertEmails": ["mail@example.com", "night@example.com"],
        "vaultOfficerObjectId": "aaaaaaaa-0000-0000-0000-000000000007",
        "automationClientIds": [AUTOMATION_CLIENT_ID],
        "allowAzureCli": True,
        "alwaysReadyInstances": 1,
        "proofpointPasswordExpiresAtSeconds": 1_800_000_000,
        "entraClientSecretExpiresAtSeconds": 1_900_000_000,
        "tags": {},
    },
    secrets={"proofpointPassword": "from-the-form", "entraClientSecret": "also-from-the-form"},
)
KEY_AND_SECRET = ParameterSet(
    name="key mode, client secret, no mails",
    values={**_NEEDED, "authMode": "key", "entraCredential": "secret", "syncEveryHours": 0, "namePrefix": "abc"},
)
NOTHING_MANAGED = ParameterSet(
    name="every set empty",
    values={
        **_NEEDED,
        "syncWhat": [],
        "syncHow": [],
        "syncEveryHours": 6,
        "namePrefix": "Ab1",
        "alertEmails": ["a@b.co"],
    },
)
US_GOVERNMENT = ParameterSet(
    name="US government cloud",
    values={**_NEEDED, "entraCredential": "secret", "syncEveryHours": 12},
    cloud=US_GOVERNMENT_CLOUD,
)
CHINA = ParameterSet(name="China cloud", values={**_NEEDED, "syncEveryHours": 24}, cloud=CHINA_CLOUD)
FEDERATED = ParameterSet(name="only what is needed", values=_NEEDED)

ALL = (COMPLETE, KEY_AND_SECRET, NOTHING_MANAGED, US_GOVERNMENT, CHINA, FEDERATED)

BEFORE_THE_REGISTRATIONS = ParameterSet(
    name="the first deployment",
    values={"proofpointDomain": "example.com", "proofpointUser": "sync@example.com"},
)
