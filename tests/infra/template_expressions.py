"""Expressions of ARM templates, as far as a snapshot leaves them open: what only Azure knows is answered here.

A snapshot resolves parameters, variables and modules; it leaves ``environment()``, ``reference()`` and secure parameters, and
with them every function around them. Source: learn.microsoft.com/azure/azure-resource-manager/templates/template-functions.
"""

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

_TOKEN = re.compile(r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+)|(?P<name>\w+)|(?P<sign>[()\[\],.]))")


class UnknownExpressionError(Exception):
    """The expression uses something that is not modelled here."""


@dataclass(frozen=True, slots=True)
class _Call:
    name: str
    arguments: tuple["_Node", ...]


@dataclass(frozen=True, slots=True)
class _Member:
    of: "_Node"
    key: "_Node"


_Node = _Call | _Member | str | int


@dataclass(frozen=True, slots=True, kw_only=True)
class Azure:
    """What only Azure knows."""

    environment: Mapping[str, Any]
    """What ``environment()`` answers."""
    references: Mapping[str, Mapping[str, Any]]
    """The properties that ``reference()`` answers, by resource type."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """Values of secure parameters."""

    def resolved(self, value: Any) -> Any:
        """``value``, itself or any value in it no expression any more; raises UnknownExpressionError."""
        if isinstance(value, dict):
            return {self.resolved(key): self.resolved(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.resolved(item) for item in value]
        if not isinstance(value, str) or not value.startswith("["):
            return value
        if value.startswith("[["):
            return value[1:]
        return self._value(_Parser(value[1:-1]).parse(), {})

    def _value(self, node: _Node, variables: Mapping[str, Any]) -> Any:
        match node:
            case str() | int():
                return node
            case _Member(of=of, key=key):
                return self._value(of, variables)[self._value(key, variables)]
            case _Call(name="lambdaVariables", arguments=(str() as variable,)):
                return variables[variable]
            case _Call(name="if", arguments=(condition, then, otherwise)):
                return self._value(then if self._value(condition, variables) else otherwise, variables)
            case _Call(name="lambda", arguments=(str() as variable, body)):
                return lambda item: self._value(body, {**variables, variable: item})
            case _Call(name=name, arguments=arguments):
                return self._called(name, [self._value(argument, variables) for argument in arguments])

    def _called(self, name: str, values: list[Any]) -> Any:
        match name, values:
            case "environment", []:
                return self.environment
            case "parameters", [parameter]:
                return self.parameters[parameter]
            case "reference", [resource_id, *_]:
                return self.references[_type_of(resource_id)]
        if name not in _FUNCTIONS:
            raise UnknownExpressionError(name)
        return _FUNCTIONS[name](*values)


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._kind = ""
        self._token = ""
        self._advance()

    def parse(self) -> _Node:
        node = self._expression()
        if self._kind:
            raise UnknownExpressionError(self._text[self._at :])
        return node

    def _expression(self) -> _Node:
        node = self._operand()
        while self._token in (".", "[") and self._kind == "sign":
            node = _Member(node, self._key())
        return node

    def _key(self) -> _Node:
        is_named = self._take() == "."
        if is_named:
            return self._take()
        key = self._expression()
        self._take()
        return key

    def _operand(self) -> _Node:
        kind, token = self._kind, self._take()
        if kind == "text":
            return token[1:-1].replace("''", "'")
        if kind == "number":
            return int(token)
        if kind != "name" or self._take() != "(":
            raise UnknownExpressionError(token)
        return _Call(token, tuple(self._arguments()))

    def _arguments(self) -> list[_Node]:
        found: list[_Node] = []
        while self._token != ")" or self._kind != "sign":
            found.append(self._expression())
            if self._token == ",":
                self._take()
        self._take()
        return found

    def _take(self) -> str:
        token = self._token
        self._advance()
        return token

    def _advance(self) -> None:
        match = _TOKEN.match(self._text, self._at)
        if match is None and self._text[self._at :].strip():
            raise UnknownExpressionError(self._text[self._at :])
        self._kind = (match.lastgroup or "") if match else ""
        self._token = match.group(self._kind) if match else ""
        self._at = match.end() if match else len(self._text)


def _type_of(resource_id: str) -> str:
    """The type in a resource id, without the names."""
    provider, *parts = resource_id.rpartition("/providers/")[2].split("/")
    return "/".join([provider, *parts[::2]])


def _union(*values: dict[str, Any]) -> dict[str, Any]:
    """Of objects without objects in them, as settings are."""
    return {key: item for value in values for key, item in value.items()}


def _create_object(*values: Any) -> dict[str, Any]:
    return dict(zip(values[::2], values[1::2], strict=True))


def _to_object(items: list[Any], key: Callable[[Any], str], value: Callable[[Any], Any]) -> dict[str, Any]:
    return {key(item): value(item) for item in items}


def _guid(*values: str) -> str:
    """Stable and of the right form; not Azure's own value."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "-".join(values)))


_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "createArray": lambda *values: list(values),
    "createObject": _create_object,
    "empty": lambda value: not value,
    "equals": lambda one, other: one == other,
    "extensionResourceId": lambda scope, kind, name: f"{scope}/providers/{kind}/{name}",
    "filter": lambda items, keep: [item for item in items if keep(item)],
    "format": lambda text, *values: text.format(*values),
    "guid": _guid,
    "not": lambda value: not value,
    "toObject": _to_object,
    "union": _union,
}
