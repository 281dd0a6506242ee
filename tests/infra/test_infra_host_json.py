"""host.json, as Flex Consumption takes it and as the app's code relies on it."""

import json
import re
from typing import Any

import pytest

from shared.engine.worker import QUEUE_LEASE_SECONDS
from simulator.host.hostjson import HostRules, MessageEncoding, read_host_json
from tests.infra.conftest import ROOT

DOCUMENT: dict[str, Any] = json.loads((ROOT / "host.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def rules() -> HostRules:
    return read_host_json(ROOT)


def test_it_says_what_the_host_knows_and_nothing_else() -> None:
    # A key that the host does not know is ignored without a word.
    assert DOCUMENT.keys() == {"version", "functionTimeout", "extensionBundle", "logging", "extensions"}
    assert DOCUMENT["extensions"].keys() == {"http", "queues"}


def test_the_bundle_is_the_one_that_functions_of_version_4_take() -> None:
    bundle = DOCUMENT["extensionBundle"]

    assert bundle["id"] == "Microsoft.Azure.Functions.ExtensionBundle"
    assert re.fullmatch(r"\[4\.(\*|\d+\.\d+), 5\.0\.0\)", bundle["version"])


def test_the_time_out_is_within_what_flex_gives_and_leaves_a_slice_its_time(rules: HostRules) -> None:
    # 30 minutes are what Flex Consumption has by default; more is allowed, and more than needed.
    assert QUEUE_LEASE_SECONDS + 60 <= rules.function_timeout_seconds <= 30 * 60


def test_messages_are_plain_text_taken_one_by_one(rules: HostRules) -> None:
    assert rules.queues.encoding is MessageEncoding.NONE
    # One run at a time: a second message on the same instance would find the lease held.
    assert (rules.queues.batch_size, rules.queues.new_batch_threshold) == (1, 0)


def test_a_message_that_is_given_back_comes_again_after_the_lease_has_ended(rules: HostRules) -> None:
    # Every kill costs a delivery, and there are a few before the message becomes poison and is sent again from there.
    assert rules.queues.max_dequeue_count == 5
    assert rules.queues.visibility_timeout_seconds >= 60


def test_no_event_that_an_alert_waits_for_is_sampled_away() -> None:
    logging = DOCUMENT["logging"]

    assert logging["applicationInsights"]["samplingSettings"]["isEnabled"] is False
    assert logging["logLevel"]["default"] == "Information"


def test_routes_begin_as_the_docs_and_the_platforms_sign_in_say(rules: HostRules) -> None:
    assert rules.route_prefix == "api"
