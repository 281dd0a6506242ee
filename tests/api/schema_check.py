"""Checks a JSON value against a schema of the API's own description; stricter than JSON Schema: nothing undescribed may appear."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
_KNOWN = {
    *("$ref", "anyOf", "type", "enum", "const", "properties", "required", "additionalProperties", "items", "format"),
    *("minimum", "maximum", "minLength", "maxLength", "uniqueItems", "title", "description", "default"),
}


def faults(value: object, schema: Mapping[str, Any], document: Mapping[str, Any], at: str = "$") -> list[str]:
    """Where ``value`` departs from ``schema``; empty where it fits."""
    return list(_faults(value, schema, document, at))


def _faults(value: object, schema: Mapping[str, Any], document: Mapping[str, Any], at: str) -> Iterator[str]:
    unknown = schema.keys() - _KNOWN
    assert not unknown, f"this check does not know {unknown}"
    if not schema:
        return  # anything fits
    if "$ref" in schema:
        yield from _faults(value, referred(schema["$ref"], document), document, at)
        return
    if "anyOf" in schema:
        found = [faults(value, choice, document, at) for choice in schema["anyOf"]]
        if all(found):
            yield from min(found, key=len)
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r} is none of {schema['enum']}"
    if "type" in schema:
        fits = isinstance(value, _TYPES[schema["type"]])
        if not fits or (isinstance(value, bool) and schema["type"] != "boolean"):
            yield f"{at}: {value!r} is no {schema['type']}"
            return
    if schema.get("format") == "date-time" and isinstance(value, str):
        assert datetime.fromisoformat(value).tzinfo is not None, at
    if isinstance(value, dict):
        yield from _object_faults(value, schema, document, at)
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _faults(item, schema.get("items", {}), document, f"{at}[{index}]")
    yield from _bounds(value, schema, at)


def _object_faults(
    value: dict[str, object], schema: Mapping[str, Any], document: Mapping[str, Any], at: str
) -> Iterator[str]:
    properties = schema.get("properties", {})
    more = schema.get("additionalProperties")
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{at}: {name} is missing"
    for name, item in value.items():
        if name in properties:
            yield from _faults(item, properties[name], document, f"{at}.{name}")
        elif isinstance(more, dict):
            yield from _faults(item, more, document, f"{at}.{name}")
        else:
            yield f"{at}: {name} is not described"


def _bounds(value: object, schema: Mapping[str, Any], at: str) -> Iterator[str]:
    if isinstance(value, int) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield f"{at}: {value} is out of bounds"
    if isinstance(value, str) and not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        yield f"{at}: the text is too short or too long"


def referred(ref: str, document: Mapping[str, Any]) -> Mapping[str, Any]:
    """What ``ref`` points to within ``document``."""
    found: Any = document
    for step in ref.removeprefix("#/").split("/"):
        found = found[step]
    assert isinstance(found, dict)
    return found
