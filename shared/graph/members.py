"""Members of the scope groups with all that is nested in them, level by level, several batches in flight.

A member list that cannot be read is never an empty one: a group that is missing, hidden or unreadable fails the read by name.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor

import msgspec

from shared.errors import IncompleteReadError, NotConfiguredError
from shared.graph.batch import BATCH_ITEMS, BATCHES_IN_FLIGHT, BatchReader, Get, ItemAnswer
from shared.graph.chain import Listing, broken, read_chain
from shared.graph.client import GraphClient, Permission, error_code
from shared.graph.counts import ADVANCED, COUNT_QUERY, counted_of, is_short
from shared.graph.decode import MemberJson, Page, entra_id
from shared.model import EntraId, Group

_GROUP_TYPE = "#microsoft.graph.group"
_GROUPS_IN_A_BATCH = BATCH_ITEMS // 2
"""Of each group its members and how many Graph counts of them."""
_NEEDS = Permission.GROUP_MEMBER_READ_ALL
_DECODER = msgspec.json.Decoder(Page[MemberJson])
_LEAVE_OUT = "Make the group readable, or take it out of SYNC_GROUP_SCOPE or of the group that holds it."

Memberships = Mapping[EntraId, frozenset[EntraId]]
"""Ids of the direct members of each group that was read: people, groups and whatever else a group may hold."""


class MemberReader:
    """Reads the members of groups and of the groups nested in them."""

    def __init__(self, *, client: GraphClient, batches: BatchReader) -> None:
        self._client = client
        self._batches = batches

    def read(
        self, scope_groups: Sequence[EntraId], groups: Mapping[EntraId, Group], *, noticed: Callable[[int], None]
    ) -> Memberships:
        """The direct members of every scope group and of every group below; each group is read once, so cycles end.

        ``groups``: all groups of the directory. ``noticed`` is told how many groups were read, and may raise to stop.
        Raises NotConfiguredError (a scope group that does not exist), IncompleteReadError, and as GraphClient does.
        """
        for group_id in scope_groups:
            if group_id not in groups:
                raise NotConfiguredError(
                    f"SYNC_GROUP_SCOPE names the group {group_id}, which the directory does not have.",
                    "Correct SYNC_GROUP_SCOPE: object ids of groups, separated by commas.",
                )
        read: dict[EntraId, frozenset[EntraId]] = {}
        level: tuple[EntraId, ...] = tuple(scope_groups)
        with ThreadPoolExecutor(BATCHES_IN_FLIGHT, thread_name_prefix="graph-members") as pool:
            while level:
                for group_id in level:
                    check_readable(groups[group_id])
                chunks = [level[at : at + _GROUPS_IN_A_BATCH] for at in range(0, len(level), _GROUPS_IN_A_BATCH)]
                found: dict[EntraId, list[MemberJson]] = {}
                for members in pool.map(lambda chunk: self._read_batch(chunk, groups), chunks):
                    found.update(members)
                    noticed(len(read) + len(found))
                read.update((holder, frozenset(entra_id(m.id) for m in members)) for holder, members in found.items())
                level = _nested(found, groups, read.keys())
        return read

    def _read_batch(
        self, group_ids: Sequence[EntraId], groups: Mapping[EntraId, Group]
    ) -> dict[EntraId, list[MemberJson]]:
        found, counted = self._read_counted(group_ids, groups)
        short = [i for i in group_ids if is_short(len(found[i]), counted[i])]
        if not short:
            return found
        # Members may have left meanwhile, and the index lags: both are asked once more.
        again, counted_again = self._read_counted(short, groups)
        for group_id in short:
            read, count = len(again[group_id]), counted_again[group_id]
            if is_short(read, count):
                raise IncompleteReadError(
                    f"Graph, members of the group {_name(groups[group_id])}: {read} were read where {count} are counted.",
                    "Nothing was changed. Search again; if it lasts, look for a proxy that alters answers, or at the status "
                    "of Graph.",
                )
        return found | again

    def _read_counted(
        self, group_ids: Sequence[EntraId], groups: Mapping[EntraId, Group]
    ) -> tuple[dict[EntraId, list[MemberJson]], dict[EntraId, int]]:
        asked = [
            item
            for group_id in group_ids
            for item in (
                Get(path=f"/groups/{group_id}/members?$select=id&$top=999"),
                Get(path=f"/groups/{group_id}/members?{COUNT_QUERY}", headers=ADVANCED),
            )
        ]
        answers = self._batches.read(asked, needs=_NEEDS)
        listed, counts = answers[::2], answers[1::2]
        found = {i: self._members(groups[i], answer) for i, answer in zip(group_ids, listed, strict=True)}
        return found, {i: self._counted(groups[i], answer) for i, answer in zip(group_ids, counts, strict=True)}

    def _counted(self, group: Group, answer: ItemAnswer) -> int:
        self._check_status(group, answer)
        try:
            return counted_of(answer.body)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise broken(_place(group), f"the count: {error}") from error

    def _check_status(self, group: Group, answer: ItemAnswer) -> None:
        place = _place(group)
        if answer.status == 403 and not self._client.holds(_NEEDS):
            raise self._client.denied(f"the {place}", _NEEDS)
        if answer.status == 404:
            raise broken(place, "the group vanished while the directory was read")
        if answer.status != 200:
            raise IncompleteReadError(
                f"Graph, {place}: answered {answer.status} ({error_code(answer.body) or 'no code'}).", _LEAVE_OUT
            )

    def _members(self, group: Group, answer: ItemAnswer) -> list[MemberJson]:
        self._check_status(group, answer)
        place = _place(group)
        try:
            page = _DECODER.decode(answer.body)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise broken(place, str(error) if isinstance(error, msgspec.MsgspecError) else "not UTF-8") from error
        if page.next_link is None:
            return page.value
        if not self._client.is_own_link(page.next_link):
            raise broken(place, "the nextLink is no address on the configured Graph host")
        rest = Listing(path=page.next_link, needs=_NEEDS, page_decoder=_DECODER, convert=_itself)
        return [*page.value, *read_chain(self._client, rest, noticed=lambda _count: None)]


def people_in_scope(
    scope_groups: Sequence[EntraId],
    groups: Mapping[EntraId, Group],
    memberships: Memberships,
    people: Set[EntraId],
) -> frozenset[EntraId]:
    """The people who are members of a scope group, directly or nested.

    Raises IncompleteReadError for a scope group without a single one: taken at its word it would empty the scope.
    """
    everybody: set[EntraId] = set()
    for group_id in scope_groups:
        found = _below(group_id, memberships) & people
        if not found:
            raise IncompleteReadError(
                f"The scope group {_name(groups[group_id])} has no people in it.",
                "Put people into the group, or take it out of SYNC_GROUP_SCOPE.",
            )
        everybody |= found
    return frozenset(everybody)


def _below(group_id: EntraId, memberships: Memberships) -> set[EntraId]:
    reached, waiting = {group_id}, [group_id]
    while waiting:
        new = memberships.get(waiting.pop(), frozenset()) - reached
        reached |= new
        waiting.extend(new & memberships.keys())
    return reached


def _nested(
    found: Mapping[EntraId, Iterable[MemberJson]], groups: Mapping[EntraId, Group], read: Set[EntraId]
) -> tuple[EntraId, ...]:
    nested: set[EntraId] = set()
    for holder, members in found.items():
        for member in members:
            member_id = entra_id(member.id)
            if member_id in groups:
                nested.add(member_id)
            elif member.type == _GROUP_TYPE:
                raise IncompleteReadError(
                    f"The group {_name(groups[holder])} holds the group {member_id}, which the directory does not list.",
                    "It was probably just made or deleted: search again.",
                )
    return tuple(sorted(nested - read))


def check_readable(group: Group) -> None:
    """Nothing where Graph shows who is in the group; raises IncompleteReadError, naming it, where it may hide them."""
    if group.is_membership_hidden:
        raise IncompleteReadError(f"The membership of the group {_name(group)} is hidden.", _LEAVE_OUT)
    if "visibility" in group.missing_properties:
        raise IncompleteReadError(
            f"Graph does not tell whether the group {_name(group)} hides its members.", _LEAVE_OUT
        )


def _place(group: Group) -> str:
    return f"members of the group {_name(group)}"


def _name(group: Group) -> str:
    return f"{group.display_name!r} ({group.id})"


def _itself(member: MemberJson) -> MemberJson:
    return member
