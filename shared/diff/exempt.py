"""Which addresses are exempt now."""

from collections.abc import Iterable
from datetime import datetime

from shared.diff.plan import Exemption
from shared.model import Address, Organization


def exempt_addresses(exemptions: Iterable[Exemption], organization: Organization, now: datetime) -> frozenset[Address]:
    """Addresses of exemptions that have not ended at ``now``, and those of the native sync's own exemptions."""
    own = frozenset(e.address for e in exemptions if e.until is None or e.until > now)
    return own | frozenset(organization.native_exemptions)
