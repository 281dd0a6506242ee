"""Exemptions of the native sync: taken over when they are first seen, so that they hold until a person keeps or ends them."""

import hashlib
from dataclasses import replace

from shared.diff.plan import Exemption
from shared.engine.records import CONFLICT_TRIES, EXEMPTIONS_PATH, Exemptions
from shared.errors import DocumentConflictError
from shared.model import Address, Organization
from shared.state.protocols import Documents

TAKEN_OVER_FROM = "Azure Directory Sync"
_PREFIX = "native-"


def is_native(exemption: Exemption) -> bool:
    """Whether it was taken over from the native sync, and nobody has kept or ended it yet."""
    return exemption.id.startswith(_PREFIX)


def take_over_exemptions(documents: Documents, organization: Organization) -> None:
    """Exemptions of the native sync that are new are among ours; those that a person ended or kept do not return."""
    for _ in range(CONFLICT_TRIES):
        stored = documents.read(EXEMPTIONS_PATH, Exemptions)
        book = stored.body if stored is not None else Exemptions()
        known = {e.address for e in book.exemptions} | set(book.native_ended)
        new = tuple(_taken_over(address) for address in organization.native_exemptions if address not in known)
        if not new:
            return
        changed = replace(book, exemptions=(*book.exemptions, *new))
        try:
            if stored is None:
                documents.create(EXEMPTIONS_PATH, changed)
            else:
                documents.replace(EXEMPTIONS_PATH, changed, stored.etag)
        except DocumentConflictError:
            continue
        return
    raise DocumentConflictError("The exemptions are being written by somebody else.", "Search again in a moment.")


def _taken_over(address: Address) -> Exemption:
    return Exemption(
        id=f"{_PREFIX}{hashlib.sha256(address.encode()).hexdigest()[:12]}",
        address=address,
        reason=f"Exempt in {TAKEN_OVER_FROM}. Exempt it here to keep it, or end it.",
        by=TAKEN_OVER_FROM,
        until=None,
    )
