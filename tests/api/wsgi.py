"""The API as a WSGI application: what the host does with a request before and after it."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote

from shared.api import ROUTES, Api, ApiRequest

PREFIX = "/api/"
Start = Callable[[str, list[tuple[str, str]]], object]


def application(api: Api) -> Callable[[dict[str, Any], Start], Iterable[bytes]]:
    """The routes of ``api`` under their prefix; what is no route of ours answers 404 without a body, as the host does."""

    def answer(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        found = _matched(environ["REQUEST_METHOD"], _path(environ))
        if found is None:
            start("404 Not Found", [("Content-Length", "0")])
            return [b""]
        route, params = found
        length = int(environ.get("CONTENT_LENGTH") or 0)
        response = api.handle(
            ApiRequest(
                method=environ["REQUEST_METHOD"],
                route=route,
                params=params,
                query=dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)),
                headers=_headers(environ),
                body=environ["wsgi.input"].read(length) if length else b"",
                url=f"https://sync.example.net{_path(environ)}",
            )
        )
        status = f"{response.status} {HTTPStatus(response.status).phrase}"
        start(status, [*response.headers.items(), ("Content-Length", str(len(response.body)))])
        return [response.body]

    return answer


def _path(environ: dict[str, Any]) -> str:
    path: str = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    return path


def _matched(method: str, path: str) -> tuple[str, dict[str, str]] | None:
    if not path.startswith(PREFIX):
        return None
    parts = path.removeprefix(PREFIX).split("/")
    for route in ROUTES:
        wanted = route.template.split("/")
        if str(route.method) == method and len(wanted) == len(parts) and all(map(_fits, wanted, parts)):
            params = {w[1:-1]: unquote(p) for w, p in zip(wanted, parts, strict=True) if w.startswith("{")}
            return route.template, params
    return None


def _fits(wanted: str, part: str) -> bool:
    return bool(part) if wanted.startswith("{") else wanted == part


def _headers(environ: dict[str, Any]) -> dict[str, str]:
    found = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    if environ.get("CONTENT_TYPE"):
        found["content-type"] = environ["CONTENT_TYPE"]
    return found
