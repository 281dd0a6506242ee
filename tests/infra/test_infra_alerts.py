import ast
import re
from collections.abc import Iterator
from pathlib import Path

from shared.engine.run import RunState
from tests.infra.conftest import ROOT, Foretold
from tests.infra.foretelling import Deployment
from tests.infra.parameter_sets import (
    COMPLETE,
    KEY_AND_SECRET,
)
from tests.infra.resource_types import DIAGNOSTICS, LOG_ALERT, VAULT, WORKSPACE

LEGAL_WINDOWS = {"PT5M", "PT10M", "PT15M", "PT30M", "PT45M", *(f"PT{n}H" for n in range(1, 7)), "P1D", "P2D"}
"""Source: learn.microsoft.com/azure/azure-monitor/alerts/alerts-create-log-alert-rule."""


def test_everything_that_matters_is_logged_to_the_workspace(deployment: Deployment) -> None:
    workspace = deployment.one(WORKSPACE)["id"]
    settings = [resource["properties"] for resource in deployment.of_type(DIAGNOSTICS)]

    assert {log["category"] for s in settings for log in s["logs"]} == {
        "StorageWrite",
        "StorageDelete",
        "AuditEvent",
        "FunctionAppLogs",
    }
    assert {s["workspaceId"] for s in settings} == {workspace}


def test_alerts_are_made_only_where_somebody_gets_them(foretold: Foretold) -> None:
    assert foretold(KEY_AND_SECRET).of_type(LOG_ALERT) == []
    assert foretold(KEY_AND_SECRET).of_type("Microsoft.Insights/actionGroups") == []

    receivers = foretold(COMPLETE).one("Microsoft.Insights/actionGroups")["properties"]["emailReceivers"]

    assert [receiver["emailAddress"] for receiver in receivers] == COMPLETE.values["alertEmails"]


def test_every_log_alert_reaches_the_mails_within_a_legal_window(foretold: Foretold) -> None:
    deployment = foretold(COMPLETE)
    mails = deployment.one("Microsoft.Insights/actionGroups")["id"]

    for alert in deployment.of_type(LOG_ALERT):
        assert alert["properties"]["windowSize"] in LEGAL_WINDOWS
        assert alert["properties"]["actions"]["actionGroups"] == [mails]
        assert alert["properties"]["scopes"] == [deployment.one(WORKSPACE)["id"]]


def test_a_silent_timer_is_an_alert(foretold: Foretold) -> None:
    (condition,) = foretold(COMPLETE).one(LOG_ALERT, "timer-silent")["properties"]["criteria"]["allOf"]

    assert (condition["operator"], condition["threshold"], condition["timeAggregation"]) == ("LessThan", 1, "Count")


def test_queries_ask_for_events_that_the_code_announces(foretold: Foretold) -> None:
    asked = {name for query in _queries(foretold) for name in re.findall(r'event\.event\) == "([^"]+)"', query)}

    assert asked == {"run.finished", "timer.tick"}
    assert asked <= set(_announced(ROOT / "shared"))


def test_queries_ask_for_states_that_runs_end_in(foretold: Foretold) -> None:
    asked = {state for query in _queries(foretold) for state in re.findall(r'event\.state\) == "([^"]+)"', query)}

    assert asked == {RunState.FAILED.value, RunState.BLOCKED.value}


def test_the_end_of_a_secret_is_an_alert(foretold: Foretold) -> None:
    deployment = foretold(COMPLETE)
    subscription = deployment.one("Microsoft.EventGrid/systemTopics/eventSubscriptions")["properties"]

    assert deployment.one("Microsoft.EventGrid/systemTopics")["properties"]["source"] == deployment.one(VAULT)["id"]
    assert subscription["destination"]["endpointType"] == "MonitorAlert"
    assert subscription["eventDeliverySchema"] == "CloudEventSchemaV1_0"
    assert subscription["filter"]["includedEventTypes"] == [
        "Microsoft.KeyVault.SecretNearExpiry",
        "Microsoft.KeyVault.SecretExpired",
    ]


def _queries(foretold: Foretold) -> list[str]:
    alerts = foretold(COMPLETE).of_type(LOG_ALERT)
    return [condition["query"] for a in alerts for condition in a["properties"]["criteria"]["allOf"]]


def _announced(package: Path) -> Iterator[str]:
    """The names of the events that the code logs."""
    for file in package.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "announce":
                match node.args:
                    case [ast.Constant(value=str() as name), *_]:
                        yield name
