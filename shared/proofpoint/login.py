"""How people sign in to the Essentials portal: read, and written whole."""

from shared.errors import UnexpectedAnswerError, UnreachableError
from shared.model import LoginSettings
from shared.proofpoint.answers import object_of
from shared.proofpoint.client import EssentialsClient
from shared.proofpoint.decode import is_true, text
from shared.proofpoint.encode import Json, json_bytes

_PATH = "/authentication/settings/login"


class LoginSettingsClient:
    """Reads and writes the sign-in settings of one organization."""

    def __init__(self, *, client: EssentialsClient) -> None:
        self._client = client

    def read(self) -> LoginSettings:
        """The settings in force; raises NotConfiguredError where the organization has none."""
        return _settings_of(self._body())

    def write(self, settings: LoginSettings) -> LoginSettings:
        """The settings as Essentials has them afterwards, which are these; fields that we do not know stay.

        Raises RefusedError, and UnexpectedAnswerError where Essentials took them and keeps something else.
        """
        body: Json = {
            **self._body(),
            "allow_local_login": settings.allow_local_login,
            "allow_azure_login": settings.allow_azure_login,
            "force_azure_login": settings.force_azure_login,
            "idp_for_forced_login": settings.idp_for_forced_login,
        }
        lost: UnreachableError | UnexpectedAnswerError | None = None
        try:
            answer = self._client.write("PUT", _PATH, json_body=json_bytes(body))
        except (UnreachableError, UnexpectedAnswerError) as error:
            lost = error
        else:
            if not answer.is_success:
                raise self._client.refusal(answer, "the sign-in settings", identifier=self._client.domain)
        kept = self.read()
        if kept != settings:
            raise lost or UnexpectedAnswerError(
                "Essentials took the sign-in settings, but keeps other values.",
                "Set them in the Essentials console under Account Management, Authentication.",
            )
        return kept

    def _body(self) -> Json:
        answer = self._client.get(_PATH)
        self._client.expect_success(answer)
        return dict(object_of(answer))


def _settings_of(body: Json) -> LoginSettings:
    return LoginSettings(
        allow_local_login=is_true(body.get("allow_local_login")),
        allow_azure_login=is_true(body.get("allow_azure_login")),
        force_azure_login=is_true(body.get("force_azure_login")),
        idp_for_forced_login=text(body.get("idp_for_forced_login")) or None,
    )
