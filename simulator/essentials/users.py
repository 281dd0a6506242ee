"""``/orgs/{domain}/users``: the whole list, one account, and what is written."""

from collections.abc import Callable
from dataclasses import dataclass

from simulator.effects import LateStatusFault, StatusFault
from simulator.essentials.accounts import Accounts, shown_account
from simulator.essentials.answers import EssentialsError, RefusalKind, answer, invalid, no_content
from simulator.essentials.call import Call, as_object
from simulator.essentials.switches import BatchBody, CreatedBody, EmptyAliases, EssentialsSwitches
from simulator.essentials.terms import Terms
from simulator.faults import FaultBook
from simulator.wire import Response, ServiceName
from simulator.world import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class _ItemOutcome:
    """What became of one item of a batch: the account as shown, or an entry of ``errors``."""

    address: str
    made: Json | None = None
    error: Json | None = None

    def as_item(self, status: int) -> Json:
        """The outcome as an element of the bare array."""
        if self.error is None:
            return {"status": status, "success": True, "email": self.address, "message": "Created"}
        message = self.error["error_message"]
        return {"status": self.error["status"], "success": False, "email": self.address, "message": message}


class Users:
    """Answers everything about accounts."""

    def __init__(self, *, accounts: Accounts, faults: FaultBook) -> None:
        self._accounts = accounts
        self._faults = faults

    @property
    def _switches(self) -> EssentialsSwitches:
        return self._accounts.switches

    def show_all(self, call: Call) -> Response:
        """GET: everybody, active or not, functional accounts included."""
        row = self._row(call.terms)
        return answer({"users": [row(account) for account in call.organization.users.values()]})

    def show(self, call: Call) -> Response:
        """GET of one: the bare object."""
        return answer(shown_account(self._readable(call), call.terms))

    def create(self, call: Call) -> Response:
        """POST: one object, or an array as a batch."""
        content = call.json()
        if isinstance(content, list):
            return self._create_batch(call, content)
        account = self._accounts.add(call.organization, as_object(content), call.terms)
        if self._switches.created_body is CreatedBody.EMPTY:
            return Response(status=201)
        return answer(shown_account(account, call.terms), status=201)

    def change(self, call: Call) -> Response:
        """PUT of one."""
        account = self._accounts.find(call.organization, call.places[0])
        caller = call.caller.account
        self._accounts.change(call.organization, account, call.json_object(), terms=call.terms, caller=caller)
        return no_content()

    def remove(self, call: Call) -> Response:
        """DELETE of one; a body is not looked at."""
        account = self._accounts.find(call.organization, call.places[0])
        self._accounts.remove(call.organization, account, caller=call.caller.account)
        return no_content()

    def _readable(self, call: Call) -> Json:
        try:
            return self._accounts.find(call.organization, call.places[0])
        except EssentialsError:
            holder = self._accounts.books.of(call.organization).holder(call.places[0])
            if holder is None or not self._switches.alias_finds_account:
                raise
            return holder

    def _row(self, terms: Terms) -> Callable[[Json], Json]:
        """How one account looks in the list."""
        with_lists, empty_aliases = self._switches.list_has_sender_lists, self._switches.empty_aliases

        def row(account: Json) -> Json:
            shown = shown_account(account, terms)
            if not with_lists:
                del shown[terms.safe], shown[terms.block]
            if not shown["alias_emails"] and empty_aliases is EmptyAliases.NULL:
                shown["alias_emails"] = None
            elif not shown["alias_emails"] and empty_aliases is EmptyAliases.ABSENT:
                del shown["alias_emails"]
            return shown

        return row

    def _create_batch(self, call: Call, items: list[object]) -> Response:
        """Each item is judged alone."""
        most = self._switches.most_batch_items
        if most is not None and len(items) > most:
            raise EssentialsError(RefusalKind.TOO_LARGE, f"At most {most} users can be created at once")
        if not items:
            raise invalid("At least one user is expected")
        outcomes = [self._create_item(call, item) for item in items]
        errors = [outcome.error for outcome in outcomes if outcome.error is not None]
        made = [outcome.made for outcome in outcomes if outcome.made is not None]
        status = self._batch_status(made=len(made), refused=len(errors))
        if not errors:
            return Response(status=status) if self._is_silent else answer({"users": made}, status=status)
        if self._switches.batch_body is BatchBody.ITEMS:
            return answer([outcome.as_item(self._switches.batch_created_status) for outcome in outcomes], status=status)
        return answer({"users": made, "errors": errors}, status=status)

    @property
    def _is_silent(self) -> bool:
        return self._switches.created_body is CreatedBody.EMPTY

    def _batch_status(self, *, made: int, refused: int) -> int:
        if not refused:
            return self._switches.batch_created_status
        return self._switches.batch_mixed_status if made else self._switches.batch_failed_status

    def _create_item(self, call: Call, item: object) -> _ItemOutcome:
        """One item; a fault on ``POST …/users/{address}`` hits it alone, before or after it takes effect."""
        address = str(item.get("primary_email", "")) if isinstance(item, dict) else ""
        fault = self._faults.item_fault(ServiceName.ESSENTIALS, "POST", f"{call.path}/{address}")
        if isinstance(fault, StatusFault):
            return _faulty(address, fault.status)
        try:
            account = self._accounts.add(call.organization, as_object(item), call.terms)
        except EssentialsError as refusal:
            return _ItemOutcome(address=address, error=refusal.entry(self._switches))
        if isinstance(fault, LateStatusFault):
            return _faulty(address, fault.status)
        return _ItemOutcome(address=address, made=shown_account(account, call.terms))


def _faulty(address: str, status: int) -> _ItemOutcome:
    entry = {"status": status, "error_message": "The user could not be created", "identifier": address}
    return _ItemOutcome(address=address, error=entry)
