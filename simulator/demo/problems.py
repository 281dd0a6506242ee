"""What ends the demo early."""


class DemoError(Exception):
    """The demo cannot go on; the text says why and what to do."""
