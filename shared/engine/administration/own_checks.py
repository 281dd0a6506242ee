"""Checks of what is the app's own: storage, queue, clock and the secrets in Key Vault."""

import re
from datetime import datetime, timedelta

from shared.clock import Clock
from shared.engine.administration.checks import CheckName, FoundError, Step
from shared.engine.administration.probes import Probes
from shared.errors import StateError
from shared.settings import EntraCredential, Settings
from shared.state.protocols import Documents, Queue

PROBE_PATH = "verify.json"
PROBE_MESSAGE = '{"verify": true}'
"""Names no run: the worker that takes it drops it."""

MOST_SKEW = timedelta(minutes=5)
"""Source: learn.microsoft.com/entra/identity-platform/certificate-credentials (clocks may differ by about five minutes)."""

EXPIRES_SOON_DAYS = 30

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def storage_steps(documents: Documents, queue: Queue, clock: Clock) -> tuple[Step, ...]:
    """Checks of the state's storage."""
    return (
        Step(name=CheckName.STORAGE, look=lambda: _storage(documents, clock)),
        Step(name=CheckName.QUEUE, look=lambda: _queue(queue)),
    )


def _storage(documents: Documents, clock: Clock) -> str:
    written = {"at": clock.now().isoformat()}
    documents.delete(PROBE_PATH)
    documents.create(PROBE_PATH, written)
    stored = documents.read(PROBE_PATH, dict[str, str])
    documents.delete(PROBE_PATH)
    if stored is None or stored.body != written:
        raise StateError(
            "A document that was just written is not read back as it was.",
            "Look for a second app that verifies at the same moment, or that uses the same storage.",
        )
    return "A document was written, read back and removed."


def _queue(queue: Queue) -> str:
    queue.send(PROBE_MESSAGE)
    return "A message was sent; the app drops it."


def clock_step(probes: Probes, clock: Clock) -> Step:
    """The check of the machine's clock by that of the sign-in service."""
    return Step(name=CheckName.CLOCK, look=lambda: _clock(probes.entra.authority_time(), clock.now()))


def _clock(theirs: datetime | None, ours: datetime) -> str:
    if theirs is None:
        return "The sign-in service does not tell its time, so the app's clock cannot be compared."
    skew = ours - theirs
    seconds = abs(round(skew.total_seconds()))
    if abs(skew) > MOST_SKEW:
        direction = "ahead of" if skew > timedelta() else "behind"
        raise FoundError(
            f"The app's clock is {seconds} s {direction} that of the sign-in service.",
            "Set the machine's clock by a time server: tokens, certificates and storage are refused otherwise.",
        )
    return f"The app's clock and that of the sign-in service differ by {seconds} s."


def secret_steps(probes: Probes, settings: Settings, clock: Clock) -> tuple[Step, ...]:
    """A check for each secret in use, read from Key Vault anew."""
    names = {CheckName.ESSENTIALS_SECRET: settings.proofpoint_secret_name}
    if settings.entra_credential is not EntraCredential.FEDERATED:
        names[CheckName.ENTRA_SECRET] = settings.entra_secret_name
    if settings.native_sync_secret_name:
        names[CheckName.NATIVE_SYNC_SECRET] = settings.native_sync_secret_name
    if settings.notify_webhook_secret_name:
        names[CheckName.WEBHOOK_SECRET] = settings.notify_webhook_secret_name
    client_secrets = {CheckName.NATIVE_SYNC_SECRET}
    if settings.entra_credential is EntraCredential.SECRET:
        client_secrets.add(CheckName.ENTRA_SECRET)
    return tuple(_secret_step(probes, check, name, check in client_secrets, clock) for check, name in names.items())


def _secret_step(probes: Probes, check: CheckName, name: str, is_client_secret: bool, clock: Clock) -> Step:  # noqa: FBT001  # a fact of the check
    def look() -> str:
        secret = probes.secrets.fresh(name)
        if is_client_secret and _GUID.fullmatch(secret.value.strip()):
            raise FoundError(
                f"The Key Vault secret {name} holds a GUID: that is a client secret's ID, not its value.",
                f"Create a new client secret in the app registration and store its value: az keyvault secret set -n {name}.",
            )
        if secret.expires_at is None:
            return f"The Key Vault secret {name} can be read; it has no expiry date."
        days = (secret.expires_at - clock.now()).days
        if days < 0:
            raise FoundError(
                f"The Key Vault secret {name} expired on {secret.expires_at:%Y-%m-%d}.",
                f"Renew the credential and store it with its new expiry date: az keyvault secret set -n {name} --expires DATE.",
            )
        soon = " Renew it soon." if days <= EXPIRES_SOON_DAYS else ""
        return f"The Key Vault secret {name} can be read and expires in {days} days.{soon}"

    return Step(name=check, look=look)
