"""Layers of settings become typed settings, or one error that names every problem."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from shared.diff.options import NativeSyncPolicy, SyncOptions
from shared.errors import SettingProblem, SettingsError
from shared.settings import fields as f
from shared.settings.fields import FIELD_BY_NAME, SETTING_FIELDS, SettingField
from shared.settings.kinds import UnusableValueError
from shared.settings.storage import STATE_DIR, read_storage
from shared.settings.texts import is_loopback
from shared.settings.values import AuthMode, EffectiveSetting, EntraCredential, Settings, SettingSource, Storage

T = TypeVar("T")

_HIDDEN = "(not shown)"

_CHECKED_PREFIXES = ("SYNC_", "GUARD_")
"""Whoever misspells one of these would silently get a default that decides about people's mail."""

_CLOUDS = {
    "login.microsoftonline.com": "global",
    "graph.microsoft.com": "global",
    "login.microsoftonline.us": "US government",
    "graph.microsoft.us": "US government",
    "dod-graph.microsoft.us": "US government",
    "login.partner.microsoftonline.cn": "China",
    "login.chinacloudapi.cn": "China",
    "microsoftgraph.chinacloudapi.cn": "China",
}
"""Source: learn.microsoft.com/graph/deployments."""


def load_settings(environment: Mapping[str, str], saved: Mapping[str, str]) -> Settings:
    """The settings in force: ``saved`` sync options over ``environment`` over defaults.

    An empty variable counts as one that is not set. Raises SettingsError with every problem at once.
    """
    layers = _Layers(environment, saved)
    storage = layers.storage()
    layers.problems.extend(_cross_problems(layers))
    if layers.problems:
        raise SettingsError(tuple(sorted(layers.problems, key=lambda p: p.name)))
    return _settings(layers, cast("Storage", storage))


def validate_saved(environment: Mapping[str, str], saved: Mapping[str, str]) -> dict[str, str]:
    """These options as they are to be saved, in canonical text; raises SettingsError as ``load_settings`` does."""
    settings = load_settings(environment, saved)
    return {s.name: s.value for s in settings.effective if s.source is SettingSource.SAVED}


def options_fingerprint(options: SyncOptions) -> str:
    """A digest of exactly the options that close the gate when they change."""
    gate: tuple[tuple[SettingField[Any], object], ...] = (
        (f.SYNC_WHAT, options.what),
        (f.SYNC_HOW, options.how),
        (f.SYNC_GROUP_SCOPE, options.group_scope),
        (f.SYNC_DISABLED_AS, options.disabled_as),
        (f.SYNC_UNLICENSED_AS, options.unlicensed_as),
        (f.SYNC_LICENCES, tuple(options.licences)),
        (f.SYNC_LEAVERS, options.leavers),
        (f.SYNC_GRACE_DAYS, options.grace_days),
        (f.SYNC_ONMICROSOFT, options.onmicrosoft),
    )
    texts = {field.name: field.kind.show(value) for field, value in gate}
    return hashlib.sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest()


