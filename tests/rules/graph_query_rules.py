"""Rules of Graph about lists, batches, delta and throttling, and the tests that hold the simulated Graph to them."""

from tests.rules.rule_table import Rule, Source, of_module

GRAPH_BATCH = "tests/simulator_graph/test_graph_batch.py"
GRAPH_DELTA = "tests/simulator_graph/test_graph_delta.py"
GRAPH_OBJECTS = "tests/simulator_graph/test_graph_objects.py"
GRAPH_PAGING = "tests/simulator_graph/test_graph_paging.py"
GRAPH_SOCKET = "tests/simulator_graph/test_graph_socket.py"
GRAPH_THROTTLING = "tests/simulator_graph/test_graph_throttling.py"

QUERY_RULES = (
    Rule(
        source=Source.GRAPH,
        number=19,
        sentence="A page holds 100 by default and 999 at most, and can be made as small as one; expanded members stop at 20.",
        tests=of_module(
            GRAPH_PAGING,
            "test_a_page_holds_a_hundred_by_default",
            "test_a_page_holds_999_at_most",
            "test_pages_can_be_made_small_everywhere",
            "test_expanded_members_stop_at_twenty_without_saying_so",
            "test_expanding_shrinks_the_outer_page_to_a_hundred",
            "test_pages_always_add_up_to_the_list",
        ),
    ),
    Rule(
        source=Source.GRAPH,
        number=20,
        sentence="A nextLink is absolute, opaque and bound to its query; empty pages have one, the last page has none.",
        tests=of_module(
            GRAPH_PAGING,
            "test_a_next_link_is_absolute_and_its_token_opaque",
            "test_the_last_page_has_no_next_link",
            "test_an_edited_skiptoken_is_400",
            "test_an_invented_skiptoken_is_400",
            "test_a_skiptoken_without_the_rest_of_its_query_is_400",
            "test_a_skiptoken_of_one_list_does_not_serve_another",
            "test_a_skiptoken_of_one_application_does_not_serve_another",
            "test_a_page_may_be_asked_again",
            "test_the_link_out_of_a_retried_page_may_be_refused",
            "test_an_empty_page_with_a_next_link_is_not_the_end",
            "test_pages_always_add_up_to_the_list",
        )
        + of_module(
            GRAPH_SOCKET,
            "test_next_links_lead_back_to_the_port_that_was_asked",
            "test_many_clients_read_at_once_and_each_reads_it_all",
        ),
    ),
    Rule(
        source=Source.GRAPH,
        number=21,
        sentence="The count comes on the first page only; a page of an advanced query asked without the header is 400.",
        tests=of_module(
            GRAPH_PAGING,
            "test_the_count_comes_on_the_first_page_only_and_only_when_asked",
            "test_an_advanced_page_asked_without_the_header_is_400",
        ),
    ),
    Rule(
        source=Source.GRAPH,
        number=22,
        sentence="Advanced queries need the header and the count; what does not work in them is 400.",
        tests=of_module(GRAPH_BATCH, "test_an_advanced_item_needs_its_own_header")
        + of_module(GRAPH_OBJECTS, "test_members_are_counted_as_a_bare_number")
        + of_module(
            GRAPH_PAGING,
            "test_an_advanced_query_needs_the_header_and_the_count",
            "test_a_count_needs_the_header",
            "test_the_count_takes_filters_but_no_pages",
            "test_searching_is_refused_plainly_and_not_implemented_otherwise",
            "test_a_cast_of_members_is_an_advanced_query",
            "test_a_cast_of_deleted_items_is_not",
            "test_expanding_does_not_work_in_an_advanced_query",
            "test_members_are_not_filtered_by_being_enabled",
            "test_a_default_filter_finds_what_it_says",
            "test_an_advanced_filter_finds_what_it_says",
            "test_members_are_sorted_in_advanced_queries_only",
        ),
    ),
    Rule(
        source=Source.GRAPH,
        number=23,
        sentence="Advanced results and counts may lag behind writes, plain lists never.",
        tests=of_module(GRAPH_PAGING, "test_advanced_results_lag_behind_writes", "test_a_plain_list_does_not_lag"),
    ),
    Rule(
        source=Source.GRAPH,
        number=24,
        sentence="A batch holds 20 items with their own ids; what makes no sense is 400 as a whole; answers come shuffled.",
        tests=of_module(
            GRAPH_BATCH,
            "test_a_batch_that_makes_no_sense_is_400_as_a_whole",
            "test_a_batch_holds_twenty",
            "test_a_url_is_relative_with_or_without_its_slash",
            "test_a_url_does_not_repeat_the_version",
            "test_answers_come_in_any_order",
            "test_an_advanced_item_needs_its_own_header",
            "test_an_item_may_have_a_body",
            "test_a_batch_holds_no_batch",
            "test_only_posting_makes_a_batch",
            "test_a_body_must_say_that_it_is_json",
        ),
    ),
    Rule(
        source=Source.GRAPH,
        number=25,
        sentence="Each item of a batch has its own status, headers, body and cost; one may be throttled while others are not.",
        tests=of_module(
            GRAPH_BATCH,
            "test_each_item_has_its_own_status_headers_and_body",
            "test_some_items_are_throttled_while_others_are_not",
            "test_items_are_charged_one_by_one",
            "test_next_links_inside_are_absolute_and_work",
            "test_an_item_fails_with_the_one_that_it_depends_on",
            "test_the_permission_is_looked_at_for_each_item",
            "test_a_throttled_item_by_order_says_when_to_come_back",
            "test_an_item_that_is_no_json_comes_as_base64",
        )
        + of_module(GRAPH_SOCKET, "test_many_clients_read_at_once_and_each_reads_it_all"),
    ),
    Rule(
        source=Source.GRAPH,
        number=26,
        sentence="Delta in every spelling: nextLink or delta link, its own page size, options in the first request only.",
        tests=of_module(
            GRAPH_DELTA,
            "test_every_spelling_of_the_function_is_accepted",
            "test_every_page_has_either_a_next_link_or_a_delta_link",
            "test_the_page_size_cannot_be_asked_for",
            "test_other_options_are_400",
            "test_members_of_people_cannot_be_selected",
            "test_a_filter_on_ids_limits_all_rounds",
            "test_options_count_in_the_first_request_only",
        ),
    ),
    Rule(
        source=Source.GRAPH,
        number=27,
        sentence="The first round is whole and may hold removals; later ones hold changes, replays and empty pages, in any order.",
        tests=of_module(
            GRAPH_DELTA,
            "test_the_first_round_holds_everything_whole",
            "test_the_first_round_may_already_hold_removed_objects",
            "test_a_later_round_holds_what_changed_and_no_more",
            "test_a_delta_link_may_be_followed_again",
            "test_rows_may_be_told_twice",
            "test_empty_pages_come_between",
            "test_changes_may_come_late",
            "test_changes_of_single_objects_may_come_later_than_those_of_others",
            "test_a_latest_token_tells_nothing_of_the_past",
            "test_a_restored_object_comes_whole",
        ),
    ),
    Rule(
        source=Source.GRAPH,
        number=28,
        sentence="members@delta holds direct members, absent for none; a group comes again; removals are changed or deleted.",
        tests=of_module(
            GRAPH_DELTA,
            "test_members_come_without_a_selection_or_when_selected",
            "test_members_are_direct_and_absent_where_there_are_none",
            "test_hidden_members_are_absent_without_their_role",
            "test_a_large_group_comes_again_with_its_other_members",
            "test_joining_and_leaving_are_told_apart",
            "test_a_soft_deleted_object_is_changed_and_a_purged_one_deleted",
            "test_a_security_group_is_deleted_for_good",
        ),
    ),
    Rule(
        source=Source.GRAPH,
        number=29,
        sentence="A delta token ends after seven days or by maintenance, and serves its own query only.",
        tests=of_module(
            GRAPH_DELTA,
            "test_a_token_is_too_old_after_seven_days",
            "test_maintenance_makes_every_token_gone",
            "test_a_token_of_one_collection_does_not_serve_the_other",
            "test_a_token_of_one_application_does_not_serve_another",
            "test_an_edited_token_is_refused",
        ),
    ),
    Rule(
        source=Source.GRAPH,
        number=30,
        sentence="Every directory answer says what it cost; a bucket for each application fills by the world's clock.",
        tests=of_module(
            GRAPH_THROTTLING,
            "test_each_call_says_what_it_costs",
            "test_a_refused_query_costs_as_well",
            "test_mailbox_settings_are_not_counted_in_resource_units",
            "test_the_limit_follows_the_number_of_people",
            "test_the_share_of_the_limit_is_told_from_four_fifths_on",
            "test_the_bucket_fills_again_by_the_worlds_clock",
            "test_coming_back_too_early_makes_it_longer",
            "test_each_application_has_its_own_bucket",
        ),
    ),
    Rule(
        source=Source.GRAPH,
        number=31,
        sentence="A 429 says whose limit it was and when to come back: whole, fractional, as a date or not at all.",
        tests=of_module(
            GRAPH_THROTTLING,
            "test_a_refusal_says_whose_limit_it_was",
            "test_the_time_to_wait_is_whole_seconds",
            "test_the_time_to_wait_may_be_a_fraction",
            "test_the_time_to_wait_may_be_a_date",
            "test_the_time_to_wait_may_be_missing",
            "test_low_priority_is_refused_first",
        ),
    ),
)
