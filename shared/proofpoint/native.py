"""Settings of the product's own directory sync, and who is exempt from it: read, edited, written whole, read again."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from urllib.parse import quote

from shared.errors import UnexpectedAnswerError, UnreachableError
from shared.model import Address, NativeSync, NativeSyncEdit
from shared.proofpoint.answers import not_as_agreed, object_of
from shared.proofpoint.client import EssentialsClient, is_unavailable
from shared.proofpoint.decode import NOT_SHOWN, UnreadableError, exemptions_of, native_sync_of
from shared.proofpoint.encode import Json, json_bytes, without_masked
from shared.proofpoint.refusals import decoded
from shared.transport import Answer

_PATH = "/settings/azure"
_EXEMPTIONS_PATH = f"{_PATH}/exemptions"
_KEY = "ad_key"
_NAMES = {"frequency_hours": "sync_frequency", "application_secret": _KEY}
"""Names of Essentials where they are not ours."""


class NativeSyncClient:
    """Reads and writes the settings of the own sync of one organization."""

    def __init__(self, *, client: EssentialsClient) -> None:
        self._client = client

    def read(self) -> NativeSync:
        """The settings; NOT_SHOWN where Essentials refuses to show them."""
        answer = self._client.get(_PATH)
        if is_unavailable(answer):
            return NOT_SHOWN
        self._client.expect_success(answer)
        return native_sync_of(object_of(answer))

    def write(self, edit: NativeSyncEdit) -> NativeSync:
        """The settings as Essentials has them afterwards, the edit among them.

        The application's secret reads as a mask, which would become the secret: it is sent only where the edit has one.
        Raises RefusedError, and UnexpectedAnswerError where Essentials took the edit and keeps something else.
        """
        values = {name: value for name, value in asdict(edit).items() if value is not None}
        body: Json = without_masked(self._body(), _KEY)
        body.update({_NAMES.get(name, name): value for name, value in values.items()})
        lost: UnreachableError | UnexpectedAnswerError | None = None
        try:
            answer = self._client.write("PUT", _PATH, json_body=json_bytes(body))
        except (UnreachableError, UnexpectedAnswerError) as error:
            lost = error
        else:
            self._expect_taken(answer, "the settings of its own directory sync")
        if lost is not None and edit.application_secret is not None:
            raise lost  # nobody can read whether it arrived; written again, it is the same
        kept = self.read()
        present = asdict(kept)
        differing = sorted(name for name, value in values.items() if name in present and present[name] != value)
        if differing:
            raise lost or UnexpectedAnswerError(
                f"Essentials took the settings of its own directory sync, but not {', '.join(differing)}.",
                "Set them in the Essentials console under User Management, Import & Sync.",
            )
        return kept

    def exemptions(self) -> tuple[Address, ...]:
        """The addresses that the own sync leaves alone, sorted."""
        answer = self._client.get(_EXEMPTIONS_PATH)
        if is_unavailable(answer):
            return ()
        self._client.expect_success(answer)
        try:
            return exemptions_of(decoded(answer.json_bytes()))
        except UnreadableError as error:
            raise not_as_agreed(answer, str(error)) from error

    def exempt(self, addresses: Iterable[Address]) -> tuple[Address, ...]:
        """All exempt addresses, these among them.

        Nobody documents the form of the body, so the known forms are sent until reading shows the addresses.
        Raises UnexpectedAnswerError where none is taken.
        """
        wanted, exempt = set(addresses), self.exemptions()
        missing = sorted(wanted - set(exempt))
        said = ""
        for form in ([{"email": a} for a in missing], missing, ",".join(missing)):
            if wanted <= set(exempt):
                return exempt
            answer = self._client.write("PUT", _EXEMPTIONS_PATH, json_body=json_bytes(form))
            said = said or self._client.says(answer)
            exempt = self.exemptions()
        if wanted <= set(exempt):
            return exempt
        raise UnexpectedAnswerError(
            f"Essentials takes no form of exemption: {said}.",
            "Exempt the addresses in the Essentials console, in the report of Azure Directory Sync.",
        )

    def end_exemption(self, address: Address) -> None:
        """The own sync does not leave this address alone; it is no error where it never did. Raises RefusedError."""
        answer = self._client.write("DELETE", f"{_EXEMPTIONS_PATH}/{quote(address, safe='')}", json_body=None)
        if answer.status != 404:
            self._expect_taken(answer, f"to end the exemption of {address}")

    def _body(self) -> Mapping[str, object]:
        answer = self._client.get(_PATH)
        if is_unavailable(answer):
            return {}
        self._client.expect_success(answer)
        return object_of(answer)

    def _expect_taken(self, answer: Answer, what: str) -> None:
        if not answer.is_success:
            raise self._client.refusal(answer, what, identifier=self._client.domain)
