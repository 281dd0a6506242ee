"""Asks Entra about single objects, so that a plan may take something of theirs."""

from dataclasses import replace

from shared.diff.asking import questions
from shared.diff.evidence import Evidence
from shared.diff.situation import Situation
from shared.engine.ports import EvidenceReader
from shared.model import Whereabouts


def with_evidence(situation: Situation, reader: EvidenceReader) -> Situation:
    """The situation with Entra's answers about everybody whose row needs a proof; raises what the reader raises."""
    asked = questions(situation)
    if asked.are_none:
        return situation
    whereabouts = reader.whereabouts(asked.people, asked.groups)
    memberships = reader.scope_memberships(asked.scope_people, situation.options.group_scope)
    evidence = Evidence(
        gone=frozenset(i for i, where in whereabouts.items() if where is not Whereabouts.LIVING),
        left_scope=frozenset(i for i in asked.scope_people if i in memberships and not memberships[i]),
    )
    return replace(situation, evidence=evidence)
