"""Open questions about accounts, sign-in and settings, and the tests that take each answer for true: of the simulator, and of the app."""

from tests.rules.rule_table import Position, Unknown, of_module

ACCOUNTS = "tests/simulator_essentials/test_simulated_essentials_accounts.py"
ACCOUNTS_SWITCHES = "tests/simulator_essentials/test_simulated_essentials_switches.py"
ADDRESS_SWITCHES = "tests/simulator_essentials/test_simulated_essentials_address_switches.py"
CLIENT = "tests/proofpoint/test_essentials_switches.py"
CLIENT_CONTRACT = "tests/proofpoint/test_essentials_contract.py"
CLIENT_SETTINGS = "tests/proofpoint/test_essentials_settings.py"
ESSENTIALS_SYNC = "tests/rules/test_unknowns_in_whole_syncs.py"
NATIVE_SYNC = "tests/simulator_essentials/test_simulated_essentials_native_sync.py"
SETTINGS_SWITCHES = "tests/simulator_essentials/test_simulated_essentials_settings_switches.py"

SETTING_UNKNOWNS = (
    Unknown(
        number=11,
        question="May the caller delete, deactivate or demote itself?",
        switches=("own_account_may_go",),
        positions=(
            Position(
                answer="403",
                tests=of_module(ACCOUNTS, "test_the_caller_cannot_go")
                + of_module(CLIENT_CONTRACT, "test_the_own_account_cannot_be_deleted_or_deactivated"),
            ),
            Position(
                answer="yes",
                tests=of_module(ACCOUNTS_SWITCHES, "test_the_caller_may_go", "test_a_demoted_caller_is_forbidden")
                + of_module(ESSENTIALS_SYNC, "test_the_own_account_is_never_written_although_it_could_be"),
            ),
        ),
    ),
    Unknown(
        number=12,
        question="Does silent_user to end_user send a welcome mail?",
        switches=("promotion_sends_welcome_mail",),
        positions=(
            Position(
                answer="no",
                tests=of_module(
                    ACCOUNTS_SWITCHES, "test_a_silent_user_who_becomes_an_end_user_gets_a_welcome_mail[False]"
                )
                + of_module(ESSENTIALS_SYNC, "test_no_welcome_mail_is_sent_unless_it_is_asked_for[False]"),
            ),
            Position(
                answer="yes",
                tests=of_module(
                    ACCOUNTS_SWITCHES, "test_a_silent_user_who_becomes_an_end_user_gets_a_welcome_mail[True]"
                )
                + of_module(ESSENTIALS_SYNC, "test_no_welcome_mail_is_sent_unless_it_is_asked_for[True]"),
            ),
        ),
    ),
    Unknown(
        number=13,
        question="May a functional account lack a name?",
        switches=("functional_account_needs_name",),
        positions=(
            Position(
                answer="yes",
                tests=of_module(ACCOUNTS_SWITCHES, "test_a_functional_account_needs_a_name[False]")
                + of_module(
                    ESSENTIALS_SYNC, "test_a_company_is_synced_whatever_the_organization_turns_out_to_do[default]"
                ),
            ),
            Position(
                answer="no",
                tests=of_module(ACCOUNTS_SWITCHES, "test_a_functional_account_needs_a_name[True]")
                + of_module(
                    ESSENTIALS_SYNC,
                    "test_a_company_is_synced_whatever_the_organization_turns_out_to_do[functional_account_needs_name]",
                ),
            ),
        ),
    ),
    Unknown(
        number=14,
        question="Which status has the user cap, and is there one?",
        switches=(
            "user_cap_status",
            "is_user_capped",
        ),
        positions=(
            Position(
                answer="403",
                tests=of_module(ACCOUNTS_SWITCHES, "test_a_reached_cap_has_the_status_that_the_switch_says[403]")
                + of_module(CLIENT, "test_the_cap_is_an_error_of_the_account_whatever_its_status[403]"),
            ),
            Position(
                answer="another, or no cap",
                tests=of_module(
                    ACCOUNTS_SWITCHES,
                    "test_a_reached_cap_has_the_status_that_the_switch_says[402]",
                    "test_a_reached_cap_has_the_status_that_the_switch_says[409]",
                    "test_licences_may_be_overshot_without_a_cap",
                )
                + of_module(
                    CLIENT,
                    "test_the_cap_is_an_error_of_the_account_whatever_its_status[402]",
                    "test_the_cap_is_an_error_of_the_account_whatever_its_status[409]",
                ),
            ),
        ),
    ),
    Unknown(
        number=15,
        question="Are addresses of inactive accounts reserved, those of deleted ones free at once?",
        switches=(
            "deactivation_frees_aliases",
            "deletion_reserves_seconds",
        ),
        positions=(
            Position(
                answer="reserved, and free at once",
                tests=of_module(
                    ADDRESS_SWITCHES,
                    "test_an_alias_of_an_inactive_account_stays_reserved",
                    "test_an_address_of_a_deleted_account_is_free_at_once",
                )
                + of_module(CLIENT_CONTRACT, "test_a_deleted_account_is_gone_and_its_addresses_are_free"),
            ),
            Position(
                answer="free, and later",
                tests=of_module(
                    ADDRESS_SWITCHES,
                    "test_an_alias_of_an_inactive_account_is_free",
                    "test_an_address_of_a_deleted_account_is_free_later",
                )
                + of_module(
                    ESSENTIALS_SYNC,
                    "test_a_company_is_synced_whatever_the_organization_turns_out_to_do[deactivation_frees_aliases]",
                    "test_a_company_is_synced_whatever_the_organization_turns_out_to_do[deletion_reserves_seconds]",
                ),
            ),
        ),
    ),
    Unknown(
        number=16,
        question="Is the case of addresses kept?",
        switches=("letter_case",),
        positions=(
            Position(
                answer="kept",
                tests=of_module(ADDRESS_SWITCHES, "test_letter_case_is_kept_or_lowered[kept-Lee@Contoso.example]")
                + of_module(CLIENT, "test_addresses_are_in_lower_case_however_they_are_kept[kept]"),
            ),
            Position(
                answer="lowered",
                tests=of_module(ADDRESS_SWITCHES, "test_letter_case_is_kept_or_lowered[lowered-lee@contoso.example]")
                + of_module(CLIENT, "test_addresses_are_in_lower_case_however_they_are_kept[lowered]"),
            ),
        ),
    ),
    Unknown(
        number=17,
        question="Do MFA and forced sign-in shut the headers out?",
        switches=("login_settings_bind_api",),
        positions=(
            Position(
                answer="no",
                tests=of_module(SETTINGS_SWITCHES, "test_login_settings_shut_the_headers_out_or_do_not")
                + of_module(ESSENTIALS_SYNC, "test_forced_sign_in_stops_no_sync_where_it_does_not_bind_the_api"),
            ),
            Position(
                answer="yes",
                tests=of_module(SETTINGS_SWITCHES, "test_login_settings_shut_the_headers_out_or_do_not")
                + of_module(CLIENT, "test_forced_sign_in_that_shuts_the_headers_out_is_a_credential_error"),
            ),
        ),
    ),
    Unknown(
        number=18,
        question="Which body do exemptions take?",
        switches=("exemptions_form",),
        positions=(
            Position(
                answer="any",
                tests=of_module(SETTINGS_SWITCHES, "test_exemptions_come_in_any_form_or_in_one_only[any-strings]")
                + of_module(CLIENT_SETTINGS, "test_an_exemption_is_there_whatever_form_is_taken[any]"),
            ),
            Position(
                answer="one only",
                tests=of_module(
                    SETTINGS_SWITCHES,
                    "test_exemptions_come_in_any_form_or_in_one_only[comma_separated-comma_separated]",
                    "test_exemptions_come_in_any_form_or_in_one_only[objects-strings]",
                )
                + of_module(
                    CLIENT_SETTINGS,
                    "test_an_exemption_is_there_whatever_form_is_taken[strings]",
                    "test_an_exemption_is_there_whatever_form_is_taken[objects]",
                    "test_an_exemption_is_there_whatever_form_is_taken[comma_separated]",
                    "test_where_no_form_of_exemption_is_taken_the_console_is_named",
                ),
            ),
        ),
    ),
    Unknown(
        number=19,
        question="Does the native sync delete accounts that the API made?",
        switches=(
            "native_sync_removes_api_accounts",
            "native_sync_version",
        ),
        positions=(
            Position(
                answer="yes",
                tests=of_module(
                    NATIVE_SYNC,
                    "test_an_account_made_over_the_api_is_removed_or_spared[True]",
                    "test_the_first_version_makes_a_converted_account_anew_and_loses_its_lists",
                ),
            ),
            Position(
                answer="no",
                tests=of_module(
                    NATIVE_SYNC,
                    "test_an_account_made_over_the_api_is_removed_or_spared[False]",
                    "test_the_second_version_changes_the_type_in_place",
                ),
            ),
        ),
    ),
    Unknown(
        number=20,
        question="What are the items of endpoints?",
        switches=("endpoints_form",),
        positions=(
            Position(
                answer="addresses",
                tests=of_module(CLIENT, "test_an_account_of_another_stack_is_told_which_one[strings]"),
            ),
            Position(
                answer="objects",
                tests=of_module(SETTINGS_SWITCHES, "test_endpoints_are_objects")
                + of_module(CLIENT, "test_an_account_of_another_stack_is_told_which_one[objects]"),
            ),
        ),
    ),
    Unknown(
        number=21,
        question="How is the key masked, and what does a mask do that comes back?",
        switches=(
            "masked_key",
            "mask_overwrites_key",
        ),
        positions=(
            Position(
                answer="asterisks, which become the key",
                tests=of_module(
                    SETTINGS_SWITCHES,
                    "test_the_key_is_masked[asterisks-********]",
                    "test_a_mask_that_is_sent_back_becomes_the_key",
                )
                + of_module(
                    CLIENT_SETTINGS, "test_an_edit_of_the_own_sync_keeps_its_secret_and_all_else[True-asterisks-merge]"
                ),
            ),
            Position(
                answer="otherwise, and recognized",
                tests=of_module(
                    SETTINGS_SWITCHES,
                    "test_the_key_is_masked[last_four-********mnop]",
                    "test_the_key_is_masked[absent-absent]",
                    "test_a_mask_that_is_sent_back_is_recognized",
                )
                + of_module(
                    CLIENT_SETTINGS,
                    "test_an_edit_of_the_own_sync_keeps_its_secret_and_all_else[False-last_four-replace]",
                    "test_an_edit_of_the_own_sync_keeps_its_secret_and_all_else[True-absent-replace]",
                ),
            ),
        ),
    ),
)
