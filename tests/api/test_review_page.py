"""The review page's files: complete, with nothing inline and nothing from elsewhere."""

import re
from html.parser import HTMLParser

import pytest

from shared.api.page import POLICY
from sync_http.page_files import FOLDER, NAMES, page

SCRIPTS = [name for name in NAMES if name.endswith(".js")]


class Elements(HTMLParser):
    """Collects the elements of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self.inside.append(tag)

    def handle_data(self, data: str) -> None:
        if data.strip():
            assert self.inside[-1] not in ("script", "style")


@pytest.fixture
def elements() -> list[tuple[str, dict[str, str | None]]]:
    parser = Elements()
    parser.feed(text("index.html"))
    return parser.found


def text(name: str) -> str:
    return page().files[name].decode()


def test_every_file_of_the_page_is_served() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(NAMES)


def test_the_page_has_no_inline_script_or_style(elements: list[tuple[str, dict[str, str | None]]]) -> None:
    for tag, attributes in elements:
        assert tag != "style"
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert tag != "script" or attributes.get("src")


def test_the_page_takes_nothing_from_elsewhere(elements: list[tuple[str, dict[str, str | None]]]) -> None:
    for _, attributes in elements:
        for name in ("src", "href"):
            value = attributes.get(name)
            assert value is None or value.removeprefix("assets/") in NAMES
    for name in (*SCRIPTS, "style.css"):
        assert not re.search(r"https?:|//[a-z]+\.", text(name))


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_turns_no_text_into_markup_or_code(name: str) -> None:
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|localStorage|\.style\b"
    assert not re.search(forbidden, text(name))


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_imports_what_the_page_has(name: str) -> None:
    for imported in re.findall(r'from "\./([^"]+)"', text(name)):
        exported = set(re.findall(r"export (?:async )?(?:function|class|const) (\w+)", text(imported)))
        names = re.search(rf'import \{{([^}}]+)\}} from "\./{re.escape(imported)}"', text(name))
        assert names is not None
        assert {found.strip() for found in names[1].split(",")} <= exported


def test_every_place_that_a_script_fills_is_on_the_page(elements: list[tuple[str, dict[str, str | None]]]) -> None:
    ids = {attributes.get("id") for _, attributes in elements}
    for name in SCRIPTS:
        found = re.findall(r'\b(?:at|fill)\(\s*"([^"]+)"', text(name))
        found += [
            word for words in re.findall(r"\bhide\(([^)]*)\)", text(name)) for word in re.findall(r'"([^"]+)"', words)
        ]
        assert set(found) <= ids


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    assert "unsafe" not in POLICY
    assert "http" not in POLICY
    for part in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert part in POLICY
