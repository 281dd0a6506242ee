"""The SettingsWriter of shared/engine/ports.py: settings of the native sync and of the sign-in, each written whole."""

from shared.model import LoginSettings, NativeSync, NativeSyncEdit
from shared.proofpoint.client import EssentialsClient
from shared.proofpoint.login import LoginSettingsClient
from shared.proofpoint.native import NativeSyncClient


class EssentialsSettingsWriter:
    """Reads and writes settings of one organization."""

    def __init__(self, *, client: EssentialsClient) -> None:
        self._native = NativeSyncClient(client=client)
        self._login = LoginSettingsClient(client=client)

    def native_sync(self) -> NativeSync:
        """The settings of the native sync as they are now."""
        return self._native.read()

    def set_native_sync(self, edit: NativeSyncEdit) -> NativeSync:
        """The settings as they are afterwards, the edit among them; raises RefusedError, UnexpectedAnswerError."""
        return self._native.write(edit)

    def login(self) -> LoginSettings:
        """The sign-in settings as they are now."""
        return self._login.read()

    def set_login(self, settings: LoginSettings) -> LoginSettings:
        """The sign-in settings as they are afterwards, which are these; raises RefusedError, UnexpectedAnswerError."""
        return self._login.write(settings)
