"""Allow and block lists of an organization, an account or a group container."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from simulator.essentials.accounts import Accounts
from simulator.essentials.answers import answer, invalid, no_content, not_found
from simulator.essentials.call import Call, Handler
from simulator.essentials.fields import Check, checked, senders
from simulator.essentials.terms import BLOCK, SAFE
from simulator.wire import Response
from simulator.world import Json

_LISTS: Mapping[str, Check] = {"allow_list": senders, "block_list": senders}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Owner:
    """Where two lists are kept: an object, and their names in it by their names over the API."""

    object: Json
    names: Mapping[str, str]

    def read(self) -> Json:
        return {name: list(self.object.get(kept) or []) for name, kept in self.names.items()}

    def write(self, lists: Json) -> None:
        self.object.update({self.names[name]: entries for name, entries in lists.items()})


class SenderLists:
    """The same four methods for each kind of owner."""

    def __init__(self, find: Callable[[Call], _Owner]) -> None:
        self._find = find

    def show(self, call: Call) -> Response:
        """GET: both lists."""
        return answer(self._find(call).read())

    def add(self, call: Call) -> Response:
        """POST: the entries are on the lists as well."""
        owner, news = self._find(call), self._named(call)
        present = owner.read()
        owner.write({name: list(dict.fromkeys((*present[name], *entries))) for name, entries in news.items()})
        return answer(owner.read(), status=201)

    def replace(self, call: Call) -> Response:
        """PATCH: each list named is as sent, the other as it was."""
        owner = self._find(call)
        owner.write(self._named(call))
        return no_content()

    def remove(self, call: Call) -> Response:
        """DELETE: the entries named are off the lists; without a body both lists are empty."""
        owner = self._find(call)
        present = owner.read()
        gone = self._named(call) if call.body else present
        owner.write({name: [e for e in present[name] if e not in entries] for name, entries in gone.items()})
        return no_content()

    def handlers(self) -> Mapping[str, Handler]:
        """The handler of each method."""
        return {"GET": self.show, "POST": self.add, "PATCH": self.replace, "DELETE": self.remove}

    @staticmethod
    def _named(call: Call) -> Json:
        lists = checked(call.json_object(), _LISTS)
        if not lists:
            raise invalid("At least one of allow_list and block_list is required")
        return lists


def lists_of_organization() -> SenderLists:
    """The organization's own lists."""
    return SenderLists(lambda call: _Owner(object=call.organization.sender_lists, names={n: n for n in _LISTS}))


def lists_of_accounts(accounts: Accounts) -> SenderLists:
    """An account's lists, which are those of the account itself under other names."""
    names = {"allow_list": SAFE, "block_list": BLOCK}
    return SenderLists(lambda call: _Owner(object=accounts.find(call.organization, call.places[0]), names=names))


def lists_of_groups() -> SenderLists:
    """A group container's lists; a name or an id finds it."""

    def find(call: Call) -> _Owner:
        wanted = call.places[0]
        for name, group in call.organization.groups.items():
            if wanted in (name, str(group["id"])):
                return _Owner(object=group, names={n: n for n in _LISTS})
        raise not_found("Group was not found", wanted)

    return SenderLists(find)
