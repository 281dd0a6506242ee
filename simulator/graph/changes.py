"""What administrators do to directory objects: delete them, restore them, purge them; as the directory does it.

Memberships are kept while an object is gone and count again once it is restored: lists of members show existing objects only.
Source: learn.microsoft.com/graph/api/user-delete, …/group-delete, …/directory-deleteditems-restore.
"""

from simulator.graph.directory import is_microsoft365
from simulator.world import World


def delete_object(world: World, object_id: str, *, keeps_security_groups: bool = False) -> None:
    """The user or group is gone from the directory: users and Microsoft 365 groups to the deleted items.

    Other groups are gone for good, unless ``keeps_security_groups`` (the real service may have come to keep them).
    Raises KeyError where there is no such user or group.
    """
    with world.lock:
        tenant = world.tenant
        deleted_at = world.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        if object_id in tenant.users:
            tenant.deleted_users[object_id] = {**tenant.users.pop(object_id), "deletedDateTime": deleted_at}
            return
        group = tenant.groups.pop(object_id)
        if is_microsoft365(group) or keeps_security_groups:
            tenant.deleted_groups[object_id] = {**group, "deletedDateTime": deleted_at}
        else:
            _forget(world, object_id)


def restore_object(world: World, object_id: str) -> None:
    """The deleted user or group is back, with its id and its memberships. Raises KeyError where it is not in the deleted items."""
    with world.lock:
        tenant = world.tenant
        if object_id in tenant.deleted_users:
            tenant.users[object_id] = {**tenant.deleted_users.pop(object_id), "deletedDateTime": None}
        else:
            tenant.groups[object_id] = {**tenant.deleted_groups.pop(object_id), "deletedDateTime": None}


def purge_object(world: World, object_id: str) -> None:
    """The deleted user or group is gone for good. Raises KeyError where it is not in the deleted items."""
    with world.lock:
        tenant = world.tenant
        if tenant.deleted_users.pop(object_id, None) is None:
            del tenant.deleted_groups[object_id]
        _forget(world, object_id)


def _forget(world: World, object_id: str) -> None:
    tenant = world.tenant
    tenant.members.pop(object_id, None)
    tenant.purposes.pop(object_id, None)
    for group_id, members in tenant.members.items():
        if object_id in members:
            tenant.members[group_id] = [member for member in members if member != object_id]
