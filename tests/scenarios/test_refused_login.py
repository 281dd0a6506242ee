"""After Essentials refused the login, nothing scheduled tries again: an account that is tried every hour gets locked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.engine.run import Actor, ActorKind
from simulator.company import make_world
from simulator.estate import Estate
from tests.scenarios.deployment import PERSON, Deployment, deployed

PROGRAM = Actor(kind=ActorKind.APPLICATION, by="pipeline (00000000-0000-4000-8000-00000000000b)")
HOUR = 3600


@pytest.fixture
def estate() -> Iterator[Estate]:
    with Estate(make_world(people=20, groups=2, seed=5)) as running:
        yield running


def next_slot(deployment: Deployment) -> str | None:
    """The scheduled run of the next hour, carried out; None where none was enqueued."""
    deployment.clock.advance(HOUR)
    run_id = deployment.application.engine.on_timer().enqueued
    if run_id is not None:
        deployment.finished(deployment.application.engine.run(run_id))
    return run_id


def locked_out(estate: Estate, deployment: Deployment) -> str:
    """The password no longer holds in Essentials, a scheduled run found out, and the next ones wait; the password."""
    user = estate.app_settings()["PROOFPOINT_USER"]
    passwords = estate.world.organizations[0].passwords
    password, passwords[user] = passwords[user], "another-password"
    run_id = next_slot(deployment)
    assert run_id is not None
    problem = deployment.application.engine.run(run_id).problem
    assert problem is not None
    assert problem.code == "essentials_credential"
    asked = estate.journal.counts()["essentials"]
    assert [next_slot(deployment) for _ in range(3)] == [None, None, None]
    assert estate.journal.counts()["essentials"] == asked
    return password


def test_a_persons_verify_that_succeeds_lets_scheduled_runs_try_again_and_a_programs_does_not(
    estate: Estate, tmp_path: Path
) -> None:
    with deployed(estate, tmp_path) as deployment:
        password = locked_out(estate, deployment)
        deployment.application.administration.verify(PERSON)
        assert next_slot(deployment) is None
        estate.world.organizations[0].passwords[estate.app_settings()["PROOFPOINT_USER"]] = password
        deployment.application.administration.verify(PROGRAM)
        assert next_slot(deployment) is None
        deployment.application.administration.verify(PERSON)

        assert next_slot(deployment) is not None


def test_another_account_in_the_settings_lets_scheduled_runs_try_again(estate: Estate, tmp_path: Path) -> None:
    with deployed(estate, tmp_path) as deployment:
        locked_out(estate, deployment)
    with deployed(estate, tmp_path, {"PROOFPOINT_USER": "other-api@example.com"}) as other:
        other.clock.advance(6 * HOUR)

        assert other.application.engine.on_timer().enqueued is not None
