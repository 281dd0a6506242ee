"""The review page: files that hold no data, and the answers that carry them under a strict policy."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.api.http import ApiResponse, answer
from shared.api.problems import NoSuchRouteError, problem_answer

INDEX = "index.html"

MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".js": "text/javascript; charset=utf-8",
}

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
"""Nothing inline, nothing from elsewhere, no frame, and no text that turns into markup."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The page's files by name."""

    files: Mapping[str, bytes] = field(repr=False)

    def index(self) -> ApiResponse:
        """The page itself."""
        return self._file(INDEX)

    def asset(self, name: str) -> ApiResponse:
        """A file of the page; the name only ever looks one up, it is no path."""
        if name not in self.files or name == INDEX:
            return problem_answer(
                NoSuchRouteError("The page has no such file.", "Reload the page: it may be of an older version.")
            )
        return self._file(name)

    def _file(self, name: str) -> ApiResponse:
        media_type = MEDIA_TYPES["." + name.rpartition(".")[2]]
        return answer(200, media_type, self.files[name], {"Content-Security-Policy": POLICY})
