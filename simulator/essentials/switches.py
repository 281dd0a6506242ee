"""What nobody knows for sure about Essentials: one switch each, set by tests and ``/_control``."""

from dataclasses import dataclass
from enum import StrEnum


class PutMeaning(StrEnum):
    """What a PUT does to fields that it does not name."""

    MERGE = "merge"
    REPLACE = "replace"


class BatchBody(StrEnum):
    """What a batch with refused items answers."""

    USERS_AND_ERRORS = "users_and_errors"
    ITEMS = "items"
    """A bare array, one entry for every item in order, each with its ``status``."""


class CreatedBody(StrEnum):
    """What a POST answers that made everything it was asked to."""

    CREATED = "created"
    EMPTY = "empty"


class Rename(StrEnum):
    """What a PUT with another ``primary_email`` does."""

    RENAMES = "renames"
    """The uid stays, the old address is gone."""
    REFUSED = "refused"
    IGNORED = "ignored"


class AddressInUse(StrEnum):
    """What giving an address does that another account has."""

    REFUSED = "refused"
    MOVED = "moved"
    """The other account loses it; where it was its primary, its first alias takes that place, and without one it is gone."""


class LetterCase(StrEnum):
    """How addresses are kept; they are compared without case either way."""

    KEPT = "kept"
    LOWERED = "lowered"


class EmptyAliases(StrEnum):
    """How a list answer shows an account without aliases."""

    LIST = "list"
    NULL = "null"
    ABSENT = "absent"


class ExemptionsForm(StrEnum):
    """Which bodies ``PUT …/exemptions`` takes."""

    ANY = "any"
    STRINGS = "strings"
    OBJECTS = "objects"
    COMMA_SEPARATED = "comma_separated"


class EndpointsForm(StrEnum):
    """What the items of ``/endpoints`` are."""

    STRINGS = "strings"
    OBJECTS = "objects"


class MaskedKey(StrEnum):
    """How ``ad_key`` is shown."""

    ASTERISKS = "asterisks"
    LAST_FOUR = "last_four"
    ABSENT = "absent"


class RetryAfter(StrEnum):
    """How a 429 says when to come back."""

    ABSENT = "absent"
    SECONDS = "seconds"


class NativeSyncVersion(StrEnum):
    """Which behaviour the product's own directory sync has."""

    V1 = "v1"
    """Enabled people are active users, disabled ones inactive; another type means deleting and making anew."""
    V2 = "v2"
    """Enabled and licensed people are active users, disabled ones functional accounts; types change in place."""


@dataclass(slots=True, kw_only=True)
class EssentialsSwitches:
    """The simulated Essentials' open questions; the first value of each is the most defensible assumption."""

    put: PutMeaning = PutMeaning.MERGE
    created_body: CreatedBody = CreatedBody.CREATED
    batch_body: BatchBody = BatchBody.USERS_AND_ERRORS
    batch_created_status: int = 201
    batch_mixed_status: int = 207
    batch_failed_status: int = 207

    most_batch_items: int | None = None
    """None: as many as one likes."""
    largest_body_bytes: int | None = None
    """None: as large as one likes."""
    requests_per_minute: int | None = None
    """Of one caller; None: as many as one likes."""
    retry_after: RetryAfter = RetryAfter.ABSENT

    duplicate_status: int = 409
    invalid_status: int = 400
    user_cap_status: int = 403
    is_user_capped: bool = True
    """Whether no account may become an active user once the licences are used up."""

    rename: Rename = Rename.RENAMES
    address_in_use: AddressInUse = AddressInUse.REFUSED
    deactivation_frees_aliases: bool = False
    """Whether another account may take an alias of an inactive one, which thereby loses it."""
    deletion_reserves_seconds: float = 0
    """For so long nobody may have an address of a deleted account."""
    letter_case: LetterCase = LetterCase.KEPT

    alias_finds_account: bool = False
    """Whether ``GET /users/{alias}`` answers the account that has the alias."""
    list_has_sender_lists: bool = True
    empty_aliases: EmptyAliases = EmptyAliases.LIST

    own_account_may_go: bool = False
    """Whether the caller may delete, deactivate or demote itself; else 403."""
    promotion_sends_welcome_mail: bool = False
    """Whether ``silent_user`` to ``end_user`` by PUT sends a welcome mail."""
    functional_account_needs_name: bool = False
    """Whether a ``functional_account`` without ``firstname`` is refused."""
    login_settings_bind_api: bool = False
    """Whether forced Microsoft or identity provider login, or MFA, shuts the headers out (401)."""

    exemptions_form: ExemptionsForm = ExemptionsForm.ANY
    endpoints_form: EndpointsForm = EndpointsForm.STRINGS
    masked_key: MaskedKey = MaskedKey.ASTERISKS
    mask_overwrites_key: bool = True
    """Whether a mask that is sent back becomes the key, which breaks the native sync; else it is recognized."""

    native_sync_version: NativeSyncVersion = NativeSyncVersion.V1
    native_sync_removes_api_accounts: bool = True
    """Whether ``remove_deleted_users`` takes accounts as well that were made over the API."""
