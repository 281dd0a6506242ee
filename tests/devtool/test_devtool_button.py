import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest

from devtool.button import button, run
from devtool.problems import PrerequisiteError

ROOT = Path(__file__).parents[2]
TEMPLATE = "https://raw.githubusercontent.com/contoso/mail-sync/main/infra/azuredeploy.json"


def _clone_of(folder: Path, address: str) -> Path:
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    subprocess.run(["git", "-C", str(folder), "remote", "add", "origin", address], check=True)
    return folder


def test_the_button_opens_the_template_of_the_repository_in_the_portal() -> None:
    link = button("contoso/mail-sync").rpartition("](")[2].removesuffix(")")
    portal, _, template = link.partition("/uri/")

    assert portal == "https://portal.azure.com/#create/Microsoft.Template"
    assert "/" not in template
    assert unquote(template) == TEMPLATE
    assert (ROOT / "infra" / "azuredeploy.json").is_file()


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/contoso/mail-sync",
        "https://github.com/contoso/mail-sync.git",
        "git@github.com:contoso/mail-sync.git",
        "ssh://git@github.com/contoso/mail-sync.git",
    ],
)
def test_without_a_name_the_button_is_for_the_repository_that_was_cloned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], address: str
) -> None:
    assert run(_clone_of(tmp_path, address), []) == 0

    assert TEMPLATE in unquote(capsys.readouterr().out)


def test_a_clone_from_elsewhere_needs_a_name(tmp_path: Path) -> None:
    with pytest.raises(PrerequisiteError, match=r"dev\.py button OWNER/NAME"):
        run(_clone_of(tmp_path, "https://git.example.com/mail-sync.git"), [])


def test_a_folder_that_is_no_clone_needs_a_name(tmp_path: Path) -> None:
    with pytest.raises(PrerequisiteError, match=r"dev\.py button OWNER/NAME"):
        run(tmp_path, [])


@pytest.mark.parametrize("name", ["mail-sync", "contoso/mail-sync/more", "contoso/mail sync", "../mail-sync"])
def test_what_is_no_repository_is_refused(name: str) -> None:
    with pytest.raises(PrerequisiteError, match="no repository at GitHub"):
        button(name)


def test_no_page_ships_a_button_that_leads_nowhere() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]

    assert [page.name for page in pages if "#create/Microsoft.Template/uri/" in page.read_text(encoding="utf-8")] == []
