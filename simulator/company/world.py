"""The whole of it: a world with one tenant and its Essentials organization."""

from datetime import UTC, datetime, timedelta

from simulator.company.accounts import API_ACCOUNT_LOCAL, enter_company
from simulator.company.addresses import AddressBook, Domains, draw_domains
from simulator.company.draw import Draw
from simulator.company.founding import Founding
from simulator.company.groups import add_deleted_groups, add_groups
from simulator.company.licences import Catalogue
from simulator.company.users import add_deleted_users, add_users
from simulator.tokens import TOKEN_EXCHANGE_AUDIENCE
from simulator.vault_secrets import add_version, expiring
from simulator.world import Application, EssentialsOrganization, Tenant, World

ENTRA_SECRET_NAME = "entra-client-secret"
PROOFPOINT_SECRET_NAME = "proofpoint-password"

_ROLES = ("User.Read.All", "GroupMember.Read.All", "MailboxSettings.Read")
_SECRET_DAYS = 180
_PASSWORD_DAYS = 365


def make_world(*, people: int, groups: int, seed: int, as_of: datetime | None = None) -> World:
    """A company of ``people`` users (guests and mailboxes included) and ``groups`` groups; ``as_of`` None: today.

    The first application is the sync's own; its secret and the API account's password are in the vault.
    """
    draw = Draw(seed)
    domains = draw_domains(draw)
    tenant = Tenant(
        id=draw.guid(),
        display_name=domains.company,
        verified_domains=[domains.primary, domains.second, domains.unregistered, domains.initial],
    )
    founding = Founding(
        draw=draw,
        domains=domains,
        book=AddressBook(),
        catalogue=Catalogue(draw),
        tenant=tenant,
        as_of=as_of or datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0),
    )
    add_users(founding, people)
    add_deleted_users(founding, people // 70)
    add_groups(founding, groups)
    add_deleted_groups(founding, groups // 60)
    organization = _organization(domains, people)
    enter_company(founding, organization)
    world = World(
        tenant=tenant,
        organizations=[organization],
        identity_client_id=draw.guid(),
        identity_principal_id=draw.guid(),
    )
    _hand_out_credentials(world, founding, organization)
    return world


def api_account(organization: EssentialsOrganization) -> str:
    """The address that the sync signs in with."""
    return f"{API_ACCOUNT_LOCAL}@{organization.primary_domain}"


def _organization(domains: Domains, people: int) -> EssentialsOrganization:
    return EssentialsOrganization(
        primary_domain=domains.primary,
        name=domains.company,
        eid=domains.primary.partition(".")[0],
        stack="us1",
        domains={
            name: {
                "name": name,
                "is_active": True,
                "is_relay": True,
                "destination": f"{name.replace('.', '-')}.mail.protection.outlook.com",
                "failovers": [],
            }
            for name in domains.registered
        },
        user_licences=people + 25,
    )


def _hand_out_credentials(world: World, founding: Founding, organization: EssentialsOrganization) -> None:
    draw, as_of = founding.draw, founding.as_of
    client_id, secret, password = draw.guid(), draw.secret(40), draw.secret(24)
    secret_ends_at, password_ends_at = as_of + timedelta(days=_SECRET_DAYS), as_of + timedelta(days=_PASSWORD_DAYS)
    world.tenant.applications[client_id] = Application(
        client_id=client_id,
        secrets=[{"value": secret, "expires_at": secret_ends_at}],
        federated=[
            {
                "issuer": f"https://login.microsoftonline.com/{world.tenant.id}/v2.0",
                "subject": world.identity_principal_id,
                "audience": TOKEN_EXCHANGE_AUDIENCE,
            }
        ],
        roles=list(_ROLES),
    )
    organization.passwords[api_account(organization)] = password
    add_version(world, ENTRA_SECRET_NAME, value=secret, at=as_of, attributes=expiring(secret_ends_at))
    add_version(world, PROOFPOINT_SECRET_NAME, value=password, at=as_of, attributes=expiring(password_ends_at))
