"""The Bicep files compile without a word: a misspelt property is only a warning to the compiler."""

import os
import shutil
import subprocess
from pathlib import Path

_INSTALL = "install it with `az bicep install`, or set BICEP to the compiler's path"


def findings(root: Path) -> str:
    """What the compiler says about ``infra/**/*.bicep``; empty where it says nothing, or where there is no such file."""
    files = sorted((root / "infra").glob("**/*.bicep"))
    if not files:
        return ""
    compiler = _compiler(root)
    if not compiler:
        text = f"No Bicep compiler: {_INSTALL}."
        if os.environ.get("CI", "").lower() == "true":
            return text
        print(f"{text} The Bicep files are not checked.", flush=True)
        return ""
    return "\n".join(said for file in files if (said := _build(compiler, file)))


def _compiler(root: Path) -> list[str]:
    """The command that compiles; empty where there is none."""
    named = os.environ.get("BICEP", "")
    shared = root.parent / "shared" / "tools" / "bicep"
    for path in (named, str(shared), shutil.which("bicep") or ""):
        if path and Path(path).is_file():
            return [path, "build"]
    az = shutil.which("az")
    return [az, "bicep", "build", "--file"] if az else []


def _build(compiler: list[str], file: Path) -> str:
    command = [*compiler, str(file), "--stdout", *_offline(compiler, file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = done.stderr.strip()
    if done.returncode != 0 and not said:
        return f"{file}: the compiler ended with {done.returncode}"
    return said


def _offline(compiler: list[str], file: Path) -> list[str]:
    """Types of Microsoft Graph from beside the compiler where it brings them, so that none are fetched."""
    if "extension microsoftGraph" not in file.read_text(encoding="utf-8"):
        return []
    beside = sorted(Path(compiler[0]).resolve().parent.glob("**/offline.json"))
    return ["--config", str(beside[-1])] if beside else []
