"""Rules of Essentials, and the tests that hold the simulated Essentials to them."""

from tests.rules.rule_table import Rule, Source, of_module

ESSENTIALS_ACCESS = "tests/simulator_essentials/test_simulated_essentials_access.py"
ESSENTIALS_ACCOUNTS = "tests/simulator_essentials/test_simulated_essentials_accounts.py"
ESSENTIALS_ADDRESSES = "tests/simulator_essentials/test_simulated_essentials_addresses.py"
ESSENTIALS_FAULTS = "tests/simulator_essentials/test_simulated_essentials_faults.py"
ESSENTIALS_FIELDS = "tests/simulator_essentials/test_simulated_essentials_fields.py"
ESSENTIALS_LAWS = "tests/simulator_essentials/test_simulated_essentials_laws.py"
ESSENTIALS_MAIL_FLOW = "tests/simulator_essentials/test_simulated_essentials_mail_flow.py"
ESSENTIALS_NAIVE_CLIENTS = "tests/simulator_essentials/test_simulated_essentials_naive_clients.py"
ESSENTIALS_SETTINGS = "tests/simulator_essentials/test_simulated_essentials_settings.py"
FAULTS_ON_SOCKETS = "tests/simulator_core/test_faults_on_sockets.py"

ESSENTIALS_RULES = (
    Rule(
        source=Source.ESSENTIALS,
        number=1,
        sentence="Below /api/v1, by X-User and X-Password in any case; 401 for nobody, 403 for who may not; never Basic or Bearer.",
        tests=of_module(
            ESSENTIALS_ACCESS,
            "test_a_caller_without_headers_is_refused",
            "test_a_wrong_address_or_password_is_refused",
            "test_basic_and_bearer_are_refused",
            "test_header_names_and_the_address_have_no_case",
            "test_somebody_who_is_no_administrator_is_forbidden",
            "test_an_administrator_of_another_organization_is_forbidden",
            "test_what_is_not_below_the_version_is_not_found",
        )
        + of_module(ESSENTIALS_NAIVE_CLIENTS, "test_basic_authentication_is_refused"),
    ),
    Rule(
        source=Source.ESSENTIALS,
        number=2,
        sentence="Any domain of the organization leads to it; an unknown one is 404; an organization is on its own stack only.",
        tests=of_module(
            ESSENTIALS_ACCESS,
            "test_any_domain_of_the_organization_leads_to_it",
            "test_an_unknown_domain_is_not_found",
            "test_an_organization_is_visible_on_its_own_stack_only",
            "test_each_stack_serves_its_own_organizations",
        )
        + of_module(ESSENTIALS_NAIVE_CLIENTS, "test_a_module_creates_sets_a_password_and_deletes"),
    ),
    Rule(
        source=Source.ESSENTIALS,
        number=3,
        sentence="One trailing slash, an encoded at sign and any case of an address are accepted.",
        tests=of_module(
            ESSENTIALS_ACCESS,
            "test_one_trailing_slash_and_an_encoded_at_are_accepted",
            "test_a_second_slash_is_not_found",
            "test_addresses_in_paths_have_no_case",
        )
        + of_module(ESSENTIALS_NAIVE_CLIENTS, "test_a_module_creates_sets_a_password_and_deletes"),
    ),
    Rule(
        source=Source.ESSENTIALS,
        number=4,
        sentence="The list is whole: active and inactive, functional accounts too; no paging, no filter, a query is ignored.",
        tests=of_module(ESSENTIALS_ACCOUNTS, "test_the_list_is_whole", "test_the_list_knows_no_query")
        + of_module(ESSENTIALS_NAIVE_CLIENTS, "test_an_email_query_does_not_look_anybody_up"),
    ),
    Rule(
        source=Source.ESSENTIALS,
        number=5,
        sentence="One account is the bare object, found by its primary address only.",
        tests=of_module(
            ESSENTIALS_ACCOUNTS,
            "test_one_account_is_the_bare_object",
            "test_an_address_that_is_no_primary_is_not_found",
        ),
    ),
    Rule(
        source=Source.ESSENTIALS,
        number=6,
        sentence="One object gives 201; an array is a batch judged item by item, 207 where mixed; a wrapper is no user.",
        tests=of_module(
            ESSENTIALS_ACCOUNTS,
            "test_one_object_is_created_with_defaults",
            "test_a_batch_of_good_items_is_created",
            "test_each_item_of_a_batch_is_judged_alone",
            "test_what_is_no_user_is_refused",
        )
        + of_module(
            ESSENTIALS_NAIVE_CLIENTS,
            "test_a_wrapper_of_users_is_refused",
            "test_a_module_creates_sets_a_password_and_deletes",
        ),
    ),
    Rule(
        source=Source.ESSENTIALS,
        number=7,
        sentence="A PUT is 204 and empty; what was read can be put back and changes nothing.",
        tests=of_module(
            ESSENTIALS_ACCOUNTS,
            "test_a_put_answers_nothing",
            "test_what_was_read_can_be_put_back",
            "test_what_others_left_invalid_can_be_put_back",
            "test_read_only_fields_are_not_written",
        )
        + of_module(ESSENTIALS_LAWS, "test_what_is_read_can_always_be_put_back")
        + of_module(
            ESSENTIALS_NAIVE_CLIENTS,
            "test_a_script_turns_billing_off_with_the_former_terms",
            "test_a_module_creates_sets_a_password_and_deletes",
        ),
    ),
    Rule(
        source=Source.ESSENTIALS,
        number=8,
        sentence="A DELETE is 204 with or without a body, a second one 404; there is no bulk delete.",
        tests=of_module(ESSENTIALS_ACCESS, "test_what_is_not_offered_is_not_found")
        + of_module(ESSENTIALS_ACCOUNTS, "test_a_deleted_account_is_gone", "test_a_deletion_may_have_a_body")
        + of_module(ESSENTIALS_NAIVE_CLIENTS, "test_a_module_creates_sets_a_password_and_deletes"),
    ),
    Rule(
        source=Source.ESSENTIALS,
        number=9,
        sentence="Seven types and no other; another type keeps uid and lists.",
        tests=of_module(
            ESSENTIALS_FIELDS,
            "test_each_of_the_seven_types_is_taken",
            "test_another_type_is_refused",
            "test_another_type_keeps_uid_and_lists",
        )
        + of_module(ESSENTIALS_NAIVE_CLIENTS, "test_a_script_converts_with_a_partial_put"),
    ),
    Rule(
        source=Source.ESSENTIALS,
        number=10,
        sentence="Addresses are of registered domains and unique over primaries and aliases; a clash names the address.",
        tests=of_module(
            ESSENTIALS_ADDRESSES,
            "test_an_address_in_a_domain_that_is_not_registered_is_refused",
            "test_an_address_that_somebody_has_is_refused",
            "test_an_account_has_an_address_once",
            "test_the_own_alias_becomes_the_primary_where_it_leaves_the_aliases",
            "test_an_address_that_was_given_up_is_free",
            "test_addresses_changed_around_the_api_are_known",
        )
        + of_module(ESSENTIALS_LAWS, "test_an_address_never_has_two_owners_and_the_caller_stays"),
    ),
    Rule(
        source=Source.ESSENTIALS,
        number=11,
        sentence="The writable fields are written: surname, not lastname; a password is never echoed; the welcome mail is for POST.",
        tests=of_module(
            ESSENTIALS_FIELDS,
            "test_every_writable_field_is_written",
            "test_lastname_is_no_field",
            "test_a_password_is_never_shown_and_opens_the_api",
            "test_a_welcome_mail_is_sent_by_type_unless_the_post_says_otherwise",
            "test_no_welcome_mail_is_sent_where_the_organization_sends_none",
            "test_a_put_sends_no_welcome_mail",
        ),
    ),
    Rule(
        source=Source.ESSENTIALS,
        number=12,
        sentence="One account at most is not billed.",
        tests=of_module(ESSENTIALS_FIELDS, "test_a_second_account_that_is_not_billed_is_refused"),
    ),
    Rule(
        source=Source.ESSENTIALS,
        number=13,
        sentence="Sender lists have their former names unless the caller knows the new terms; either is written.",
        tests=of_module(
            ESSENTIALS_FIELDS,
            "test_sender_lists_have_their_former_names_unless_the_caller_knows_the_new_terms",
            "test_either_name_of_a_sender_list_is_written",
        )
        + of_module(ESSENTIALS_NAIVE_CLIENTS, "test_a_script_turns_billing_off_with_the_former_terms"),
    ),
    Rule(
        source=Source.ESSENTIALS,
        number=14,
        sentence="An error says status, message and identifier.",
        tests=of_module(ESSENTIALS_ACCESS, "test_what_is_not_offered_is_not_found")
        + of_module(ESSENTIALS_ACCOUNTS, "test_an_error_says_status_message_and_identifier"),
    ),
    Rule(
        source=Source.ESSENTIALS,
        number=15,
        sentence="There are no group routes but sender lists, and no group field.",
        tests=of_module(ESSENTIALS_FIELDS, "test_nobody_has_a_group_field")
        + of_module(ESSENTIALS_SETTINGS, "test_groups_are_not_offered", "test_a_group_has_sender_lists"),
    ),
    Rule(
        source=Source.ESSENTIALS,
        number=16,
        sentence="Native sync settings are read, written and reset with the key masked; exemptions are objects; no route runs it.",
        tests=of_module(ESSENTIALS_ACCESS, "test_what_is_not_offered_is_not_found")
        + of_module(
            ESSENTIALS_SETTINGS,
            "test_native_sync_settings_are_shown_with_the_key_masked",
            "test_native_sync_settings_take_booleans_as_strings",
            "test_the_frequency_is_a_number_of_hours",
            "test_a_native_sync_setting_that_cannot_be_is_refused",
            "test_read_only_native_sync_settings_are_not_written",
            "test_deleting_native_sync_settings_resets_them",
            "test_exemptions_are_a_bare_array_and_grow_by_put",
            "test_an_exemption_is_removed_alone_or_all_are",
        ),
    ),
    Rule(
        source=Source.ESSENTIALS,
        number=17,
        sentence="Endpoints answer on every stack; me tells role and organization.",
        tests=of_module(
            ESSENTIALS_ACCESS,
            "test_endpoints_answers_administrators_of_every_stack",
            "test_me_tells_role_and_organization",
        ),
    ),
    Rule(
        source=Source.ESSENTIALS,
        number=18,
        sentence="A PATCH of sender lists replaces the lists that it names.",
        tests=of_module(
            ESSENTIALS_SETTINGS,
            "test_a_patch_replaces_only_the_lists_named",
            "test_a_patch_without_a_list_is_refused",
            "test_entries_are_added_and_removed",
            "test_an_accounts_lists_are_those_of_the_account",
        ),
    ),
    Rule(
        source=Source.ESSENTIALS,
        number=19,
        sentence="The API shows a write at once; mail follows late.",
        tests=of_module(ESSENTIALS_ACCOUNTS, "test_a_write_is_read_back_at_once")
        + of_module(ESSENTIALS_LAWS, "test_mail_goes_where_the_accounts_say_once_everybody_knows")
        + of_module(
            ESSENTIALS_MAIL_FLOW,
            "test_mail_reaches_who_was_there_from_the_start",
            "test_a_new_account_gets_mail_after_an_hour",
            "test_a_new_alias_works_after_half_an_hour",
        ),
    ),
    Rule(
        source=Source.ESSENTIALS,
        number=20,
        sentence="Faults: throttled, failing, slow, mixed, dropped after the effect, capped.",
        tests=of_module(
            ESSENTIALS_FAULTS,
            "test_a_call_is_throttled_with_and_without_a_time",
            "test_a_call_fails",
            "test_a_list_comes_without_its_list",
            "test_a_connection_is_dropped_after_the_write_took_effect",
            "test_one_item_of_a_batch_is_hit",
            "test_one_item_of_a_batch_is_made_although_it_is_refused",
        )
        + of_module(
            ESSENTIALS_FIELDS,
            "test_no_account_becomes_an_active_user_beyond_the_licences",
            "test_a_freed_seat_can_be_taken",
        )
        + of_module(FAULTS_ON_SOCKETS, "test_latency_delays_every_answer"),
    ),
)
