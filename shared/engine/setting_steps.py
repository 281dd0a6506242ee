"""Setting steps: writes the organization's own settings, each checked against what is there now and read back."""

from collections.abc import Callable, Mapping

from shared.diff.ordering import SettingStep
from shared.diff.organization_settings import login_settings, native_settings, version_told
from shared.diff.plan import NATIVE_KEY, Change
from shared.engine.account_steps import result_of
from shared.engine.lease_keeper import LeaseKeeper
from shared.engine.notices.wording import NATIVE_KEY_CAUSE
from shared.engine.ports import Notifier, SettingsWriter
from shared.engine.run import Outcome, Result
from shared.errors import RefusedError
from shared.model import LoginSettings, NativeSyncEdit
from shared.secrets import Secret

_SIGN_IN_NAMES = frozenset({"allow_local_login", "allow_azure_login", "force_azure_login", "idp_for_forced_login"})
_CHANGED = "The settings were changed since the search."


class SettingSteps:
    """Writes settings, one change at a time; no write starts without the lease."""

    def __init__(
        self, writer: SettingsWriter, keeper: LeaseKeeper, *, native_key: Callable[[], Secret], notifier: Notifier
    ) -> None:
        """``native_key`` is the key of the native sync's application as Key Vault has it at this moment."""
        self._writer = writer
        self._keeper = keeper
        self._native_key = native_key
        self._notifier = notifier

    def write(self, step: SettingStep) -> list[Result]:
        """The result of the change."""
        (change,) = step.changes
        try:
            outcome, detail = self._sign_in(change) if _is_sign_in(change) else self._native(change)
        except RefusedError as error:
            outcome, detail = Outcome.FAILED, error.detail
        return [result_of(change, outcome, detail)]

    def _native(self, change: Change) -> tuple[Outcome, str]:
        there = self._writer.native_sync()
        if not there.is_shown:
            return Outcome.DRIFTED, "Essentials does not show the settings any more."
        before, after = _plain(change.before.settings), _plain(change.after.settings)
        is_key_due = NATIVE_KEY in (change.after.settings or {})
        now = native_settings(there)
        if not is_key_due and _holds(after, now):
            return Outcome.ALREADY, ""
        if not (_holds(before, now) or _holds(after, now)):
            return Outcome.DRIFTED, _CHANGED
        key = self._native_key() if is_key_due else None
        if key is not None and (change.after.settings or {})[NATIVE_KEY] != version_told(key.version):
            return Outcome.DRIFTED, "Key Vault has another version of the key by now: search again."
        self._keeper.require()
        self._writer.set_native_sync(_edit_of(after, key.value if key is not None else None))
        if key is not None:
            self._notifier.over(NATIVE_KEY_CAUSE)
        return Outcome.DONE, ""

    def _sign_in(self, change: Change) -> tuple[Outcome, str]:
        there = self._writer.login()
        before, after = _plain(change.before.settings), _plain(change.after.settings)
        now = login_settings(there)
        if _holds(after, now):
            return Outcome.ALREADY, ""
        if not _holds(before, now):
            return Outcome.DRIFTED, _CHANGED
        wanted = _login_of({**now, **after})
        if wanted.shuts_local_passwords and not there.shuts_local_passwords:
            return (
                Outcome.FAILED,
                "Refused: the app's own account signs in with a local password, and would be locked out.",
            )
        self._keeper.require()
        self._writer.set_login(wanted)
        return Outcome.DONE, ""


def _is_sign_in(change: Change) -> bool:
    return not _SIGN_IN_NAMES.isdisjoint(change.after.settings or ())


def _plain(settings: Mapping[str, str] | None) -> dict[str, str]:
    """The settings that can be read: all but the key."""
    return {name: value for name, value in (settings or {}).items() if name != NATIVE_KEY}


def _holds(wanted: Mapping[str, str], there: Mapping[str, str]) -> bool:
    return all(there[name] == value for name, value in wanted.items())


def _edit_of(settings: Mapping[str, str], key: str | None) -> NativeSyncEdit:
    def truth(name: str) -> bool | None:
        return settings[name] == "true" if name in settings else None

    return NativeSyncEdit(
        frequency_hours=int(settings["sync_frequency"]) if "sync_frequency" in settings else None,
        sync_active_users=truth("sync_active_users"),
        sync_distribution_groups=truth("sync_distribution_groups"),
        sync_security_groups=truth("sync_security_groups"),
        add_users=truth("add_users"),
        update_users=truth("update_users"),
        remove_deleted_users=truth("remove_deleted_users"),
        add_groups=truth("add_groups"),
        update_groups=truth("update_groups"),
        application_id=settings.get("application_id"),
        application_secret=key,
    )


def _login_of(settings: Mapping[str, str]) -> LoginSettings:
    provider = settings["idp_for_forced_login"]
    return LoginSettings(
        allow_local_login=settings["allow_local_login"] == "true",
        allow_azure_login=settings["allow_azure_login"] == "true",
        force_azure_login=settings["force_azure_login"] == "true",
        idp_for_forced_login=None if provider == "none" else provider,
    )
