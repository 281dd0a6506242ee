"""Rows for settings of the organization: what becomes of the product's own sync, and how people sign in to the portal.

Never ticked, never unattended: a person reads what cannot be put back, and ticks them one by one.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.diff.options import NativeSyncPolicy, PortalLogin, What
from shared.diff.plan import NATIVE_KEY, Blocked, Category, Change, Values
from shared.diff.rows import Target, change
from shared.diff.situation import Situation
from shared.model import Address, LoginSettings, NativeSync

DEFAULT_FREQUENCY_HOURS = 24
"""How often the native sync keeps the group containers where nothing says otherwise."""

Settings = Mapping[str, str]
"""Values by the names that Essentials gives them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Difference:
    before: dict[str, str]
    after: dict[str, str]


def organization_setting_rows(situation: Situation) -> list[Change]:
    """At most one row for the native sync and one for the sign-in, where the options ask for something else than there is."""
    return [*_native_rows(situation), *_login_rows(situation)]


def wanted_native(situation: Situation) -> Settings:
    """What the options make of the native sync; empty where they leave it alone."""
    native = situation.organization.native_sync
    match situation.options.native:
        case NativeSyncPolicy.UNMANAGED:
            return {}
        case NativeSyncPolicy.OFF:
            return {"sync_frequency": "0"}
        case NativeSyncPolicy.GROUPS_ONLY:
            what = situation.options.what
            hours = native.frequency_hours or situation.options.every_hours or DEFAULT_FREQUENCY_HOURS
            return {
                "application_id": situation.native_application_id,
                "sync_frequency": str(hours),
                "sync_active_users": "false",
                "add_users": "false",
                "update_users": "false",
                "remove_deleted_users": "false",
                "sync_distribution_groups": _truth(What.DISTRIBUTION_GROUPS in what),
                "sync_security_groups": _truth(What.SECURITY_GROUPS in what),
                "add_groups": "true",
                "update_groups": "true",
            }


def wanted_login(policy: PortalLogin) -> Settings:
    """What the options make of the sign-in; empty where they leave it alone."""
    match policy:
        case PortalLogin.UNMANAGED:
            return {}
        case PortalLogin.LOCAL:
            return _sign_in(local="true", microsoft="false", forced="false")
        case PortalLogin.MICROSOFT:
            return _sign_in(local="true", microsoft="true", forced="false")
        case PortalLogin.MICROSOFT_FORCED:
            return _sign_in(local="true", microsoft="true", forced="true")


def native_settings(native: NativeSync) -> Settings:
    """The settings of the native sync as text, without its key, which nobody can read."""
    return {
        "application_id": native.application_id,
        "sync_frequency": str(native.frequency_hours),
        "sync_active_users": _truth(native.sync_active_users),
        "add_users": _truth(native.add_users),
        "update_users": _truth(native.update_users),
        "remove_deleted_users": _truth(native.remove_deleted_users),
        "sync_distribution_groups": _truth(native.sync_distribution_groups),
        "sync_security_groups": _truth(native.sync_security_groups),
        "add_groups": _truth(native.add_groups),
        "update_groups": _truth(native.update_groups),
    }


def login_settings(login: LoginSettings) -> Settings:
    """The sign-in settings as text."""
    return {
        "allow_local_login": _truth(login.allow_local_login),
        "allow_azure_login": _truth(login.allow_azure_login),
        "force_azure_login": _truth(login.force_azure_login),
        "idp_for_forced_login": login.idp_for_forced_login or "none",
    }


def _native_rows(situation: Situation) -> list[Change]:
    native = situation.organization.native_sync
    wanted = wanted_native(situation)
    if not wanted or not native.is_shown:
        return []
    found = _difference(native_settings(native), wanted)
    is_renewed = situation.native_key_version != situation.ledger.native_key_version
    # With every write: where Essentials takes one without a key as clearing it, its own sync would stop.
    if situation.options.native is NativeSyncPolicy.GROUPS_ONLY and (is_renewed or found.after):
        found.before[NATIVE_KEY] = version_told(situation.ledger.native_key_version)
        found.after[NATIVE_KEY] = version_told(situation.native_key_version)
    if not found.after:
        return []
    return [
        _row(
            situation,
            "Azure Directory Sync",
            found,
            reason=_native_reason(situation, found),
            impact="Accounts stay as they are; what it did so far is not undone.",
            warnings=_native_warnings(situation, found),
        )
    ]


