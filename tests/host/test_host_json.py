import json
import math
from pathlib import Path
from typing import Any

import pytest

from simulator.host.errors import HostJsonError
from simulator.host.hostjson import HostRules, MessageEncoding, read_host_json


def _read(folder: Path, **document: Any) -> HostRules:
    (folder / "host.json").write_text(json.dumps({"version": "2.0", **document}))
    return read_host_json(folder)


def test_what_is_left_out_is_as_the_host_has_it(tmp_path: Path) -> None:
    rules = _read(tmp_path)

    assert rules.route_prefix == "api"
    assert rules.function_timeout_seconds == 1800
    assert rules.queues.encoding is MessageEncoding.BASE64
    assert (rules.queues.batch_size, rules.queues.new_batch_threshold, rules.queues.max_dequeue_count) == (16, 8, 5)
    assert (rules.queues.visibility_timeout_seconds, rules.queues.max_polling_interval_seconds) == (0, 60)


def test_what_is_written_is_obeyed(tmp_path: Path) -> None:
    queues = {"messageEncoding": "None", "batchSize": 1, "newBatchThreshold": 0, "visibilityTimeout": "00:01:30"}
    rules = _read(tmp_path, functionTimeout="1.00:15:00", extensions={"http": {"routePrefix": ""}, "queues": queues})

    assert rules.route_prefix == ""
    assert rules.function_timeout_seconds == 86_400 + 900
    assert rules.queues.encoding is MessageEncoding.NONE
    assert (rules.queues.batch_size, rules.queues.new_batch_threshold) == (1, 0)
    assert rules.queues.visibility_timeout_seconds == 90


def test_minus_one_means_no_time_out(tmp_path: Path) -> None:
    assert _read(tmp_path, functionTimeout="-1").function_timeout_seconds == math.inf


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("messageEncoding", "utf-8"),
        ("batchSize", 33),
        ("batchSize", 0),
        ("batchSize", True),
        ("maxDequeueCount", "5"),
        ("visibilityTimeout", "1m"),
        ("visibilityTimeout", "24:00:00"),
        ("visibilityTimeOut", "00:01:00"),
    ],
)
def test_what_the_host_does_not_understand_is_named(tmp_path: Path, key: str, value: object) -> None:
    with pytest.raises(HostJsonError, match=key):
        _read(tmp_path, extensions={"queues": {key: value}})


def test_a_folder_without_host_json_is_no_app(tmp_path: Path) -> None:
    with pytest.raises(HostJsonError, match="does not exist"):
        read_host_json(tmp_path)


def test_a_host_json_that_is_no_json_is_named(tmp_path: Path) -> None:
    (tmp_path / "host.json").write_text("{")

    with pytest.raises(HostJsonError, match="not JSON"):
        read_host_json(tmp_path)


def test_another_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HostJsonError, match=r"1\.0"):
        _read(tmp_path, version="1.0")
