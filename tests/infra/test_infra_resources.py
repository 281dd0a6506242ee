import re
from typing import Any

import azure.functions as func

import sync_queue
from shared.state.protocols import CONTAINER_NAME, QUEUE_NAME
from tests.infra.conftest import ROOT, Foretold
from tests.infra.foretelling import Deployment
from tests.infra.parameter_sets import (
    BEFORE_THE_REGISTRATIONS,
    COMPLETE,
    FEDERATED,
)
from tests.infra.resource_types import ACCOUNT, BLOBS, QUEUES, SITE, VAULT


def test_containers_and_queues_are_those_of_the_code(foretold: Foretold) -> None:
    deployment = foretold(FEDERATED)
    (package,) = [_last(c) for c in deployment.of_type(f"{BLOBS}/containers") if _last(c) != CONTAINER_NAME]

    assert _package_url(deployment).endswith(f".blob.core.windows.net/{package}")
    assert {_last(queue) for queue in deployment.of_type(f"{QUEUES}/queues")} == {QUEUE_NAME, sync_queue.POISON_QUEUE}


def test_lifecycle_rules_end_old_versions_and_nothing_else(foretold: Foretold) -> None:
    rules = foretold(FEDERATED).one(f"{ACCOUNT}/managementPolicies")["properties"]["policy"]["rules"]

    assert {prefix for rule in rules for prefix in rule["definition"]["filters"]["prefixMatch"]} == {
        f"{CONTAINER_NAME}/",
        "app-package/",
        "azure-webjobs-hosts/",
        "azure-webjobs-secrets/",
    }
    for rule in rules:
        assert rule["definition"]["filters"]["blobTypes"] == ["blockBlob", "appendBlob"]
        assert rule["definition"]["actions"].keys() == {"version"}
        assert rule["definition"]["actions"]["version"].keys() == {"delete"}


def test_an_instance_waits_for_the_queue_only_where_asked_for(foretold: Foretold) -> None:
    assert _scale(foretold(FEDERATED))["alwaysReady"] == []
    assert _scale(foretold(COMPLETE))["alwaysReady"] == [{"name": "function:sync_queue", "instanceCount": 1}]
    assert "sync_queue" in _function_names()


def test_an_instance_has_threads_for_all_its_requests(foretold: Foretold) -> None:
    deployment = foretold(FEDERATED)
    concurrent: int = _scale(deployment)["triggers"]["http"]["perInstanceConcurrency"]

    assert int(deployment.app_settings["PYTHON_THREADPOOL_THREAD_COUNT"]) > concurrent


def test_the_app_runs_on_the_python_that_is_tested_in_the_worker(foretold: Foretold) -> None:
    runtime = foretold(FEDERATED).one(SITE)["properties"]["functionAppConfig"]["runtime"]

    assert runtime == {"name": "python", "version": "3.13"}


def test_azd_finds_the_app_by_its_service(foretold: Foretold) -> None:
    services = re.findall(r"^  (\w+):$", (ROOT / "azure.yaml").read_text(encoding="utf-8"), re.MULTILINE)

    assert foretold(FEDERATED).one(SITE)["tags"]["azd-service-name"] in services


def test_the_next_steps_are_those_that_are_left(foretold: Foretold) -> None:
    first, last = (" ".join(foretold(c).outputs["nextSteps"]) for c in (BEFORE_THE_REGISTRATIONS, FEDERATED))

    assert "entraClientId" in first
    assert "signInClientId" in first
    assert "entraClientId" not in last
    assert "signInClientId" not in last
    assert "Publish the code" in last


def test_names_are_such_as_azure_takes(deployment: Deployment) -> None:
    assert re.fullmatch(r"[a-z0-9]{3,24}", deployment.one(ACCOUNT)["name"])
    assert re.fullmatch(r"[a-z](?!.*--)[a-z0-9-]{1,22}[a-z0-9]", deployment.one(VAULT)["name"])
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,58}[a-z0-9]", deployment.one(SITE)["name"])


def _last(resource: Any) -> str:
    name: str = resource["name"]
    return name.rpartition("/")[2]


def _package_url(deployment: Deployment) -> str:
    url: str = deployment.one(SITE)["properties"]["functionAppConfig"]["deployment"]["storage"]["value"]
    return url


def _scale(deployment: Deployment) -> Any:
    return deployment.one(SITE)["properties"]["functionAppConfig"]["scaleAndConcurrency"]


def _function_names() -> set[str | None]:
    app = func.FunctionApp()
    app.register_functions(sync_queue.bp)
    return {function.get_function_name() for function in app.get_functions()}
