"""axe-core, which looks for what keeps people from using a page: installed once into ``.cache/axe-core``."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from filelock import FileLock
from playwright.sync_api import Page

VERSION = "4.14.1"
NODE_IS_MISSING = "axe-core is installed with npm, which is not on PATH: install it with `apt-get install nodejs npm`."

_FOLDER = Path(__file__).parent.parent.parent / ".cache" / "axe-core"
_RUN = "async () => (await axe.run()).violations.map(v => `${v.id}: ${v.nodes.map(n => n.html + n.failureSummary).join(' | ')}`)"


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong with what is shown, one text for each rule."""
    page.evaluate(_script().read_text(encoding="utf-8"))
    # A colour on its way is none that anybody has chosen.
    page.evaluate("Promise.all(document.getAnimations().map(animation => animation.finished))")
    found = page.evaluate(_RUN)
    assert isinstance(found, list)
    return found


def _script() -> Path:
    script = _FOLDER / "node_modules" / "axe-core" / "axe.min.js"
    _FOLDER.mkdir(parents=True, exist_ok=True)
    with FileLock(_FOLDER / ".lock"):
        if not script.exists():
            _install()
    return script


def _install() -> None:
    npm = shutil.which("npm")
    if npm is None:
        if os.environ.get("CI") == "true":
            pytest.fail(NODE_IS_MISSING)
        pytest.skip(NODE_IS_MISSING)
    command = [npm, "install", "--prefix", str(_FOLDER), "--no-audit", "--no-fund", f"axe-core@{VERSION}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.fail(f"`{' '.join(command)}` failed:\n{done.stderr[-2000:]}")
