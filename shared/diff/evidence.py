"""Evidence: what Entra itself said when it was asked about single objects, and what has to be asked."""

from dataclasses import dataclass

from shared.model import EntraId


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Answers about single objects; who is in deleted items need not be asked about."""

    gone: frozenset[EntraId] = frozenset()
    """People and groups whose id answers 404."""
    left_scope: frozenset[EntraId] = frozenset()
    """Living people for whom ``checkMemberGroups`` answers none of the scope groups."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """Whom to ask Entra about before a plan may take something of theirs."""

    people: tuple[EntraId, ...] = ()
    groups: tuple[EntraId, ...] = ()
    scope_people: tuple[EntraId, ...] = ()

    @property
    def are_none(self) -> bool:
        """Whether nothing has to be asked."""
        return not (self.people or self.groups or self.scope_people)
