"""The figures of the cost table follow from what is deployed and from the assumptions that stand above it."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from simulator.host.ncrontab import parse_schedule
from tests.infra.conftest import ROOT, Foretold
from tests.infra.parameter_sets import COMPLETE, FEDERATED
from tests.infra.resource_types import LOG_ALERT, SITE

SECTION = (
    (ROOT / "docs" / "operations.md").read_text(encoding="utf-8").partition("\n## Costs\n")[2].partition("\n## ")[0]
)
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")] for line in SECTION.splitlines() if line.startswith("| ")
][2:]
DAYS = 30
RUN_SECONDS = 60
LOOK_SECONDS = 1


def _quantity(begins: str) -> str:
    (found,) = [row[1] for row in ROWS if row[0].startswith(begins)]
    return found


def test_execution_time_is_that_of_the_defaults(foretold: Foretold) -> None:
    deployment = foretold(FEDERATED)
    memory = deployment.one(SITE)["properties"]["functionAppConfig"]["scaleAndConcurrency"]["instanceMemoryMB"] // 1024
    runs = DAYS * 24 // int(deployment.app_settings["SYNC_EVERY_HOURS"])
    schedule = parse_schedule(deployment.app_settings["SYNC_SCHEDULE"])
    first = schedule.next_after(datetime(2026, 1, 1, tzinfo=UTC))
    ((one, other),) = pairwise([first, schedule.next_after(first)])
    looks = timedelta(days=DAYS) // (other - one)
    gb_seconds = (runs * RUN_SECONDS + looks * LOOK_SECONDS) * memory

    assert _quantity("execution time") == (
        f"{runs} runs of {RUN_SECONDS} s and {looks:,} looks of {LOOK_SECONDS} s: {gb_seconds:,} GB-s"
    )
    assert f": {gb_seconds * 0.000026:.2f} USD" in SECTION


def test_an_instance_that_always_waits_is_charged_for_every_second() -> None:
    seconds = DAYS * 24 * 3600

    assert f"2 GB for {seconds:,} s: {2 * seconds:,} GB-s" in SECTION


def test_log_alerts_are_those_that_are_deployed(foretold: Foretold) -> None:
    alerts = foretold(COMPLETE).of_type(LOG_ALERT)
    every = Counter(int(re.sub(r"\D", "", alert["properties"]["evaluationFrequency"])) for alert in alerts)

    assert _quantity("log alerts") == ", ".join(f"{n} every {minutes} minutes" for minutes, n in sorted(every.items()))


def test_every_price_says_where_and_of_when_it_is_and_what_is_not_known_says_so() -> None:
    assert len(ROWS) >= 8
    for _, _, price, source in ROWS:
        assert re.search(r"\w+\.(com|net)/", source), source
        assert price.startswith("not found") or re.search(r"20\d\d", source), source
