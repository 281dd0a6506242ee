"""What the status warns of."""

from collections.abc import Iterable, Iterator

from shared.engine.administration.own_checks import EXPIRES_SOON_DAYS
from shared.engine.commands import SecretStatus


def status_warnings(
    *, secrets: Iterable[SecretStatus], is_login_refused: bool, is_late: bool, alert_hours: int
) -> tuple[str, ...]:
    """One sentence for everything that needs a person soon: a late sync, a refused login, secrets that expire."""
    return tuple(_warnings(secrets, is_login_refused=is_login_refused, is_late=is_late, alert_hours=alert_hours))


def _warnings(
    secrets: Iterable[SecretStatus], *, is_login_refused: bool, is_late: bool, alert_hours: int
) -> Iterator[str]:
    if is_late:
        yield f"No scheduled run has succeeded for more than {alert_hours} hours: look at the last runs."
    if is_login_refused:
        yield (
            "Essentials refused the API account's password, and scheduled runs wait: store the present password in Key "
            "Vault, then verify or search."
        )
    for secret in secrets:
        if secret.days_left is None:
            continue
        if secret.days_left < 0:
            yield f"The secret {secret.name} has expired: renew it."
        elif secret.days_left <= EXPIRES_SOON_DAYS:
            yield f"The secret {secret.name} expires in {secret.days_left} days: renew it."
