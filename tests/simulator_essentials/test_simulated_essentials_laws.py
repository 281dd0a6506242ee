"""What holds whatever is written, under every position of the switches that bear on it."""

from collections import Counter
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.essentials import AddressInUse, EssentialsSwitches, LetterCase, PutMeaning, Rename
from simulator.world import Json
from tests.simulator_essentials.organization import ADMIN, Client

ADDRESSES = [f"{name}@{domain}" for domain in ("contoso.example", "Fabrikam.example") for name in ("a", "B", "c", "d")]
some_addresses = st.sampled_from([*ADDRESSES, *(a.swapcase() for a in ADDRESSES), ADMIN, "dana.reyes@contoso.example"])
some_fields = st.fixed_dictionaries(
    {},
    optional={
        "primary_email": some_addresses,
        "alias_emails": st.lists(some_addresses, max_size=3),
        "is_active": st.booleans(),
        "type": st.sampled_from(["end_user", "silent_user", "functional_account"]),
    },
)
some_writes = st.lists(
    st.one_of(
        st.tuples(st.just("POST"), some_addresses, some_fields),
        st.tuples(st.just("PUT"), some_addresses, some_fields),
        st.tuples(st.just("DELETE"), some_addresses, st.just({})),
    ),
    max_size=12,
)
some_switches = st.builds(
    EssentialsSwitches,
    put=st.sampled_from(PutMeaning),
    rename=st.sampled_from(Rename),
    address_in_use=st.sampled_from(AddressInUse),
    letter_case=st.sampled_from(LetterCase),
    deactivation_frees_aliases=st.booleans(),
)
Write = tuple[str, str, Json]


def written(switches: EssentialsSwitches, writes: Sequence[Write]) -> Client:
    """An organization after these writes."""
    essentials = Client(switches)
    for method, address, fields in writes:
        body = {"primary_email": address, **fields} if method == "POST" else fields
        path = "/users" if method == "POST" else f"/users/{address}"
        answer = essentials.send(method, f"/orgs/contoso.example{path}", None if method == "DELETE" else body)
        assert answer.status in (201, 204, 400, 403, 404, 409)
    return essentials


@settings(max_examples=150)
@given(some_switches, some_writes)
def test_an_address_never_has_two_owners_and_the_caller_stays(
    switches: EssentialsSwitches, writes: Sequence[Write]
) -> None:
    """Rule 10."""
    essentials = written(switches, writes)
    rows = essentials.get("/users").json["users"]
    owned = Counter(a.lower() for row in rows for a in (row["primary_email"], *row["alias_emails"]))
    assert set(owned.values()) == {1}
    assert all(essentials.account(row["primary_email"]) == row for row in rows)
    assert essentials.account(ADMIN)["type"] == "organization_admin"


@settings(max_examples=60)
@given(some_switches, some_writes)
def test_what_is_read_can_always_be_put_back(switches: EssentialsSwitches, writes: Sequence[Write]) -> None:
    """Rule 7."""
    essentials = written(switches, writes)
    before = essentials.get("/users").json
    for row in before["users"]:
        assert essentials.put(row["primary_email"], essentials.account(row["primary_email"])).status == 204
    assert essentials.get("/users").json == before


@settings(max_examples=60)
@given(some_switches, some_writes)
def test_mail_goes_where_the_accounts_say_once_everybody_knows(
    switches: EssentialsSwitches, writes: Sequence[Write]
) -> None:
    """Rule 19."""
    essentials = written(switches, writes)
    essentials.advance(minutes=60)
    expected = {
        address.lower(): row["uid"] if row["is_active"] else None
        for row in essentials.get("/users").json["users"]
        for address in (row["primary_email"], *row["alias_emails"])
    }
    for address in ADDRESSES:
        assert essentials.service.mail_flow.recipient(address) == expected.get(address.lower())
