"""Proofpoint Essentials: reads an organization whole, and writes its accounts, its own sync's settings and its sign-in settings."""

from shared.proofpoint.client import EssentialsClient
from shared.proofpoint.reader import EssentialsReader
from shared.proofpoint.settings_writer import EssentialsSettingsWriter
from shared.proofpoint.writer import EssentialsWriter

__all__ = [
    "EssentialsClient",
    "EssentialsReader",
    "EssentialsSettingsWriter",
    "EssentialsWriter",
]
