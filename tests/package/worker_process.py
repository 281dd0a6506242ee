"""Started by itself with ``-I -S``: loads an unpacked package in the worker library and asks it for its health.

Arguments: the folder of the package, and a folder with the distributions that Azure would install. Prints one JSON object.
"""

import asyncio
import importlib.util
import json
import os
import sys
from types import SimpleNamespace
from typing import Any

_OF_THE_REPOSITORY = ("simulator", "tests", "devtool", "infra", "bench", "pytest", "msgraph")


class Message:
    """Stands for every protobuf message; a field given as None is not set."""

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update({name: value for name, value in fields.items() if value is not None})

    def WhichOneof(self, group: str) -> str | None:  # noqa: N802  # protobuf's name
        """The field that is set."""
        return "data" if group == "rpc_data" else next(iter(self.__dict__), None)

    def HasField(self, name: str) -> bool:  # noqa: N802  # protobuf's name
        """Whether the field is set."""
        return name in self.__dict__


class StatusResult(Message):
    """How a call to the worker ended."""

    Failure = 0
    Success = 1
    Cancelled = 2


class Protos:
    """The namespace of messages; any name becomes a message on first use."""

    StatusResult = StatusResult
    BindingInfo = type(
        "BindingInfo",
        (Message,),
        {"in": 0, "out": 1, "inout": 2, "undefined": 0, "string": 1, "binary": 2, "stream": 3},
    )

    def __getattr__(self, name: str) -> type[Message]:
        made = type(name, (Message,), {})
        setattr(self, name, made)
        return made


P = Protos()


async def _ask(runtime: Any, kind: str, message: Message) -> Any:
    request = SimpleNamespace(
        request=Message(**{kind: message}), name=kind, properties={"protos": P, "host": "loopback"}
    )
    answer = await getattr(runtime, kind)(request)
    if answer.result.status != StatusResult.Success:
        raise SystemExit(f"{kind}: {answer.result.exception.message}\n{answer.result.exception.stack_trace}")
    return answer


async def _health(runtime: Any, folder: str) -> dict[str, Any]:
    init = P.WorkerInitRequest(host_version="4.1052.200", capabilities={}, function_app_directory=folder)
    await _ask(runtime, "worker_init_request", init)
    described = await _ask(
        runtime, "functions_metadata_request", P.FunctionsMetadataRequest(function_app_directory=folder)
    )
    found = described.function_metadata_results
    for function in found:
        load = P.FunctionLoadRequest(function_id=function.function_id, metadata=function)
        await _ask(runtime, "function_load_request", load)
    (health,) = [function for function in found if '"health"' in "".join(function.raw_bindings)]
    (argument,) = [b["name"] for b in map(json.loads, health.raw_bindings) if b["type"] == "httpTrigger"]
    url = "https://sync.example.com/api/health"
    http = P.RpcHttp(method="GET", url=url, headers={}, params={}, query={}, body=P.TypedData())
    trace = P.RpcTraceContext(trace_parent="", trace_state="", attributes={})
    nothing = P.RpcException(message="", source="", stack_trace="")
    answer = await _ask(
        runtime,
        "invocation_request",
        P.InvocationRequest(
            invocation_id="00000000-0000-0000-0000-000000000001",
            function_id=health.function_id,
            input_data=[P.ParameterBinding(name=argument, data=P.TypedData(http=http))],
            trigger_metadata={},
            trace_context=trace,
            retry_context=P.RetryContext(retry_count=0, max_retry_count=0, exception=nothing),
        ),
    )
    told = answer.return_value.http
    return {
        "functions": sorted(function.name for function in found),
        "status": int(told.status_code),
        "body": json.loads(told.body.bytes),
    }


def main(folder: str, distributions: str) -> None:
    """Load, ask, tell."""
    sys.path.insert(0, distributions)
    # As the platform does it: the app's folder comes last.
    sys.path.append(folder)
    os.chdir(folder)
    import azure_functions_runtime as runtime

    runtime.start_threadpool_executor()
    told = asyncio.run(_health(runtime, folder))
    told["importable"] = [name for name in _OF_THE_REPOSITORY if importlib.util.find_spec(name)]
    told["shared"] = sys.modules["shared"].__path__[0]
    runtime.stop_threadpool_executor()
    sys.stdout.write(f"\n{json.dumps(told)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
