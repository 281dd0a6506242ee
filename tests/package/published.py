"""The package as it is published: what ``.funcignore`` leaves of the working folder, zipped."""

import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A package, and the files in it."""

    archive: Path
    names: tuple[str, ...]

    @property
    def size_bytes(self) -> int:
        """What is uploaded at each deployment."""
        return self.archive.stat().st_size


def publish(root: Path, archive: Path) -> Published:
    """Zip what the rules leave, as the tools that publish do."""
    files = sorted(files_to_publish(root))
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as package:
        for file in files:
            package.write(file, file.relative_to(root))
    return Published(archive=archive, names=tuple(file.relative_to(root).as_posix() for file in files))


def files_to_publish(root: Path) -> Iterator[Path]:
    """The files that no rule names; a rule with ``/`` at its end is for folders, and each is for every depth.

    Rules of any other form raise ValueError: tools read them in different ways.
    Source: learn.microsoft.com/azure/azure-functions/functions-core-tools-reference (funcignore is written like gitignore).
    """
    rules = (root / ".funcignore").read_text(encoding="utf-8").split()
    for rule in rules:
        if "/" in rule[:-1] or rule.startswith(("!", "#")):
            raise ValueError(f".funcignore: {rule} is more than a name; write a file's or a folder's name.")
    for folder, subfolders, files in os.walk(root):
        subfolders[:] = [name for name in subfolders if not _is_named(name, rules, is_folder=True)]
        yield from (Path(folder) / name for name in files if not _is_named(name, rules, is_folder=False))


def _is_named(name: str, rules: list[str], *, is_folder: bool) -> bool:
    return any(fnmatchcase(name, rule.removesuffix("/")) for rule in rules if is_folder or not rule.endswith("/"))
