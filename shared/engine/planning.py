"""Planning: the plan of a search, or of an undo, by what was read."""

from shared.diff.plan import Plan
from shared.diff.planner import make_plan
from shared.diff.situation import Situation
from shared.diff.undo import make_undo_plan
from shared.engine.collecting import without_collecting
from shared.engine.evidence import with_evidence
from shared.engine.parts import Parts
from shared.engine.undoing import undone_by


def planned(parts: Parts, situation: Situation, *, undoes: str | None) -> Plan:
    """The plan that makes the organization true to the directory, or puts back what the execution ``undoes`` did.

    Entra is asked about whom the first takes something from; the proof of the second is the execution itself. Raises what the
    evidence reader raises, and NotFoundError where the plan of the execution is not kept any more.
    """
    if undoes is not None:
        return make_undo_plan(situation, undone_by(parts.documents, undoes))
    situation = with_evidence(situation, parts.evidence_reader())
    with without_collecting():
        return make_plan(situation)
