"""docs/api.md, written from the table of routes: ``python -m shared.api.reference > docs/api.md``."""

import sys
from collections.abc import Iterator

import msgspec

from shared.api.bodies import choices_of, fields_of
from shared.api.http import Method
from shared.api.problems import status_of
from shared.api.route import DescriptionAccess, OpenAccess, PageAccess, RoleAccess, Route, refusals_of
from shared.api.routes.table import ROUTES
from shared.engine.run import ActorKind
from shared.errors import SyncError

_TELLING = ("shared.errors", "shared.engine.refusals", "shared.api.problems")
"""The modules whose errors callers may meet."""

_HEAD = """# HTTP API

Written by `python -m shared.api.reference > docs/api.md`; a test fails when it is out of date. The same in OpenAPI 3.1, with every
shape: `GET /api/openapi.json`.

- Errors are `application/problem+json` (RFC 9457): `type, title, status, detail, code, fix`, and `run_id`, `numbers`,
  `selection_digest`, `settings` or `reference` where they apply. `code` is stable; `fix` says what to do.
- Every answer has `Cache-Control: no-store`. Long work answers 202 with `Location` and `Retry-After`.
- Addresses travel in bodies, never in paths or queries. Bodies are strict: an unknown field is refused by name.
- What changes state needs `Content-Type: application/json`, `X-Sync-Request: 1` and, from a browser, the app's own origin.
- A search of a large directory reads what changed in Entra since the last one, where that is enough; `"read": "whole"` has everything
  read. In the head of its plan, `certificates.directory.whole_read_at` says when everything was read last; null: at `read_at`, by this search.

## Who may call

`AUTH_MODE` decides, together with the platform's sign-in. Where it is neither `easyauth` nor `key`, or changes while the app runs,
every answer is 503.

- `easyauth`: platform sign-in stands in front (`/api/health` is its only excluded path). People hold the app role `Sync.Admin` or
  `Sync.Reader`; applications hold `Sync.Automation`, with a token that they got with their own credential.
- `key`: send the function key as `x-functions-key`. A key has no identity: its holder may do everything.

Applications never send `accept`, `include` or `approve` (403 `people_only`), and execute only while the gate is open. Settings,
exemptions, audit and explanations are for people; verify is for applications too.

## Routes
"""


def reference() -> str:
    """The whole page."""
    lines = [
        _HEAD,
        "| route | for | does | good answers | problems |",
        "| --- | --- | --- | --- | --- |",
        *(_row(route) for route in ROUTES),
        "",
        "## Bodies of requests",
        "",
        *_bodies(),
        "",
        "## Problems",
        "",
        "| status | code | means |",
        "| --- | --- | --- |",
        *_codes(),
        "| 500 | `unexpected` | A fault of the app itself; `reference` finds it in the log. |",
    ]
    return "\n".join(lines) + "\n"


def _row(route: Route) -> str:
    good = ", ".join(f"{s.status} {' or '.join(t.__name__ for t in s.types) or 'file'}" for s in route.shapes)
    problems = " ".join(str(status) for status in refusals_of(route)) or "none"
    return f"| `{route.method} {route.path}` | {_whom(route)} | {route.summary} | {good} | {problems} |"


def _whom(route: Route) -> str:
    match route.access:
        case PageAccess():
            return "page"
        case OpenAccess():
            return "everybody"
        case DescriptionAccess():
            return "any role"
        case RoleAccess() as access:
            return f"{access.role}{', applications' if ActorKind.APPLICATION in access.callers else ''}"


def _bodies() -> Iterator[str]:
    yield from ("| body of | field | takes |", "| --- | --- | --- |")
    for route in ROUTES:
        if isinstance(route.access, RoleAccess) and route.method is not Method.GET:
            for name, kind in fields_of(route.access.body).items():
                yield f"| `{route.method} {route.template}` | `{name}` | {' '.join(f'`{c}`' for c in choices_of(kind)) or _kind(kind)} |"


def _kind(kind: msgspec.inspect.Type) -> str:
    match kind:
        case msgspec.inspect.IntType():
            return f"a number from {kind.ge}" + (f" to {kind.le}" if kind.le is not None else "")
        case msgspec.inspect.FrozenSetType():
            return "a list of ids"
        case _:
            return "text"


def _codes() -> Iterator[str]:
    kinds = {kind.code: kind for kind in _below(SyncError) if kind.__module__ in _TELLING}
    for kind in sorted(kinds.values(), key=lambda kind: (status_of(kind), kind.code)):
        yield f"| {status_of(kind)} | `{kind.code}` | {_first_line(kind.__doc__)} |"


def _below(kind: type[SyncError]) -> Iterator[type[SyncError]]:
    for below in kind.__subclasses__():
        yield below
        yield from _below(below)


def _first_line(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0].replace("``", "`")


if __name__ == "__main__":
    sys.stdout.write(reference())
