"""Where a webhook may be: https, and a host all of whose addresses are on the public internet."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from shared.errors import NotConfiguredError

HTTPS_PORT = 443

_NEVER = tuple(
    ipaddress.ip_network(text)
    for text in (
        "168.63.129.16/32",  # Azure's own services to each machine; looks public. Source: learn.microsoft.com, what-is-ip-address-168-63-129-16
        "2002::/16",  # 6to4: any IPv4 address, private ones too
        "192.88.99.0/24",  # relays of 6to4
    )
)
_PUBLIC_IPV6 = ipaddress.ip_network("2000::/3")


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookAddress:
    """A webhook's URL in its parts; the path is the secret and never shows in a ``repr``."""

    host: str
    port: int
    target: str = field(repr=False)
    """Path and query as they are sent."""

    @property
    def is_teams_workflow(self) -> bool:
        """Whether a Power Automate workflow takes the message: its path names a workflow and a trigger.

        Source: learn.microsoft.com/power-automate/teams/send-a-message-in-teams (the trigger's HTTP POST URL).
        """
        path = self.target.partition("?")[0]
        before, found, _ = path.partition("/triggers/")
        return bool(found) and "/workflows/" in before

    @property
    def host_header(self) -> str:
        """The host as the request names it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == HTTPS_PORT else f"{host}:{self.port}"


def webhook_address(url: str) -> WebhookAddress:
    """The parts of the secret's URL; raises NotConfiguredError, whose text holds nothing of it."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port or HTTPS_PORT
        host = (parts.hostname or "").encode("idna").decode()
    except ValueError:
        raise unsuitable("is no URL") from None
    if parts.scheme != "https":
        raise unsuitable("is no https URL")
    if not host or parts.username is not None or parts.password is not None:
        raise unsuitable("names no host, or names a user")
    target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    if not (target.isascii() and target.isprintable()) or " " in target:
        raise unsuitable("holds characters that no URL has")
    return WebhookAddress(host=host, port=port, target=target)


def require_allowed(addresses: Sequence[str], *, allow_loopback: bool) -> None:
    """Return where every address may be connected to; raises NotConfiguredError.

    One that may not refuses them all: which one a second look-up would name is in somebody else's hands.
    """
    if not addresses or not all(_is_allowed(text, allow_loopback=allow_loopback) for text in addresses):
        raise unsuitable("leads to a private, local or reserved address")


def _is_allowed(text: str, *, allow_loopback: bool) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_loopback:
        return allow_loopback
    if isinstance(address, ipaddress.IPv6Address) and address not in _PUBLIC_IPV6:
        return False
    return address.is_global and not address.is_multicast and not any(address in network for network in _NEVER)


def unsuitable(what: str) -> NotConfiguredError:
    """The refusal of the secret's value."""
    return NotConfiguredError(
        f"The secret that NOTIFY_WEBHOOK_SECRET_NAME names {what}.",
        "Store the whole https URL of a Teams workflow or of a webhook on the public internet as a new version of the secret.",
    )
