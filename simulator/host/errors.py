"""What can go wrong in the host, each with what to do about it."""


class HostError(Exception):
    """The host cannot do its part; ``detail`` says why, ``fix`` what to do."""

    def __init__(self, detail: str, fix: str) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.detail} {self.fix}"


class HostJsonError(HostError):
    """``host.json`` is missing or says something that the host does not understand."""


class AppLoadError(HostError):
    """The app cannot be imported, or has no functions."""


class BindingError(HostError):
    """A function's binding cannot be served: unknown kind, unset app setting, wrong schedule."""


class FunctionFailedError(Exception):
    """A function ended with an exception; the message is the function's, ``trace`` where it came from."""

    def __init__(self, message: str, trace: str = "") -> None:
        super().__init__(message)
        self.trace = trace


class FunctionTimedOutError(Exception):
    """A function ran longer than ``functionTimeout``; the host kills the worker then."""
