"""Sends messages to the webhook that an administrator stored in Key Vault."""

import ssl
from dataclasses import dataclass, field

from shared.clock import Clock
from shared.engine.notices.notice import Message
from shared.errors import ThrottledError, UnexpectedAnswerError
from shared.notify.formats import plain_json, teams_card
from shared.notify.posting import Deadline, Resolve, addresses_within, posted, resolved
from shared.notify.webhook_address import require_allowed, webhook_address

SEND_SECONDS = 10.0
"""The whole of one message, look-up included."""

TRY_AGAIN_SECONDS = 600.0
"""The next look of the timer tries again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSender:
    """Implements MessageSender; each message is one POST on a connection of its own."""

    url: str = field(repr=False)
    """A secret: whoever has it can post."""
    allow_loopback: bool
    """Whether the webhook may be on this machine, which only a deployment on a local folder may have."""
    clock: Clock
    resolve: Resolve = resolved
    seconds: float = SEND_SECONDS

    def send(self, message: Message) -> None:
        """The message was taken.

        Raises NotConfiguredError where the URL may not be used, UnreachableError, UnexpectedAnswerError, ThrottledError;
        none of them holds anything of the URL.
        """
        address = webhook_address(self.url)
        body = teams_card(message) if address.is_teams_workflow else plain_json(message)
        deadline = Deadline(clock=self.clock, ends_at=self.clock.monotonic() + self.seconds)
        addresses = addresses_within(deadline, self.resolve, address)
        require_allowed(addresses, allow_loopback=self.allow_loopback)
        tls = ssl.create_default_context()
        status = posted(body, to=address, addresses=addresses, deadline=deadline, tls=tls)
        if status == 429:
            raise ThrottledError(
                "The webhook asks to slow down.",
                "Nothing to do: the app tries again.",
                retry_after_seconds=TRY_AGAIN_SECONDS,
            )
        if not 200 <= status < 300:
            raise UnexpectedAnswerError(
                f"The webhook answered {status}.",
                "Check the URL that the secret of NOTIFY_WEBHOOK_SECRET_NAME holds; redirects are not followed.",
            )
