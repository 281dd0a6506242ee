"""Previewing: who would come into what is synced, and who would go out of it, before options are saved."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from shared.diff.move import Move
from shared.diff.scope_preview import Choice, Mover, movers
from shared.engine.administration.probes import Probes
from shared.engine.last_read import LastRead, LastReadStore, scope_of
from shared.model import Scope
from shared.settings import Settings
from shared.state.protocols import Documents

MOST_EXAMPLES = 10
"""So many of those who leave, and of those who enter, are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopePreview:
    """How many would enter and leave, some of them by name, as of the read that this rests on."""

    enter: int
    leave: int
    examples: tuple[Mover, ...]
    as_of: datetime


def preview(
    now: Settings,
    then: Settings,
    *,
    documents: Documents,
    probes: Callable[[Settings], AbstractContextManager[Probes]],
) -> ScopePreview:
    """What changes in who is synced between two sets of options, by the last certified read.

    Members of scope groups that were not read then are read at this moment. Raises NotFoundError where nothing was read yet,
    DamagedDocumentError, UnknownSchemaError, NotConfiguredError and IncompleteReadError about a scope group, ServiceError.
    """
    read = LastReadStore(documents).read()
    scopes = _Scopes(read, then, probes)
    found = movers(
        read.directory,
        frozenset(read.domains),
        before=Choice(options=now.options, scope=scopes.of(now)),
        after=Choice(options=then.options, scope=scopes.of(then)),
    )
    leaving = [mover for mover in found if mover.move is Move.LEAVE]
    entering = [mover for mover in found if mover.move is Move.ENTER]
    return ScopePreview(
        enter=len(entering),
        leave=len(leaving),
        examples=(*leaving[:MOST_EXAMPLES], *entering[:MOST_EXAMPLES]),
        as_of=read.certificate.read_at,
    )


class _Scopes:
    """Whom scope groups hold: by the read where it has them, else asked now."""

    def __init__(
        self, read: LastRead, settings: Settings, probes: Callable[[Settings], AbstractContextManager[Probes]]
    ) -> None:
        self._read = read
        self._settings = settings
        self._probes = probes
        self._known: Mapping[tuple[str, ...], Scope] = {tuple(read.scope_groups): read.scope}

    def of(self, settings: Settings) -> Scope:
        group_ids = tuple(sorted({group_id.lower() for group_id in settings.options.group_scope}))
        known = self._known.get(group_ids)
        if known is not None or not group_ids:
            return known if known is not None else scope_of((), frozenset())
        wanted = tuple(sorted(settings.options.group_scope))
        with self._probes(self._settings) as probes:
            people = probes.entra.people_in(
                wanted, {group.id: group for group in self._read.groups}, {one.id for one in self._read.people}
            )
        return scope_of(wanted, people)
