"""What a read costs in resource units, as far as its address tells: Graph charges these, not requests.

Source: learn.microsoft.com/graph/throttling-limits (identity and access service limits).
"""

from urllib.parse import parse_qsl, urlsplit

_VERSION = "/v1.0"
_SMALL_PAGE = 20
"""A smaller page is one unit cheaper."""


def units_of(path_or_link: str) -> int:
    """The units of one read, alone or in a batch; 0 where it is not the directory that answers.

    A path that the source does not list costs 1.
    """
    url = urlsplit(path_or_link)
    base = _base_units(url.path.removeprefix(_VERSION).removeprefix("/").split("/"))
    if base == 0:
        return 0
    query = dict(parse_qsl(url.query))
    top = query.get("$top", "")
    is_small = len(top) <= 2 and top.isascii() and top.isdigit() and int(top) < _SMALL_PAGE
    return max(1, base - ("$select" in query) - is_small)


def _base_units(segments: list[str]) -> int:
    match segments:
        case ["users"]:
            return 2
        case ["groups", _, "members", *_]:
            return 3
        case ["users", _, "mailboxSettings", *_]:
            # Exchange answers, which counts by mailbox.
            return 0
    return 1
