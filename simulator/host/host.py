"""The host, put together: one app behind an HTTP front, its timers and its queues."""

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from simulator.host.backend import Backend
from simulator.host.bindings import QueueTrigger, TimerTrigger
from simulator.host.calls import HttpAnswer
from simulator.host.clock import Clock
from simulator.host.front import HttpFront
from simulator.host.gateway import Gateway, Incoming
from simulator.host.hostjson import HostRules
from simulator.host.invoker import Invoker
from simulator.host.queue_pump import QueuePump
from simulator.host.queues import FolderQueues, QueueSource
from simulator.host.sign_in import PlatformSignIn
from simulator.host.storage_queue import StorageQueues, connection_string
from simulator.host.timers import TimerPump

_STOP_SECONDS = 1.0
_log = logging.getLogger("host")


@dataclass(frozen=True, slots=True, kw_only=True)
class HostParts:
    """What the host is made of."""

    backend: Backend
    rules: HostRules
    clock: Clock
    key: str
    settings: Mapping[str, str]
    """App settings; ``STATE_DIR`` says that queues are folders."""
    sign_in: PlatformSignIn | None = None
    """None where the platform's sign-in is off."""


class Host:
    """A running host: from its making until ``close`` it answers requests, calls timers and delivers messages."""

    def __init__(self, parts: HostParts, *, port: int) -> None:
        invoker = Invoker(parts.backend, timeout_seconds=parts.rules.function_timeout_seconds)
        functions = parts.backend.functions
        self._backend = parts.backend
        self._sign_in = parts.sign_in
        self._gateway = Gateway(
            functions, prefix=parts.rules.route_prefix, key=parts.key, invoker=invoker, clock=parts.clock
        )
        self._sources: dict[str, QueueSource] = {}
        self._stop = threading.Event()
        pumps: list[QueuePump | TimerPump] = []
        for function in functions:
            match function.trigger:
                case QueueTrigger() as trigger:
                    _log.info("Listening to queue %s", trigger.queue)
                    source = self._source(trigger.connection, parts)
                    pumps.append(QueuePump(function, trigger, source, parts.rules.queues, invoker))
                case TimerTrigger() as trigger:
                    pumps.append(TimerPump(function, trigger, invoker, parts.clock))
        self._front = HttpFront(self._answer, port=port)
        self._threads = [threading.Thread(target=pump.run, args=(self._stop,), daemon=True) for pump in pumps]
        for thread in self._threads:
            thread.start()

    @property
    def url(self) -> str:
        """Where it listens, without slash at the end."""
        return self._front.url

    def close(self) -> None:
        """Take no more requests, timers and messages; nothing waits for functions under way."""
        self._front.close()
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=_STOP_SECONDS)
        for source in self._sources.values():
            source.close()
        self._backend.close()

    def _answer(self, request: Incoming) -> HttpAnswer:
        if self._sign_in is None:
            return self._gateway.answer(request)
        admitted = self._sign_in.admit(request)
        return admitted if isinstance(admitted, HttpAnswer) else self._gateway.answer(admitted)

    def _source(self, connection: str, parts: HostParts) -> QueueSource:
        if connection not in self._sources:
            folder = parts.settings.get("STATE_DIR", "")
            self._sources[connection] = (
                FolderQueues(Path(folder), parts.clock)
                if folder
                else StorageQueues(connection_string(parts.settings, connection), parts.clock)
            )
        return self._sources[connection]
