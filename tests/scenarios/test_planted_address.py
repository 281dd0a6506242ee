"""An address that nobody else could write is looked for in everything that is logged, whatever goes wrong."""

import logging
from pathlib import Path

import pytest

from shared.engine.run import RunState
from simulator.effects import HtmlAnswer, StatusFault
from simulator.estate import Estate
from simulator.faults import Fault
from simulator.wire import ServiceName
from tests.scenarios.deployment import deployed
from tests.scenarios.native_company import Company

PLANTED = "zanzibar-4711"
WRITE_REFUSED = Fault(
    service=ServiceName.ESSENTIALS, method="PUT", path="*/users/*", times=None, effect=StatusFault(status=422)
)
CREATE_REFUSED = Fault(
    service=ServiceName.ESSENTIALS, method="POST", path="*/users", times=None, effect=StatusFault(status=500)
)
PERSON_BROKEN = Fault(service=ServiceName.GRAPH, path="/v1.0/users", times=None, effect=HtmlAnswer())


@pytest.mark.parametrize("fault", [None, WRITE_REFUSED, CREATE_REFUSED], ids=["none", "refused", "down"])
def test_nobodys_address_is_in_a_log_or_an_event(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, fault: Fault | None
) -> None:
    caplog.set_level(logging.DEBUG)
    company = Company(path=tmp_path)
    company.person(PLANTED, aliases=(f"{PLANTED}.alias",))
    company.person(f"{PLANTED}.there")
    company.account(f"{PLANTED}.there", firstname="Old")
    with Estate(company.world) as estate, deployed(estate, tmp_path) as deployment:
        plan_id = deployment.search().plan_id
        assert plan_id is not None
        if fault is not None:
            estate.faults.add(fault)
        run = deployment.execute(plan_id)
        assert run.state is not RunState.BLOCKED
        estate.faults.clear()
        estate.faults.add(PERSON_BROKEN)
        assert deployment.search().state is RunState.FAILED
        deployment.application.engine.on_timer()
    ours = [record for record in caplog.records if record.name.startswith(("shared", "sync", "root"))]

    assert ours, "nothing was logged, so nothing was looked for"
    assert not [record.getMessage() for record in ours if PLANTED in record.getMessage()]
