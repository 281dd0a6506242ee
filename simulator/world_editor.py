"""Changes to the world by hand: people, groups, members and accounts, as an administrator of either side would make them."""

import uuid
from collections.abc import Mapping
from typing import Any

from simulator.graph import delete_object, restore_object
from simulator.graph.entities import GROUP, USER
from simulator.graph.entity_type import EntityType, Shape
from simulator.world import EssentialsOrganization, Json, World

_PURPOSE = "userPurpose"
_ACCOUNT_FIELDS: Mapping[str, type] = {
    "primary_email": str,
    "is_active": bool,
    "type": str,
    "firstname": str,
    "surname": str,
    "alias_emails": list,
    "safe_list_senders": list,
    "block_list_senders": list,
    "is_billable": bool,
    "odin_settings": dict,
    "read_only_user": bool,
    "creation_date": str,
    "last_login": str,
}
_NEW_ACCOUNT: Json = {
    "is_active": True,
    "type": "end_user",
    "firstname": "",
    "surname": "",
    "is_billable": True,
    "read_only_user": False,
    "creation_date": "",
    "last_login": "",
}
_SHAPE_TYPES: Mapping[Shape, type | tuple[type, ...]] = {
    Shape.TRUTH: bool,
    Shape.LIST: list,
    Shape.OBJECT: dict,
    Shape.NUMBER: (int, float),
}


class WorldEditError(Exception):
    """A change that cannot be made; the message says why."""


class UnknownObjectError(WorldEditError):
    """There is no such object."""


