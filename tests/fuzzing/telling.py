"""What an error has to say, and what it may not."""

from shared.errors import SyncError

LONG_ENOUGH_TO_TELL = 8


def assert_told(error: SyncError, *names: str) -> None:
    """The error says what is wrong, naming each of these, and what to do."""
    assert error.detail
    assert error.fix
    for name in names:
        assert name in error.detail


def assert_hidden(error: SyncError, secret: str) -> None:
    """The error does not tell the text, where that is more than a few letters."""
    assert len(secret) < LONG_ENOUGH_TO_TELL or secret not in f"{error.detail} {error.fix}"
