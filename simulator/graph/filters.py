"""``$filter``: a parser that knows which clauses need an advanced query, and the condition that comes out of it.

Source: learn.microsoft.com/graph/filter-query-parameter, …/graph/aad-advanced-queries.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from simulator.graph.answers import GraphError, bad_request, unsupported_query
from simulator.graph.entity_type import EntityType, Shape
from simulator.graph.filter_words import FilterWords, Literal
from simulator.world import Json

Test = Callable[[Json], bool]

_LITERAL_OF = {
    Shape.TEXT: frozenset({"text", "null"}),
    Shape.TRUTH: frozenset({"truth", "null"}),
    Shape.NUMBER: frozenset({"number", "null"}),
    Shape.MOMENT: frozenset({"moment", "null"}),
    Shape.GUID: frozenset({"guid"}),
}
_TEXT, _NUMBER = frozenset({"text"}), frozenset({"number"})
_MOST_VALUES_IN_LIST = 15
"""Source: learn.microsoft.com/graph/filter-query-parameter (expressions of an ``in`` clause)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A parsed ``$filter``."""

    test: Test
    needs_advanced: bool
    properties: frozenset[str]
    ids: tuple[str, ...] | None
    """The ids asked for where the filter is nothing but ``id eq '…' or id eq '…'``; None for any other."""


def parse_filter(text: str, entity: EntityType) -> Condition:
    """The condition that ``text`` puts on objects of this type.

    Raises GraphError (400) for unknown properties and for what the service does not filter by.
    """
    return _Parser(text, entity).parse()


def _same(value: object, wanted: Literal) -> bool:
    """Equality as the directory sees it: text regardless of case."""
    if isinstance(value, str) and isinstance(wanted, str):
        return value.casefold() == wanted.casefold()
    return type(value) is type(wanted) and value == wanted


class _Parser:
    def __init__(self, text: str, entity: EntityType) -> None:
        self._entity = entity
        self._words = FilterWords(text)
        self._needs_advanced = False
        self._properties: set[str] = set()
        self._ids: list[str] = []
        self._is_only_ids = True

    def parse(self) -> Condition:
        if not self._words:
            raise bad_request("Invalid filter clause: it is empty.")
        test = self._any_clause(self._predicate)
        if self._words:
            raise self._words.syntax_error()
        return Condition(
            test=test,
            needs_advanced=self._needs_advanced,
            properties=frozenset(self._properties),
            ids=tuple(self._ids) if self._is_only_ids else None,
        )

    # Connectives; ``leaf`` parses one predicate, of the object itself or of an element inside any().

    def _any_clause(self, leaf: Callable[[], Test]) -> Test:
        tests = [self._all_clause(leaf)]
        while self._words.take_word("or"):
            tests.append(self._all_clause(leaf))
        return tests[0] if len(tests) == 1 else lambda item: any(test(item) for test in tests)

    def _all_clause(self, leaf: Callable[[], Test]) -> Test:
        tests = [self._negation(leaf)]
        while self._words.take_word("and"):
            self._is_only_ids = False
            tests.append(self._negation(leaf))
        return tests[0] if len(tests) == 1 else lambda item: all(test(item) for test in tests)

    def _negation(self, leaf: Callable[[], Test]) -> Test:
        if self._words.take_word("not"):
            self._needs_advanced = True
            self._is_only_ids = False
            inner = self._negation(leaf)
            return lambda item: not inner(item)
        if self._words.take_mark("("):
            inner = self._any_clause(leaf)
            self._words.expect_mark(")")
            return inner
        return leaf()

    # Predicates of the object.

    def _predicate(self) -> Test:
        name = self._words.word()
        if name.lower() in {"startswith", "endswith"} and self._words.next_is("("):
            return self._text_function(name.lower())
        shape = self._known(name)
        if self._words.take_mark("/"):
            self._is_only_ids = False
            return self._list_predicate(name, shape)
        return self._comparison(name, shape, lambda item: item.get(name))

    def _text_function(self, function: str) -> Test:
        self._is_only_ids = False
        self._words.expect_mark("(")
        name = self._words.word()
        if self._known(name) is not Shape.TEXT:
            raise self._unsupported(name)
        return self._function_tail(function, lambda item: item.get(name))

    def _function_tail(self, function: str, value_of: Callable[[Json], object]) -> Test:
        self._words.expect_mark(",")
        wanted = self._words.literal(_TEXT)
        self._words.expect_mark(")")
        if function == "endswith":
            self._needs_advanced = True
        folded = str(wanted).casefold()

        def test(item: Json) -> bool:
            value = str(value_of(item) or "").casefold()
            return value.endswith(folded) if function == "endswith" else value.startswith(folded)

        return test

    def _comparison(self, name: str, shape: Shape, value_of: Callable[[Json], object]) -> Test:
        if shape not in _LITERAL_OF:
            raise self._unsupported(name)
        operator = self._words.word().lower()
        if operator == "in":
            self._is_only_ids = False
            values = self._literals(_LITERAL_OF[shape])
            return lambda item: any(_same(value_of(item), value) for value in values)
        if operator not in {"eq", "ne"}:
            raise self._unsupported(name)
        wanted = self._words.literal(_LITERAL_OF[shape])
        if operator == "ne":
            self._needs_advanced = True
            self._is_only_ids = False
            return lambda item: not _same(value_of(item), wanted)
        if name == "id":
            self._ids.append(str(wanted))
        else:
            self._is_only_ids = False
        return lambda item: _same(value_of(item), wanted)

    # Predicates of lists: any(x:…) and $count.

    def _list_predicate(self, name: str, shape: Shape) -> Test:
        if shape is not Shape.LIST:
            raise self._unsupported(name)
        what = self._words.word()
        if what == "$count":
            self._needs_advanced = True
            operator = self._words.word().lower()
            if operator not in {"eq", "ne"} or self._words.literal(_NUMBER) != 0:
                raise self._unsupported(name)
            return lambda item: bool(item.get(name)) is (operator == "ne")
        if what != "any":
            raise self._unsupported(name)
        self._words.expect_mark("(")
        if self._words.take_mark(")"):
            return lambda item: bool(item.get(name))
        variable = self._words.word()
        self._words.expect_mark(":")
        element_test = self._any_clause(lambda: self._element_predicate(name, variable, self._entity.elements[name]))
        self._words.expect_mark(")")
        return lambda item: any(
            element_test(element if isinstance(element, dict) else {"": element}) for element in item.get(name) or []
        )

    def _element_predicate(self, name: str, variable: str, properties: Mapping[str, Shape]) -> Test:
        word = self._words.word()
        function = word.lower() if word.lower() in {"startswith", "endswith"} else None
        if function is not None:
            self._words.expect_mark("(")
            word = self._words.word()
        if word != variable:
            raise self._words.syntax_error()
        part, shape = "", Shape.TEXT
        if properties:
            self._words.expect_mark("/")
            part = self._words.word()
            if part not in properties:
                raise self._unsupported(f"{name}/{part}")
            shape = properties[part]
        if function is not None:
            return self._function_tail(function, lambda item: item.get(part))
        return self._comparison(f"{name}/{part}", shape, lambda item: item.get(part))

    # Properties and lists of literals.

    def _known(self, name: str) -> Shape:
        shape = self._entity.shapes.get(name)
        if shape is None:
            raise bad_request(
                f"Invalid filter clause: Could not find a property named '{name}' on type"
                f" 'microsoft.graph.{self._entity.name}'."
            )
        if name in self._entity.filterable_when_advanced:
            self._needs_advanced = True
        elif name not in self._entity.filterable:
            raise self._unsupported(name)
        self._properties.add(name)
        return shape

    def _literals(self, kinds: frozenset[str]) -> list[Literal]:
        self._words.expect_mark("(")
        values = [self._words.literal(kinds)]
        while self._words.take_mark(","):
            values.append(self._words.literal(kinds))
        self._words.expect_mark(")")
        if len(values) > _MOST_VALUES_IN_LIST:
            raise unsupported_query(f"Too many values in the in clause; the limit is {_MOST_VALUES_IN_LIST}.")
        return values

    def _unsupported(self, name: str) -> GraphError:
        return unsupported_query(
            f"Unsupported or invalid query filter clause specified for property '{name}' of resource"
            f" '{self._entity.name.capitalize()}'."
        )
