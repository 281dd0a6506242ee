"""Open questions about writing accounts, and the tests that take each answer for true: of the simulator, and of the app on it."""

from tests.rules.rule_table import Position, Unknown, of_module

ACCOUNTS = "tests/simulator_essentials/test_simulated_essentials_accounts.py"
ACCOUNTS_SWITCHES = "tests/simulator_essentials/test_simulated_essentials_switches.py"
ADDRESS_SWITCHES = "tests/simulator_essentials/test_simulated_essentials_address_switches.py"
CLIENT = "tests/proofpoint/test_essentials_switches.py"
CLIENT_CONTRACT = "tests/proofpoint/test_essentials_contract.py"
CLIENT_SETTINGS = "tests/proofpoint/test_essentials_settings.py"
SETTINGS_SWITCHES = "tests/simulator_essentials/test_simulated_essentials_settings_switches.py"

WRITE_UNKNOWNS = (
    Unknown(
        number=1,
        question="Does a PUT merge or replace?",
        switches=("put",),
        positions=(
            Position(
                answer="merges",
                tests=of_module(ACCOUNTS_SWITCHES, "test_a_put_keeps_what_it_does_not_name")
                + of_module(CLIENT, "test_a_write_keeps_what_it_does_not_change[merge]"),
            ),
            Position(
                answer="replaces",
                tests=of_module(
                    ACCOUNTS_SWITCHES,
                    "test_a_replacing_put_resets_what_it_does_not_name",
                    "test_a_replacing_put_of_a_whole_object_changes_one_field",
                )
                + of_module(SETTINGS_SWITCHES, "test_replacing_native_sync_settings_keeps_the_key")
                + of_module(CLIENT, "test_a_write_keeps_what_it_does_not_change[replace]")
                + of_module(CLIENT_SETTINGS, "test_sign_in_settings_are_as_they_were_written[replace]"),
            ),
        ),
    ),
    Unknown(
        number=2,
        question="Which status has a batch that succeeds, fails in part, or fails?",
        switches=(
            "batch_created_status",
            "batch_mixed_status",
            "batch_failed_status",
        ),
        positions=(
            Position(
                answer="201 and 207",
                tests=of_module(ACCOUNTS_SWITCHES, "test_a_batch_answers_201_or_207")
                + of_module(CLIENT, "test_a_batch_is_created_whatever_status_says_so[201]"),
            ),
            Position(
                answer="any other",
                tests=of_module(ACCOUNTS_SWITCHES, "test_a_batch_answers_as_the_switches_say")
                + of_module(
                    CLIENT,
                    "test_a_batch_is_created_whatever_status_says_so[200]",
                    "test_a_batch_is_created_whatever_status_says_so[207]",
                    "test_a_batch_that_fails_whole_is_read_item_by_item",
                ),
            ),
        ),
    ),
    Unknown(
        number=3,
        question="What does a mixed batch answer?",
        switches=("batch_body",),
        positions=(
            Position(
                answer="users and errors",
                tests=of_module(ACCOUNTS_SWITCHES, "test_a_mixed_batch_answers_users_and_errors")
                + of_module(CLIENT, "test_a_mixed_batch_is_read_item_by_item[207-users_and_errors]"),
            ),
            Position(
                answer="a bare array",
                tests=of_module(ACCOUNTS_SWITCHES, "test_a_mixed_batch_answers_a_bare_array")
                + of_module(CLIENT, "test_a_mixed_batch_is_read_item_by_item[207-items]"),
            ),
        ),
    ),
    Unknown(
        number=4,
        question="What does a creation answer?",
        switches=("created_body",),
        positions=(
            Position(
                answer="what was created",
                tests=of_module(
                    ACCOUNTS, "test_one_object_is_created_with_defaults", "test_a_batch_of_good_items_is_created"
                )
                + of_module(CLIENT_CONTRACT, "test_a_new_account_is_as_it_was_asked_for"),
            ),
            Position(
                answer="nothing",
                tests=of_module(ACCOUNTS_SWITCHES, "test_a_creation_answers_nothing")
                + of_module(
                    CLIENT,
                    "test_a_batch_that_is_answered_with_nothing_is_for_the_caller_to_look",
                    "test_a_single_account_that_is_answered_with_nothing_is_created",
                ),
            ),
        ),
    ),
    Unknown(
        number=5,
        question="Are batches, bodies and requests limited?",
        switches=(
            "most_batch_items",
            "largest_body_bytes",
            "requests_per_minute",
            "retry_after",
        ),
        positions=(
            Position(
                answer="no",
                tests=of_module(ACCOUNTS_SWITCHES, "test_a_batch_may_be_as_long_as_one_likes")
                + of_module(CLIENT_CONTRACT, "test_a_batch_is_created_in_the_order_given"),
            ),
            Position(
                answer="yes",
                tests=of_module(
                    ACCOUNTS_SWITCHES,
                    "test_a_batch_is_limited",
                    "test_a_body_is_limited",
                    "test_requests_are_limited_by_caller_and_minute",
                    "test_a_throttled_answer_says_when_to_come_back_or_does_not",
                )
                + of_module(
                    CLIENT,
                    "test_a_batch_that_is_too_large_is_not_held_against_its_accounts",
                    "test_throttling_slows_a_read_down",
                    "test_a_write_that_is_throttled_for_too_long_says_for_how_long",
                ),
            ),
        ),
    ),
    Unknown(
        number=6,
        question="Which status has a duplicate, which an invalid field?",
        switches=(
            "duplicate_status",
            "invalid_status",
        ),
        positions=(
            Position(
                answer="409 and 400",
                tests=of_module(
                    ACCOUNTS_SWITCHES,
                    "test_a_duplicate_has_the_status_that_the_switch_says[409]",
                    "test_an_invalid_field_has_the_status_that_the_switch_says[400]",
                )
                + of_module(CLIENT, "test_a_duplicate_is_refused_whatever_its_status[409]"),
            ),
            Position(
                answer="another",
                tests=of_module(
                    ACCOUNTS_SWITCHES,
                    "test_a_duplicate_has_the_status_that_the_switch_says[400]",
                    "test_a_duplicate_has_the_status_that_the_switch_says[422]",
                    "test_an_invalid_field_has_the_status_that_the_switch_says[422]",
                )
                + of_module(CLIENT, "test_a_duplicate_is_refused_whatever_its_status[422]"),
            ),
        ),
    ),
    Unknown(
        number=7,
        question="Does a PUT of another primary address rename?",
        switches=("rename",),
        positions=(
            Position(
                answer="yes",
                tests=of_module(ADDRESS_SWITCHES, "test_another_primary_address_renames")
                + of_module(CLIENT_CONTRACT, "test_an_edit_changes_what_it_names_and_keeps_the_rest"),
            ),
            Position(
                answer="refused or passed over",
                tests=of_module(
                    ADDRESS_SWITCHES,
                    "test_another_primary_address_is_refused",
                    "test_another_primary_address_is_passed_over",
                )
                + of_module(
                    CLIENT_CONTRACT, "test_a_refused_rename_is_an_error_and_an_ignored_one_is_seen_by_fetching"
                ),
            ),
        ),
    ),
    Unknown(
        number=8,
        question="What does taking an address do that another account has?",
        switches=("address_in_use",),
        positions=(
            Position(
                answer="refused",
                tests=of_module(ADDRESS_SWITCHES, "test_an_address_in_use_is_refused")
                + of_module(CLIENT_CONTRACT, "test_an_address_in_use_is_refused"),
            ),
            Position(
                answer="moved",
                tests=of_module(
                    ADDRESS_SWITCHES,
                    "test_an_alias_in_use_moves",
                    "test_a_primary_in_use_moves_and_its_account_goes_on_under_its_alias",
                    "test_an_account_that_loses_its_only_address_is_gone",
                )
                + of_module(CLIENT, "test_an_address_that_moves_where_it_should_be_refused_is_created_all_the_same"),
            ),
        ),
    ),
    Unknown(
        number=9,
        question="Does an alias find its account?",
        switches=("alias_finds_account",),
        positions=(
            Position(
                answer="no",
                tests=of_module(ADDRESS_SWITCHES, "test_an_alias_finds_nobody")
                + of_module(CLIENT, "test_an_account_is_never_fetched_by_an_alias[False]"),
            ),
            Position(
                answer="yes",
                tests=of_module(ADDRESS_SWITCHES, "test_an_alias_finds_the_account_for_reading")
                + of_module(CLIENT, "test_an_account_is_never_fetched_by_an_alias[True]"),
            ),
        ),
    ),
    Unknown(
        number=10,
        question="Does the list hold sender lists, and how does it show no aliases?",
        switches=(
            "list_has_sender_lists",
            "empty_aliases",
        ),
        positions=(
            Position(
                answer="yes, and an empty list",
                tests=of_module(
                    CLIENT,
                    "test_a_conversion_keeps_the_sender_lists_though_the_list_may_leave_them_out[True-merge]",
                    "test_an_account_without_aliases_is_read_however_it_is_shown[list]",
                )
                + of_module(ACCOUNTS_SWITCHES, "test_the_list_shows_no_aliases_in_one_of_three_ways[list-shown0]"),
            ),
            Position(
                answer="no, and null or nothing",
                tests=of_module(
                    ACCOUNTS_SWITCHES,
                    "test_the_list_leaves_sender_lists_out",
                    "test_the_list_shows_no_aliases_in_one_of_three_ways[null-None]",
                    "test_the_list_shows_no_aliases_in_one_of_three_ways[absent-absent]",
                )
                + of_module(
                    CLIENT,
                    "test_a_conversion_keeps_the_sender_lists_though_the_list_may_leave_them_out[False-replace]",
                    "test_an_account_without_aliases_is_read_however_it_is_shown[absent]",
                ),
            ),
        ),
    ),
)
