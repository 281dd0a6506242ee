"""The app in the library that runs Python functions in Azure, ``azure-functions-runtime``, in this process.

Microsoft's own newer worker drives it with plain objects in the same way. Source: github.com/Azure/azure-functions-python-worker
(runtimes/v2).
"""

import asyncio
import json
import os
import threading
import uuid
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import azure_functions_runtime as runtime

from simulator.host.app_folder import importable, script_path
from simulator.host.bindings import Function, read_function
from simulator.host.calls import Call, HttpAnswer, HttpCall, QueueCall, TimerCall
from simulator.host.errors import AppLoadError, FunctionFailedError
from simulator.host.protos import Protos

_HOST_VERSION = "4.1052.200"
_SAME_SITE = {1: "Lax", 2: "Strict", 3: "None"}


class WorkerBackend:
    """The app, indexed and loaded by the real worker library."""

    def __init__(self, app: Path) -> None:
        self.name = f"azure-functions-runtime {runtime.version.VERSION}"
        self._protos = Protos()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="worker-loop", daemon=True)
        self._thread.start()
        runtime.start_threadpool_executor()
        self._ids: dict[str, str] = {}
        try:
            with importable(app):
                self.functions = self._load(app)
        except BaseException:
            self.close()
            raise

    def start(self, function: Function, call: Call) -> Future[HttpAnswer | None]:
        """Begin one invocation; the future holds an answer for HTTP, None for the rest, or FunctionFailedError."""
        return asyncio.run_coroutine_threadsafe(self._invoke(function, call), self._loop)

    def close(self) -> None:
        """Take no more calls; nothing waits for those under way."""
        # The library's own stop waits for functions that may run for minutes.
        threading.Thread(target=runtime.stop_threadpool_executor, name="worker-stop", daemon=True).start()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        if not self._thread.is_alive():
            self._loop.close()

    def _load(self, app: Path) -> tuple[Function, ...]:
        p, folder = self._protos, str(app)
        if not script_path(app).is_file():
            raise AppLoadError(f"{script_path(app)} does not exist.", "Name the folder of a function app.")
        self._ask_now(
            "worker_init_request",
            p.WorkerInitRequest(host_version=_HOST_VERSION, capabilities={}, function_app_directory=folder),
        )
        answer = self._ask_now("functions_metadata_request", p.FunctionsMetadataRequest(function_app_directory=folder))
        found = getattr(answer, "function_metadata_results", ())
        if not found:
            raise AppLoadError(f"{folder} has 0 functions.", "Register the blueprints in its function_app.py.")
        functions = []
        for metadata in found:
            self._ask_now(
                "function_load_request", p.FunctionLoadRequest(function_id=metadata.function_id, metadata=metadata)
            )
            bindings = [json.loads(text) for text in metadata.raw_bindings]
            functions.append(read_function(metadata.name, bindings, os.environ))
            self._ids[metadata.name] = metadata.function_id
        return tuple(functions)

    def _ask_now(self, kind: str, message: Any) -> Any:
        answer = asyncio.run_coroutine_threadsafe(self._ask(kind, message), self._loop).result()
        if answer.result.status != self._protos.StatusResult.Success:
            problem = answer.result.exception
            raise AppLoadError(
                f"The worker cannot load the app: {problem.message}\n{problem.stack_trace}", "Correct the app."
            )
        return answer

    async def _ask(self, kind: str, message: Any) -> Any:
        request = SimpleNamespace(
            name=kind,
            request=SimpleNamespace(**{kind: message}),
            properties={"protos": self._protos, "host": "127.0.0.1"},
        )
        return await getattr(runtime, kind)(request)

    async def _invoke(self, function: Function, call: Call) -> HttpAnswer | None:
        p = self._protos
        data, metadata = self._input(call)
        answer = await self._ask(
            "invocation_request",
            p.InvocationRequest(
                invocation_id=str(uuid.uuid4()),
                function_id=self._ids[function.name],
                input_data=[p.ParameterBinding(name=function.trigger.argument, data=data)],
                trigger_metadata=metadata,
                trace_context=p.RpcTraceContext(
                    trace_parent=f"00-{uuid.uuid4().hex}-{uuid.uuid4().hex[:16]}-01", trace_state="", attributes={}
                ),
                retry_context=p.RetryContext(
                    retry_count=0, max_retry_count=0, exception=p.RpcException(message="", source="", stack_trace="")
                ),
            ),
        )
        if answer.result.status != p.StatusResult.Success:
            raise FunctionFailedError(answer.result.exception.message, answer.result.exception.stack_trace)
        return _http_answer(answer.return_value) if isinstance(call, HttpCall) else None

    def _input(self, call: Call) -> tuple[Any, dict[str, Any]]:
        p = self._protos
        match call:
            case HttpCall():
                body = p.TypedData(bytes=call.body) if call.body else p.TypedData()
                http = p.RpcHttp(
                    method=call.method,
                    url=call.url,
                    headers=dict(call.headers),
                    params=dict(call.parameters),
                    query=dict(call.query),
                    body=body,
                )
                return p.TypedData(http=http), {}
            case TimerCall():
                schedule = {"AdjustForDST": True}
                status = {"Schedule": schedule, "ScheduleStatus": None, "IsPastDue": call.is_past_due}
                return p.TypedData(json=json.dumps(status)), {}
            case QueueCall():
                fields = {
                    "Id": call.id,
                    "DequeueCount": call.dequeue_count,
                    "ExpirationTime": call.expires_at.isoformat(),
                    "InsertionTime": call.inserted_at.isoformat(),
                    "NextVisibleTime": call.next_visible_at.isoformat(),
                    "PopReceipt": call.receipt,
                }
                return p.TypedData(string=call.body), {
                    key: p.TypedData(json=json.dumps(value)) for key, value in fields.items()
                }


def _http_answer(value: Any) -> HttpAnswer:
    if not value.HasField("http"):
        # A function may return plain text; the host answers 200 with it.
        return HttpAnswer(status=200, headers=(("Content-Type", "text/plain; charset=utf-8"),), body=_content(value))
    http = value.http
    cookies = tuple(("Set-Cookie", _cookie(cookie)) for cookie in getattr(http, "cookies", None) or ())
    return HttpAnswer(status=int(http.status_code), headers=(*http.headers.items(), *cookies), body=_content(http.body))


def _content(data: Any) -> bytes:
    kind = data.WhichOneof("data")
    value = getattr(data, kind) if kind else b""
    return value if isinstance(value, bytes) else str(value).encode()


def _cookie(cookie: Any) -> str:
    def attribute(name: str) -> Any:
        return getattr(getattr(cookie, name, None), "value", None)

    parts = [f"{cookie.name}={cookie.value}"]
    parts += [
        f"{label}={attribute(name)}" for label, name in (("Path", "path"), ("Domain", "domain")) if attribute(name)
    ]
    if (seconds := attribute("max_age")) is not None:
        parts.append(f"Max-Age={int(seconds)}")
    parts += [label for label, name in (("Secure", "secure"), ("HttpOnly", "http_only")) if attribute(name)]
    if same_site := _SAME_SITE.get(getattr(cookie, "same_site", 0)):
        parts.append(f"SameSite={same_site}")
    return "; ".join(parts)
