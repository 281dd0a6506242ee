"""Reads a directory with Microsoft's own client and tells what it parsed, a line of JSON for each object.

Runs alone, in an environment of its own: it knows nothing of the app and nothing of the simulators. Standard input is one JSON
object ``{"tenant_id", "client_id", "secret", "authority", "graph_url"}``; the argument says what to read.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

from azure.identity import ClientSecretCredential
from kiota_abstractions.base_request_configuration import RequestConfiguration  # type: ignore[import-not-found]
from kiota_authentication_azure.azure_identity_authentication_provider import (  # type: ignore[import-not-found]
    AzureIdentityAuthenticationProvider,
)
from msgraph import GraphRequestAdapter, GraphServiceClient  # type: ignore[import-not-found]
from msgraph.generated.groups.groups_request_builder import GroupsRequestBuilder  # type: ignore[import-not-found]
from msgraph.generated.models.o_data_errors.o_data_error import ODataError  # type: ignore[import-not-found]
from msgraph.generated.users.users_request_builder import UsersRequestBuilder  # type: ignore[import-not-found]

PERSON = [
    "id",
    "displayName",
    "givenName",
    "surname",
    "mail",
    "userPrincipalName",
    "accountEnabled",
    "userType",
    "proxyAddresses",
    "assignedLicenses",
]
GROUP = ["id", "displayName", "mail", "mailEnabled", "securityEnabled", "groupTypes", "proxyAddresses", "visibility"]
NOBODY = "99999999-9999-4999-8999-999999999999"


def client(sign_in: dict[str, str]) -> Any:
    """The client, signed in as the application."""
    base = sign_in["graph_url"]
    credential = ClientSecretCredential(
        sign_in["tenant_id"],
        sign_in["client_id"],
        sign_in["secret"],
        authority=sign_in["authority"],
        disable_instance_discovery=True,
    )
    hosts = [urlsplit(base).netloc, str(urlsplit(base).hostname)]
    provider = AzureIdentityAuthenticationProvider(credential, scopes=[f"{base}/.default"], allowed_hosts=hosts)
    adapter = GraphRequestAdapter(provider)
    adapter.base_url = f"{base}/v1.0"
    return GraphServiceClient(request_adapter=adapter)


async def pages(builder: Any, configuration: Any = None) -> AsyncIterator[Any]:
    """Every page of a list or of a round of delta."""
    page = await builder.get(request_configuration=configuration)
    while True:
        yield page
        if not page.odata_next_link:
            return
        page = await builder.with_url(page.odata_next_link).get()


async def directory(graph: Any) -> AsyncIterator[dict[str, Any]]:
    """All people and all groups."""
    people = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(select=PERSON, top=999)
    async for page in pages(graph.users, RequestConfiguration(query_parameters=people)):
        for user in page.value:
            yield person(user)
    groups = GroupsRequestBuilder.GroupsRequestBuilderGetQueryParameters(select=GROUP, top=999)
    async for page in pages(graph.groups, RequestConfiguration(query_parameters=groups)):
        for one in page.value:
            yield group(one)


def person(user: Any) -> dict[str, Any]:
    """What the client parsed of a user."""
    return {
        "what": "person",
        "id": user.id,
        "display_name": user.display_name,
        "given_name": user.given_name,
        "surname": user.surname,
        "mail": user.mail,
        "user_principal_name": user.user_principal_name,
        "account_enabled": user.account_enabled,
        "user_type": user.user_type,
        "proxy_addresses": user.proxy_addresses,
        "sku_ids": [str(licence.sku_id) for licence in user.assigned_licenses],
    }


def group(one: Any) -> dict[str, Any]:
    """What the client parsed of a group."""
    return {
        "what": "group",
        "id": one.id,
        "display_name": one.display_name,
        "mail": one.mail,
        "mail_enabled": one.mail_enabled,
        "security_enabled": one.security_enabled,
        "group_types": one.group_types,
        "proxy_addresses": one.proxy_addresses,
        "visibility": one.visibility,
    }


async def plans(graph: Any) -> AsyncIterator[dict[str, Any]]:
    """The service plans of all people."""
    wanted = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(select=["id", "assignedPlans"], top=999)
    async for page in pages(graph.users, RequestConfiguration(query_parameters=wanted)):
        for user in page.value:
            found = [[plan.service, str(plan.service_plan_id), plan.capability_status] for plan in user.assigned_plans]
            yield {"id": user.id, "plans": found}


async def delta(graph: Any) -> AsyncIterator[dict[str, Any]]:
    """The first rounds of delta: who is there, and who is a member of what."""
    async for page in pages(graph.users.delta):
        for user in page.value:
            yield {"what": "person", "id": user.id, "removed": "@removed" in user.additional_data}
        if page.odata_delta_link:
            yield {"what": "end", "of": "people", "link": page.odata_delta_link}
    async for page in pages(graph.groups.delta):
        for one in page.value:
            members = [str(member["id"]) for member in plain(one.additional_data.get("members@delta", []))]
            yield {
                "what": "group",
                "id": one.id,
                "removed": "@removed" in one.additional_data,
                "members": members,
            }
        if page.odata_delta_link:
            yield {"what": "end", "of": "groups", "link": page.odata_delta_link}


async def errors(graph: Any) -> AsyncIterator[dict[str, Any]]:
    """How the client understands what Graph refuses."""
    unknown = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(select=["lastname"])
    for name, call in (
        ("an unknown id", graph.users.by_user_id(NOBODY).get()),
        ("an unknown property", graph.users.get(request_configuration=RequestConfiguration(query_parameters=unknown))),
    ):
        try:
            await call
        except ODataError as error:
            yield {"what": "error", "of": name, "status": error.response_status_code, "code": error.error.code}


def plain(value: Any) -> Any:
    """Additional data as plain lists and dictionaries, in whatever nodes the client keeps it."""
    return value if isinstance(value, list) else list(value or [])


READINGS = {"directory": directory, "plans": plans, "delta": delta, "errors": errors}


async def tell(reading: str, sign_in: dict[str, str]) -> None:
    """One line for each object."""
    async for found in READINGS[reading](client(sign_in)):
        sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    asyncio.run(tell(sys.argv[1], json.load(sys.stdin)))
