"""How the simulated Key Vault words what it answers."""

from datetime import datetime, timedelta

from simulator.wire import Response, json_response
from simulator.world import Json, VaultSecret

_RECOVERABLE_DAYS = 90


class VaultError(Exception):
    """A refusal on its way to becoming an answer."""

    def __init__(self, status: int, code: str, message: str, *, inner: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.inner = inner
        """The code inside, which says more; None where there is none."""

    def answer(self) -> Response:
        """The refusal as the vault sends it."""
        error: Json = {"code": self.code, "message": self.message}
        if self.inner is not None:
            error["innererror"] = {"code": self.inner}
        return json_response(self.status, {"error": error})


def bundle(origin: str, name: str, version: Json) -> Json:
    """A version with its value."""
    return {"value": version["value"], **listed_item(origin, name, version, with_version=True)}


def listed_item(origin: str, name: str, version: Json, *, with_version: bool) -> Json:
    """A version without its value; lists of secrets name no version."""
    where = f"{origin}/secrets/{name}"
    item: Json = {
        "id": f"{where}/{version['version']}" if with_version else where,
        "attributes": dict(version["attributes"]),
        "tags": {},
    }
    if version["contentType"] is not None:
        item["contentType"] = version["contentType"]
    return item


def deleted_item(origin: str, name: str, secret: VaultSecret, now: datetime) -> Json:
    """A deleted secret; the date of its deletion is not kept, so every look takes it for fresh."""
    return {
        **listed_item(origin, name, secret.versions[-1], with_version=False),
        "recoveryId": f"{origin}/deletedsecrets/{name}",
        "deletedDate": int(now.timestamp()),
        "scheduledPurgeDate": int((now + timedelta(days=_RECOVERABLE_DAYS)).timestamp()),
    }
