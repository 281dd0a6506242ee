"""Asking: whom Entra has to be asked about before the plan of a situation may take something."""

from shared.diff.evidence import Questions
from shared.diff.removals import GROUPS, leavers
from shared.diff.situation import Situation
from shared.diff.transfers import leavers_whose_primary_is_wanted
from shared.model import EntraId


def questions(situation: Situation) -> Questions:
    """The objects whose rows would be blocked for want of a proof; who is in deleted items is proven already."""
    people: set[EntraId] = set()
    groups: set[EntraId] = set()
    scope_people: set[EntraId] = set()
    for leaver in leavers(situation):
        if leaver.is_living:
            scope_people.add(leaver.entra_id)
        elif leaver.entra_id not in situation.deleted_at:
            (groups if leaver.is_group else people).add(leaver.entra_id)
    for entra_id in leavers_whose_primary_is_wanted(situation) | _owners_before(situation):
        if entra_id not in situation.deleted_at:
            is_group = situation.ledger.entries[entra_id].kind in GROUPS
            (groups if is_group else people).add(entra_id)
    return Questions(
        people=tuple(sorted(people)), groups=tuple(sorted(groups)), scope_people=tuple(sorted(scope_people))
    )


def _owners_before(situation: Situation) -> frozenset[EntraId]:
    """The missing objects whose account's address a new object has."""
    return frozenset(situation.matching.ledger_owners[uid] for uid in situation.matching.recycled.values())
