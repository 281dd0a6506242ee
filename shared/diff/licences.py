"""Who has a mailbox licence, by service plan or by chosen SKU."""

from enum import StrEnum

from shared.model import Person, PlanState

MAILBOX_PLANS = frozenset(
    {
        "9aaf7827-d63c-4b61-89c3-182f06f82e5c",  # EXCHANGE_S_STANDARD
        "efb87545-963c-4e0d-99df-69c6916d9eb0",  # EXCHANGE_S_ENTERPRISE
        "4a82b400-a79f-41a4-b4e2-e94f5787b113",  # EXCHANGE_S_DESKLESS
        "1126bef5-da20-4f07-b45e-ad25d2581aa8",  # EXCHANGE_S_ESSENTIALS
        "fc52cc4b-ed7d-472d-bbe7-b081c23ecc56",  # EXCHANGE_S_STANDARD_MIDMARKET
        "90927877-dcff-4af6-b346-2332c0b15bb7",  # EXCHANGE_B_STANDARD
        "d42bdbd6-c335-4231-ab3d-c8f348d5aff5",  # EXCHANGE_L_STANDARD
        "e9b4930a-925f-45e2-ac2a-3f7788ca6fdd",  # EXCHANGE_S_STANDARD_GOV
        "8c3069c0-ccdb-44be-ab77-986203a67df2",  # EXCHANGE_S_ENTERPRISE_GOV
        "88f4d7ef-a73b-4246-8047-516022144c9f",  # EXCHANGE_S_DESKLESS_GOV
    }
)
"""Plans that come with a mailbox. Source: learn.microsoft.com/entra/identity/users/licensing-service-plan-reference."""

OTHER_EXCHANGE_PLANS = frozenset(
    {
        "113feb6c-3fe4-4440-bddc-54d774bf0318",  # EXCHANGE_S_FOUNDATION
        "da040e0a-b393-4bea-bb76-928b3fa1cf5a",  # EXCHANGE_S_ARCHIVE
        "176a09a6-7ec5-4039-ac02-b2791c6ba793",  # EXCHANGE_S_ARCHIVE_ADDON
        "326e2b78-9d27-42c9-8509-46c827743a17",  # EOP_ENTERPRISE
    }
)
"""Plans of the service ``exchange`` without a mailbox. Source: as above."""

IMPLAUSIBLE_PERCENT = 30
"""Above this share of unlicensed people the plan ids are more likely wrong (mailboxes on premises) than the people."""


class Licence(StrEnum):
    """What a person's licences say about a mailbox."""

    LICENSED = "licensed"
    UNLICENSED = "unlicensed"
    UNKNOWN_PLAN = "unknown_plan"
    """The only Exchange plan in use is one that this version does not know."""


def licence_of(person: Person, sku_ids: frozenset[str]) -> Licence:
    """What the person's licences say; ``sku_ids`` count instead of the known plans where not empty.

    A plan in state ``Warning`` counts: a late renewal must not convert a company.
    Source: learn.microsoft.com/graph/api/resources/assignedplan.
    """
    if sku_ids:
        return Licence.LICENSED if not sku_ids.isdisjoint(person.sku_ids) else Licence.UNLICENSED
    found = Licence.UNLICENSED
    for plan in person.exchange_plans:
        if plan.state in (PlanState.ENABLED, PlanState.WARNING):
            if plan.plan_id in MAILBOX_PLANS:
                return Licence.LICENSED
            if plan.plan_id not in OTHER_EXCHANGE_PLANS:
                found = Licence.UNKNOWN_PLAN
    return found


def is_implausible(*, unlicensed: int, considered: int) -> bool:
    """Whether so many of the people considered count as unlicensed that licences should decide nothing."""
    return unlicensed * 100 > considered * IMPLAUSIBLE_PERCENT
