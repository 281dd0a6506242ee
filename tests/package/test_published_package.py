"""What is published, and that it runs where nothing else of the repository is."""

import importlib.metadata
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.package.published import Published, files_to_publish, publish
from tests.package.test_distributions import ROOT, required
from tests.rules.summary import PACKAGE

SHIPPED = {"shared", "sync_http", "sync_queue", "sync_timer", "function_app.py", "host.json", "requirements.txt"}
MOST_BYTES = 2_000_000
SETTINGS = {
    "AUTH_MODE": "key",
    "ENTRA_TENANT_ID": "11111111-1111-1111-1111-111111111111",
    "ENTRA_CLIENT_ID": "22222222-2222-2222-2222-222222222222",
    "KEY_VAULT_URL": "https://vault.example.com",
    "PROOFPOINT_DOMAIN": "example.com",
    "PROOFPOINT_USER": "sync@example.com",
    "SYNC_SCHEDULE": "0 */10 * * * *",
}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Published:
    return publish(ROOT, tmp_path_factory.mktemp("published") / "package.zip")


@pytest.fixture(scope="module")
def told(package: Published, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the unpacked package told in the worker library, with the distributions of requirements.txt and no others."""
    place = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(package.archive) as archive:
        archive.extractall(place / "wwwroot")
    _install(place / "distributions")
    script = Path(__file__).with_name("worker_process.py")
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(script), str(place / "wwwroot"), str(place / "distributions")],
        env={**SETTINGS, "STATE_DIR": str(place / "state")},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout[-2_000:] + done.stderr[-4_000:]
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {**answer, "place": str(place)}


def test_only_the_app_is_published(package: Published, record_property: Callable[[str, object], None]) -> None:
    assert {name.partition("/")[0] for name in package.names} == SHIPPED

    assert package.size_bytes < MOST_BYTES
    record_property(PACKAGE, f"{len(package.names)} files, {package.size_bytes:,} bytes zipped")


def test_the_review_page_is_published_whole(package: Published) -> None:
    pages = {
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / "sync_http").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }

    assert pages <= set(package.names)


def test_no_rule_of_funcignore_leaves_out_a_module_of_the_app(package: Published) -> None:
    modules = {f.relative_to(ROOT).as_posix() for room in SHIPPED for f in (ROOT / room).glob("**/*.py")}

    assert modules <= set(package.names)


def test_a_rule_that_tools_read_in_different_ways_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".funcignore").write_text("shared/tests/\n")

    with pytest.raises(ValueError, match="shared/tests/"):
        list(files_to_publish(tmp_path))


def test_a_folder_is_left_out_at_every_depth_and_a_file_of_its_name_is_not(tmp_path: Path) -> None:
    (tmp_path / ".funcignore").write_text("tests/\n.funcignore\n")
    (tmp_path / "shared" / "tests").mkdir(parents=True)
    (tmp_path / "shared" / "tests" / "test_it.py").write_text("")
    (tmp_path / "shared" / "code.py").write_text("")
    (tmp_path / "tests").write_text("")

    assert {file.relative_to(tmp_path).as_posix() for file in files_to_publish(tmp_path)} == {"shared/code.py", "tests"}


@pytest.mark.worker
def test_the_package_alone_answers_health_in_the_worker(told: dict[str, Any]) -> None:
    assert (told["status"], told["body"]) == (200, {"status": "ok"})


@pytest.mark.worker
def test_the_worker_finds_every_function_in_the_package(told: dict[str, Any]) -> None:
    assert {"sync_timer", "sync_queue", "sync_queue_poison"} < set(told["functions"])


@pytest.mark.worker
def test_nothing_of_the_repository_is_beside_the_package(told: dict[str, Any]) -> None:
    assert told["importable"] == []
    assert told["shared"] == f"{told['place']}/wwwroot/shared"


def _install(folder: Path) -> None:
    """Link the distributions of requirements.txt, file by file, for some share a namespace with others that are not in it."""
    for name in required():
        for file in importlib.metadata.files(name) or ():
            if ".." in file.parts or "__pycache__" in file.parts:
                continue
            link = folder / file
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(Path(str(file.locate())).resolve())