class WorldEditor:
    """Reads and changes single objects of the world; every method holds the world's lock."""

    def __init__(self, world: World) -> None:
        self._world = world

    def counts(self) -> dict[str, int]:
        """How much there is of everything."""
        tenant, organizations = self._world.tenant, self._world.organizations
        with self._world.lock:
            return {
                "users": len(tenant.users),
                "groups": len(tenant.groups),
                "others": len(tenant.others),
                "memberships": sum(len(members) for members in tenant.members.values()),
                "deleted_users": len(tenant.deleted_users),
                "deleted_groups": len(tenant.deleted_groups),
                "accounts": sum(len(organization.users) for organization in organizations),
                "domains": sum(len(organization.domains) for organization in organizations),
                "vault_secrets": len(self._world.vault),
            }

    def all_of(self, collection: str) -> list[Json]:
        """Every object of ``users``, ``groups`` or ``accounts``."""
        with self._world.lock:
            return [dict(item) for item in self._collection(collection).values()]

    def one(self, collection: str, identifier: str) -> Json:
        """One object, by id, or by sign-in name or address."""
        with self._world.lock:
            return dict(self._found(collection, identifier))

    def change(self, collection: str, identifier: str, values: Json) -> Json:
        """The object has these values; it is returned."""
        with self._world.lock:
            item = self._found(collection, identifier)
            if "id" in values:
                raise WorldEditError("An object's id stays.")
            values = self._checked(collection, values)
            purpose = values.pop(_PURPOSE, None)
            item.update(values)
            if purpose is not None:
                self._world.tenant.purposes[item["id"]] = purpose
            return dict(item)

    def add(self, collection: str, values: Json) -> Json:
        """There is a new object with these values; it is returned."""
        with self._world.lock:
            values = self._checked(collection, values)
            if collection == "accounts":
                return dict(self._add_account(values))
            purpose = values.pop(_PURPOSE, None)
            entity = USER if collection == "users" else GROUP
            if not values.get("displayName"):
                raise WorldEditError("A new object needs displayName.")
            item: Json = {**entity.absent, **values, "id": str(values.get("id") or uuid.uuid4()).lower()}
            if item["id"] in self._collection(collection):
                raise WorldEditError(f"There is an object with the id {item['id']} already.")
            self._collection(collection)[item["id"]] = item
            if collection == "groups":
                self._world.tenant.members.setdefault(item["id"], [])
            if purpose is not None:
                self._world.tenant.purposes[item["id"]] = purpose
            return dict(item)

    def remove(self, collection: str, identifier: str) -> None:
        """The object is deleted as its own side does it: people and Microsoft 365 groups can be restored."""
        with self._world.lock:
            item = self._found(collection, identifier)
            if collection == "accounts":
                del self._organization().users[item["uid"]]
            else:
                delete_object(self._world, item["id"])

    def restore(self, object_id: str) -> None:
        """The deleted user or group is back."""
        try:
            restore_object(self._world, object_id)
        except KeyError:
            raise UnknownObjectError(f"No deleted user or group has the id {object_id}.") from None

    def members(self, group_id: str) -> list[str]:
        """Ids of the direct members."""
        with self._world.lock:
            return list(self._world.tenant.members.get(self._found("groups", group_id)["id"], []))

    def add_member(self, group_id: str, member_id: str) -> None:
        """The object is a member of the group, once."""
        tenant = self._world.tenant
        with self._world.lock:
            members = tenant.members.setdefault(self._found("groups", group_id)["id"], [])
            if not any(member_id in objects for objects in (tenant.users, tenant.groups, tenant.others)):
                raise UnknownObjectError(f"No user, group or other object has the id {member_id}.")
            if member_id not in members:
                members.append(member_id)

    def remove_member(self, group_id: str, member_id: str) -> None:
        """The object is no direct member of the group."""
        with self._world.lock:
            members = self._world.tenant.members.get(self._found("groups", group_id)["id"], [])
            if member_id not in members:
                raise UnknownObjectError(f"{member_id} is no direct member of {group_id}.")
            members.remove(member_id)

    def _organization(self) -> EssentialsOrganization:
        return self._world.organizations[0]

    def _collection(self, collection: str) -> dict[Any, Json]:
        match collection:
            case "users":
                return self._world.tenant.users
            case "groups":
                return self._world.tenant.groups
            case _:
                return self._organization().users

    def _found(self, collection: str, identifier: str) -> Json:
        wanted = identifier.casefold()
        keys = ("uid", "primary_email") if collection == "accounts" else ("id", "userPrincipalName", "mail")
        for item in self._collection(collection).values():
            if any(str(item.get(key)).casefold() == wanted for key in keys):
                return item
        raise UnknownObjectError(f"{collection} has nothing called {identifier}.")

    def _add_account(self, values: Json) -> Json:
        organization = self._organization()
        if not values.get("primary_email"):
            raise WorldEditError("A new account needs primary_email.")
        account: Json = {"uid": organization.next_uid, **_NEW_ACCOUNT, **_empty_lists(), **values}
        organization.users[organization.next_uid] = account
        organization.next_uid += 1
        return account

    def _checked(self, collection: str, values: Json) -> Json:
        if collection == "accounts":
            for name, value in values.items():
                if name not in _ACCOUNT_FIELDS or not isinstance(value, _ACCOUNT_FIELDS[name]):
                    raise WorldEditError(f"An account's {name} cannot be {value!r}.")
            return dict(values)
        entity = USER if collection == "users" else GROUP
        for name, value in values.items():
            _check_property(entity, name, value)
        return dict(values)


def _check_property(entity: EntityType, name: str, value: object) -> None:
    if name == _PURPOSE and entity is USER and isinstance(value, str):
        return
    if name not in entity.shapes:
        raise WorldEditError(f"A {entity.name} has no property {name}.")
    wanted = _SHAPE_TYPES.get(entity.shapes[name], str)
    if value is not None and not isinstance(value, wanted):
        raise WorldEditError(f"{name} of a {entity.name} cannot be {value!r}.")


def _empty_lists() -> Json:
    return {
        "alias_emails": [],
        "safe_list_senders": [],
        "block_list_senders": [],
        "odin_settings": {"can_impersonate": False, "is_imitable": False},
    }
