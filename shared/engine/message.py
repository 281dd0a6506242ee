"""The queue message that starts a slice: ``{"run_id": …, "n": …}`` as plain text."""

import json
from dataclasses import dataclass
from typing import Self

from shared.engine.records import is_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message; ``n`` tells the last one sent for a run from earlier ones."""

    run_id: str
    n: int

    def text(self) -> str:
        """The message as it is sent."""
        return json.dumps({"run_id": self.run_id, "n": self.n})

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The message of a text; None where it is none of ours."""
        try:
            body = json.loads(text)
        except (ValueError, RecursionError):
            return None
        if not isinstance(body, dict):
            return None
        run_id, n = body.get("run_id"), body.get("n")
        if not isinstance(run_id, str) or not is_id(run_id) or not isinstance(n, int) or isinstance(n, bool) or n < 0:
            return None
        return cls(run_id=run_id, n=n)
