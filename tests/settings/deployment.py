"""A deployment whose settings are right, and what is wrong with one that is not."""

from collections.abc import Mapping

import pytest

from shared.errors import SettingProblem, SettingsError
from shared.settings import EffectiveSetting, Settings, load_settings

TENANT = "11111111-1111-4111-8111-111111111111"
CLIENT = "22222222-2222-4222-8222-222222222222"
IDENTITY = "33333333-3333-4333-8333-333333333333"
SIGN_IN = "44444444-4444-4444-8444-444444444444"

REQUIRED: Mapping[str, str] = {
    "ENTRA_TENANT_ID": TENANT,
    "ENTRA_CLIENT_ID": CLIENT,
    "KEY_VAULT_URL": "https://vault.example.net",
    "PROOFPOINT_DOMAIN": "example.com",
    "PROOFPOINT_USER": "sync@example.com",
    "SIGN_IN_CLIENT_ID": SIGN_IN,
    "SIGN_IN_TENANT_ID": TENANT,
    "AzureWebJobsStorage__accountName": "syncstate",
}


NOTHING: Mapping[str, str] = {}


def load(changes: Mapping[str, str] = NOTHING, /, *, saved: Mapping[str, str] = NOTHING, **more: str) -> Settings:
    """The settings of the deployment with these variables changed; an empty one is as good as none."""
    return load_settings({**REQUIRED, **changes, **more}, saved)


def problems(
    changes: Mapping[str, str] = NOTHING, /, *, saved: Mapping[str, str] = NOTHING, **more: str
) -> dict[str, SettingProblem]:
    """What is wrong with them, by setting; a setting never has two problems."""
    with pytest.raises(SettingsError) as caught:
        load(changes, saved=saved, **more)
    found = {problem.name: problem for problem in caught.value.problems}
    assert len(found) == len(caught.value.problems)
    return found


def effective(settings: Settings, name: str) -> EffectiveSetting:
    """One setting as it is in force."""
    return next(setting for setting in settings.effective if setting.name == name)
