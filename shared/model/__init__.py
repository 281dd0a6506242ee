"""Values of both sides: the directory (Entra), the organization (Essentials), and what is written.

Immutable, slotted, keyword-only; standard library only. Addresses are lower case everywhere in here. A tuple is never None:
a read is complete or an error, so an empty tuple means that there is nothing.
"""

from shared.model.directory import (
    AssignedPlan,
    DeletedObject,
    Directory,
    DirectoryCertificate,
    Everybody,
    Group,
    GroupKind,
    MailboxPurpose,
    MembersOnly,
    Person,
    PlanState,
    Scope,
    Whereabouts,
)
from shared.model.ids import Address, EntraId, Uid
from shared.model.organization import (
    Account,
    AccountType,
    Domain,
    Licences,
    LoginSettings,
    NativeSync,
    Organization,
    OrganizationCertificate,
)
from shared.model.writes import (
    AccountEdit,
    Created,
    CreateOutcome,
    FetchedAccount,
    NativeSyncEdit,
    NewAccount,
    NotCreated,
    NotJudged,
    Unconfirmed,
)

__all__ = [
    "Account",
    "AccountEdit",
    "AccountType",
    "Address",
    "AssignedPlan",
    "CreateOutcome",
    "Created",
    "DeletedObject",
    "Directory",
    "DirectoryCertificate",
    "Domain",
    "EntraId",
    "Everybody",
    "FetchedAccount",
    "Group",
    "GroupKind",
    "Licences",
    "LoginSettings",
    "MailboxPurpose",
    "MembersOnly",
    "NativeSync",
    "NativeSyncEdit",
    "NewAccount",
    "NotCreated",
    "NotJudged",
    "Organization",
    "OrganizationCertificate",
    "Person",
    "PlanState",
    "Scope",
    "Uid",
    "Unconfirmed",
    "Whereabouts",
]
