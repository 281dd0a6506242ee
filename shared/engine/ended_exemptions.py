"""Exemptions that ended by themselves: noticed by the timer's next look, so that nobody is surprised by the next plan."""

from dataclasses import replace

from shared.engine.parts import Parts
from shared.engine.records import SlotStore, exemptions


def note_ended_exemptions(parts: Parts) -> int:
    """How many have ended since the last look, told as one ``exemptions.ended`` event; raises StateError."""
    now = parts.clock.now()
    slots = SlotStore(parts.documents)
    looked_at = slots.read().exemptions_looked_at
    slots.update(lambda slot: replace(slot, exemptions_looked_at=now))
    if looked_at is None:
        return 0
    ended = sum(1 for e in exemptions(parts.documents) if e.until is not None and looked_at < e.until <= now)
    if ended:
        parts.announce("exemptions.ended", {"count": ended})
    return ended
