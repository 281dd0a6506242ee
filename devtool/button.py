"""The Deploy to Azure button of one repository: no other repository's address leads to it, so none is written down."""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from devtool.problems import PrerequisiteError

_GITHUB = re.compile(r"(?:https://github\.com/|git@github\.com:|ssh://git@github\.com/)(.+?)(?:\.git)?/?")
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+")
_PICTURE = "https://aka.ms/deploytoazurebutton"


def button(repository: str) -> str:
    """The button as Markdown, for ``owner/name`` of a public repository at GitHub; raises PrerequisiteError.

    Source: learn.microsoft.com/azure/azure-resource-manager/templates/deploy-to-azure-button.
    """
    if not _REPOSITORY.fullmatch(repository):
        raise PrerequisiteError(
            f"{repository!r} is no repository at GitHub. Write its owner and name: dev.py button OWNER/NAME"
        )
    template = f"https://raw.githubusercontent.com/{repository}/main/infra/azuredeploy.json"
    return f"[![Deploy to Azure]({_PICTURE})](https://portal.azure.com/#create/Microsoft.Template/uri/{quote(template, safe='')})"


def run(root: Path, options: Sequence[str]) -> int:
    """Print the button: for the repository that is named, else for the one that this clone came from."""
    print(button(options[0] if options else _origin(root)), flush=True)
    return 0


def _origin(root: Path) -> str:
    """``owner/name`` of the clone's origin; what it is instead, where it is none of GitHub's."""
    asked = ["git", "-C", str(root), "remote", "get-url", "origin"]
    try:
        address = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    except FileNotFoundError:
        address = ""
    at_github = _GITHUB.fullmatch(address)
    return at_github[1] if at_github else address
