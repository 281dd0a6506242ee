"""What is around a body in storage: the schema version and the random ``write_id``, as JSON.

A document is ``{"schema": 1, "write_id": …, "body": …}``. A journal has one line of text for each append,
``{"schema": 1, "write_id": …, "lines": […]}``: what is appended together is there together or not at all, in any store,
whatever is cut short.
"""

import gzip
import zlib
from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from shared.errors import DamagedDocumentError, UnknownSchemaError
from shared.state.paths import is_compressed

SCHEMA_VERSION = 1
"""Raised whenever what is stored changes so that an older or newer app would read it wrongly."""

T = TypeVar("T")


class _Document(msgspec.Struct, frozen=True):
    schema: int
    write_id: str
    body: Any


class _Append(msgspec.Struct, frozen=True):
    schema: int
    write_id: str
    lines: Sequence[Any]


class _Mark(msgspec.Struct, frozen=True):
    schema: int
    write_id: str = ""


class _RawBody(msgspec.Struct, frozen=True):
    body: msgspec.Raw


class _RawLines(msgspec.Struct, frozen=True):
    lines: list[msgspec.Raw]


# The same body is the same bytes: sets and mappings have an order.
_encoder = msgspec.json.Encoder(order="deterministic")
_mark_decoder = msgspec.json.Decoder(_Mark)
_body_decoder = msgspec.json.Decoder(_RawBody)
_lines_decoder = msgspec.json.Decoder(_RawLines)


_decoders: dict[object, msgspec.json.Decoder[Any]] = {}
"""By type; making one costs more than a small document."""


def _decoder(body_type: type[T]) -> msgspec.json.Decoder[T]:
    found = _decoders.get(body_type)
    if found is None:
        found = _decoders[body_type] = msgspec.json.Decoder(body_type)
    return found


def _require_readable(body: object) -> None:
    """Raise TypeError where the type of ``body`` could be written but never be read back."""
    _decoder(type(body))


def encode_document(path: str, body: object, write_id: str) -> bytes:
    """The document as stored; raises TypeError for a body whose type could not be read back."""
    _require_readable(body)
    data = _encoder.encode(_Document(schema=SCHEMA_VERSION, write_id=write_id, body=body))
    # Without a time stamp the same document is the same bytes.
    return gzip.compress(data, compresslevel=6, mtime=0) if is_compressed(path) else data


def encode_append(lines: Sequence[object], write_id: str) -> bytes:
    """One append as stored, its line end included; raises TypeError for lines whose type could not be read back."""
    for line in lines:
        _require_readable(line)
    return _encoder.encode(_Append(schema=SCHEMA_VERSION, write_id=write_id, lines=lines)) + b"\n"


def write_id_of(path: str, data: bytes) -> str | None:
    """The ``write_id`` of a stored document of any schema; None where it has none that can be read."""
    try:
        return _mark_decoder.decode(_plain(path, data)).write_id
    except (msgspec.DecodeError, UnicodeDecodeError, OSError, EOFError, zlib.error):
        return None


def decode_document(path: str, data: bytes, body_type: type[T], *, place: str) -> T:
    """The body of a stored document; raises DamagedDocumentError and UnknownSchemaError, naming path and place."""
    try:
        plain = _plain(path, data)
        _check_schema(_mark_decoder.decode(plain), path, place)
        return _decoder(body_type).decode(_body_decoder.decode(plain).body)
    except (msgspec.DecodeError, UnicodeDecodeError, OSError, EOFError, zlib.error) as error:
        raise _damaged(f"{path} in {place}", error) from error


def decode_journal(path: str, data: bytes, line_type: type[T], *, place: str) -> tuple[T, ...]:
    """The lines of a stored journal in order, repeats dropped; raises DamagedDocumentError and UnknownSchemaError.

    What follows the last line end is an append that was cut short: nobody was told that it succeeded, so it is not there.
    """
    decoder = _decoder(line_type)
    seen: set[str] = set()
    lines: list[T] = []
    for number, text in enumerate(data.split(b"\n")[:-1], start=1):
        try:
            mark = _mark_decoder.decode(text)
            _check_schema(mark, path, place)
            if mark.write_id in seen:
                continue
            seen.add(mark.write_id)
            lines.extend(decoder.decode(raw) for raw in _lines_decoder.decode(text).lines)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise _damaged(f"Line {number} of {path} in {place}", error) from error
    return tuple(lines)


def _plain(path: str, data: bytes) -> bytes:
    return gzip.decompress(data) if is_compressed(path) else data


def _check_schema(mark: _Mark, path: str, place: str) -> None:
    if mark.schema == SCHEMA_VERSION:
        return
    raise UnknownSchemaError(
        f"{path} in {place} was written with schema {mark.schema}; this version of the app reads schema {SCHEMA_VERSION}.",
        "Deploy the version of the app that wrote it or a newer one. To start anew instead, move the document away.",
    )


def _damaged(what: str, error: Exception) -> DamagedDocumentError:
    return DamagedDocumentError(
        f"{what} cannot be read: {error}.",
        "Restore it from a backup or an earlier version (blob versioning and soft delete keep them), or move it away.",
    )
