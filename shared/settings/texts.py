"""Kinds of setting value that stay texts: ids, names, addresses, URLs."""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from shared.settings.kinds import GUID, Kind, UnusableValueError

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(\.{_LABEL})+")
_LOCAL_PART = re.compile(r"[^\s@\"(),:;<>\[\\\]]{1,64}")
_SECRET_NAME = re.compile(r"[0-9A-Za-z-]{1,127}")


class _AsWritten:
    """Shows a text as it is kept."""

    def show(self, value: str) -> str:
        """The canonical text of a value."""
        return value


class Guid(_AsWritten):
    """A GUID, kept in lower case."""

    values = "a GUID"

    def parse(self, text: str) -> str:
        """The value of a text; raises UnusableValueError."""
        guid = text.lower().removeprefix("{").removesuffix("}")
        if not GUID.fullmatch(guid):
            raise UnusableValueError("Write a GUID such as 11111111-2222-3333-4444-555555555555.")
        return guid


class SecretName(_AsWritten):
    """The name of a secret in Key Vault. Source: learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates."""

    values = "the name of a secret in Key Vault"

    def parse(self, text: str) -> str:
        """The value of a text; raises UnusableValueError."""
        if not _SECRET_NAME.fullmatch(text):
            # Whoever errs here has often written the secret itself.
            raise UnusableValueError(
                "Write the name of a secret in Key Vault (letters, digits and hyphens), never the secret itself.",
                shown="(not shown: it may be a secret)",
            )
        return text


class DomainName(_AsWritten):
    """A mail domain, kept in lower case."""

    values = "a domain"

    def parse(self, text: str) -> str:
        """The value of a text; raises UnusableValueError."""
        domain = text.lower().rstrip(".")
        if not _DOMAIN.fullmatch(domain):
            raise UnusableValueError("Write a domain such as example.com (international ones in their xn-- form).")
        return domain


class MailAddress(_AsWritten):
    """An e-mail address, kept in lower case."""

    values = "an e-mail address"

    def parse(self, text: str) -> str:
        """The value of a text; raises UnusableValueError."""
        local_part, _, domain = text.lower().rpartition("@")
        if not (_LOCAL_PART.fullmatch(local_part) and _DOMAIN.fullmatch(domain)):
            raise UnusableValueError("Write an e-mail address such as sync@example.com.")
        return f"{local_part}@{domain}"


class HttpsOrigin(_AsWritten):
    """The https address of a host, without path; kept without a slash at its end."""

    values = "an https URL without path"

    def parse(self, text: str) -> str:
        """The value of a text; raises UnusableValueError."""
        try:
            url = urlsplit(text)
            port = url.port
        except ValueError:
            raise UnusableValueError("Write a URL such as https://example.com.", shown="(not a URL)") from None
        host = url.hostname or ""
        if "@" in url.netloc:
            raise UnusableValueError("Leave user and password out of the URL.", shown=f"{url.scheme}://…@{host}")
        netloc = (f"[{host}]" if ":" in host else host) + (f":{port}" if port is not None else "")
        _check_origin(url, f"https://{netloc}" if netloc else "https://example.com")
        return f"https://{netloc}"


def _check_origin(url: SplitResult, corrected: str) -> None:
    if url.scheme == "http":
        raise UnusableValueError(f"Only https is spoken: write {corrected}.")
    if url.scheme != "https" or not url.hostname or re.search(r"[\s%\\]", url.netloc):
        raise UnusableValueError("Write a URL such as https://example.com.")
    if url.path not in ("", "/"):
        raise UnusableValueError(f"Leave the path out: write {corrected}.")
    if url.query or url.fragment:
        raise UnusableValueError(
            f"Leave everything after the host out: write {corrected}.", shown=f"{corrected}?(not shown)"
        )


def is_loopback(url: str) -> bool:
    """Whether a URL names this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


class Words(_AsWritten):
    """Any text, kept as it is written."""

    def __init__(self, values: str) -> None:
        """``values`` says what the text is."""
        self.values = values

    def parse(self, text: str) -> str:
        """The value of a text, which may be anything."""
        return text


@dataclass(frozen=True, slots=True)
class IfSet(_AsWritten):
    """A text that need not be there: empty where it is not set."""

    kind: Kind[str]

    @property
    def values(self) -> str:
        """What may be written, for the documentation."""
        return f"empty, or {self.kind.values}"

    def parse(self, text: str) -> str:
        """The value of a text; raises UnusableValueError."""
        return self.kind.parse(text) if text else ""
