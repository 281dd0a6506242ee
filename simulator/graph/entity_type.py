"""What a type of directory object is: its properties, and what may be done with each."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


class Shape(StrEnum):
    """What a property's value looks like, as far as queries and absent values need to know."""

    TEXT = "text"
    TRUTH = "truth"
    NUMBER = "number"
    MOMENT = "moment"
    GUID = "guid"
    OBJECT = "object"
    LIST = "list"


@dataclass(frozen=True, kw_only=True)
class EntityType:
    """One type of object."""

    name: str
    """As in ``#microsoft.graph.<name>``."""
    collection: str
    """As in ``$metadata#<collection>``."""
    shapes: Mapping[str, Shape]
    default: tuple[str, ...]
    """What comes without ``$select``."""
    filterable: frozenset[str] = frozenset()
    filterable_when_advanced: frozenset[str] = frozenset()
    sortable: frozenset[str] = frozenset()
    single_only: frozenset[str] = frozenset()
    """Properties that another service holds: served for one object, 501 in a list."""
    elements: Mapping[str, Mapping[str, Shape]]
    """Of filterable lists: the properties of their elements; empty for lists of text."""

    @cached_property
    def odata_type(self) -> str:
        """The value of ``@odata.type``."""
        return f"#microsoft.graph.{self.name}"

    @cached_property
    def absent(self) -> Mapping[str, list[object] | None]:
        """What each property answers where the object holds nothing: an empty list or null."""
        return {name: [] if shape is Shape.LIST else None for name, shape in self.shapes.items()}


def shapes_of(**names: str) -> Mapping[str, Shape]:
    """Properties by shape, each shape's names in one text."""
    return {name: Shape(shape) for shape, words in names.items() for name in words.split()}


def names_of(words: str) -> tuple[str, ...]:
    """The names in one text."""
    return tuple(words.split())
