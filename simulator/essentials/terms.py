"""The two vocabularies of sender lists: the former one by default, the present one for callers that send ``X-Terms-Update: true``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from simulator.world import Json

SAFE = "safe_list_senders"
BLOCK = "block_list_senders"
_FORMER_SAFE = "white_list_senders"
_FORMER_BLOCK = "black_list_senders"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Under which names a caller sees the sender lists; in the world they have the present ones."""

    safe: str
    block: str

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> Self:
        """The vocabulary that these headers ask for."""
        if headers.get("x-terms-update", "").strip().lower() == "true":
            return cls(safe=SAFE, block=BLOCK)
        return cls(safe=_FORMER_SAFE, block=_FORMER_BLOCK)

    def shown(self, body: Json) -> Json:
        """The object (of present names, and ours to change) under the caller's names."""
        if self.safe != SAFE:
            body[self.safe] = body.pop(SAFE)
            body[self.block] = body.pop(BLOCK)
        return body

    def understood(self, body: Json) -> Json:
        """A sent object under the present names; where a list comes under both, the caller's own name counts."""
        present = dict(body)
        for name, former, own in ((SAFE, _FORMER_SAFE, self.safe), (BLOCK, _FORMER_BLOCK, self.block)):
            if former in present:
                sent = present.pop(former)
                if name not in present or own == former:
                    present[name] = sent
        return present
