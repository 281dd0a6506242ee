"""Throttling by resource units: a bucket per application and tenant that drains by the world's clock.

Source: learn.microsoft.com/graph/throttling-limits (identity and access).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime

from simulator.graph.answers import GraphError
from simulator.graph.call import Call
from simulator.graph.switches import GraphSwitches, RetryAfter
from simulator.world import World

_WINDOW_SECONDS = 10
_MOST_OVER = 1.8
_SHOWN_FROM = 0.8
_LOW_PRIORITY_ENDS_AT = 0.9
"""Share of the limit from which calls of low priority are refused; the real share is not published."""


def cost_of(base: int, options: Mapping[str, str]) -> int:
    """Resource units of one call: less for ``$select`` and for small pages, more for ``$expand``, never under 1."""
    top = options.get("$top", "")
    is_small = top.isascii() and top.isdigit() and int(top) < 20
    return max(1, base - ("$select" in options) - is_small + ("$expand" in options))


@dataclass(slots=True, kw_only=True)
class _Bucket:
    used: float
    as_of: datetime


class Throttle:
    """Counts what every application uses up, and refuses what is too much."""

    def __init__(self, *, world: World, switches: GraphSwitches) -> None:
        self._world = world
        self._switches = switches
        self._buckets: dict[str, _Bucket] = {}

    def charge(self, call: Call, cost: int) -> dict[str, str]:
        """The headers that tell about this call's cost.

        Raises GraphError (429) where the application used up what it may; such a call counts too.
        """
        limit = self._limit()
        now = self._world.clock.now()
        bucket = self._buckets.setdefault(call.caller.app_id, _Bucket(used=0, as_of=now))
        passed = max(0.0, (now - bucket.as_of).total_seconds())
        bucket.used = max(0.0, bucket.used - passed * limit / _WINDOW_SECONDS)
        bucket.as_of = now
        is_low = call.headers.get("x-ms-throttle-priority", "").lower() == "low"
        allowed = max(limit * (_LOW_PRIORITY_ENDS_AT if is_low else 1), cost)
        over = bucket.used + cost - allowed
        bucket.used = min(bucket.used + cost, max(limit * _MOST_OVER, cost))
        headers = {"x-ms-resource-unit": str(cost)}
        share = min(bucket.used / limit, _MOST_OVER)
        if share >= _SHOWN_FROM:
            headers["x-ms-throttle-limit-percentage"] = f"{share:.2f}"
        if over <= 0:
            return headers
        seconds = (bucket.used + cost - allowed) * _WINDOW_SECONDS / limit
        raise self._refusal(call, headers, seconds=seconds, now=now)

    def _limit(self) -> int:
        if self._switches.resource_units is not None:
            return self._switches.resource_units
        people = len(self._world.tenant.users)
        return 3_500 if people < 50 else 5_000 if people <= 500 else 8_000

    def _refusal(self, call: Call, headers: dict[str, str], *, seconds: float, now: datetime) -> GraphError:
        scope = f"Tenant_Application/ReadWrite/{call.caller.app_id}/{self._world.tenant.id}"
        headers |= {"x-ms-throttle-scope": scope, "x-ms-throttle-information": "ResourceUnitLimitExceeded"}
        match self._switches.retry_after:
            case RetryAfter.SECONDS:
                headers["Retry-After"] = str(max(1, math.ceil(seconds)))
            case RetryAfter.FRACTION:
                headers["Retry-After"] = f"{max(0.001, math.ceil(seconds * 1000) / 1000):.3f}"
            case RetryAfter.HTTP_DATE:
                # An HTTP date has no fractions: one second more, so that it is never too early.
                moment = now.replace(microsecond=0) + timedelta(seconds=math.ceil(seconds) + 1)
                headers["Retry-After"] = format_datetime(moment, usegmt=True)
            case RetryAfter.ABSENT:
                pass
        return GraphError(status=429, code="TooManyRequests", message="Too many requests.", headers=headers)