class _Layers:
    """Every setting read from its layer; what cannot be read is among the problems and has no value."""

    def __init__(self, environment: Mapping[str, str], saved: Mapping[str, str]) -> None:
        self._given = {name: value.strip() for name, value in environment.items() if value.strip()}
        self._saved = {name: value.strip() for name, value in saved.items()}
        self._values: dict[str, object] = {}
        self.effective: list[EffectiveSetting] = []
        self.problems: list[SettingProblem] = [*self._misspelt(), *self._refused_saved()]
        for field in SETTING_FIELDS:
            self._read(field)

    def __getitem__(self, field: SettingField[T]) -> T:
        return cast("T", self._values[field.name])

    def has(self, *fields: SettingField[Any]) -> bool:
        """Whether all of them could be read."""
        return all(field.name in self._values for field in fields)

    def storage(self) -> Storage | None:
        """Where the state is kept; None where that is among the problems."""
        found = read_storage(self._given)
        if isinstance(found, tuple):
            self.problems.extend(found)
            return None
        return found

    def text(self, field: SettingField[Any]) -> str:
        """The canonical text of a setting that could be read."""
        return field.kind.show(self._values[field.name])

    def _read(self, field: SettingField[T]) -> None:
        source, text = self._layer(field)
        if text is None:
            self.problems.append(
                SettingProblem(name=field.name, value="", fix=f"Set it to {field.kind.values}. {field.help}")
            )
            return
        try:
            value = field.kind.parse(text)
        except UnusableValueError as error:
            shown = text if error.shown is None else error.shown
            self.problems.append(SettingProblem(name=field.name, value=shown, fix=error.fix))
            return
        self._values[field.name] = value
        self.effective.append(
            EffectiveSetting(
                name=field.name, value=field.kind.show(value), source=source, deployed_only=field.deployed_only
            )
        )

    def _layer(self, field: SettingField[T]) -> tuple[SettingSource, str | None]:
        if not field.deployed_only and field.name in self._saved:
            return SettingSource.SAVED, self._saved[field.name]
        if field.name in self._given:
            return SettingSource.DEPLOYED, self._given[field.name]
        return SettingSource.DEFAULT, field.default

    def _misspelt(self) -> Iterator[SettingProblem]:
        for name, value in self._given.items():
            if name.upper().startswith(_CHECKED_PREFIXES) and name not in FIELD_BY_NAME:
                yield SettingProblem(name=name, value=value, fix=f"There is no such setting. {_meant(name)}")

    def _refused_saved(self) -> Iterator[SettingProblem]:
        for name in self._saved:
            field = FIELD_BY_NAME.get(name)
            if field is None and name != STATE_DIR and not name.startswith("AzureWebJobsStorage"):
                yield SettingProblem(name=name, value=_HIDDEN, fix=f"There is no such sync option. {_meant(name)}")
            elif field is None or field.deployed_only:
                fix = "It can be set by deployment only: change the app setting in Azure."
                yield SettingProblem(name=name, value=_HIDDEN, fix=fix)


def _meant(name: str) -> str:
    close = get_close_matches(name.upper(), FIELD_BY_NAME, n=1)
    return f"Did you mean {close[0]}?" if close else "Remove it."


def _cross_problems(layers: _Layers) -> Iterator[SettingProblem]:
    yield from _sign_in_problems(layers)
    yield from _native_problems(layers)
    if layers.has(f.ENTRA_CREDENTIAL, f.AZURE_CLIENT_ID) and (
        layers[f.ENTRA_CREDENTIAL] is EntraCredential.FEDERATED and not layers[f.AZURE_CLIENT_ID]
    ):
        yield _needed(f.AZURE_CLIENT_ID, "ENTRA_CREDENTIAL=federated")
    if layers.has(f.KEY_VAULT_URL, f.KEY_VAULT_VERIFY_CHALLENGE) and not (
        layers[f.KEY_VAULT_VERIFY_CHALLENGE] or is_loopback(layers[f.KEY_VAULT_URL])
    ):
        yield SettingProblem(
            name=f.KEY_VAULT_VERIFY_CHALLENGE.name,
            value="false",
            fix=f"Leave it at true: {layers[f.KEY_VAULT_URL]} is not on this machine.",
        )
    if layers.has(f.ENTRA_AUTHORITY, f.GRAPH_URL):
        authority, graph = layers[f.ENTRA_AUTHORITY], layers[f.GRAPH_URL]
        clouds = [_CLOUDS.get(urlsplit(url).hostname or "") for url in (authority, graph)]
        if None not in clouds and clouds[0] != clouds[1]:
            fix = f"It is of the {clouds[1]} cloud, but ENTRA_AUTHORITY ({authority}) of the {clouds[0]} one: set both to one cloud."
            yield SettingProblem(name=f.GRAPH_URL.name, value=graph, fix=fix)


def _sign_in_problems(layers: _Layers) -> Iterator[SettingProblem]:
    if layers.has(f.AUTH_MODE) and layers[f.AUTH_MODE] is AuthMode.EASYAUTH:
        for field in (f.SIGN_IN_CLIENT_ID, f.SIGN_IN_TENANT_ID):
            if layers.has(field) and not layers[field]:
                yield _needed(field, "AUTH_MODE=easyauth")


