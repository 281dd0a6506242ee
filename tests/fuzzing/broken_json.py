"""Answers as they should be, with something wrong in them: another value somewhere, bytes lost, or no JSON at all."""

import copy
import json
from typing import Any

from hypothesis import strategies as st

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
GARBAGE = st.sampled_from(
    [b"", b"null", b"{", b"[]", b"{}", b'"', b"\xff\xfe\x00", b"<html></html>", b"[" * 5_000, b'{"value": ' * 2_000]
) | st.binary(max_size=40)


@st.composite
def broken(draw: st.DrawFn, whole: Any) -> bytes:
    """The answer with one thing wrong."""
    match draw(st.sampled_from(["value", "value", "value", "cut", "garbage"])):
        case "value":
            return json.dumps(with_another_value(draw, whole)).encode()
        case "cut":
            data = json.dumps(whole).encode()
            return data[: draw(st.integers(0, len(data) - 1))]
        case _:
            return draw(GARBAGE)


def with_another_value(draw: st.DrawFn, whole: Any) -> Any:
    """The same value but for one place in it, where anything may be, or nothing."""
    changed = copy.deepcopy(whole)
    places = list(_places(changed))
    if not places:
        return draw(ANYTHING)
    holder, key = draw(st.sampled_from(places))
    if isinstance(holder, dict) and draw(st.booleans()):
        del holder[key]
    else:
        holder[key] = draw(ANYTHING)
    return changed


def _places(value: Any) -> Any:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in list(inner):
        yield value, key
        yield from _places(below)
