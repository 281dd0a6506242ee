"""The app through its decorated functions, for Pythons that the worker library does not run on (below 3.13).

Says the same as the worker of everything that the contract suite of backends looks at, wrong return values included.
"""

import asyncio
import importlib.util
import inspect
import json
import os
import traceback
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import azure.functions as func
from azure.functions.queue import QueueMessage
from azure.functions.timer import TimerRequest

from simulator.host.app_folder import importable, script_path
from simulator.host.bindings import Function, read_function
from simulator.host.calls import Call, HttpAnswer, HttpCall, QueueCall, TimerCall
from simulator.host.errors import AppLoadError, FunctionFailedError

_THREADS = min(32, (os.cpu_count() or 1) + 4)
"""As the worker sizes its pool. Source: threadpool.py of the worker (ThreadPoolExecutor's own default)."""


class DecoratedBackend:
    """The app, imported and indexed from its one FunctionApp object."""

    def __init__(self, app: Path) -> None:
        self.name = f"azure-functions {func.__version__}, decorated functions"
        self._handlers: dict[str, Callable[..., Any]] = {}
        with importable(app):
            self.functions = self._load(app)
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="function")

    def start(self, function: Function, call: Call) -> Future[HttpAnswer | None]:
        """Begin one invocation; the future holds an answer for HTTP, None for the rest, or FunctionFailedError."""
        return self._pool.submit(self._invoke, function, call)

    def close(self) -> None:
        """Take no more calls; nothing waits for those under way."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _load(self, app: Path) -> tuple[Function, ...]:
        script = script_path(app)
        if not script.is_file():
            raise AppLoadError(f"{script} does not exist.", "Name the folder of a function app.")
        try:
            module = _import(script)
            apps = [value for value in vars(module).values() if isinstance(value, func.FunctionApp)]
            found = apps[0].get_functions() if len(apps) == 1 else []
        except Exception as error:
            raise AppLoadError(
                f"The app cannot be loaded: {type(error).__name__}: {error}\n{traceback.format_exc()}",
                "Correct the app.",
            ) from error
        if len(apps) > 1:
            raise AppLoadError(f"{script} has {len(apps)} FunctionApp objects.", "Keep one.")
        if not found:
            raise AppLoadError(f"{app} has 0 functions.", f"Register the blueprints in its {script.name}.")
        functions = []
        for indexed in found:
            bindings = [json.loads(text) for text in indexed.get_raw_bindings()]
            function = read_function(str(indexed.get_function_name()), bindings, os.environ)
            self._handlers[function.name] = indexed.get_user_function()
            functions.append(function)
        return tuple(functions)

    def _invoke(self, function: Function, call: Call) -> HttpAnswer | None:
        handler = self._handlers[function.name]
        arguments: dict[str, Any] = {function.trigger.argument: _argument(call)}
        if "context" in inspect.signature(handler).parameters:
            arguments["context"] = SimpleNamespace(invocation_id=str(uuid.uuid4()), function_name=function.name)
        try:
            returned = handler(**arguments)
            if inspect.iscoroutine(returned):
                returned = asyncio.run(returned)
            if isinstance(call, HttpCall):
                return _http_answer(returned)
        except Exception as error:
            raise FunctionFailedError(f"{type(error).__name__}: {error}", traceback.format_exc()) from error
        if returned is not None:
            raise FunctionFailedError(f"function {function.name} without a $return binding returned a non-None value")
        return None


def _import(script: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(script.stem, script)
    if spec is None or spec.loader is None:
        raise AppLoadError(f"{script} is no Python file.", "Name the folder of a function app.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _argument(call: Call) -> object:
    match call:
        case HttpCall():
            return func.HttpRequest(
                method=call.method,
                url=call.url,
                headers=call.headers,
                params=call.query,
                route_params=call.parameters,
                body=call.body,
            )
        case TimerCall():
            return TimerRequest(past_due=call.is_past_due)
        case QueueCall():
            return QueueMessage(  # type: ignore[no-untyped-call]  # published without types
                id=call.id,
                body=call.body,
                dequeue_count=call.dequeue_count,
                expiration_time=call.expires_at,
                insertion_time=call.inserted_at,
                time_next_visible=call.next_visible_at,
                pop_receipt=call.receipt,
            )


def _http_answer(returned: object) -> HttpAnswer:
    if isinstance(returned, str):
        return HttpAnswer(status=200, headers=(("Content-Type", "text/plain; charset=utf-8"),), body=returned.encode())
    if not isinstance(returned, func.HttpResponse):
        raise TypeError(f"an HTTP function returned {type(returned).__name__}, not a response or text")
    headers = tuple((name, value) for name, value in returned.headers.items())
    for name, value in headers:
        if not isinstance(value, str):
            raise TypeError(f"bad argument type for header {name!r}: {type(value).__name__}, expected str")
    if not any(name.lower() == "content-type" for name, _ in headers):
        charset = f"; charset={returned.charset}" if returned.mimetype.startswith("text/") else ""
        headers = (("Content-Type", f"{returned.mimetype}{charset}"), *headers)
    return HttpAnswer(status=returned.status_code, headers=headers, body=returned.get_body())
