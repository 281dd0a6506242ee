"""The words of a ``$filter``, taken one by one."""

import re
from dataclasses import dataclass

from simulator.graph.answers import GraphError, bad_request

Literal = str | bool | int | None

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')"
    r"|(?P<guid>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})"
    r"|(?P<moment>\d{4}-\d\d-\d\d(?:T[\d:.]+Z)?)"
    r"|(?P<number>-?\d+)"
    r"|(?P<word>\$?[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<mark>[(),/:]))"
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


class FilterWords:
    """The rest of one filter text; whatever is taken is gone.

    Every method that expects something raises GraphError (400) where it is not there.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._rest: list[_Token] = []
        position = 0
        while position < len(text.rstrip()):
            match = _TOKEN.match(text, position)
            if match is None or match.lastgroup is None:
                raise self.syntax_error()
            self._rest.append(_Token(match.lastgroup, match[match.lastgroup]))
            position = match.end()

    def __bool__(self) -> bool:
        return bool(self._rest)

    def word(self) -> str:
        """The next word, taken."""
        if not self._rest or self._rest[0].kind != "word":
            raise self.syntax_error()
        return self._rest.pop(0).text

    def take_word(self, word: str) -> bool:
        """Whether the next word is this one, in any case; then it is taken."""
        if self._rest and self._rest[0].kind == "word" and self._rest[0].text.lower() == word:
            self._rest.pop(0)
            return True
        return False

    def next_is(self, mark: str) -> bool:
        """Whether this mark comes next."""
        return bool(self._rest) and self._rest[0].kind == "mark" and self._rest[0].text == mark

    def take_mark(self, mark: str) -> bool:
        """Whether this mark comes next; then it is taken."""
        if self.next_is(mark):
            self._rest.pop(0)
            return True
        return False

    def expect_mark(self, mark: str) -> None:
        """Take this mark."""
        if not self.take_mark(mark):
            raise self.syntax_error()

    def literal(self, kinds: frozenset[str]) -> Literal:
        """The next value, taken; ``kinds`` are of ``text truth number moment guid null``."""
        if not self._rest:
            raise self.syntax_error()
        token = self._rest.pop(0)
        word = token.text.lower() if token.kind == "word" else ""
        kind = {"true": "truth", "false": "truth", "null": "null"}.get(word, token.kind)
        if kind not in kinds:
            raise bad_request(f"Invalid filter clause: '{token.text}' is not of the type that the property has.")
        if kind == "text":
            return token.text[1:-1].replace("''", "'")
        if kind == "number":
            return int(token.text)
        return {"true": True, "false": False, "null": None}.get(word, token.text)

    def syntax_error(self) -> GraphError:
        """The refusal of the whole text."""
        return bad_request(f"Invalid filter clause: syntax error in '{self._text}'.")
