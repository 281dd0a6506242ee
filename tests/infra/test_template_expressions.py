import pytest

from tests.infra.template_expressions import Azure, UnknownExpressionError

AZURE = Azure(
    environment={"suffixes": {"storage": "core.windows.net"}},
    references={"Microsoft.Web/sites": {"defaultHostName": "sync.example.net"}},
    parameters={"password": "pa'ss"},
)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("plain", "plain"),
        ("[[not an expression]", "[not an expression]"),
        (
            "[format('https://{0}.blob.{1}', 'a''b', environment().suffixes.storage)]",
            "https://a'b.blob.core.windows.net",
        ),
        ("[parameters('password')]", "pa'ss"),
        ("[reference('/subscriptions/s/providers/Microsoft.Web/sites/a', '1').defaultHostName]", "sync.example.net"),
        ("[if(equals(1, 2), createObject('a', 1), createArray())]", []),
        ("[union(createObject('a', 1, 'b', 2), createObject('b', 3))]", {"a": 1, "b": 3}),
        ("[filter(createArray('', 'x'), lambda('t', not(empty(lambdaVariables('t')))))]", ["x"]),
        ("[createObject('key', 'of it')['key']]", "of it"),
    ],
)
def test_an_expression_becomes_its_value(expression: str, value: object) -> None:
    assert AZURE.resolved(expression) == value


def test_expressions_are_found_wherever_they_are() -> None:
    assert AZURE.resolved({"a": ["[empty('')]", 1]}) == {"a": [True, 1]}


@pytest.mark.parametrize("expression", ["[copyIndex()]", "[format('a'", "[format('a') 1]", "[§]"])
def test_what_is_not_understood_is_refused(expression: str) -> None:
    with pytest.raises(UnknownExpressionError):
        AZURE.resolved(expression)
