"""``/users``: the list, its count, one person, what groups have them, and the settings of their mailbox."""

import re

from simulator.graph.answers import GraphError, answer, bad_request, forbidden, not_found
from simulator.graph.call import Call, json_body
from simulator.graph.directory import DirectoryView
from simulator.graph.entities import GROUP, MAILBOX_SETTINGS, MEMBER, USER
from simulator.graph.listing import Collected, Parts, count_answer, list_answer, may_see_members, single_answer
from simulator.graph.query import COUNT_OPTIONS, LIST_OPTIONS, SINGLE_OPTIONS, Grammar, parse_query
from simulator.graph.roles import READ_MAILBOX_SETTINGS
from simulator.wire import Response
from simulator.world import Json

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_MOST_GROUPS_CHECKED = 20
"""Source: learn.microsoft.com/graph/api/directoryobject-checkmembergroups."""

_LIST = Grammar(entity=USER, options=LIST_OPTIONS)
_COUNT = Grammar(entity=USER, options=COUNT_OPTIONS, is_count=True)
_ONE = Grammar(entity=USER, options=SINGLE_OPTIONS, is_single=True)
_MEMBERSHIPS = Grammar(entity=MEMBER, options=LIST_OPTIONS, sorts_when_advanced=True)
_GROUP_MEMBERSHIPS = Grammar(entity=GROUP, options=LIST_OPTIONS, is_advanced=True)
_SETTINGS = Grammar(entity=MAILBOX_SETTINGS, options=SINGLE_OPTIONS, is_single=True)


class People:
    """The handlers of ``/users``."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def list(self, call: Call) -> Response:
        """GET /users."""
        return list_answer(self._parts, call, _LIST, _users)

    def count(self, call: Call) -> Response:
        """GET /users/$count."""
        return count_answer(self._parts, call, _COUNT, _users)

    def one(self, call: Call) -> Response:
        """GET /users/{id or sign-in name}."""
        user = self._user(call)
        query = parse_query(call, _ONE)
        extra = {}
        if query.select is not None and "mailboxSettings" in query.select:
            if not READ_MAILBOX_SETTINGS.allows(call.caller.roles):
                raise forbidden()
            extra["mailboxSettings"] = self._mailbox(user)
        return single_answer(self._parts, call, _ONE, (USER, user), extra=extra)

    def member_of(self, call: Call) -> Response:
        """GET /users/{id}/memberOf."""
        return self._memberships(call, _MEMBERSHIPS, is_transitive=False)

    def transitive_member_of(self, call: Call) -> Response:
        """GET /users/{id}/transitiveMemberOf."""
        return self._memberships(call, _MEMBERSHIPS, is_transitive=True)

    def member_of_groups(self, call: Call) -> Response:
        """GET /users/{id}/memberOf/microsoft.graph.group."""
        return self._memberships(call, _GROUP_MEMBERSHIPS, is_transitive=False)

    def transitive_member_of_groups(self, call: Call) -> Response:
        """GET /users/{id}/transitiveMemberOf/microsoft.graph.group."""
        return self._memberships(call, _GROUP_MEMBERSHIPS, is_transitive=True)

    def check_member_groups(self, call: Call) -> Response:
        """POST /users/{id}/checkMemberGroups: which of the groups have the person somewhere in them.

        Unknown groups and those whose members the caller may not see are left out.
        """
        user = self._user(call)
        wanted = _group_ids(json_body(call))
        view = self._parts.view(is_advanced=False)

        def opens(group: Json) -> bool:
            return may_see_members(call, group)

        holding = [key for key in wanted if key in view.groups and user["id"] in view.transitive_members(key, opens)]
        return answer({"@odata.context": call.context("Collection(Edm.String)"), "value": holding})

    def mailbox_settings(self, call: Call) -> Response:
        """GET /users/{id}/mailboxSettings."""
        user = self._user(call)
        query = parse_query(call, _SETTINGS)
        settings = self._mailbox(user)
        shown = {name: settings[name] for name in query.select or settings}
        return answer({"@odata.context": call.context(f"users('{user['id']}')/mailboxSettings"), **shown})

    def user_purpose(self, call: Call) -> Response:
        """GET /users/{id}/mailboxSettings/userPurpose."""
        user = self._user(call)
        parse_query(call, Grammar(entity=MAILBOX_SETTINGS, options=frozenset(), is_single=True))
        context = call.context(f"users('{user['id']}')/mailboxSettings/userPurpose")
        return answer({"@odata.context": context, "value": self._mailbox(user)["userPurpose"]})

    def _memberships(self, call: Call, grammar: Grammar, *, is_transitive: bool) -> Response:
        user = self._user(call)

        def source(view: DirectoryView) -> Collected:
            def ids() -> list[str]:
                found = view.transitive_groups_of(user["id"]) if is_transitive else view.groups_of(user["id"])
                return [key for key in found if may_see_members(call, view.groups[key])]

            return Collected(ids=ids, lookup=view.find)

        return list_answer(self._parts, call, grammar, source, has_type=grammar.entity is MEMBER)

    def _user(self, call: Call) -> Json:
        user = self._parts.view(is_advanced=False).user(call.ids[0])
        if user is None:
            raise not_found(call.ids[0])
        return user

    def _mailbox(self, user: Json) -> Json:
        """The settings of the person's mailbox.

        Raises GraphError: 404 where there is none in Exchange Online, 403 where a policy closes it.
        Source: learn.microsoft.com/graph/api/user-get-mailboxsettings; github.com/microsoftgraph/microsoft-graph-docs-contrib #6519.
        """
        if user["id"] in self._parts.switches.closed_mailboxes:
            message = "Access is denied. Check credentials and try again."
            raise GraphError(status=403, code="ErrorAccessDenied", message=message)
        purpose = self._parts.world.tenant.purposes.get(user["id"])
        if purpose is None:
            message = "The mailbox is either inactive, soft-deleted, or is hosted on-premise."
            raise GraphError(status=404, code="MailboxNotEnabledForRESTAPI", message=message)
        return {
            "archiveFolder": None,
            "timeZone": "UTC",
            "delegateMeetingMessageDeliveryOptions": "sendToDelegateOnly",
            "dateFormat": "yyyy-MM-dd",
            "timeFormat": "HH:mm",
            "userPurpose": purpose,
            "automaticRepliesSetting": {"status": "disabled", "externalAudience": "all"},
            "language": {"locale": "en-US", "displayName": "English (United States)"},
            "workingHours": {"daysOfWeek": ["monday", "tuesday", "wednesday", "thursday", "friday"]},
        }


def _users(view: DirectoryView) -> Collected:
    users = view.users
    return Collected(ids=users.keys, lookup=lambda key: (USER, user) if (user := users.get(key)) is not None else None)


def _group_ids(content: object) -> list[str]:
    match content:
        case {"groupIds": [*ids], **more} if ids and not more:
            pass
        case _:
            raise bad_request("The request body must hold 'groupIds' and nothing else.")
    if len(ids) > _MOST_GROUPS_CHECKED:
        raise bad_request(f"The number of values in 'groupIds' must not exceed {_MOST_GROUPS_CHECKED}.")
    for key in ids:
        if not isinstance(key, str) or _GUID.fullmatch(key) is None:
            raise bad_request(f"Invalid GUID: {key}")
    return [key.lower() for key in ids]
