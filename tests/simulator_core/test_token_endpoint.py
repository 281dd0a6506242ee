"""The token endpoint's answers and refusals, as the wire has them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
import requests

from simulator.tokens import VAULT_AUDIENCE, Claims, TokenFault, TokenRefusal
from tests.simulator_core.entra_side import GRAPH, EntraSide

Answer = tuple[int, dict[str, Any]]


def ask(side: EntraSide, session: requests.Session, *, tenant: str | None = None, **changes: str | None) -> Answer:
    """Ask for a Graph token with the right secret, but for the changes; None leaves a field out."""
    form: Mapping[str, str | None] = {
        "grant_type": "client_credentials",
        "client_id": side.application.client_id,
        "client_secret": side.secret,
        "scope": f"{GRAPH}/.default",
        **changes,
    }
    url = f"{side.entra}/{tenant or side.world.tenant.id}/oauth2/v2.0/token"
    answer = session.post(url, data={name: value for name, value in form.items() if value is not None}, timeout=10)
    return answer.status_code, answer.json()


def refusal(answer: Answer) -> tuple[int, str, int]:
    status, body = answer
    return status, body["error"], body["error_codes"][0]


def test_a_token_says_who_it_is_for_and_what_it_may(entra_side: EntraSide, session: requests.Session) -> None:
    status, body = ask(entra_side, session)
    assert (status, body["token_type"], body["expires_in"]) == (200, "Bearer", 3_599)
    claims = entra_side.tokens.verify(body["access_token"], GRAPH)
    assert isinstance(claims, Claims)
    assert claims.client_id == entra_side.application.client_id
    assert claims.roles == {"User.Read.All", "GroupMember.Read.All", "MailboxSettings.Read"}


def test_roles_are_for_graph_only(entra_side: EntraSide, session: requests.Session) -> None:
    _, body = ask(entra_side, session, scope=f"{VAULT_AUDIENCE}/.default")
    claims = entra_side.tokens.verify(body["access_token"], VAULT_AUDIENCE)
    assert isinstance(claims, Claims)
    assert claims.roles == frozenset()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"client_secret": "wrong"}, (401, "invalid_client", 7_000_215)),
        ({"client_secret": None}, (401, "invalid_client", 7_000_218)),
        ({"client_id": "00000000-0000-4000-8000-000000000000"}, (400, "unauthorized_client", 700_016)),
        ({"tenant": "00000000-0000-4000-8000-000000000000"}, (400, "invalid_request", 90_002)),
        ({"scope": f"{GRAPH}/User.Read.All"}, (400, "invalid_scope", 70_011)),
        ({"scope": f"{GRAPH}/.default {VAULT_AUDIENCE}/.default"}, (400, "invalid_scope", 70_011)),
        ({"scope": "https://graph.microsoft.us/.default"}, (400, "invalid_resource", 500_011)),
        ({"scope": None}, (400, "invalid_request", 900_144)),
        ({"grant_type": "password"}, (400, "unsupported_grant_type", 70_003)),
        ({"client_secret": None, "client_assertion": "x"}, (401, "invalid_client", 50_027)),
    ],
)
def test_a_wrong_request_is_refused_with_its_number(
    entra_side: EntraSide, session: requests.Session, changes: dict[str, str | None], expected: tuple[int, str, int]
) -> None:
    assert refusal(ask(entra_side, session, **changes)) == expected


def test_an_expired_secret_is_not_called_wrong(entra_side: EntraSide, session: requests.Session) -> None:
    entra_side.world.clock.advance(timedelta(days=181).total_seconds())
    assert refusal(ask(entra_side, session)) == (401, "invalid_client", 7_000_222)


def test_two_secrets_are_valid_at_once_and_the_old_one_is_refused_afterwards(
    entra_side: EntraSide, session: requests.Session
) -> None:
    old = entra_side.secret
    entra_side.application.secrets.append({"value": "new-secret", "expires_at": None})
    assert (
        ask(entra_side, session, client_secret=old)[0] == ask(entra_side, session, client_secret="new-secret")[0] == 200
    )
    del entra_side.application.secrets[0]
    assert refusal(ask(entra_side, session, client_secret=old)) == (401, "invalid_client", 7_000_215)


def test_a_refusal_names_trace_correlation_and_time(entra_side: EntraSide, session: requests.Session) -> None:
    _, body = ask(entra_side, session, client_secret="wrong")
    assert body["error_description"].startswith("AADSTS7000215: ")
    assert f"Trace ID: {body['trace_id']}\r\nCorrelation ID: {body['correlation_id']}" in body["error_description"]
    assert set(body) == {
        "error", "error_description", "error_codes", "timestamp", "trace_id", "correlation_id", "error_uri",
    }  # fmt: skip


def test_a_form_in_another_encoding_is_refused(entra_side: EntraSide, session: requests.Session) -> None:
    url = f"{entra_side.authority}/oauth2/v2.0/token"
    answer = session.post(url, json={"grant_type": "client_credentials"}, timeout=10)
    assert (answer.status_code, answer.json()["error_codes"]) == (400, [900_144])


def test_the_tenant_answers_to_its_domains_too(entra_side: EntraSide, session: requests.Session) -> None:
    assert ask(entra_side, session, tenant=entra_side.world.tenant.verified_domains[0])[0] == 200


def test_discovery_of_an_unknown_tenant_is_refused(entra_side: EntraSide, session: requests.Session) -> None:
    answer = session.get(f"{entra_side.entra}/elsewhere/v2.0/.well-known/openid-configuration", timeout=10)
    assert (answer.status_code, answer.json()["error_codes"]) == (400, [90_002])


def test_the_token_endpoint_leaves_no_secret_in_the_journal(entra_side: EntraSide, session: requests.Session) -> None:
    ask(entra_side, session)
    assert entra_side.secret not in str([entry.as_json() for entry in entra_side.journal.entries()])


def refused(verdict: Claims | TokenRefusal) -> TokenFault | None:
    return verdict.fault if isinstance(verdict, TokenRefusal) else None


def test_a_token_is_refused_by_another_resource(entra_side: EntraSide) -> None:
    token = entra_side.tokens.issue(audience=GRAPH, client_id="c", subject="s")
    assert refused(entra_side.tokens.verify(token, VAULT_AUDIENCE)) is TokenFault.WRONG_AUDIENCE


def test_a_token_expires_by_the_worlds_clock(entra_side: EntraSide) -> None:
    token = entra_side.tokens.issue(audience=GRAPH, client_id="c", subject="s")
    entra_side.world.clock.advance(3_600)
    assert refused(entra_side.tokens.verify(token, GRAPH)) is TokenFault.EXPIRED


def test_a_token_signed_by_somebody_else_is_refused(entra_side: EntraSide) -> None:
    header, _, rest = entra_side.tokens.issue(audience=GRAPH, client_id="c", subject="s").partition(".")
    claims = rest.partition(".")[0]
    signature = entra_side.tokens.issue(audience=GRAPH, client_id="other", subject="s").rpartition(".")[2]
    assert refused(entra_side.tokens.verify(f"{header}.{claims}.{signature}", GRAPH)) is TokenFault.WRONG_SIGNATURE


@pytest.mark.parametrize(
    ("header", "fault"),
    [
        (None, TokenFault.MISSING),
        ("", TokenFault.MISSING),
        ("Basic abc", TokenFault.MALFORMED),
        ("Bearer abc", TokenFault.MALFORMED),
    ],
)
def test_a_header_without_a_token_is_refused(entra_side: EntraSide, header: str | None, fault: TokenFault) -> None:
    assert refused(entra_side.tokens.verify_header(header, GRAPH)) is fault
