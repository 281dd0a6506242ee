"""Counts: how many objects Graph says there are, by an index that may lag; a lower bound for every list that is read whole."""

import msgspec

from shared.graph.decode import CountJson

COUNT_QUERY = "$select=id&$top=1&$count=true"
"""Asks a collection how many it has beside its first object: JSON also in a batch, where ``/$count`` is not.

Source: learn.microsoft.com/graph/api/group-list-members and directory-deleteditems-list.
"""
ADVANCED = {"ConsistencyLevel": "eventual"}
"""Without it Graph refuses to count. Source: learn.microsoft.com/graph/aad-advanced-queries."""

_LEAST_TOLERANCE = 5
_TOLERANCE_PERCENT = 0.2


def count_decoder() -> msgspec.json.Decoder[CountJson]:
    """A decoder of answers to ``COUNT_QUERY``."""
    return msgspec.json.Decoder(CountJson)


def tolerance(counted: int) -> float:
    """How many objects a read may lack of what Graph counts, whose index lags."""
    return max(_LEAST_TOLERANCE, counted * _TOLERANCE_PERCENT / 100)


def is_short(read: int, counted: int) -> bool:
    """Whether a list lacks more than a lagging index explains; none at all where some are counted is always too few."""
    return read < counted - tolerance(counted) or (read == 0 and counted > 0)


def counted_of(body: bytes) -> int:
    """The number that an answer to ``COUNT_QUERY`` holds; raises msgspec.MsgspecError or UnicodeDecodeError where it has none."""
    return count_decoder().decode(body).count
