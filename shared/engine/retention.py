"""Retention: history older than HISTORY_DAYS goes; ledger, exemptions, audit and settings stay."""

from datetime import timedelta

from shared.engine.parts import Parts

HISTORY_PREFIXES = ("plans/", "runs/")


def expire_history(parts: Parts, *, history_days: int) -> int:
    """How many documents were removed because nothing changed them for ``history_days``."""
    before = parts.clock.now() - timedelta(days=history_days)
    old = [d.path for prefix in HISTORY_PREFIXES for d in parts.documents.list(prefix) if d.modified_at < before]
    for path in old:
        parts.documents.delete(path)
    return len(old)
