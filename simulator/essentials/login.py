"""``/orgs/{domain}/authentication/settings``: how people sign in to the portal."""

from collections.abc import Mapping

from simulator.essentials.answers import answer, invalid, no_content
from simulator.essentials.call import Call
from simulator.essentials.fields import Check, checked, flag, text
from simulator.essentials.switches import EssentialsSwitches, PutMeaning
from simulator.wire import Response
from simulator.world import EssentialsOrganization, Json


def _provider(name: str, value: object) -> str | None:
    return None if value is None else text(name, value)


_LOGIN: Json = {
    "allow_local_login": True,
    "idp_for_forced_login": None,
    "allow_azure_login": True,
    "force_azure_login": False,
}
_MFA: Json = {"is_mfa_enabled": False, "mfa_admins_only": False}
_LOGIN_CHECKS: Mapping[str, Check] = {
    "allow_local_login": flag,
    "idp_for_forced_login": _provider,
    "allow_azure_login": flag,
    "force_azure_login": flag,
}
_MFA_CHECKS: Mapping[str, Check] = dict.fromkeys(_MFA, flag)


def login_settings(organization: EssentialsOrganization) -> Json:
    """The login settings in force."""
    return {**_LOGIN, **organization.login}


def local_login_is_shut(organization: EssentialsOrganization) -> bool:
    """Whether a local password alone no longer does in the portal."""
    settings = login_settings(organization)
    is_forced = settings["force_azure_login"] or settings["idp_for_forced_login"] is not None
    return bool(is_forced or not settings["allow_local_login"] or organization.mfa.get("is_mfa_enabled"))


class LoginSettings:
    """Reads and writes login and MFA settings."""

    def __init__(self, switches: EssentialsSwitches) -> None:
        self._switches = switches

    def show(self, call: Call) -> Response:
        """GET of the login settings."""
        return answer(login_settings(call.organization))

    def change(self, call: Call) -> Response:
        """PUT of the login settings; forcing Microsoft sign-in needs it allowed and a connection of the native sync."""
        organization, fields = call.organization, checked(call.json_object(), _LOGIN_CHECKS)
        wanted = {**(login_settings(organization) if self._merges else _LOGIN), **fields}
        if wanted["force_azure_login"] and not wanted["allow_azure_login"]:
            raise invalid("force_azure_login needs allow_azure_login", organization.primary_domain)
        is_connected = organization.azure.get("application_id") and organization.azure.get("ad_key")
        if wanted["force_azure_login"] and not is_connected:
            raise invalid("force_azure_login needs an Azure connection", organization.primary_domain)
        organization.login = wanted
        return no_content()

    def show_mfa(self, call: Call) -> Response:
        """GET of the MFA settings."""
        return answer({**_MFA, **call.organization.mfa})

    def change_mfa(self, call: Call) -> Response:
        """PUT of the MFA settings."""
        fields = checked(call.json_object(), _MFA_CHECKS)
        call.organization.mfa = {**(call.organization.mfa if self._merges else {}), **fields}
        return no_content()

    @property
    def _merges(self) -> bool:
        return self._switches.put is PutMeaning.MERGE
