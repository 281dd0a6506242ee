"""The commands of ``dev.py``."""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from devtool import button, checks, suite
from devtool.environments import environment
from devtool.problems import PrerequisiteError
from devtool.pythons import running_python

ROOT = Path(__file__).parent.parent

_COMMANDS = {
    "demo": "start the simulators with a company in them and the app before them; options as in `demo --help`",
    "simulate": "run the simulators alone",
    "bench": "measure how fast everything is; options as in `bench --help`",
    "test": "run the whole test suite; everything after it goes to pytest",
    "button": "print the Deploy to Azure button of a repository at GitHub: button [OWNER/NAME]",
    "check": "lint, formatting, types, import contracts, docs, Bicep",
}


def main(arguments: Sequence[str]) -> int:
    """The exit status of one command."""
    parser = argparse.ArgumentParser(
        prog="dev.py",
        usage="python dev.py COMMAND [OPTION ...]",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="commands:\n" + "\n".join(f"  {name:10}{text}" for name, text in _COMMANDS.items()),
    )
    parser.add_argument("command", choices=_COMMANDS, metavar="COMMAND")
    command = parser.parse_args(arguments[:1]).command
    options = list(arguments[1:])
    try:
        return _run(command, options)
    except PrerequisiteError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def _run(command: str, options: list[str]) -> int:
    match command:
        case "demo":
            return _module("simulator.demo", options)
        case "simulate":
            return _module("simulator", options)
        case "bench":
            return _module("bench", options)
        case "test":
            return suite.run(ROOT, options)
        case "button":
            return button.run(ROOT, options)
        case _:
            return checks.run(ROOT)


def _module(name: str, options: list[str]) -> int:
    """Become the program, so that a signal to this command reaches it and paths mean what they mean here."""
    python = environment(ROOT, running_python()).python
    command = [str(python), "-P", "-m", name, *options]
    settings = {**os.environ, "PYTHONPATH": str(ROOT)}
    if os.name == "posix":
        os.execve(python, command, settings)
    return subprocess.run(command, env=settings, check=False).returncode
