"""``/orgs/{domain}`` itself, with licensing, package, features and billing; ``/me`` and ``/endpoints``."""

from collections.abc import Mapping

from simulator.essentials.accounts import seats_taken
from simulator.essentials.answers import answer, forbidden, invalid, no_content
from simulator.essentials.call import Call
from simulator.essentials.fields import ADMIN_TYPES, Check, checked, count, flag, lenient_flag, one_of, text
from simulator.essentials.switches import EndpointsForm, EssentialsSwitches
from simulator.wire import Response
from simulator.world import EssentialsOrganization, Json

_PACKAGES = frozenset(
    {"beginner", "business", "business_plus", "advanced", "advanced_plus", "professional", "professional_plus"}
)
_DETAILS: Json = {
    "is_active": True,
    "is_beginner_plus": False,
    "is_beginner_plus_enabled": False,
    "when_renewal": "",
    "www": "",
    "address": "",
    "postcode": "",
    "stateprov": "",
    "country": "",
    "phone": "",
    "ldap_url": "",
    "ldap_username": "",
    "ldap_basedn": "",
    "is_smtp_discovery_enabled": False,
    "account_template_id": None,
    "send_welcome_email": True,
    "odin_capabilities": "none",
    "billing_method": "Annual",
}
_PATCHABLE: Mapping[str, Check] = {
    "name": text,
    **dict.fromkeys(("is_active", "is_smtp_discovery_enabled", "send_welcome_email"), flag),
    **dict.fromkeys(("www", "address", "postcode", "stateprov", "country", "phone"), text),
}
_LICENSING: Mapping[str, Check] = {
    "license_count": count,
    "is_on_trial": lenient_flag,
    "is_beginner_plus": lenient_flag,
}
_PACKAGE: Mapping[str, Check] = {
    "package": one_of(_PACKAGES),
    **dict.fromkeys(("is_activated", "is_eula_confirmed", "is_trial_extended"), lenient_flag),
}
_FEATURE_FLAGS = (
    "url_defense",
    "attachment_defense",
    "attachment_defense_sandboxing",
    "anti_spoofing",
    "dlp",
    "email_encryption",
    "email_warning_tags",
    "email_archive",
    "disclaimers",
    "social_media_account_protection",
    "outbound_relaying",
    "smtp_discovery",
    "one_click_remediation",
    "automatic_remediation",
)
_FEATURES: Mapping[str, Check] = {**dict.fromkeys(_FEATURE_FLAGS, lenient_flag), "instant_replay": count}


def show_organization(call: Call) -> Response:
    """GET of the organization."""
    organization = call.organization
    body = {
        "primary_domain": organization.primary_domain,
        "name": organization.name,
        "type": "organization",
        "eid": organization.eid,
        "organization_hierarchy": [],
        "licensing_package": organization.package,
        "is_on_trial": organization.is_on_trial,
        "user_licenses": organization.user_licences,
        "active_users": seats_taken(organization),
        **_DETAILS,
        "admin_user": _first_admin(organization),
        "domains": list(organization.domains.values()),
        "outgoing_servers": [],
        "safe_list_senders": organization.sender_lists["allow_list"],
        "block_list_senders": organization.sender_lists["block_list"],
        **organization.details,
    }
    return answer(call.terms.shown(body))


def change_organization(call: Call) -> Response:
    """PATCH of the organization: only the fields named."""
    fields = checked(call.json_object(), _PATCHABLE)
    if not fields:
        raise invalid("No field that can be changed is named", call.organization.primary_domain)
    call.organization.name = fields.pop("name", call.organization.name)
    call.organization.details |= fields
    return no_content()


def refuse_removal(call: Call) -> Response:
    """DELETE of the organization is for partners; raises EssentialsError."""
    raise forbidden("You cannot delete your own organization", call.organization.primary_domain)


def list_children(call: Call) -> Response:  # noqa: ARG001 - an organization has none
    """GET of the child organizations."""
    return answer({"orgs": []})


def show_licensing(call: Call) -> Response:
    """GET of licensing."""
    organization = call.organization
    body = {
        "license_count": organization.user_licences,
        "package": organization.package,
        "is_on_trial": organization.is_on_trial,
        "is_beginner_plus": organization.details.get("is_beginner_plus", False),
    }
    return answer(body)


def change_licensing(call: Call) -> Response:
    """PUT of licensing."""
    organization, fields = call.organization, checked(call.json_object(), _LICENSING)
    organization.user_licences = fields.pop("license_count", organization.user_licences)
    organization.is_on_trial = fields.pop("is_on_trial", organization.is_on_trial)
    organization.details |= fields
    return no_content()


def change_package(call: Call) -> Response:
    """PUT of the package."""
    fields = checked(call.json_object(), _PACKAGE)
    if "package" not in fields:
        raise invalid("package is required", call.organization.primary_domain)
    call.organization.package = fields["package"]
    return no_content()


def show_features(call: Call) -> Response:
    """GET of the features."""
    return answer({**dict.fromkeys(_FEATURE_FLAGS, False), "instant_replay": 0, **call.organization.features})


def change_features(call: Call) -> Response:
    """PUT of features: only those named change."""
    call.organization.features |= checked(call.json_object(), _FEATURES)
    return no_content()


def show_billing(call: Call) -> Response:
    """GET of the billing facts of the organization."""
    organization = call.organization
    body = {
        "name": organization.name,
        "primary_domain": organization.primary_domain,
        "active_users": seats_taken(organization),
    }
    return answer(body)


def list_billing_of_children(call: Call) -> Response:  # noqa: ARG001 - an organization has none
    """GET of the billing facts of the children: a bare array."""
    return answer([])


def show_caller(call: Call) -> Response:
    """GET of ``/me``."""
    account = call.caller.account
    body = {
        "type": account["type"],
        "is_admin": account["type"] in ADMIN_TYPES,
        "is_partner_admin": account["type"] != "organization_admin",
        "read_only_user": bool(account.get("read_only_user")),
        "entity_type": "organization",
        "entity_primary_domain": call.caller.organization.primary_domain,
    }
    return answer(body)


class Endpoints:
    """``/endpoints/{domain}``: on which stack the domain lives, whoever asks."""

    def __init__(self, switches: EssentialsSwitches) -> None:
        self._switches = switches

    def show(self, call: Call) -> Response:
        """GET."""
        if self._switches.endpoints_form is EndpointsForm.OBJECTS:
            return answer({"endpoints": [{"stack": call.organization.stack, "url": call.stack_url}]})
        return answer({"endpoints": [call.stack_url]})


def _first_admin(organization: EssentialsOrganization) -> Json | None:
    """The account that stands for the organization; None where it has no administrator."""
    for account in organization.users.values():
        if account.get("type") in ADMIN_TYPES:
            return {"primary_email": account["primary_email"], "type": account["type"]}
    return None
