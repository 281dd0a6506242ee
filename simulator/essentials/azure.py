"""``/orgs/{domain}/settings/azure``: the settings of the product's own directory sync, and who is exempt from it."""

from collections.abc import Mapping

from simulator.essentials.answers import answer, invalid, no_content, not_found
from simulator.essentials.call import Call
from simulator.essentials.fields import Check, address, checked, count, lenient_flag, one_of, text
from simulator.essentials.switches import EssentialsSwitches, ExemptionsForm, MaskedKey, PutMeaning
from simulator.wire import Response
from simulator.world import EssentialsOrganization, Json

FREQUENCIES = frozenset({0, 1, 3, 6, 12, 24})

_FLAGS = (
    "disable_login",
    "sync_active_users",
    "sync_distribution_groups",
    "sync_security_groups",
    "add_users",
    "update_users",
    "remove_deleted_users",
    "add_groups",
    "update_groups",
    "remove_deleted_groups",
)
_KEY = "ad_key"
_READ_ONLY = ("secret_expiry", "last_successful_sync")


def _frequency(name: str, value: object) -> int:
    hours = count(name, 0 if value is None else value)
    if hours not in FREQUENCIES:
        raise invalid(f"{name} must be one of {', '.join(map(str, sorted(FREQUENCIES)))}")
    return hours


_WRITABLE: Mapping[str, Check] = {
    "application_id": text,
    _KEY: text,
    "default_user_role_name": one_of(frozenset({"end_user", "silent_user"})),
    "sync_frequency": _frequency,
    **dict.fromkeys(_FLAGS, lenient_flag),
}


def azure_settings(organization: EssentialsOrganization) -> Json:
    """All settings in force, the key in clear."""
    return {
        "primary_domain": organization.primary_domain,
        "application_id": "",
        _KEY: "",
        "disable_login": False,
        "default_user_role_name": "end_user",
        "sync_frequency": 0,
        **dict.fromkeys(_FLAGS, False),
        **dict.fromkeys(_READ_ONLY, ""),
        **organization.azure,
    }


class AzureSettings:
    """Reads and writes the settings; nothing here runs a sync."""

    def __init__(self, switches: EssentialsSwitches) -> None:
        self._switches = switches

    def show(self, call: Call) -> Response:
        """GET: the key masked."""
        settings = azure_settings(call.organization)
        settings[_KEY] = self._mask(settings[_KEY])
        if self._switches.masked_key is MaskedKey.ABSENT:
            del settings[_KEY]
        return answer(settings)

    def change(self, call: Call) -> Response:
        """PUT: the settings sent are in force; the key stays where none is sent."""
        organization, fields = call.organization, checked(call.json_object(), _WRITABLE)
        key = azure_settings(organization)[_KEY]
        if not self._switches.mask_overwrites_key and key and fields.get(_KEY) == self._mask(key):
            del fields[_KEY]
        if self._switches.put is PutMeaning.REPLACE:
            kept = (_KEY, *_READ_ONLY)
            organization.azure = {name: organization.azure[name] for name in kept if name in organization.azure}
        organization.azure.update(fields)
        return no_content()

    def reset(self, call: Call) -> Response:
        """DELETE: as if it had never been set up."""
        call.organization.azure = {}
        return no_content()

    def _mask(self, key: str) -> str:
        if not key:
            return ""
        return f"********{key[-4:]}" if self._switches.masked_key is MaskedKey.LAST_FOUR else "********"


class Exemptions:
    """Addresses that the product's own sync leaves alone."""

    def __init__(self, switches: EssentialsSwitches) -> None:
        self._switches = switches

    def show(self, call: Call) -> Response:
        """GET: a bare array."""
        return answer([{"email": exempt} for exempt in call.organization.exemptions])

    def add(self, call: Call) -> Response:
        """PUT: the addresses are exempt as well."""
        known = {exempt.lower() for exempt in call.organization.exemptions}
        for exempt in self._addresses(call.json()):
            if exempt.lower() not in known:
                known.add(exempt.lower())
                call.organization.exemptions.append(exempt)
        return no_content()

    def clear(self, call: Call) -> Response:
        """DELETE: nobody is exempt."""
        call.organization.exemptions.clear()
        return no_content()

    def remove(self, call: Call) -> Response:
        """DELETE of one."""
        left = [e for e in call.organization.exemptions if e.lower() != call.places[0].lower()]
        if len(left) == len(call.organization.exemptions):
            raise not_found("Exemption was not found", call.places[0])
        call.organization.exemptions[:] = left
        return no_content()

    def _addresses(self, content: object) -> list[str]:
        """The addresses of a body in a form that is taken."""
        form, items = _form(content)
        if self._switches.exemptions_form not in (ExemptionsForm.ANY, form):
            raise invalid(f"Exemptions are expected as {self._switches.exemptions_form.value}")
        return [address("email", item) for item in items]


def _form(content: object) -> tuple[ExemptionsForm, list[object]]:
    """In which form addresses come, and what stands where they should."""
    if isinstance(content, str):
        return ExemptionsForm.COMMA_SEPARATED, [part.strip() for part in content.split(",")]
    if isinstance(content, list) and all(isinstance(item, dict) for item in content) and content:
        return ExemptionsForm.OBJECTS, [item.get("email") for item in content]
    if isinstance(content, list):
        return ExemptionsForm.STRINGS, content
    raise invalid("Exemptions are expected as an array or a string")
