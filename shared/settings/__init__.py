"""Typed settings, their layers and their checks.

Three layers: ``default``, ``deployed`` (the environment) and ``saved`` (sync options only, from the settings page).
All problems are reported at once. The empty set is written ``none``: the host drops empty variables.
"""

from shared.settings.fields import SETTING_FIELDS, SettingField
from shared.settings.loading import load_settings, options_fingerprint, validate_saved
from shared.settings.values import (
    AuthMode,
    ConnectionStringStorage,
    EffectiveSetting,
    EntraCredential,
    FolderStorage,
    IdentityStorage,
    Settings,
    SettingSource,
    Storage,
)

__all__ = [
    "SETTING_FIELDS",
    "AuthMode",
    "ConnectionStringStorage",
    "EffectiveSetting",
    "EntraCredential",
    "FolderStorage",
    "IdentityStorage",
    "SettingField",
    "SettingSource",
    "Settings",
    "Storage",
    "load_settings",
    "options_fingerprint",
    "validate_saved",
]
