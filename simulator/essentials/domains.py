"""``/orgs/{domain}/domains``: the registered domains."""

from collections.abc import Mapping

from simulator.essentials.addressbook import addresses_of
from simulator.essentials.answers import EssentialsError, answer, duplicate, forbidden, invalid, no_content, not_found
from simulator.essentials.call import Call, as_object
from simulator.essentials.fields import Check, checked, domain, flag, text
from simulator.essentials.switches import CreatedBody, EssentialsSwitches, PutMeaning
from simulator.wire import Response
from simulator.world import Json, World


def _hosts(name: str, value: object) -> list[str]:
    if not isinstance(value, list):
        raise invalid(f"{name} must be an array")
    return [text(name, item) for item in value]


_BLANK: Json = {"is_active": True, "is_relay": True, "destination": "", "failovers": []}
_WRITABLE: Mapping[str, Check] = {"is_active": flag, "is_relay": flag, "destination": text, "failovers": _hosts}


class RegisteredDomains:
    """Answers everything about domains."""

    def __init__(self, *, world: World, switches: EssentialsSwitches) -> None:
        self._world = world
        self._switches = switches

    def show_all(self, call: Call) -> Response:
        """GET: all of them."""
        return answer({"domains": list(call.organization.domains.values())})

    def show(self, call: Call) -> Response:
        """GET of one: the bare object."""
        return answer(_found(call))

    def create(self, call: Call) -> Response:
        """POST: one object, or an array as a batch."""
        content = call.json()
        if not isinstance(content, list):
            return self._created(self._add(call, as_object(content)), 201)
        made: list[Json] = []
        errors: list[Json] = []
        for item in content:
            try:
                made.append(self._add(call, as_object(item)))
            except EssentialsError as refusal:
                errors.append(refusal.entry(self._switches))
        if errors:
            status = self._switches.batch_mixed_status if made else self._switches.batch_failed_status
            return answer({"domains": made, "errors": errors}, status=status)
        return self._created({"domains": made}, self._switches.batch_created_status)

    def change(self, call: Call) -> Response:
        """PUT of one; the name stays."""
        present, fields = _found(call), checked(call.json_object(), _WRITABLE)
        present.update(fields if self._switches.put is PutMeaning.MERGE else {**_BLANK, **fields})
        return no_content()

    def remove(self, call: Call) -> Response:
        """DELETE of one; neither the primary domain nor one that accounts have addresses in."""
        name = _found(call)["name"].lower()
        if name == call.organization.primary_domain.lower():
            raise forbidden("The primary domain cannot be removed", name)
        accounts = call.organization.users.values()
        if any(address.endswith(f"@{name}") for account in accounts for address in addresses_of(account)):
            raise duplicate(name)
        del call.organization.domains[name]
        return no_content()

    def _add(self, call: Call, sent: Json) -> Json:
        name = domain("name", sent.get("name")).lower()
        if any(name in organization.domains for organization in self._world.organizations):
            raise duplicate(name)
        added = {"name": name, **_BLANK, **checked(sent, _WRITABLE)}
        call.organization.domains[name] = added
        return added

    def _created(self, body: Json, status: int) -> Response:
        if self._switches.created_body is CreatedBody.EMPTY:
            return Response(status=status)
        return answer(body, status=status)


def _found(call: Call) -> Json:
    name = call.places[0].lower()
    if name not in call.organization.domains:
        raise not_found("Domain was not found", name)
    return call.organization.domains[name]
