"""Rules of tokens, managed identity and vault, and the tests that hold the simulated services to them."""

from tests.rules.rule_table import Rule, Source, of_module

COMPANY = "tests/simulator_core/test_company.py"
ESTATE = "tests/simulator_core/test_estate.py"
JOURNAL = "tests/simulator_core/test_journal.py"
MANAGED_IDENTITY = "tests/simulator_core/test_managed_identity.py"
MSAL = "tests/simulator_core/test_msal.py"
SERVER = "tests/simulator_core/test_server.py"
TOKEN_ENDPOINT = "tests/simulator_core/test_token_endpoint.py"
VAULT = "tests/simulator_core/test_vault.py"

SIGN_IN_RULES = (
    Rule(
        source=Source.GRAPH,
        number=32,
        sentence="The token endpoint takes forms of the documented shape and gives tokens for the resource that was asked.",
        tests=of_module(
            TOKEN_ENDPOINT,
            "test_a_token_says_who_it_is_for_and_what_it_may",
            "test_a_form_in_another_encoding_is_refused",
            "test_the_tenant_answers_to_its_domains_too",
            "test_roles_are_for_graph_only",
        )
        + of_module(MSAL, "test_a_secret_gives_a_token", "test_a_second_token_costs_no_request"),
    ),
    Rule(
        source=Source.GRAPH,
        number=33,
        sentence="Its refusals are flat and numbered: secret wrong or expired, application, tenant or scope unknown.",
        tests=of_module(
            TOKEN_ENDPOINT,
            "test_a_wrong_request_is_refused_with_its_number",
            "test_an_expired_secret_is_not_called_wrong",
            "test_a_refusal_names_trace_correlation_and_time",
            "test_discovery_of_an_unknown_tenant_is_refused",
        )
        + of_module(MSAL, "test_a_wrong_secret_is_told", "test_an_unknown_tenant_fails_at_discovery"),
    ),
    Rule(
        source=Source.GRAPH,
        number=34,
        sentence="Certificate and federated assertions are verified; two secrets are good at once while one is rotated.",
        tests=of_module(
            MSAL,
            "test_a_certificate_gives_a_token",
            "test_an_unregistered_certificate_is_refused",
            "test_an_assertion_of_another_key_under_a_registered_thumbprint_is_refused",
            "test_a_federated_managed_identity_gives_a_token",
            "test_a_federated_credential_that_differs_in_one_part_is_refused",
            "test_a_federated_assertion_that_the_issuer_did_not_sign_is_refused",
        )
        + of_module(TOKEN_ENDPOINT, "test_two_secrets_are_valid_at_once_and_the_old_one_is_refused_afterwards"),
    ),
    Rule(
        source=Source.GRAPH,
        number=35,
        sentence="The managed identity wants its header, its version, and one known id; expiry is seconds as text.",
        tests=of_module(
            MANAGED_IDENTITY,
            "test_a_wrong_request_is_refused",
            "test_a_resource_may_come_unencoded",
            "test_expiry_is_in_seconds_as_text",
            "test_azure_identity_gets_a_token",
            "test_azure_identity_is_told_that_there_is_no_system_assigned_identity",
        ),
    ),
    Rule(
        source=Source.GRAPH,
        number=36,
        sentence="A token for one resource is refused by the others.",
        tests=of_module(TOKEN_ENDPOINT, "test_a_token_is_refused_by_another_resource")
        + of_module(MANAGED_IDENTITY, "test_each_resource_gets_a_token_that_only_it_takes")
        + of_module(VAULT, "test_a_token_for_another_resource_is_challenged"),
    ),
    Rule(
        source=Source.GRAPH,
        number=37,
        sentence="The vault challenges, wants an api-version, and serves the newest version with its expiry.",
        tests=of_module(
            VAULT,
            "test_a_secret_is_read_with_its_expiry",
            "test_the_first_request_of_a_client_is_challenged",
            "test_the_challenge_names_authority_and_resource",
            "test_a_request_without_api_version_is_refused",
            "test_a_new_version_is_served_and_the_old_one_stays",
        ),
    ),
    Rule(
        source=Source.GRAPH,
        number=38,
        sentence="The vault's refusals: not found, disabled, no role, deleted, throttled; lists hold no values.",
        tests=of_module(
            VAULT,
            "test_an_unknown_secret_is_not_found",
            "test_a_disabled_secret_is_forbidden",
            "test_somebody_without_a_role_is_forbidden",
            "test_the_name_of_a_deleted_secret_is_taken_until_it_is_purged",
            "test_a_deleted_secret_can_be_recovered",
            "test_a_throttled_vault_says_so",
            "test_lists_hold_no_values",
        ),
    ),
    Rule(
        source=Source.GRAPH,
        number=39,
        sentence="No secret is in a log, an answer or the journal; the journal tells what was asked.",
        tests=of_module(
            JOURNAL,
            "test_of_a_secret_header_only_its_presence_is_kept",
            "test_bodies_of_services_that_deal_in_secrets_are_not_kept",
            "test_secrets_inside_other_bodies_are_not_kept",
            "test_entries_can_be_asked_for_by_service_and_from_a_number_on",
        )
        + of_module(TOKEN_ENDPOINT, "test_the_token_endpoint_leaves_no_secret_in_the_journal")
        + of_module(SERVER, "test_nothing_of_a_request_is_printed")
        + of_module(ESTATE, "test_secrets_are_rotated_by_hand_and_never_shown")
        + of_module(COMPANY, "test_a_world_printed_shows_no_secret"),
    ),
)
