from typing import Any

import pytest

from tests.infra.conftest import Foretold
from tests.infra.foretelling import IDENTITY_CLIENT_ID, Deployment
from tests.infra.parameter_sets import (
    AUTOMATION_CLIENT_ID,
    BEFORE_THE_REGISTRATIONS,
    COMPLETE,
    FEDERATED,
    KEY_AND_SECRET,
    SIGN_IN_CLIENT_ID,
    ParameterSet,
)
from tests.infra.resource_types import SITE

AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"


@pytest.mark.parametrize("chosen", [KEY_AND_SECRET, BEFORE_THE_REGISTRATIONS], ids=lambda c: c.name)
def test_the_platforms_sign_in_is_off_where_there_is_nothing_to_sign_in_to(
    foretold: Foretold, chosen: ParameterSet
) -> None:
    deployment = foretold(chosen)

    assert _sign_in(deployment) == {"platform": {"enabled": False}}
    assert "OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID" not in deployment.app_settings


def test_the_platforms_sign_in_stands_before_everything_but_health(foretold: Foretold) -> None:
    sign_in = _sign_in(foretold(FEDERATED))

    assert sign_in["platform"] == {"enabled": True}
    assert sign_in["globalValidation"]["requireAuthentication"] is True
    assert sign_in["globalValidation"]["excludedPaths"] == ["/api/health"]
    assert sign_in["login"]["tokenStore"] == {"enabled": True}


def test_sign_in_is_for_one_tenant_and_needs_no_secret(foretold: Foretold) -> None:
    deployment = foretold(COMPLETE)
    tenant = COMPLETE.values["signInTenantId"]
    entra = _sign_in(deployment)["identityProviders"]["azureActiveDirectory"]

    assert entra["registration"]["clientId"] == SIGN_IN_CLIENT_ID
    assert entra["registration"]["openIdIssuer"] == f"https://login.microsoftonline.com/{tenant}/v2.0"
    assert deployment.app_settings[entra["registration"]["clientSecretSettingName"]] == IDENTITY_CLIENT_ID
    assert deployment.app_settings["WEBSITE_AUTH_AAD_ALLOWED_TENANTS"] == tenant


def test_tokens_of_other_applications_get_in_only_where_listed(foretold: Foretold) -> None:
    allowed = [_allowed_applications(foretold(chosen)) for chosen in (FEDERATED, COMPLETE)]

    assert allowed == [[SIGN_IN_CLIENT_ID], [SIGN_IN_CLIENT_ID, AUTOMATION_CLIENT_ID, AZURE_CLI]]


def test_key_mode_asks_for_no_sign_in_registration(foretold: Foretold) -> None:
    assert "signInClientId" not in " ".join(foretold(KEY_AND_SECRET).outputs["nextSteps"])


def _sign_in(deployment: Deployment) -> Any:
    return deployment.one(f"{SITE}/config", "/authsettingsV2")["properties"]


def _allowed_applications(deployment: Deployment) -> Any:
    entra = _sign_in(deployment)["identityProviders"]["azureActiveDirectory"]
    return entra["validation"]["defaultAuthorizationPolicy"]["allowedApplications"]
