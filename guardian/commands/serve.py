"""`guardian serve`: the warm service, until it is told to end or nobody asks for long enough.

Invariants: it never asks for a passphrase (where the journal's key wants one, verdicts wait sealed for the next program
that has it); SIGTERM, SIGHUP and SIGINT end it after the answers that it owes, a second signal at once; systemd is told
that it is ready when it can answer, not before.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from types import FrameType
from typing import Final

from guardian.commands.narration import narrate
from guardian.exits import ExitCode
from guardian.notifications.opening import open_notifications
from guardian.service.claim import Claim
from guardian.service.client import ServiceClient
from guardian.service.connecting import STARTS_WITHIN_S
from guardian.service.durations import in_words
from guardian.service.heap import keep_one_heap
from guardian.service.house import House
from guardian.service.limits import ServiceLimits
from guardian.service.notices import Notices
from guardian.service.place import SOCKET_NAME, house_at
from guardian.service.server import Server
from guardian.service.telling_systemd import READY, STOPPING, tell_systemd
from guardian.service.units import UNITS
from guardian.settings import Settings, load_settings

_TICK_S: Final = 1.0
"""How often the main thread wakes: Python runs handlers there alone, and the system may give a signal to another thread
(it does where a process that was stopped goes on), which wakes nobody."""
_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Serve, or say how the service fares, or print a unit. Exit codes: 0, 2, 74, 130."""
    if args.print_unit:
        sys.stdout.write(UNITS[args.print_unit](os.environ, settings.paths))
        return ExitCode.CLEAN
    if args.status:
        return _tell_status(settings, as_json=args.json)
    keep_one_heap()
    notices = Notices(narrate(verbose=args.verbose))

    def load() -> Settings:
        notices.begin()
        return load_settings(os.environ, {})

    with (
        Claim.take(settings.paths.runtime, env=os.environ, wait_s=STARTS_WITHIN_S) as claim,
        House(settings.paths, load, notices) as house,
        open_notifications(lambda: load_settings(os.environ, {}), os.environ, _say) as hooks,
        _signals() as stopping,
    ):
        house.current()  # what can't be used is said now, and not to the first who asks
        server = Server(
            claim,
            house.current,
            _limits(settings),
            ended=stopping.want,
            on_screened=hooks,
            notices=notices.take,
            house=house_at(settings.paths.config, settings.paths.data, settings.paths.state),
        )
        return _serve(server, _idle_s(args, settings), stopping)


class _Stopping:
    """Whether this process is to end, and which signal said so.

    A handler runs in the very thread that waits, wherever that is just then, and must take no lock which that thread
    may hold: with an Event the two would wait for each other for ever. A SimpleQueue takes what a handler puts.
    """

    def __init__(self) -> None:
        self.signal: int | None = None
        self.is_wanted = False
        self._words: SimpleQueue[None] = SimpleQueue()

    def want(self) -> None:
        """Let it end. From any thread, and from a handler."""
        self.is_wanted = True
        self._words.put(None)

    def wait(self, within_s: float) -> bool:
        """Whether it is to end; waits for that."""
        with suppress(Empty):
            self._words.get(timeout=within_s)
        return self.is_wanted


def _serve(server: Server, idle_s: float, stopping: _Stopping) -> ExitCode:
    server.start()
    tell_systemd(os.environ, READY)
    _say("ready")
    while not stopping.wait(min(max(idle_s - server.idle_s, 0.05), _TICK_S) if idle_s else _TICK_S):
        if idle_s and server.idle_s >= idle_s:
            _say(f"nobody asked anything for {in_words(idle_s)}")
            break
    broke = stopping.is_wanted and stopping.signal is None
    tell_systemd(os.environ, STOPPING)
    is_whole = server.stop()
    _say(f"ended after {server.counts.answers} answers")
    if broke or not is_whole:
        _say(f"{server.unanswered} questions were not answered")
        return ExitCode.IO_FAILED
    return ExitCode.INTERRUPTED if stopping.signal == signal.SIGINT else ExitCode.CLEAN


@contextmanager
def _signals() -> Iterator[_Stopping]:
    """Signals end the service in good order; the second one, as it would without us."""
    stopping = _Stopping()

    def stop(number: int, _frame: FrameType | None) -> None:
        stopping.signal = number
        for each in _SIGNALS:
            signal.signal(each, signal.default_int_handler if each == signal.SIGINT else signal.SIG_DFL)
        stopping.want()

    before = {each: signal.signal(each, stop) for each in _SIGNALS}
    try:
        yield stopping
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _limits(settings: Settings) -> ServiceLimits:
    return ServiceLimits(body_bytes=settings.limits.max_bytes_read)


def _idle_s(args: argparse.Namespace, settings: Settings) -> float:
    """After how long it ends by itself; 0 for never. What systemd starts when it is asked, it starts again."""
    if args.idle is not None:
        return float(args.idle)
    is_activated = os.environ.get("LISTEN_PID") == str(os.getpid())
    return settings.service.idle_minutes * 60.0 if is_activated else 0.0


def _tell_status(settings: Settings, *, as_json: bool) -> ExitCode:
    with ServiceClient(settings.paths.runtime / SOCKET_NAME, timeout_s=5.0) as client:
        status = client.status()
    if as_json:
        print(json.dumps(status))
        return ExitCode.CLEAN
    where = "the app" if status["kind"] == "app" else "a service"
    print(f"{where} answers: process {status['pid']}, version {status['version']}, for {in_words(status['uptime_s'])}")
    print(f"model: wall {status['wall']}")
    print(f"policies: {status['policy_set'][:19]}")
    print(f"questions: {status['questions']}, of which {status['open_questions']} wait; refused {status['refusals']}")
    print(f"clients: {status['clients']}; dropped {status['dropped']}; of other users {status['strangers']}")
    return ExitCode.CLEAN


def _say(words: str) -> None:
    print(f"guardian: {words}", file=sys.stderr, flush=True)
