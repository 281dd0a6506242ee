"""The world's secrets: how one gets a new version, by the vault's own route or by hand."""

import uuid
from datetime import datetime

import msgspec

from simulator.world import Json, VaultSecret, World


class SecretAttributes(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What may be said about a version: moments in seconds since 1970; None: left as it is, or never."""

    enabled: bool | None = None
    exp: int | None = None
    nbf: int | None = None

    def given(self) -> dict[str, bool | int]:
        """Those that are said."""
        return {name: value for name, value in msgspec.structs.asdict(self).items() if value is not None}


def add_version(
    world: World,
    name: str,
    *,
    value: str,
    at: datetime,
    attributes: SecretAttributes | None = None,
    content_type: str | None = None,
) -> Json:
    """The secret's newest version, made ``at`` that moment, holds the value; it is returned.

    Called by a holder of ``World.lock``.
    """
    made_at = int(at.timestamp())
    secret = world.vault.setdefault(name.lower(), VaultSecret(versions=[]))
    said = attributes or SecretAttributes()
    version: Json = {
        "version": uuid.uuid5(uuid.NAMESPACE_URL, f"{world.tenant.id}/{name.lower()}/{len(secret.versions)}").hex,
        "value": value,
        "attributes": {
            "enabled": True,
            **said.given(),
            "created": made_at,
            "updated": made_at,
            "recoveryLevel": "Recoverable+Purgeable",
            "recoverableDays": 90,
        },
        "contentType": content_type,
    }
    secret.versions.append(version)
    return version


def expiring(at: datetime) -> SecretAttributes:
    """Attributes of a secret that expires then."""
    return SecretAttributes(exp=int(at.timestamp()))
