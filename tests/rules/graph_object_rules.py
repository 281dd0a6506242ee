"""Rules of Graph about calls and objects, and the tests that hold the simulated Graph to them."""

from tests.rules.rule_table import Rule, Source, of_module

COMPANY = "tests/simulator_core/test_company.py"
ESTATE = "tests/simulator_core/test_estate.py"
FAULTS_ON_SOCKETS = "tests/simulator_core/test_faults_on_sockets.py"
GRAPH_BATCH = "tests/simulator_graph/test_graph_batch.py"
GRAPH_DELTA = "tests/simulator_graph/test_graph_delta.py"
GRAPH_GENERAL = "tests/simulator_graph/test_graph_general.py"
GRAPH_OBJECTS = "tests/simulator_graph/test_graph_objects.py"
GRAPH_PAGING = "tests/simulator_graph/test_graph_paging.py"
GRAPH_SWITCHES = "tests/simulator_graph/test_graph_switches.py"
GRAPH_TRUTH = "tests/simulator_graph/test_graph_truth.py"
TOKEN_ENDPOINT = "tests/simulator_core/test_token_endpoint.py"

OBJECT_RULES = (
    Rule(
        source=Source.GRAPH,
        number=1,
        sentence="What is not implemented is an error in Graph's own envelope, never an empty list; a path without /v1.0 is 404.",
        tests=of_module(
            GRAPH_GENERAL,
            "test_a_path_without_the_version_is_404_in_json",
            "test_a_path_that_is_not_implemented_is_an_error_not_an_empty_list",
            "test_a_method_that_the_path_does_not_take_is_405",
        )
        + of_module(GRAPH_PAGING, "test_searching_is_refused_plainly_and_not_implemented_otherwise"),
    ),
    Rule(
        source=Source.GRAPH,
        number=2,
        sentence="Every call needs a token of this tenant and for this resource, nextLinks, delta links and batches too; else 401.",
        tests=of_module(
            GRAPH_GENERAL,
            "test_every_path_needs_a_token",
            "test_a_malformed_token_is_refused",
            "test_a_token_for_another_resource_is_refused",
            "test_a_token_is_refused_once_its_time_is_over",
            "test_next_links_delta_links_and_batches_need_a_token_too",
        )
        + of_module(
            GRAPH_OBJECTS,
            "test_a_withheld_property_is_absent_although_it_was_selected",
            "test_an_access_policy_may_close_one_mailbox",
        ),
    ),
    Rule(
        source=Source.GRAPH,
        number=3,
        sentence="The token's roles decide for each path, every accepted role by itself; else 403 Authorization_RequestDenied.",
        tests=of_module(GRAPH_BATCH, "test_the_permission_is_looked_at_for_each_item")
        + of_module(
            GRAPH_GENERAL,
            "test_each_accepted_role_opens_the_path_by_itself",
            "test_a_role_that_is_not_enough_is_403",
            "test_a_token_without_roles_opens_nothing",
            "test_checking_member_groups_takes_the_rights_to_people_and_to_groups",
        )
        + of_module(GRAPH_TRUTH, "test_no_role_opens_a_path_that_it_does_not_really_open"),
    ),
    Rule(
        source=Source.GRAPH,
        number=4,
        sentence="Graph's errors are nested, the token endpoint's are flat; the inner error may be in lower case.",
        tests=of_module(
            GRAPH_GENERAL, "test_the_error_envelope_is_graphs_own", "test_the_inner_error_may_be_lower_case"
        )
        + of_module(TOKEN_ENDPOINT, "test_a_refusal_names_trace_correlation_and_time")
        + of_module(FAULTS_ON_SOCKETS, "test_every_service_has_an_error_body_of_its_own"),
    ),
    Rule(
        source=Source.GRAPH,
        number=5,
        sentence="Paths and queries are decoded before they are parsed; header names have no case.",
        tests=of_module(
            GRAPH_GENERAL,
            "test_percent_encoding_is_decoded_before_parsing",
            "test_header_names_are_read_in_any_case",
            "test_a_guests_sign_in_name_must_be_percent_encoded",
        ),
    ),
    Rule(
        source=Source.GRAPH,
        number=6,
        sentence="An unknown property or option, or a page size out of range, is 400; nothing is dropped in silence.",
        tests=of_module(
            GRAPH_GENERAL,
            "test_what_a_list_does_not_know_is_400_and_never_ignored",
            "test_a_page_size_out_of_range_says_so_in_graphs_words",
            "test_subscribed_skus_take_no_page_size",
            "test_a_property_of_single_objects_is_501_in_a_list",
        )
        + of_module(GRAPH_TRUTH, "test_a_type_has_exactly_the_properties_that_it_really_has"),
    ),
    Rule(
        source=Source.GRAPH,
        number=7,
        sentence="An unknown id is 404, also a group that was deleted between list and members.",
        tests=of_module(
            GRAPH_GENERAL,
            "test_an_id_that_no_object_has_is_404",
            "test_a_group_deleted_between_list_and_members_is_404",
        ),
    ),
    Rule(
        source=Source.GRAPH,
        number=8,
        sentence="Clock, seed and faults are in the caller's hand, and no control is on the paths of the services.",
        tests=of_module(
            GRAPH_BATCH,
            "test_a_fault_hits_one_item_only",
            "test_a_throttled_item_by_order_says_when_to_come_back",
            "test_an_item_that_is_no_json_comes_as_base64",
        )
        + of_module(
            GRAPH_GENERAL,
            "test_there_is_no_control_route_on_the_graph_paths",
            "test_the_same_seed_gives_the_same_answers",
        )
        + of_module(GRAPH_SWITCHES, "test_the_switches_survive_json")
        + of_module(
            FAULTS_ON_SOCKETS,
            "test_a_status_fault_carries_its_retry_after_as_given",
            "test_a_status_fault_without_retry_after_has_no_such_header",
            "test_a_connection_is_dropped_before_the_effect",
            "test_a_connection_is_dropped_after_the_effect",
            "test_half_a_body_is_announced_whole",
            "test_html_comes_with_200",
        )
        + of_module(ESTATE, "test_the_clock_is_put_forward_by_hand", "test_nothing_of_control_is_inside_the_services")
        + of_module(COMPANY, "test_a_seed_decides_everything"),
    ),
    Rule(
        source=Source.GRAPH,
        number=9,
        sentence="Ids are GUIDs that survive changes, deletion and restoration.",
        tests=of_module(GRAPH_DELTA, "test_a_restored_object_comes_whole")
        + of_module(GRAPH_OBJECTS, "test_an_id_survives_deletion_and_restoration"),
    ),
    Rule(
        source=Source.GRAPH,
        number=10,
        sentence="People come with exactly eleven properties by default; others are absent, not null.",
        tests=of_module(GRAPH_OBJECTS, "test_people_come_with_exactly_eleven_properties_by_default")
        + of_module(
            GRAPH_TRUTH,
            "test_a_type_promises_only_properties_that_it_has",
            "test_a_documented_person_has_the_properties_of_ours",
        ),
    ),
    Rule(
        source=Source.GRAPH,
        number=11,
        sentence="Groups come with their wide default set, but not with licences and members.",
        tests=of_module(GRAPH_OBJECTS, "test_groups_come_with_their_wide_default_but_not_with_all")
        + of_module(GRAPH_TRUTH, "test_a_documented_group_has_no_property_that_ours_lacks"),
    ),
    Rule(
        source=Source.GRAPH,
        number=12,
        sentence="A selection gives what was selected: null as null, an empty list as a list.",
        tests=of_module(
            GRAPH_OBJECTS,
            "test_a_selection_gives_only_what_was_selected",
            "test_lists_may_add_the_id_to_a_selection",
            "test_a_selected_null_is_null_and_an_empty_list_is_a_list",
        ),
    ),
    Rule(
        source=Source.GRAPH,
        number=13,
        sentence="Members say their type; whether a selection keeps it is a switch.",
        tests=of_module(GRAPH_OBJECTS, "test_members_say_their_type", "test_a_selection_of_members_may_lose_their_type")
        + of_module(GRAPH_TRUTH, "test_documented_members_come_in_the_same_envelope"),
    ),
    Rule(
        source=Source.GRAPH,
        number=14,
        sentence="Members of a type that the caller may not read come with type and id only.",
        tests=of_module(
            GRAPH_OBJECTS, "test_members_of_a_type_that_the_caller_may_not_read_come_with_type_and_id_only"
        ),
    ),
    Rule(
        source=Source.GRAPH,
        number=15,
        sentence="Members are direct; transitive members are the closure, each once; a cast filters, an impossible one is 400.",
        tests=of_module(
            GRAPH_OBJECTS,
            "test_members_are_direct_only",
            "test_transitive_members_are_the_closure_with_nested_groups_each_once",
            "test_transitive_members_end_on_a_cycle",
            "test_a_cast_filters_members",
            "test_a_cast_to_what_the_group_cannot_hold_is_400",
            "test_a_cast_to_what_is_no_member_type_is_400",
        )
        + of_module(GRAPH_PAGING, "test_a_cycle_of_groups_pages_to_its_end"),
    ),
    Rule(
        source=Source.GRAPH,
        number=16,
        sentence="A hidden membership is empty or refused without its own role.",
        tests=of_module(GRAPH_DELTA, "test_hidden_members_are_absent_without_their_role")
        + of_module(
            GRAPH_OBJECTS,
            "test_a_hidden_membership_is_empty_without_its_role",
            "test_a_hidden_membership_may_be_refused_without_its_role",
            "test_a_hidden_membership_is_shown_to_its_role",
            "test_a_hidden_membership_stays_hidden_through_every_other_door",
        ),
    ),
    Rule(
        source=Source.GRAPH,
        number=17,
        sentence="The company holds everything that makes directories hard to read.",
        tests=of_module(GRAPH_OBJECTS, "test_the_company_holds_all_that_makes_directories_hard")
        + of_module(
            COMPANY,
            "test_guests_are_told_by_sign_in_name_or_user_type",
            "test_some_people_have_no_mail",
            "test_mailboxes_that_nobody_owns_are_disabled_unlicensed_and_known_by_purpose",
            "test_people_have_up_to_four_aliases_and_other_kinds_of_proxy",
            "test_some_addresses_have_capitals",
            "test_groups_are_of_all_kinds_and_of_none",
            "test_groups_are_nested_and_some_stand_in_a_circle",
            "test_contacts_and_service_principals_are_members",
        ),
    ),
    Rule(
        source=Source.GRAPH,
        number=18,
        sentence="Deleted people and Microsoft 365 groups move to the deleted items, which take a cast; security groups are gone.",
        tests=of_module(GRAPH_DELTA, "test_a_security_group_is_deleted_for_good")
        + of_module(
            GRAPH_OBJECTS,
            "test_a_deleted_person_moves_to_the_deleted_items_and_leaves_everything_else",
            "test_a_restored_person_is_a_member_again",
            "test_a_purged_person_is_nowhere",
            "test_a_deleted_microsoft_365_group_can_be_restored",
            "test_a_deleted_security_group_is_gone_at_once",
            "test_a_deleted_security_group_may_be_kept",
            "test_deleted_items_need_a_cast",
        )
        + of_module(GRAPH_PAGING, "test_somebody_deleted_meanwhile_is_missing_from_the_later_pages")
        + of_module(GRAPH_TRUTH, "test_a_documented_deleted_group_has_no_property_that_ours_lacks"),
    ),
)
