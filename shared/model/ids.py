"""Distinct types for the keys of the two sides."""

from typing import NewType

EntraId = NewType("EntraId", str)
"""Object id of a person or group in Entra: a GUID in lower case, never reused."""

Uid = NewType("Uid", str)
"""Number that Essentials gives an account, as text; kept through renames and changes of type."""

Address = NewType("Address", str)
"""An SMTP address in lower case."""
