"""Licences and the dozens of service plans that each brings; the lists are shared by everybody who has the licence.

Source of the Exchange plans and licences: learn.microsoft.com/entra/identity/users/licensing-service-plan-reference.
"""

from dataclasses import dataclass

from simulator.company.draw import Draw
from simulator.company.names import words
from simulator.world import Json

_MAILBOX_ENTERPRISE = "efb87545-963c-4e0d-99df-69c6916d9eb0"
_MAILBOX_STANDARD = "9aaf7827-d63c-4b61-89c3-182f06f82e5c"
_MAILBOX_DESKLESS = "4a82b400-a79f-41a4-b4e2-e94f5787b113"
_FOUNDATION = "113feb6c-3fe4-4440-bddc-54d774bf0318"
_ARCHIVE_ADDON = "176a09a6-7ec5-4039-ac02-b2791c6ba793"
_SERVICES = words(
    "AADPremiumService Adallom AzureAdvancedThreatAnalytics Bing BrowserService CRM DynamicsNAV Deskless FLOW"
    " InformationBarriers KaizalaMicrosoft LearningAppServiceInTeams M365LabelAnalytics MicrosoftCommunicationsOnline"
    " MicrosoftForms MicrosoftOffice MicrosoftPrint MicrosoftStream MultiFactorService OfficeForms PowerAppsService"
    " PowerBI ProcessSimple ProjectWorkManagement RMSOnline SCO SharePoint Sway TeamspaceAPI To-Do WhiteboardServices"
    " WindowsDefenderATP WindowsUpdateforBusinessCloudExtensions YammerEnterprise"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Licensing:
    """What somebody is licensed for."""

    licences: list[Json]
    """``assignedLicenses``."""
    plans: list[Json]
    """``assignedPlans``."""


NO_LICENCE = Licensing(licences=[], plans=[])


class Catalogue:
    """The licences that the company bought."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self._filler = [(draw.guid(), draw.pick(_SERVICES)) for _ in range(64)]
        self._with_mailbox = (
            self._licensing("05e9a617-0261-4cee-bb44-138d3ef5d965", [_MAILBOX_ENTERPRISE], 46),
            self._licensing("06ebc4ee-1bb5-47dd-8120-11324bc54e06", [_MAILBOX_ENTERPRISE, _ARCHIVE_ADDON], 62),
            self._licensing("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46", [_MAILBOX_STANDARD, _FOUNDATION], 42),
            self._licensing("4b585984-651b-448a-9e53-3b10f069cf7f", [_MAILBOX_DESKLESS], 40),
        )
        self._late_renewal = self._licensing(
            "05e9a617-0261-4cee-bb44-138d3ef5d965", [_MAILBOX_ENTERPRISE], 46, state="Warning"
        )
        self._ended = self._licensing(
            "05e9a617-0261-4cee-bb44-138d3ef5d965", [_MAILBOX_ENTERPRISE], 46, state="Suspended"
        )
        self._without_mailbox = self._licensing("f30db892-07e9-47e9-837c-80727f46fd3d", [_FOUNDATION], 8)

    def with_mailbox(self) -> Licensing:
        """A licence with a mailbox; now and then one whose renewal is late."""
        if self._draw.happens(0.01):
            return self._late_renewal
        return self._draw.pick_by_weight(self._with_mailbox, (50, 20, 20, 10))

    def without_mailbox(self) -> Licensing:
        """No licence, one that brings no mailbox, or one that has ended."""
        return self._draw.pick_by_weight((NO_LICENCE, self._without_mailbox, self._ended), (50, 35, 15))

    def _licensing(
        self, sku_id: str, exchange_plans: list[str], other_plans: int, *, state: str = "Enabled"
    ) -> Licensing:
        exchange = [(plan, "exchange") for plan in exchange_plans]
        plans = [
            {
                "assignedDateTime": "2024-03-01T09:00:00Z",
                "capabilityStatus": state,
                "service": service,
                "servicePlanId": plan,
            }
            for plan, service in self._draw.shuffled(exchange + self._filler[:other_plans])
        ]
        return Licensing(licences=[{"disabledPlans": [], "skuId": sku_id}], plans=plans)
