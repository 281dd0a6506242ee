"""Sync options as saved over the API: checked as a whole, written under a condition, and audited one by one."""

from collections.abc import Callable, Mapping

from shared.engine.administration.audit import AuditEntry
from shared.engine.records import CONFLICT_TRIES, SETTINGS_PATH, SavedOptions
from shared.errors import DocumentConflictError
from shared.state.protocols import Documents, ETag

GUARDS = frozenset({"GUARD_REMOVALS", "GUARD_REMOVALS_PERCENT", "GUARD_CHANGES_PERCENT"})
"""The limits of the guard: a higher one lets more pass."""


class SavedSettings:
    """The document ``settings.json``."""

    def __init__(self, documents: Documents, *, validate: Callable[[Mapping[str, str]], dict[str, str]]) -> None:
        """``validate``: options that can be saved, in canonical text; raises SettingsError with every problem."""
        self._documents = documents
        self._validate = validate

    def values(self) -> dict[str, str]:
        """The saved options by name, in canonical text; empty where none are saved."""
        return self._read()[0]

    def update(
        self, change: Callable[[dict[str, str]], dict[str, str]], inspect: Callable[[dict[str, str]], None]
    ) -> tuple[dict[str, str], dict[str, str]]:
        """Saved options before and after ``change`` of what is saved now, checked; ``inspect`` may refuse them too.

        Raises SettingsError, StateError, and what ``inspect`` raises; nothing is saved then.
        """
        for _ in range(CONFLICT_TRIES):
            before, etag = self._read()
            after = self._validate(change(before))
            if after == before:
                return before, after
            inspect(after)
            try:
                self._write(SavedOptions(values=after), etag)
            except DocumentConflictError:
                continue
            return before, after
        raise DocumentConflictError("The options are being saved by somebody else.", "Try again in a moment.")

    def reset(self) -> dict[str, str]:
        """What was saved until now; nothing is saved any more. Deployed values that cannot be used do not hinder it."""
        for _ in range(CONFLICT_TRIES):
            before, etag = self._read()
            if not before:
                return before
            try:
                self._write(SavedOptions(), etag)
            except DocumentConflictError:
                continue
            return before
        raise DocumentConflictError("The options are being saved by somebody else.", "Try again in a moment.")

    def _read(self) -> tuple[dict[str, str], ETag | None]:
        stored = self._documents.read(SETTINGS_PATH, SavedOptions)
        return (dict(stored.body.values), stored.etag) if stored is not None else ({}, None)

    def _write(self, saved: SavedOptions, etag: ETag | None) -> None:
        if etag is None:
            self._documents.create(SETTINGS_PATH, saved)
        else:
            self._documents.replace(SETTINGS_PATH, saved, etag)


def changes_of(
    before: Mapping[str, str], after: Mapping[str, str], *, entry: Callable[[str, str, str], AuditEntry]
) -> tuple[AuditEntry, ...]:
    """One entry for every option whose effective text differs; ``entry`` makes it of name, before and after."""
    names = sorted(before.keys() | after.keys())
    return tuple(
        entry(name, before.get(name, ""), after.get(name, ""))
        for name in names
        if before.get(name, "") != after.get(name, "")
    )


def loosened(entries: tuple[AuditEntry, ...]) -> tuple[AuditEntry, ...]:
    """Those that raise a limit of the guard."""
    return tuple(
        entry
        for entry in entries
        if entry.what in GUARDS
        and entry.before.isdecimal()
        and entry.after.isdecimal()
        and int(entry.after) > int(entry.before)
    )
