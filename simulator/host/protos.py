"""The messages that the worker library is driven with: plain objects in the place of protobuf's.

The library never imports protobuf; it builds its answers from the ``protos`` object that its transport hands it.
"""

from typing import Any


class Message:
    """Stands for every protobuf message; a field given as None is not set."""

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update({name: value for name, value in fields.items() if value is not None})

    def WhichOneof(self, group: str) -> str | None:  # protobuf's name
        """The field that is set."""
        return "data" if group == "rpc_data" else next(iter(self.__dict__), None)

    def HasField(self, name: str) -> bool:  # protobuf's name
        """Whether the field is set."""
        return name in self.__dict__

    def __getattr__(self, name: str) -> Any:
        # Reached only for a field that is not set: a wrong name raises as protobuf would.
        raise AttributeError(f"{type(self).__name__} has no field {name} set")


class RpcHttp(Message):
    """A request or answer; like protobuf it takes header values that are text and nothing else."""

    def __init__(self, **fields: Any) -> None:
        super().__init__(**fields)
        for name, value in self.__dict__.get("headers", {}).items():
            if not (isinstance(name, str) and isinstance(value, str)):
                raise TypeError(f"bad argument type for header {name!r}: {type(value).__name__}, expected str")


class StatusResult(Message):
    """How a call to the worker ended."""

    Failure = 0
    Success = 1
    Cancelled = 2


class RpcHttpCookie(Message):
    """A cookie of an answer; its attributes come wrapped in ``.value``."""

    SameSite = type("SameSite", (), {"None": 0, "Lax": 1, "Strict": 2, "ExplicitNone": 3})


BindingInfo = type(
    "BindingInfo",
    (Message,),
    {"in": 0, "out": 1, "inout": 2, "undefined": 0, "string": 1, "binary": 2, "stream": 3},
)


class Protos:
    """The namespace of messages; any name becomes a message on first use."""

    RpcHttp = RpcHttp
    RpcHttpCookie = RpcHttpCookie
    StatusResult = StatusResult
    BindingInfo = BindingInfo

    def __getattr__(self, name: str) -> type[Message]:
        if name.startswith("_"):
            raise AttributeError(name)
        made = type(name, (Message,), {})
        setattr(self, name, made)
        return made
