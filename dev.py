"""Everything that a developer or a machine runs: ``python dev.py demo``, ``simulate``, ``test``, ``bench``, ``check``.

Standard library only; it makes its own virtual environments. This file alone is readable to Pythons that are too old.
"""

import glob
import os
import sys

if sys.version_info < (3, 11):
    # Written for the oldest Python that anybody may start it with: no annotations, no f-strings.
    found = sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/3.1[1-3].*/bin/python")))
    found += [
        os.path.join(folder, name)
        for name in ("python3.11", "python3.12", "python3.13")
        for folder in os.environ.get("PATH", "").split(os.pathsep)
        if os.path.isfile(os.path.join(folder, name)) and "shims" not in folder
    ]
    found.sort(key=lambda path: path[path.index("3.1") :][:4])
    advice = (
        "Run it with a newer one: %s dev.py %s" % (found[-1], " ".join(sys.argv[1:]))
        if found
        else "Install one: sudo apt-get install -y python3 python3-venv (Debian 12 or newer), or: pyenv install 3.13"
    )
    sys.exit("dev.py needs Python 3.11 or newer; this is %s.\n%s" % (sys.version.split()[0], advice))

from devtool.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
