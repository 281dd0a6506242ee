"""Reading the organization again: for an execution, before its first write and after its last."""

from shared.errors import IncompleteReadError
from shared.model import Organization


def check_size(organization: Organization, *, before: int) -> None:
    """Return where the list is not under half of the last good one; raises IncompleteReadError."""
    read = len(organization.accounts)
    if read * 2 < before:
        raise IncompleteReadError(
            f"Essentials lists {read} accounts, and the last good read had {before}.",
            "If so many were removed on purpose, search again and accept smaller_organization.",
        )


def silent(stage: str, done: int, total: int) -> None:
    """Progress of a read that is part of a larger stage."""
