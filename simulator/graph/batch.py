"""``POST /$batch``: up to 20 requests in one, each with its own status and headers, answered in any order.

Source: learn.microsoft.com/graph/json-batching.
"""

import base64
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

import msgspec

from simulator.effects import Substitute, altered_answer, substitute_answer
from simulator.faults import FaultBook
from simulator.graph.answers import GraphError, answer
from simulator.graph.call import VERSION, Call, json_body, parse_target
from simulator.wire import Response, ServiceName
from simulator.world import Json

_MOST_ITEMS = 20
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One request of a batch, as sent."""

    id: str
    method: str
    url: str
    """Without a leading slash."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    depends_on: tuple[str, ...]


class Batch:
    """Carries out batches; ``carry_out`` answers one call, refusals included."""

    def __init__(
        self,
        *,
        faults: FaultBook,
        carry_out: Callable[[Call], Response],
        refuse: Callable[[Call, GraphError], Response],
    ) -> None:
        self._faults = faults
        self._carry_out = carry_out
        self._refuse = refuse

    def handle(self, call: Call, chance: random.Random) -> Response:
        """POST /$batch. Raises GraphError (400) where the batch as a whole makes no sense."""
        if call.method != "POST":
            message = "Specified HTTP method is not allowed for the request target."
            raise GraphError(status=405, code="Request_BadRequest", message=message)
        responses: dict[str, Response] = {}
        for item in _in_order(_items(json_body(call))):
            path, mark, query = item.url.partition("?")
            effect = self._faults.item_fault(ServiceName.GRAPH, item.method, f"{VERSION}/{unquote(path)}{mark}{query}")
            if isinstance(effect, Substitute):
                responses[item.id] = substitute_answer(effect, service=ServiceName.GRAPH)
                continue
            response = self._one(call, item, responses)
            if effect is not None:
                url = f"{call.base}/{item.url}"
                response = altered_answer(effect, response, service=ServiceName.GRAPH, url=url)
            responses[item.id] = response
        shown = [_shown(key, response) for key, response in responses.items()]
        chance.shuffle(shown)
        return answer({"responses": shown})

    def _one(self, call: Call, item: Item, earlier: Mapping[str, Response]) -> Response:
        inner = Call(
            method=item.method,
            target=parse_target(f"/{item.url}"),
            headers={**item.headers, "client-request-id": call.headers.get("client-request-id", "")},
            body=item.body,
            origin=call.origin,
            caller=call.caller,
        )
        failed = [key for key in item.depends_on if earlier[key].status >= 400]
        if failed:
            message = f"The request depends on '{failed[0]}', which failed."
            return self._refuse(inner, GraphError(status=424, code="FailedDependency", message=message))
        if inner.target.path == "/$batch":
            message = "A batch cannot hold a batch."
            return self._refuse(inner, GraphError(status=400, code="BadRequest", message=message))
        return self._carry_out(inner)


def _refusal(message: str) -> GraphError:
    return GraphError(status=400, code="BadRequest", message=message)


def _items(content: object) -> list[Item]:
    match content:
        case {"requests": [*requests]} if requests:
            pass
        case _:
            raise _refusal("Batch request must hold a list 'requests' with at least one request.")
    if len(requests) > _MOST_ITEMS:
        raise _refusal(f"Number of batch request steps exceeds the maximum value of {_MOST_ITEMS}.")
    items = [_item(request) for request in requests]
    if len({item.id.casefold() for item in items}) < len(items):
        raise _refusal("Batch request ids must be unique, regardless of case.")
    return items


def _item(request: object) -> Item:
    if not isinstance(request, dict):
        raise _refusal("Every request of a batch must be an object.")
    key, method, url = request.get("id"), request.get("method"), request.get("url")
    if not (isinstance(key, str) and key and isinstance(method, str) and isinstance(url, str) and url):
        raise _refusal("Every request of a batch needs the texts 'id', 'method' and 'url'.")
    if method.upper() not in _METHODS:
        raise _refusal(f"Method '{method}' of request '{key}' is not allowed.")
    if "://" in url.partition("?")[0]:
        raise _refusal(f"The url of request '{key}' must be relative.")
    headers = request.get("headers") or {}
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        raise _refusal(f"The headers of request '{key}' must be an object of texts.")
    folded = {str(name).lower(): str(value) for name, value in headers.items()}
    body = request.get("body")
    if body is not None and "content-type" not in folded:
        raise _refusal(f"Request '{key}' has a body, so it needs the header 'Content-Type'.")
    depends_on = request.get("dependsOn") or []
    if not isinstance(depends_on, list) or not all(isinstance(other, str) for other in depends_on):
        raise _refusal(f"'dependsOn' of request '{key}' must be a list of ids.")
    return Item(
        id=key,
        method=method.upper(),
        url=url.removeprefix("/"),
        headers=folded,
        body=b"" if body is None else msgspec.json.encode(body),
        depends_on=tuple(depends_on),
    )


def _in_order(items: list[Item]) -> list[Item]:
    """The items, each after those that it depends on."""
    known = {item.id for item in items}
    for item in items:
        for other in item.depends_on:
            if other not in known:
                raise _refusal(f"Request '{item.id}' depends on '{other}', which is not in the batch.")
    placed: dict[str, Item] = {}
    waiting = list(items)
    while waiting:
        ready = [item for item in waiting if all(other in placed for other in item.depends_on)]
        if not ready:
            raise _refusal("The requests of the batch depend on each other in a circle.")
        placed |= {item.id: item for item in ready}
        waiting = [item for item in waiting if item.id not in placed]
    return list(placed.values())


def _shown(key: str, response: Response) -> Json:
    content = response.headers.get("Content-Type", "")
    body: object = None
    if "json" in content:
        body = msgspec.Raw(response.body)
    elif content.startswith("text/plain"):
        body = response.body.decode()
    elif response.body:
        body = base64.b64encode(response.body).decode()
    return {"id": key, "status": response.status, "headers": dict(response.headers), "body": body}
