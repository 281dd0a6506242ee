"""Which names documents and journals may have: the same in every store, and never a way out of it.

Folders have no dots, so that a document is never at the same time a folder of others.
"""

import re

_FOLDERS = r"(?:[A-Za-z0-9_-]{1,100}/){0,4}"
_NAME = r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,149}"
_DOCUMENT = re.compile(rf"{_FOLDERS}{_NAME}\.json(?:\.gz)?", re.ASCII)
_JOURNAL = re.compile(rf"{_FOLDERS}{_NAME}\.jsonl", re.ASCII)


def is_document(path: str) -> bool:
    """Whether a document may have this path: ``….json`` or ``….json.gz``."""
    return _DOCUMENT.fullmatch(path) is not None


def is_journal(path: str) -> bool:
    """Whether a journal may have this path: ``….jsonl``."""
    return _JOURNAL.fullmatch(path) is not None


def is_compressed(path: str) -> bool:
    """Whether what is stored under this path is gzip."""
    return path.endswith(".gz")
