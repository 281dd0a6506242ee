"""The company's domains, and addresses that nobody else has."""

from dataclasses import dataclass

from simulator.company.draw import Draw

_COMPANIES = (
    ("lindqvist", "Lindqvist Instruments AB"),
    ("harbourstone", "Harbourstone Logistics Ltd"),
    ("meridian-foods", "Meridian Foods Group"),
    ("castelmar", "Castelmar Engenharia SA"),
    ("brightwell", "Brightwell Care Partners"),
    ("kestrelworks", "Kestrel Works GmbH"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Domains:
    """The mail domains of the tenant."""

    company: str
    primary: str
    second: str
    unregistered: str
    """Not known to Essentials."""
    initial: str
    """``*.onmicrosoft.com``."""

    @property
    def registered(self) -> tuple[str, str]:
        """Those that Essentials knows."""
        return self.primary, self.second


def draw_domains(draw: Draw) -> Domains:
    """A company with its domains."""
    word, company = draw.pick(_COMPANIES)
    return Domains(
        company=company,
        primary=f"{word}.example",
        second=f"{word}-labs.example",
        unregistered=f"{word}-events.example",
        initial=f"{word.replace('-', '')}.onmicrosoft.com",
    )


class AddressBook:
    """Which addresses are given away."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}

    def is_free(self, address: str) -> bool:
        """Whether nobody has the address."""
        return address.lower() not in self._taken

    def take(self, address: str) -> bool:
        """The address is given away; False where it already was."""
        if not self.is_free(address):
            return False
        self._taken.add(address.lower())
        return True

    def take_like(self, local: str, domain: str) -> str:
        """An address with this local part, or with a number behind it, is given away and returned."""
        wanted = f"{local}@{domain}"
        while not self.take(wanted):
            number = self._next.get(f"{local}@{domain}", 2)
            self._next[f"{local}@{domain}"] = number + 1
            wanted = f"{local}{number}@{domain}"
        return wanted


def with_capitals(address: str) -> str:
    """The same address with the capitals that people like to write."""
    local, _, domain = address.partition("@")
    return f"{'.'.join(part.capitalize() for part in local.split('.'))}@{domain[:1].upper()}{domain[1:]}"
