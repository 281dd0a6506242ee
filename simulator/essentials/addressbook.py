"""Who has each address of an organization, found without looking through all accounts."""

from datetime import datetime

from simulator.world import EssentialsOrganization, Json

_Addresses = tuple[str, tuple[str, ...]]
AccountKey = tuple[str, int]
"""Primary domain and uid: uids tell accounts of one organization apart only."""


def aliases_of(account: Json) -> list[str]:
    """The alias addresses as kept."""
    return account.get("alias_emails") or []


def key_of(organization: EssentialsOrganization, account: Json) -> AccountKey:
    """What tells the account from every other one."""
    return organization.primary_domain, account["uid"]


def addresses_of(account: Json) -> frozenset[str]:
    """Primary and aliases, in lower case."""
    return frozenset(address.lower() for address in (account["primary_email"], *aliases_of(account)))


class AddressBook:
    """The addresses of one organization, compared without case.

    Tests and ``/_control`` change accounts behind its back, but not while the world's lock is held: it looks whether they did
    when that first matters after ``distrust``.
    """

    def __init__(self, organization: EssentialsOrganization) -> None:
        self.organization = organization
        self._known: dict[int, _Addresses] = {}
        self._holders: dict[str, int] = {}
        self._reserved_until: dict[str, datetime] = {}
        self._is_trusted = False

    def distrust(self) -> None:
        """Anything may have changed since the last look."""
        self._is_trusted = False

    def refresh(self) -> None:
        """What was changed from outside is known."""
        if self._is_trusted:
            return
        self._is_trusted = True
        present = {uid: _snapshot(account) for uid, account in self.organization.users.items()}
        if present == self._known:
            return
        self._known = present
        self._holders = {}
        for uid, (_, aliases) in present.items():
            self._holders |= dict.fromkeys((alias.lower() for alias in aliases), uid)
        for uid, (primary, _) in present.items():
            self._holders[primary.lower()] = uid

    def by_primary(self, address: str) -> Json | None:
        """The account with this primary address; None where there is none."""
        return self._with_primary(address) or self._refreshed_with_primary(address)

    def holder(self, address: str) -> Json | None:
        """The account that has this address as of the last ``refresh``; None where nobody has it."""
        uid = self._holders.get(address.lower())
        return None if uid is None else self.organization.users.get(uid)

    def note(self, account: Json) -> None:
        """The account was added, or its addresses were changed."""
        self.forget(account["uid"])
        self._known[account["uid"]] = _snapshot(account)
        uid: int = account["uid"]
        self._holders |= dict.fromkeys(addresses_of(account), uid)

    def forget(self, uid: int) -> None:
        """The account has no address any more."""
        primary, aliases = self._known.pop(uid, ("", ()))
        for address in (primary, *aliases):
            if self._holders.get(address.lower()) == uid:
                del self._holders[address.lower()]

    def reserve(self, addresses: frozenset[str], *, until: datetime) -> None:
        """Nobody may have these addresses before ``until``."""
        self._reserved_until |= dict.fromkeys(addresses, until)

    def is_reserved(self, address: str, *, now: datetime) -> bool:
        """Whether the address has to wait."""
        until = self._reserved_until.get(address.lower())
        return until is not None and now < until

    def _with_primary(self, address: str) -> Json | None:
        account = self.holder(address)
        is_own = account is not None and account["primary_email"].lower() == address.lower()
        return account if is_own else None

    def _refreshed_with_primary(self, address: str) -> Json | None:
        self.refresh()
        return self._with_primary(address)


class AddressBooks:
    """The address book of every organization, kept as long as the organization is the same one."""

    def __init__(self) -> None:
        self._books: dict[int, AddressBook] = {}

    def distrust(self) -> None:
        """As ``AddressBook.distrust``, for every book; whoever takes the world's lock begins with this."""
        for book in self._books.values():
            book.distrust()

    def of(self, organization: EssentialsOrganization) -> AddressBook:
        """The organization's book."""
        book = self._books.get(id(organization))
        if book is None or book.organization is not organization:
            book = self._books[id(organization)] = AddressBook(organization)
        return book


def _snapshot(account: Json) -> _Addresses:
    return account["primary_email"], tuple(account.get("alias_emails") or ())
