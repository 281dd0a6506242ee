"""Returns: at a resume and at the end of a run, what its chains freed and nobody took goes back, or is named."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shared.diff.rows import listing
from shared.engine.freed import Freeings, Lent, lent
from shared.engine.lease_keeper import LeaseKeeper
from shared.engine.parts import Parts
from shared.engine.plan_record import PlanRecord
from shared.engine.put_back import PutBack
from shared.engine.reading import check_size, silent
from shared.engine.records import Removed
from shared.engine.run import Outcome, Problem
from shared.errors import CredentialError, PermissionMissingError, ServiceError, StateError, SyncError, ThrottledError
from shared.model import Account, Organization


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What became of what was to go back."""

    notes: Mapping[str, str]
    """What to say of it in the result of each change, by the change's id."""
    back: tuple[Lent, ...] = ()
    """What is where it was."""
    failed: tuple[str, ...] = ()
    """A sentence for each account that lacks something still."""
    unanswered: ServiceError | None = None
    """The last error of a service that may answer another time; None where there was none."""

    @property
    def problem(self) -> Problem | None:
        """What a run that ends so has to tell; None where everything is back."""
        if not self.failed:
            return None
        fix = "Give each address to an account in Essentials, or search again and execute the plan."
        return Problem(code="address_without_owner", detail=" ".join(self.failed), fix=fix)


class Returns:
    """Knows what the chains of one run freed, in this slice or an earlier one."""

    def __init__(self, parts: Parts, keeper: LeaseKeeper, record: PlanRecord, run_id: str) -> None:
        self._parts = parts
        self._keeper = keeper
        self._plan = record.plan
        self._run_id = run_id
        self._has_chains = any(change.chain is not None for change in record.plan.changes)

    def lent(self, outcomes: Mapping[str, Outcome], accounts: Iterable[Account]) -> tuple[Lent, ...]:
        """What was freed and not taken, by who has what among ``accounts``."""
        if not self._has_chains:
            return ()
        documents = self._parts.documents
        freeings, kept = Freeings(documents).of(self._run_id), Removed(documents).of(self._run_id)
        return lent(self._plan, outcomes, freeings, kept, tuple(accounts))

    def put_back(self, found: Iterable[Lent], organization: Organization) -> Returned:
        """Give all of it back; raises what concerns the service as a whole, and LeaseLostError."""
        putting_back = PutBack(
            self._parts.account_writer(), self._keeper, own_account=organization.certificate.own_account
        )
        notes: dict[str, str] = {}
        back: list[Lent] = []
        failed: list[str] = []
        unanswered: ServiceError | None = None
        for one in found:
            why = ""
            try:
                why = putting_back.give_back(one) if one.addresses else ""
            except (ThrottledError, CredentialError, PermissionMissingError, StateError):
                raise
            except ServiceError as error:
                unanswered, why = error, error.detail
            notes[one.change.id] = _note(one, why)
            if why:
                failed.append(f"{listing(one.addresses)} has no account: it could not go back to {one.giver}. {why}")
            elif one.addresses:
                back.append(one)
        return Returned(notes=notes, back=tuple(back), failed=tuple(failed), unanswered=unanswered)

    def settle(self, outcomes: Mapping[str, Outcome]) -> tuple[Organization, Returned]:
        """Before a run ends: the organization as listed when all that can go back is back. Raises what the reader raises as well."""
        if self.lent(outcomes, ()):
            self._keeper.wait_for_the_last_holder()
        organization = self._read()
        returned = self.put_back(self.lent(outcomes, organization.accounts), organization)
        return (self._read() if returned.back else organization), returned

    def last_try(self, outcomes: Mapping[str, Outcome]) -> tuple[str, ...]:
        """What of a run that is given up is not back, in sentences; nothing is raised, whatever goes wrong."""
        begun: tuple[Lent, ...] = ()
        try:
            begun = self.lent(outcomes, ())
            return self.settle(outcomes)[1].failed if begun else ()
        except SyncError as error:
            return tuple(
                f"{listing(one.addresses)} of the account {one.giver} may have no account: {error.detail}"
                for one in begun
            )

    def _read(self) -> Organization:
        organization = self._parts.organization_reader().read(progress=silent)
        check_size(organization, before=self._plan.accounts)
        return organization


def _note(one: Lent, why: str) -> str:
    if why:
        back = f"{listing(one.addresses)} could not go back at once: {why}"
    elif one.account is not None:
        back = "The account was removed for it before, and was made again."
    else:
        back = f"{listing(one.addresses)} was freed for it before, and was put back." if one.addresses else ""
    return " ".join(filter(None, (back, one.elsewhere)))
