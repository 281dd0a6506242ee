"""Requests made up from the app's own description, by schemathesis: no answer is undocumented, and none is a server error."""

from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from shared.api import ROUTES, Api
from shared.api.authorization import FunctionKey
from shared.api.openapi import describe
from tests.api.wsgi import application
from tests.builders.sides import account, directory, organization, person
from tests.engine.frame import Frame
from tests.engine_administration.office import Office
from tests.twins.memory_directory import MemoryDirectory
from tests.twins.memory_essentials import MemoryEssentials

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 25
"""Of each route, in each of the two modes."""


def deployment(path: Path) -> Api:
    """A deployment of the real engine with a plan that waits, on both services in memory."""
    frame = Frame(
        path=path,
        directory=MemoryDirectory(directory=directory([person(1, "ann"), person(2, "bob")])),
        essentials=MemoryEssentials(organization([account(5, "ann", firstname="Old")])),
    )
    office = Office(path=path)
    frame.execute(frame.search().plan_id or "")
    frame.search()
    return Api(
        commands=frame.engine,
        administration=lambda: office.administration,
        authorization=FunctionKey(),
        reference=lambda: "ref-1",
    )


SCHEMA = schemathesis.openapi.from_dict(describe())
PAGE = "GET /api/review"
"""Served by the front of the app, which the tests of the page call."""
OPERATIONS = {
    found.ok().label: found.ok()
    for found in SCHEMA.get_all_operations()
    if isinstance(found, Ok) and found.ok().label != PAGE
}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Api:
    return deployment(tmp_path_factory.mktemp("state"))


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.value)
@pytest.mark.parametrize("label", OPERATIONS)
def test_every_answer_is_documented(api: Api, label: str, mode: GenerationMode) -> None:
    operation = OPERATIONS[label]
    app = application(api)

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def answered(case: schemathesis.Case[Any]) -> None:
        response = case.call(app=app, headers={"X-Sync-Request": "1"})
        case.validate_response(response, checks=CHECKS)

    try:
        answered()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, "nothing fits the description"


def test_every_route_is_described() -> None:
    assert len(OPERATIONS) == len(ROUTES) - 1