def _native_problems(layers: _Layers) -> Iterator[SettingProblem]:
    if layers.has(f.SYNC_NATIVE) and layers[f.SYNC_NATIVE] is NativeSyncPolicy.GROUPS_ONLY:
        for field in (f.NATIVE_SYNC_CLIENT_ID, f.NATIVE_SYNC_SECRET_NAME):
            if layers.has(field) and not layers[field]:
                yield _needed(field, "SYNC_NATIVE=groups_only")


def _needed(field: SettingField[str], by: str) -> SettingProblem:
    name = field.kind.values.removeprefix("empty, or ")
    return SettingProblem(name=field.name, value="", fix=f"Set it to {name}: {by} needs it.")


def _settings(layers: _Layers, storage: Storage) -> Settings:
    return Settings(
        entra_tenant_id=layers[f.ENTRA_TENANT_ID],
        entra_client_id=layers[f.ENTRA_CLIENT_ID],
        entra_credential=layers[f.ENTRA_CREDENTIAL],
        entra_secret_name=layers[f.ENTRA_SECRET_NAME],
        azure_client_id=layers[f.AZURE_CLIENT_ID],
        entra_authority=layers[f.ENTRA_AUTHORITY],
        graph_url=layers[f.GRAPH_URL],
        key_vault_url=layers[f.KEY_VAULT_URL],
        key_vault_verify_challenge=layers[f.KEY_VAULT_VERIFY_CHALLENGE],
        proofpoint_url=layers[f.PROOFPOINT_URL],
        proofpoint_domain=layers[f.PROOFPOINT_DOMAIN],
        proofpoint_user=layers[f.PROOFPOINT_USER],
        proofpoint_secret_name=layers[f.PROOFPOINT_SECRET_NAME],
        native_sync_client_id=layers[f.NATIVE_SYNC_CLIENT_ID],
        native_sync_secret_name=layers[f.NATIVE_SYNC_SECRET_NAME],
        notify_webhook_secret_name=layers[f.NOTIFY_WEBHOOK_SECRET_NAME],
        auth_mode=layers[f.AUTH_MODE],
        sign_in_client_id=layers[f.SIGN_IN_CLIENT_ID],
        sign_in_tenant_id=layers[f.SIGN_IN_TENANT_ID],
        sync_offset_minutes=layers[f.SYNC_OFFSET_MINUTES],
        storage=storage,
        history_days=layers[f.HISTORY_DAYS],
        options=_options(layers),
        effective=tuple(sorted(layers.effective, key=lambda s: s.name)),
    )


def _options(layers: _Layers) -> SyncOptions:
    licences: tuple[str, ...] = layers[f.SYNC_LICENCES]
    return SyncOptions(
        what=layers[f.SYNC_WHAT],
        unlicensed_as=layers[f.SYNC_UNLICENSED_AS],
        licences=frozenset(licences),
        disabled_as=layers[f.SYNC_DISABLED_AS],
        group_scope=layers[f.SYNC_GROUP_SCOPE],
        how=layers[f.SYNC_HOW],
        leavers=layers[f.SYNC_LEAVERS],
        grace_days=layers[f.SYNC_GRACE_DAYS],
        every_hours=layers[f.SYNC_EVERY_HOURS],
        mode=layers[f.SYNC_MODE],
        default_role=layers[f.SYNC_DEFAULT_ROLE],
        welcome_email=layers[f.SYNC_WELCOME_EMAIL],
        onmicrosoft=layers[f.SYNC_ONMICROSOFT],
        native=layers[f.SYNC_NATIVE],
        portal_login=layers[f.SYNC_PORTAL_LOGIN],
        guard_removals=layers[f.GUARD_REMOVALS],
        guard_removals_percent=layers[f.GUARD_REMOVALS_PERCENT],
        guard_changes_percent=layers[f.GUARD_CHANGES_PERCENT],
        alert_hours=layers[f.ALERT_HOURS],
    )
