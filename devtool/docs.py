"""Links and file names in README and docs lead somewhere."""

import re
from collections.abc import Iterator
from pathlib import Path

_FENCE = re.compile(r"^(```|~~~).*?^\1[^\S\n]*$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
_SPAN = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)*/?")
_ROOT_FILE = re.compile(r"[\w-]+\.(?:py|md|toml|txt|yaml|bicep)")
_MADE_BY_COMMANDS = (".venv", ".cache")
"""Folders that are there only after a command made them."""
_HEADING = re.compile(r"^#+\s+(.+?)\s*$", re.MULTILINE)
_NOT_WORD = re.compile(r"[^\w\- ]")


def findings(root: Path) -> tuple[str, ...]:
    """What leads nowhere, one line each: ``file: what``."""
    found = []
    for page in _pages(root):
        text = page.read_text(encoding="utf-8")
        name = page.relative_to(root)
        found += [f"{name}: link to {target}" for target in _broken_links(page, _FENCE.sub("", text))]
        found += [f"{name}: no file {path}" for path in _missing_files(root, _FENCE.sub("", text))]
    return tuple(found)


def _pages(root: Path) -> list[Path]:
    return sorted({*root.glob("*.md"), *root.glob("docs/**/*.md"), *root.glob("infra/**/*.md")})


def _broken_links(page: Path, text: str) -> Iterator[str]:
    for target in _LINK.findall(text):
        if re.match(r"[a-z][a-z+.-]*:", target):
            continue
        path, _, anchor = target.partition("#")
        destination = (page.parent / path).resolve() if path else page
        if not destination.exists() or (anchor and anchor not in _anchors(destination)):
            yield target


def _anchors(page: Path) -> set[str]:
    """Anchors as GitHub makes them of headings."""
    if page.suffix != ".md":
        return set()
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    return {_NOT_WORD.sub("", heading.lower().replace("`", "")).replace(" ", "-") for heading in _HEADING.findall(text)}


def _missing_files(root: Path, text: str) -> Iterator[str]:
    """Paths in code spans that begin with one of our folders or look like one of our files in the root."""
    for span in sorted(set(_SPAN.findall(text))):
        if not _PATH.fullmatch(span):
            continue
        first, slash, _ = span.partition("/")
        if first in _MADE_BY_COMMANDS:
            continue
        is_ours = (root / first).is_dir() if slash else bool(_ROOT_FILE.fullmatch(span))
        if is_ours and not (root / span).exists():
            yield span
