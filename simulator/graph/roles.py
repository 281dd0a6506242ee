"""Which application permissions (``roles`` of the token) open which part of Graph.

Source: learn.microsoft.com/graph/permissions-reference and the permission tables of each operation's page.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a caller must have been granted: all roles of any one of the alternatives."""

    alternatives: tuple[frozenset[str], ...]

    def allows(self, roles: frozenset[str]) -> bool:
        """Whether these roles are enough."""
        return any(needed <= roles for needed in self.alternatives)

    def __and__(self, other: "Access") -> "Access":
        """Both at once."""
        return Access(alternatives=tuple(a | b for a in self.alternatives for b in other.alternatives))

    def __or__(self, other: "Access") -> "Access":
        """Either of the two."""
        return Access(alternatives=self.alternatives + other.alternatives)


def any_of(*roles: str) -> Access:
    """Access for whoever has one of these roles."""
    return Access(alternatives=tuple(frozenset({role}) for role in roles))


_DIRECTORY = any_of("Directory.Read.All", "Directory.ReadWrite.All")
_DIRECTORY_READ = any_of("Directory.Read.All")

READ_PEOPLE_IN_FULL = any_of("User.Read.All", "User.ReadWrite.All") | _DIRECTORY
READ_PEOPLE = READ_PEOPLE_IN_FULL | any_of("User.ReadBasic.All")

READ_GROUPS_IN_FULL = any_of("GroupMember.Read.All", "Group.Read.All", "Group.ReadWrite.All") | _DIRECTORY
READ_GROUPS = READ_GROUPS_IN_FULL | any_of("Group.ReadBasic.All")
READ_MEMBERS = (
    any_of(
        "GroupMember.ReadBasic.All",
        "GroupMember.Read.All",
        "GroupMember.ReadWrite.All",
        "Group.ReadBasic.All",
        "Group.Read.All",
        "Group.ReadWrite.All",
    )
    | _DIRECTORY_READ
)
READ_HIDDEN_MEMBERS = any_of("Member.Read.Hidden")
READ_MEMBERSHIPS = (READ_PEOPLE_IN_FULL & READ_GROUPS_IN_FULL) | _DIRECTORY_READ
READ_DELETED_GROUPS = any_of("Group.Read.All", "Group.ReadWrite.All") | _DIRECTORY_READ

READ_CONTACTS = any_of("OrgContact.Read.All") | _DIRECTORY
READ_DEVICES = any_of("Device.Read.All") | _DIRECTORY
READ_SERVICE_PRINCIPALS = any_of("Application.Read.All", "Application.ReadWrite.All") | _DIRECTORY

READ_MAILBOX_SETTINGS = any_of("MailboxSettings.Read", "MailboxSettings.ReadWrite")
READ_SKUS = any_of("LicenseAssignment.Read.All", "Organization.Read.All", "Organization.ReadWrite.All") | _DIRECTORY
READ_ORGANIZATION = any_of("User.Read.All", "Organization.Read.All", "Organization.ReadWrite.All") | _DIRECTORY

READ_LEAVE_DATES = any_of("User-LifeCycleInfo.Read.All", "User-LifeCycleInfo.ReadWrite.All")
READ_SIGN_INS = any_of("AuditLog.Read.All")
READ_SECURITY_ATTRIBUTES = any_of("CustomSecAttributeAssignment.Read.All", "CustomSecAttributeAssignment.ReadWrite.All")

READ_TYPE = {
    "user": READ_PEOPLE,
    "group": READ_GROUPS,
    "orgContact": READ_CONTACTS,
    "device": READ_DEVICES,
    "servicePrincipal": READ_SERVICE_PRINCIPALS,
}
"""By type of member: who may see more of it than its id."""

PUBLIC_TO_ALL = {
    "user": frozenset({"id", "displayName", "givenName", "surname", "mail", "userPrincipalName"}),
    "group": frozenset({"id", "displayName", "description"}),
}
"""What the ``ReadBasic`` roles show of an object; the rest answers null."""
READ_TYPE_IN_FULL = {"user": READ_PEOPLE_IN_FULL, "group": READ_GROUPS_IN_FULL}
