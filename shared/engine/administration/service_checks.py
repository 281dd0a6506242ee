"""Checks of the two services: sign-in and permissions in Entra, account and organization in Essentials."""

from shared.engine.administration.checks import CheckName, FoundError, Step
from shared.engine.administration.probes import EntraProbe, EssentialsProbe
from shared.engine.refusals import native_sync_on
from shared.settings import EntraCredential, Settings


def entra_steps(probe: EntraProbe, settings: Settings) -> tuple[Step, ...]:
    """Checks of Entra and Graph, in order."""
    is_federated = settings.entra_credential is EntraCredential.FEDERATED
    token_needs = (CheckName.ENTRA_TENANT, *(() if is_federated else (CheckName.ENTRA_SECRET,)))
    signed_in = (*token_needs, CheckName.ENTRA_TOKEN)
    steps = [
        Step(name=CheckName.ENTRA_TENANT, look=lambda: _tenant(probe, settings)),
        Step(name=CheckName.ENTRA_TOKEN, look=lambda: _token(probe, settings), needs=token_needs),
        Step(name=CheckName.GRAPH_PEOPLE, look=lambda: _people(probe), needs=signed_in),
        Step(name=CheckName.GRAPH_GROUPS, look=lambda: _groups(probe), needs=signed_in),
        Step(name=CheckName.GRAPH_MAILBOXES, look=lambda: _mailboxes(probe), needs=signed_in),
    ]
    if settings.options.group_scope:
        needs = (*signed_in, CheckName.GRAPH_GROUPS)
        steps.append(Step(name=CheckName.GRAPH_SCOPE, look=lambda: _scope(probe, settings), needs=needs))
    return tuple(steps)


def _tenant(probe: EntraProbe, settings: Settings) -> str:
    probe.require_tenant()
    return f"The tenant {settings.entra_tenant_id} is there."


def _token(probe: EntraProbe, settings: Settings) -> str:
    probe.require_token()
    return f"Entra gives the application {settings.entra_client_id} a token for {settings.graph_url}."


def _people(probe: EntraProbe) -> str:
    probe.require_people()
    return "Graph lets the app read people."


def _groups(probe: EntraProbe) -> str:
    probe.require_groups()
    return "Graph lets the app read groups."


def _mailboxes(probe: EntraProbe) -> str:
    if probe.reads_mailbox_purposes():
        return "MailboxSettings.Read is granted: shared mailboxes are told from disabled people."
    return (
        "MailboxSettings.Read is not granted. It is not required; without it a disabled, unlicensed person may be a leaver "
        "or a shared mailbox, and only what is right for both is done."
    )


def _scope(probe: EntraProbe, settings: Settings) -> str:
    names = [probe.group_name(group_id) for group_id in settings.options.group_scope]
    return f"Found in Entra: {', '.join(names)}."


def essentials_steps(probe: EssentialsProbe, settings: Settings) -> tuple[Step, ...]:
    """Checks of Essentials, in order."""
    known = (CheckName.ESSENTIALS_SECRET, CheckName.ESSENTIALS_LOGIN)
    admitted = (*known, CheckName.ESSENTIALS_ADMINISTRATOR)
    read = (*admitted, CheckName.ESSENTIALS_DOMAIN)
    return (
        Step(
            name=CheckName.ESSENTIALS_LOGIN,
            look=lambda: _login(probe, settings),
            needs=(CheckName.ESSENTIALS_SECRET,),
        ),
        Step(name=CheckName.ESSENTIALS_ADMINISTRATOR, look=lambda: _administrator(probe, settings), needs=known),
        Step(name=CheckName.ESSENTIALS_DOMAIN, look=lambda: _domain(probe, settings), needs=admitted),
        Step(name=CheckName.ESSENTIALS_LICENCES, look=lambda: _licences(probe), needs=read),
        Step(name=CheckName.NATIVE_SYNC, look=lambda: _native_sync(probe), needs=read),
    )


def _login(probe: EssentialsProbe, settings: Settings) -> str:
    probe.require_login()
    return f"Essentials lets {settings.proofpoint_user} in."


def _administrator(probe: EssentialsProbe, settings: Settings) -> str:
    kind = probe.require_administrator()
    return f"{settings.proofpoint_user} may read and write ({kind})."


def _domain(probe: EssentialsProbe, settings: Settings) -> str:
    domains = {domain.name: domain for domain in probe.domains()}
    found = domains.get(settings.proofpoint_domain)
    if found is None:
        raise FoundError(
            f"The organization does not have the domain {settings.proofpoint_domain} (it has {', '.join(sorted(domains))}).",
            "Register the domain in Essentials, or set PROOFPOINT_DOMAIN to one of them.",
        )
    if not found.is_active:
        raise FoundError(
            f"The domain {found.name} is registered in Essentials and not active.",
            "Activate it in Essentials under Account Management, Domains: its addresses are not synced otherwise.",
        )
    inactive = sorted(name for name, domain in domains.items() if not domain.is_active)
    more = f" Not active: {', '.join(inactive)}." if inactive else ""
    return f"The organization has {len(domains)} domains, {found.name} among them.{more}"


def _licences(probe: EssentialsProbe) -> str:
    licences, used = probe.seats()
    if licences.limit is None or used is None:
        return "Essentials does not say how many licences there are, or how many are used."
    if used >= licences.limit:
        raise FoundError(
            f"All {licences.limit} licences are used ({used} active users): nobody new can be added.",
            "Raise the number of licences in Essentials, or free some: functional accounts need none.",
        )
    return f"{used} of {licences.limit} licences are used."


def _native_sync(probe: EssentialsProbe) -> str:
    found = probe.native_sync()
    if found.writes_users:
        refusal = native_sync_on()
        raise FoundError(refusal.detail, refusal.fix)
    return "Essentials' own directory sync does not write users."
