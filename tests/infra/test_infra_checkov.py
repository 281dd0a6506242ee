"""checkov finds nothing that is not accepted here with its reason, and nothing stays accepted that it no longer finds."""

import json
from pathlib import Path

import pytest

from tests.infra.checkov import MISSING, PYTHON, Finding, Report, look_over, looked_over
from tests.infra.conftest import ROOT, Foretold
from tests.infra.foretelling import Deployment
from tests.infra.parameter_sets import COMPLETE, FEDERATED
from tests.infra.resource_types import ACCOUNT, SITE, VAULT

pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason=MISSING)

_NO_NETWORK = "The deployment has no network of its own, and Flex Consumption no fixed addresses; roles and sign-in are what closes it."
_NOT_ON_FLEX = "A setting of other App Service plans; Flex Consumption has none. FunctionAppLogs go to the workspace."
_NO_SITE = "Raised on every child of the site, which has no such property; the site itself is looked at too."

ACCEPTED = {
    (ACCOUNT, "CKV_AZURE_35"): _NO_NETWORK,
    (ACCOUNT, "CKV_AZURE_59"): _NO_NETWORK,
    (ACCOUNT, "CKV_AZURE_206"): "Asks for copies in another region; storageSku chooses, and the default has three zones.",
    (VAULT, "CKV_AZURE_109"): _NO_NETWORK,
    (VAULT, "CKV_AZURE_189"): _NO_NETWORK,
    ("Microsoft.Web/serverfarms", "CKV_AZURE_225"): "Zone redundancy needs instances that always wait; a run that is cut off resumes.",
    (SITE, "CKV_AZURE_17"): "People come with a browser and sign in with Entra; certificates would shut them out.",
    (SITE, "CKV_AZURE_212"): "No instance needs to wait: a run begins after a cold start, and alwaysReadyInstances is there for others.",
    (SITE, "CKV_AZURE_213"): _NOT_ON_FLEX,
    (SITE, "CKV_AZURE_222"): _NO_NETWORK,
    **{
        (f"{SITE}/config {child}", check): reason
        for child in ("appsettings", "authsettingsV2")
        for check, reason in {
            "CKV_AZURE_13": "Asks for the older kind of sign-in; authsettingsV2 has it, and test_infra_sign_in.py holds it.",
            "CKV_AZURE_63": _NOT_ON_FLEX,
            "CKV_AZURE_65": _NOT_ON_FLEX,
            "CKV_AZURE_66": _NOT_ON_FLEX,
            "CKV_AZURE_80": "The app is written in Python.",
            "CKV_AZURE_88": "State is in blobs; nothing is mounted.",
            "CKV_AZURE_222": _NO_SITE,
        }.items()
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def complete(foretold: Foretold) -> Deployment:
    return foretold(COMPLETE)


@pytest.fixture(scope="module")
def report(complete: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Report:
    return looked_over(complete, tmp_path_factory.mktemp("checkov") / "template.json")


def test_checkov_reads_every_resource(report: Report, complete: Deployment) -> None:
    assert report.parsing_errors == 0
    assert report.resources == len(complete.resources) > 30


def test_checkov_finds_nothing_without_a_reason(report: Report) -> None:
    assert {(finding.resource, finding.check) for finding in report.findings} - ACCEPTED.keys() == set()


def test_nothing_is_accepted_that_checkov_no_longer_finds(report: Report) -> None:
    assert ACCEPTED.keys() - {(finding.resource, finding.check) for finding in report.findings} == set()


def test_the_default_deployment_has_no_other_findings(foretold: Foretold, tmp_path: Path) -> None:
    default = foretold(FEDERATED)
    report = looked_over(default, tmp_path / "template.json")

    assert (report.parsing_errors, report.resources) == (0, len(default.resources))
    assert {(finding.resource, finding.check) for finding in report.findings} <= ACCEPTED.keys()


def test_checkov_finds_an_account_that_is_open(complete: Deployment, tmp_path: Path) -> None:
    account = json.loads(json.dumps(complete.one(ACCOUNT)))
    account["properties"]["supportsHttpsTrafficOnly"] = False
    report = look_over({"resources": [account]}, tmp_path / "template.json")

    assert Finding(check="CKV_AZURE_3", resource=ACCOUNT) in report.findings


def test_the_compiled_template_itself_would_be_looked_over_for_nothing(tmp_path: Path) -> None:
    stored = json.loads((ROOT / "infra" / "azuredeploy.json").read_text(encoding="utf-8"))
    report = look_over({"resources": stored["resources"]}, tmp_path / "template.json")

    assert report.resources == 0
