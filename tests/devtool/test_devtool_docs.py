from pathlib import Path

import pytest

from devtool.docs import findings


def _page(root: Path, text: str) -> Path:
    (root / "docs").mkdir()
    (root / "docs" / "other.md").write_text("# One `heading`, two\n")
    (root / "shared").mkdir()
    (root / "shared" / "errors.py").write_text("")
    (root / "README.md").write_text(text)
    return root


@pytest.mark.parametrize(
    "text",
    [
        "[other](docs/other.md) and [a heading](docs/other.md#one-heading-two)",
        "[outside](https://example.com/nothing)",
        "`shared/errors.py`, `docs/`, `README.md`",
        "`.venv/witness`, `.cache/azurite`",
        "`runs/{id}.json` and `settings.json` are no files of ours",
        "```\n[nothing](nowhere.md) `shared/none.py`\n```\n",
        "# Here\n[up](#here)",
    ],
)
def test_what_leads_somewhere_is_no_finding(tmp_path: Path, text: str) -> None:
    assert findings(_page(tmp_path, text)) == ()


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("[other](docs/none.md)", "README.md: link to docs/none.md"),
        ("[other](docs/other.md#none)", "README.md: link to docs/other.md#none"),
        ("`shared/none.py`", "README.md: no file shared/none.py"),
        ("`CHANGES.md`", "README.md: no file CHANGES.md"),
    ],
)
def test_what_leads_nowhere_is_named(tmp_path: Path, text: str, finding: str) -> None:
    assert findings(_page(tmp_path, text)) == (finding,)