def _native_reason(situation: Situation, found: _Difference) -> str:
    if found.after.keys() == {NATIVE_KEY}:
        return "The key of its application was renewed in Key Vault: written to Essentials, its own sync goes on."
    if situation.options.native is NativeSyncPolicy.OFF:
        return "SYNC_NATIVE is off: the product's own sync shall not run by itself any more."
    return "SYNC_NATIVE is groups_only: the product's own sync keeps the group containers and touches no user."


def _native_warnings(situation: Situation, found: _Difference) -> tuple[str, ...]:
    old = ", ".join(f"{name} {value}" for name, value in found.before.items() if name != NATIVE_KEY)
    said = [f"An undo does not put this back. Note the values that go: {old}."] if old else []
    if situation.options.native is NativeSyncPolicy.OFF:
        said.append(
            "Its key cannot be read: where Essentials takes a write without it as clearing it, it must be set again."
        )
    elif NATIVE_KEY in found.after:
        said.append("The key that is there now cannot be read, so it cannot be put back.")
    return tuple(said)


def _login_rows(situation: Situation) -> list[Change]:
    login, wanted = situation.organization.login, wanted_login(situation.options.portal_login)
    if login is None or not wanted:
        return []
    found = _difference(login_settings(login), wanted)
    if not found.after:
        return []
    own = situation.organization.certificate.own_account
    shuts = situation.options.portal_login is PortalLogin.MICROSOFT_FORCED
    # The app got in with a local password: where those were shut before, they let it in all the same.
    is_locked_out = shuts and not login.shuts_local_passwords
    refusal = (
        f" Refused: {own} signs in with a local password, which may not do any more. Force it in the console, look whether "
        "Verify still gets in, and leave this option as it is."
    )
    return [
        _row(
            situation,
            "Sign-in to the portal",
            found,
            reason=f"SYNC_PORTAL_LOGIN is {situation.options.portal_login}.{refusal if is_locked_out else ''}",
            impact="Mail goes on; who may sign in to the portal, and how, changes for everybody.",
            warnings=(f"An undo does not put this back. Note the values that go: {_listed(found.before)}.",),
            blocked=Blocked.CONFLICT if is_locked_out else None,
        )
    ]


def _row(
    situation: Situation,
    name: str,
    found: _Difference,
    *,
    reason: str,
    impact: str,
    warnings: tuple[str, ...],
    blocked: Blocked | None = None,
) -> Change:
    whom = Target(
        entra_id=None,
        kind=None,
        uid=None,
        address=Address(situation.organization.primary_domain),
        name=name,
        is_group=False,
    )
    return change(
        whom,
        Category.ORGANIZATION_SETTING,
        before=Values(settings=found.before),
        after=Values(settings=found.after),
        reason=reason,
        mail_impact=impact,
        ticked=False,
        blocked=blocked,
        warnings=warnings,
    )


def _difference(there: Settings, wanted: Settings) -> _Difference:
    names = [name for name, value in wanted.items() if there[name] != value]
    return _Difference(before={n: there[n] for n in names}, after={n: wanted[n] for n in names})


def _sign_in(*, local: str, microsoft: str, forced: str) -> Settings:
    return {
        "allow_local_login": local,
        "allow_azure_login": microsoft,
        "force_azure_login": forced,
        "idp_for_forced_login": "none",
    }


def _listed(settings: Settings) -> str:
    return ", ".join(f"{name} {value}" for name, value in settings.items())


def version_told(version: str) -> str:
    """How a row tells a version of the key."""
    return f"version {version}" if version else "unknown"


def _truth(value: bool) -> str:  # noqa: FBT001  # the value itself
    return "true" if value else "false"
