"""``/organization`` and ``/subscribedSkus``: the tenant itself, and the licences that its people have."""

from simulator.graph.answers import not_found
from simulator.graph.call import Call
from simulator.graph.entities import ORGANIZATION, SUBSCRIBED_SKU
from simulator.graph.listing import Collected, Parts, list_answer, single_answer
from simulator.graph.query import SINGLE_OPTIONS, Grammar
from simulator.wire import Response
from simulator.world import Json, Tenant

_ORGANIZATION = Grammar(entity=ORGANIZATION, options=SINGLE_OPTIONS)
_SKUS = Grammar(entity=SUBSCRIBED_SKU, options=SINGLE_OPTIONS)

_PART_NUMBERS = {
    "05e9a617-0261-4cee-bb44-138d3ef5d965": "SPE_E3",
    "06ebc4ee-1bb5-47dd-8120-11324bc54e06": "SPE_E5",
    "19ec0d23-8335-4cbd-94ac-6050e30712fa": "EXCHANGEENTERPRISE",
    "3b555118-da6a-4418-894f-7df1e2096870": "O365_BUSINESS_ESSENTIALS",
    "4b585984-651b-448a-9e53-3b10f069cf7f": "DESKLESSPACK",
    "4b9405b0-7788-4568-add1-99614e613b69": "EXCHANGESTANDARD",
    "6fd2c87f-b296-42f0-b197-1e91e994b900": "ENTERPRISEPACK",
    "c7df2760-2c81-4ef7-b578-5b5392b571df": "ENTERPRISEPREMIUM",
    "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46": "SPB",
    "f245ecc8-75af-4f8e-b61f-27d8114de5f3": "O365_BUSINESS_PREMIUM",
    "f30db892-07e9-47e9-837c-80727f46fd3d": "FLOW_FREE",
}
"""Source: learn.microsoft.com/entra/identity/users/licensing-service-plan-reference."""


class TenantItself:
    """The handlers of ``/organization`` and ``/subscribedSkus``."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def organizations(self, call: Call) -> Response:
        """GET /organization: always one."""
        organization = _organization(self._parts.world.tenant)
        collected = Collected(ids=lambda: (organization["id"],), lookup=lambda _: (ORGANIZATION, organization))
        return list_answer(self._parts, call, _ORGANIZATION, lambda _: collected)

    def organization(self, call: Call) -> Response:
        """GET /organization/{id}."""
        organization = _organization(self._parts.world.tenant)
        if call.ids[0].lower() != organization["id"]:
            raise not_found(call.ids[0])
        return single_answer(self._parts, call, _ORGANIZATION, (ORGANIZATION, organization))

    def skus(self, call: Call) -> Response:
        """GET /subscribedSkus: no paging, whatever there is."""
        skus = _skus(self._parts.world.tenant)
        collected = Collected(ids=skus.keys, lookup=lambda key: (SUBSCRIBED_SKU, skus[key]))
        return list_answer(self._parts, call, _SKUS, lambda _: collected)


def _organization(tenant: Tenant) -> Json:
    return {
        "id": tenant.id,
        "displayName": tenant.display_name,
        "tenantType": "AAD",
        "verifiedDomains": [
            {
                "capabilities": "Email, OfficeCommunicationsOnline",
                "isDefault": position == 0,
                "isInitial": name.endswith(".onmicrosoft.com"),
                "name": name,
                "type": "Managed",
            }
            for position, name in enumerate(tenant.verified_domains)
        ],
    }


def _skus(tenant: Tenant) -> dict[str, Json]:
    """The licences that anybody has; a licence's plans are those that all its holders have in common."""
    holders: dict[str, int] = {}
    plans: dict[str, dict[str, str]] = {}
    for user in tenant.users.values():
        own = {plan["servicePlanId"]: plan.get("service") or "" for plan in user.get("assignedPlans") or ()}
        for licence in user.get("assignedLicenses") or ():
            sku = licence["skuId"]
            holders[sku] = holders.get(sku, 0) + 1
            known = plans.get(sku, own)
            plans[sku] = {plan: service for plan, service in known.items() if plan in own}
    return {sku: _sku(tenant, sku, number, plans[sku]) for sku, number in holders.items()}


def _sku(tenant: Tenant, sku: str, holders: int, plans: dict[str, str]) -> Json:
    return {
        "id": f"{tenant.id}_{sku}",
        "accountId": tenant.id,
        "accountName": tenant.display_name,
        "appliesTo": "User",
        "capabilityStatus": "Enabled",
        "consumedUnits": holders,
        "skuId": sku,
        "skuPartNumber": _PART_NUMBERS.get(sku, f"SKU_{sku[:8].upper()}"),
        "subscriptionIds": [],
        "prepaidUnits": {"enabled": holders + 5, "suspended": 0, "warning": 0, "lockedOut": 0},
        "servicePlans": [
            {"servicePlanId": plan, "servicePlanName": service, "provisioningStatus": "Success", "appliesTo": "User"}
            for plan, service in plans.items()
        ],
    }
