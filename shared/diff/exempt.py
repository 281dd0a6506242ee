"""Which addresses are exempt now, and which objects were once known to have one of them."""

from collections.abc import Iterable
from datetime import datetime

from shared.diff.ledger import Ledger
from shared.diff.plan import Exemption
from shared.model import Address, EntraId, Organization


def exempt_addresses(
    exemptions: Iterable[Exemption], organization: Organization, now: datetime, *, ended_native: Iterable[Address] = ()
) -> frozenset[Address]:
    """Addresses of exemptions that have not ended at ``now``, and those of the native sync's own exemptions.

    While the native sync writes users, also those of its exemptions count that a person ended: it leaves them alone too.
    """
    own = frozenset(e.address for e in exemptions if e.until is None or e.until > now)
    native = frozenset(organization.native_exemptions)
    return own | (native if organization.native_sync.writes_users else native - frozenset(ended_native))


def frozen_objects(exempt: frozenset[Address], ledger: Ledger) -> frozenset[EntraId]:
    """Objects that had an address while it was exempt: they stay frozen with it, wherever it is now."""
    return frozenset(i for address in exempt & ledger.frozen.keys() for i in ledger.frozen[address])
