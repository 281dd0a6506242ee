"""The folder of an app: its root script, and how the platform makes it importable."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def script_path(app: Path) -> Path:
    """The app's root script. Source: PYTHON_SCRIPT_FILE_NAME in the worker's constants."""
    return app / os.environ.get("PYTHON_SCRIPT_FILE_NAME", "function_app.py")


@contextmanager
def importable(app: Path) -> Iterator[None]:
    """The app's folder is on the import path: last, as the platform has it, so that an installed package wins over a folder."""
    sys.path.append(str(app))
    try:
        yield
    except BaseException:
        sys.path.remove(str(app))
        raise
