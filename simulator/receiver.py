"""A receiver of messages on two paths: a Teams workflow, which takes one adaptive card, and a webhook that takes plain JSON.

Source: learn.microsoft.com/connectors/teams (trigger "When a Teams webhook request is received": 202 and no body; the
signature is part of the URL).
"""

import hmac
import json
import threading
from typing import Any

from simulator.wire import Request, Response, ServiceName, json_response
from simulator.world import Json

WORKFLOW_PATH = "/workflows/5197/triggers/manual/paths/invoke"
PLAIN_PATH = "/hooks/sync"

_CARD = "application/vnd.microsoft.card.adaptive"


class ReceiverService:
    """Keeps what it took; whoever does not know the signature is refused."""

    name = ServiceName.RECEIVER

    def __init__(self, *, signature: str) -> None:
        self._signature = signature
        self._lock = threading.Lock()
        self._messages: list[Json] = []

    def __repr__(self) -> str:
        return "ReceiverService()"

    def messages(self) -> list[Json]:
        """The bodies that were taken, in order."""
        with self._lock:
            return list(self._messages)

    def clear(self) -> None:
        """No message is kept."""
        with self._lock:
            self._messages.clear()

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        if request.path not in (WORKFLOW_PATH, PLAIN_PATH):
            return _refusal(404, "WorkflowNotFound")
        if request.method != "POST":
            return _refusal(405, "MethodNotAllowed")
        if not hmac.compare_digest(request.query.get("sig", "").encode(), self._signature.encode()):
            return _refusal(401, "DirectApiAuthorizationRequired")
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return _refusal(415, "UnsupportedMediaType")
        try:
            body = json.loads(request.body)
        except ValueError:
            return _refusal(400, "InvalidRequestContent")
        is_workflow = request.path == WORKFLOW_PATH
        if not (_is_card(body) if is_workflow else _is_plain(body)):
            return _refusal(400, "TriggerInputSchemaMismatch")
        with self._lock:
            self._messages.append(body)
        return Response(status=202 if is_workflow else 204)


def _is_plain(body: Any) -> bool:
    return isinstance(body, dict) and {"id", "title", "detail"} <= body.keys()


def _is_card(body: Any) -> bool:
    if not isinstance(body, dict) or body.get("type") != "message":
        return False
    attachments = body.get("attachments")
    if not isinstance(attachments, list) or not attachments:
        return False
    return all(
        isinstance(a, dict)
        and a.get("contentType") == _CARD
        and isinstance(a.get("content"), dict)
        and a["content"].get("type") == "AdaptiveCard"
        and isinstance(a["content"].get("body"), list)
        for a in attachments
    )


def _refusal(status: int, code: str) -> Response:
    return json_response(status, {"error": {"code": code, "message": "The message is not taken."}})
