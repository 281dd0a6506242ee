"""What keeps a command from running, and the command that helps."""


class PrerequisiteError(Exception):
    """The machine lacks something; the text names it and the command that installs it."""


def missing(what: str, command: str) -> PrerequisiteError:
    """The error for something that one command installs."""
    return PrerequisiteError(f"{what}\nInstall it: {command}")
