"""What the routes of administration do: options, audit, checks, exemptions, explanations."""

from typing import TYPE_CHECKING

import msgspec

from shared.api import presenting
from shared.api.answers import exemptions, explanations
from shared.api.answers.audit import Audit, AuditEntry
from shared.api.answers.settings import Check, Checks, ScopePreview, Settings
from shared.api.bodies import ExemptionBody, ExplainBody, NoBody, OptionsBody, whole_number
from shared.api.handlers import Call
from shared.api.http import ApiResponse, json_answer
from shared.diff.plan import Exemption
from shared.settings import EffectiveSetting

if TYPE_CHECKING:
    from shared.diff.explain import Explanation

MOST_ENTRIES = 1000


def save_settings(call: Call[OptionsBody]) -> ApiResponse:
    """Save options over those saved before."""
    return _settings(call.administration.save_settings(call.body.values(), call.caller.actor))


def preview_settings(call: Call[OptionsBody]) -> ApiResponse:
    """Who would enter and leave what is synced."""
    found = call.administration.preview_settings(call.body.values())
    return json_answer(200, msgspec.convert(found, ScopePreview, from_attributes=True))


def reset_settings(call: Call[NoBody]) -> ApiResponse:
    """Drop every saved option."""
    return _settings(call.administration.reset_settings(call.caller.actor))


def show_audit(call: Call[NoBody]) -> ApiResponse:
    """The newest entries of the audit."""
    limit = whole_number(call.request, "limit", default=200, least=1, most=MOST_ENTRIES)
    entries = call.administration.audit(limit=limit)
    found = tuple(msgspec.convert(entry, AuditEntry, from_attributes=True) for entry in entries)
    return json_answer(200, Audit(entries=found))


def verify_settings(call: Call[NoBody]) -> ApiResponse:
    """Make every check; those that fail are no problem of the request."""
    checks = call.administration.verify(call.caller.actor)
    found = tuple(msgspec.convert(check, Check, from_attributes=True) for check in checks)
    return json_answer(200, Checks(checks=found))


def list_exemptions(call: Call[NoBody]) -> ApiResponse:
    """All exemptions in force."""
    found = tuple(_exemption(exemption) for exemption in call.administration.exemptions())
    return json_answer(200, exemptions.Exemptions(exemptions=found))


def add_exemption(call: Call[ExemptionBody]) -> ApiResponse:
    """Exempt an address."""
    body = call.body
    saved = call.administration.exempt(
        address=body.address, reason=body.reason, until=body.until, actor=call.caller.actor
    )
    return json_answer(201, _exemption(saved))


def end_exemption(call: Call[NoBody]) -> ApiResponse:
    """End an exemption."""
    return json_answer(200, _exemption(call.administration.end_exemption(call.id, call.caller.actor)))


def explain_address(call: Call[ExplainBody]) -> ApiResponse:
    """The path of rules of an address."""
    return json_answer(200, _explanation(call.administration.explain(call.body.address)))


def _settings(effective: tuple[EffectiveSetting, ...]) -> ApiResponse:
    found = tuple(presenting.setting_answer(setting) for setting in effective)
    return json_answer(200, Settings(settings=found))


def _exemption(exemption: Exemption) -> exemptions.Exemption:
    return msgspec.convert(exemption, exemptions.Exemption, from_attributes=True)


def _explanation(found: "Explanation") -> explanations.Explanation:
    basis = found.basis
    return explanations.Explanation(
        address=found.address,
        found=found.found,
        objects=tuple(msgspec.convert(o, explanations.ExplainedObject, from_attributes=True) for o in found.objects),
        rows=tuple(presenting.change_row(change) for change in found.rows),
        exemption=None if found.exemption is None else _exemption(found.exemption),
        basis=None if basis is None else msgspec.convert(basis, explanations.ExplanationBasis, from_attributes=True),
    )
