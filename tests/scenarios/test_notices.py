"""A whole deployment tells a receiver on a real TLS socket; the webhook's URL comes from the vault and goes nowhere else."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.company import make_world
from simulator.effects import StatusFault
from simulator.estate import WEBHOOK_SECRET_NAME, Estate, Receiver
from simulator.faults import Fault
from simulator.world import Json
from tests.scenarios.deployment import Deployment, deployed


@pytest.fixture
def estate() -> Iterator[Estate]:
    with Estate(make_world(people=20, groups=2, seed=5)) as running:
        yield running


def scheduled(deployment: Deployment) -> None:
    tick = deployment.application.engine.on_timer()
    assert tick.enqueued is not None
    deployment.finished(deployment.application.engine.run(tick.enqueued))


def texts(card: Json) -> list[str]:
    return [block["text"] for block in card["attachments"][0]["content"]["body"] if "text" in block]


def test_a_teams_channel_hears_that_the_gate_is_closed(estate: Estate, tmp_path: Path) -> None:
    settings = {**estate.notify_settings(Receiver.TEAMS_WORKFLOW), "WEBSITE_HOSTNAME": "sync-123.azurewebsites.net"}
    with deployed(estate, tmp_path, settings) as deployment:
        scheduled(deployment)

    (card,) = estate.receiver.messages()
    assert texts(card)[:2] == ["A scheduled run was held back", "No person has executed a plan yet."]
    assert card["attachments"][0]["content"]["actions"][0]["url"] == "https://sync-123.azurewebsites.net/api/review"


def test_a_receiver_that_was_down_gets_the_message_at_the_next_look(estate: Estate, tmp_path: Path) -> None:
    estate.faults.add(Fault(service="receiver", effect=StatusFault(status=503)))
    with deployed(estate, tmp_path, estate.notify_settings(Receiver.PLAIN_WEBHOOK)) as deployment:
        scheduled(deployment)
        assert estate.receiver.messages() == []
        deployment.application.engine.on_timer()

    assert [message["title"] for message in estate.receiver.messages()] == ["A scheduled run was held back"]


def test_a_missing_webhook_secret_fails_no_run(
    estate: Estate, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with deployed(estate, tmp_path, {"NOTIFY_WEBHOOK_SECRET_NAME": "not-there"}) as deployment:
        scheduled(deployment)
        assert deployment.application.engine.runs(limit=1)[0].state.is_final

    assert "notice.undelivered" in caplog.text
    assert "secret_unavailable" in caplog.text


def test_the_webhooks_url_is_in_no_log_no_state_and_no_answer(
    estate: Estate, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    estate.faults.add(Fault(service="receiver", effect=StatusFault(status=403), times=1))
    with deployed(estate, tmp_path, estate.notify_settings(Receiver.PLAIN_WEBHOOK)) as deployment:
        scheduled(deployment)
        status = deployment.application.engine.status()
    url = estate.world.vault[WEBHOOK_SECRET_NAME].versions[-1]["value"]
    signature = url.partition("sig=")[2]
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())

    assert "notice.undelivered" in caplog.text
    assert signature not in f"{caplog.text}{status}{stored!r}{estate.journal.entries()}"


def test_every_secret_in_use_is_counted_down(estate: Estate, tmp_path: Path) -> None:
    with deployed(estate, tmp_path, estate.notify_settings(Receiver.PLAIN_WEBHOOK)) as deployment:
        days = {secret.name: secret.days_left for secret in deployment.application.engine.status().secrets}

    assert days.keys() == {"proofpoint-password", "entra-client-secret", WEBHOOK_SECRET_NAME}
    assert days[WEBHOOK_SECRET_NAME] is None
    assert all(days[name] for name in ("proofpoint-password", "entra-client-secret"))
