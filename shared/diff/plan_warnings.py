"""What a plan says as a whole: about the product's own sync, domains, kinds and mails, before anybody looks at a row."""

from collections import Counter

from shared.diff.ledger import ALIAS_NOTE
from shared.diff.options import What
from shared.diff.situation import Situation
from shared.diff.subject import Wish
from shared.model import GroupKind


def plan_warnings(situation: Situation, *, welcome_emails: int) -> tuple[str, ...]:
    """Every warning of the plan; ``welcome_emails`` is how many its ticked changes send."""
    return (
        *situation.warnings,
        *_native_warning(situation),
        *_domain_warnings(situation),
        *_not_representable_warning(situation),
        *_not_kept_warning(situation),
        *_welcome_warning(welcome_emails),
    )


def may_write_users(situation: Situation) -> bool:
    """Whether the native sync wrote users when its settings were last shown, and they are not shown now."""
    return not situation.organization.native_sync.is_shown and situation.ledger.native_sync_wrote_users


def _native_warning(situation: Situation) -> tuple[str, ...]:
    native_sync = situation.organization.native_sync
    if not native_sync.is_shown:
        was = (
            "it wrote users when it was last shown"
            if situation.ledger.native_sync_wrote_users
            else "never seen to be on"
        )
        what = f"native_sync_unknown: Essentials does not show the settings of its own directory sync ({was})."
        return (f"{what} Look in its console before you execute: if it is on there, two writers would fight.",)
    if not native_sync.writes_users:
        return ()
    hours = native_sync.frequency_hours
    return (
        f"native_sync_on: the product's own directory sync writes users every {hours} hours, and two writers would fight.",
    )


def _not_kept_warning(situation: Situation) -> tuple[str, ...]:
    """What Essentials took and did not keep is no change any more, so it is said here."""
    entries = (found.entry for found in situation.matching.by_object.values() if found.entry is not None)
    lost = sum(name.startswith(ALIAS_NOTE) for entry in entries for name in entry.read_otherwise)
    if not lost:
        return ()
    return (
        f"{lost} addresses were sent to Essentials, which took them and does not list them: mail to them may not arrive.",
    )


def _domain_warnings(situation: Situation) -> tuple[str, ...]:
    """Each domain that somebody waits for: registered and active there, their addresses would be synced."""
    waiting: Counter[str] = Counter()
    for subject in situation.subjects.values():
        if isinstance(subject.verdict, Wish) and subject.addresses is not None and subject.addresses.left_out:
            waiting.update({address.rpartition("@")[2] for address in subject.addresses.left_out})
    return tuple(
        f"unregistered_domain: {domain} is not registered and active in Essentials; {count} people or groups wait for it. "
        "Register it there, and the next search syncs their addresses."
        for domain, count in sorted(waiting.items())
    )


def _not_representable_warning(situation: Situation) -> tuple[str, ...]:
    if What.SECURITY_GROUPS not in situation.options.what:
        return ()
    count = sum(1 for group in situation.directory.groups if group.kind is GroupKind.SECURITY)
    if not count:
        return ()
    left_out = (
        "Essentials' API has accounts only, so they are left out; SYNC_NATIVE=groups_only keeps them as containers."
    )
    return (f"not_representable: {count} security groups have no address. {left_out}",)


def _welcome_warning(count: int) -> tuple[str, ...]:
    return (f"welcome_emails: executing what is ticked sends {count} welcome mails.",) if count else ()
