"""The lists of Graph that are read whole: what is selected, 999 to a page, and what becomes of it."""

import msgspec

from shared.graph.chain import Listing
from shared.graph.client import Permission
from shared.graph.decode import (
    DELETED_PROPERTIES,
    GROUP_PROPERTIES,
    PERSON_PROPERTIES,
    DeletedJson,
    GroupJson,
    Page,
    PersonDecoder,
    PersonJson,
    deleted_of,
    group_of,
)
from shared.model import DeletedObject, Group, Person


def all_people() -> Listing[PersonJson, Person]:
    """The list of all people that are not deleted."""
    return Listing(
        path=f"/v1.0/users?$select={PERSON_PROPERTIES}&$top=999",
        needs=Permission.USER_READ_ALL,
        page_decoder=msgspec.json.Decoder(Page[PersonJson]),
        convert=PersonDecoder().person,
    )


def all_groups() -> Listing[GroupJson, Group]:
    """The list of all groups that are not deleted."""
    return Listing(
        path=f"/v1.0/groups?$select={GROUP_PROPERTIES}&$top=999",
        needs=Permission.GROUP_MEMBER_READ_ALL,
        page_decoder=msgspec.json.Decoder(Page[GroupJson]),
        convert=group_of,
    )


def deleted_people() -> Listing[DeletedJson, DeletedObject]:
    """The list of people in deleted items. That of groups needs Group.Read.All, which is not asked for."""
    return Listing(
        path=f"/v1.0/directory/deletedItems/microsoft.graph.user?$select={DELETED_PROPERTIES}&$top=999",
        needs=Permission.USER_READ_ALL,
        page_decoder=msgspec.json.Decoder(Page[DeletedJson]),
        convert=deleted_of,
    )
