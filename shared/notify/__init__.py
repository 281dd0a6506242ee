"""Messages to a webhook: the address is a secret, checked before each connection, and never followed anywhere else."""

from shared.notify.webhook import WebhookSender

__all__ = ["WebhookSender"]
