"""`guardian watch`: what arrives in the live sources, screened as it comes, until it is interrupted.

Invariants: standard output carries one line for each message that is not clean, as `scan` prints it; everything else,
trouble and progress, goes to standard error; the same trouble is told once. SIGTERM ends it after the message that is
being asked about.
"""

from __future__ import annotations

import _thread
import argparse
import shutil
import signal
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from types import FrameType
from typing import Final

from guardian.commands.outcome_codes import exit_code
from guardian.commands.progress import ProgressBar
from guardian.errors import UsageError
from guardian.events import Progress
from guardian.exits import ExitCode
from guardian.safe_text import safe_line
from guardian.service.answer import Answer
from guardian.service.connecting import connect
from guardian.service.errors import ServiceUnavailableError
from guardian.settings import Settings
from guardian.sinks.answered import write_text
from guardian.sinks.answered_table import answered_lines, answered_row
from guardian.sources.config import required_sources
from guardian.sources.live.base import Delivery, Source
from guardian.verdict import Outcome
from guardian.walls.local_only import stay_local
from guardian.watching.alone import alone
from guardian.watching.asking import Asker, StoppedError
from guardian.watching.database import open_database
from guardian.watching.delivering import Delivering
from guardian.watching.opening import IMAP, FollowedSources, make_sources
from guardian.watching.watcher import Watcher

PATIENCE_S: Final = 60.0
"""How long `--once` waits for a service."""
MOST_TROUBLE_LINES: Final = 1_000
"""Lines that are remembered so that each is told once; beyond that no new kind of trouble is told."""
_SHOW_PROGRESS_FROM: Final = 20


def run(args: argparse.Namespace, settings: Settings) -> ExitCode:
    """Watch; with `once` catch up and end. Exit codes: 0, 1, 2, 3, 74, 130."""
    tables = required_sources(settings.paths.sources_file, args.ids)
    if not tables:
        raise UsageError("there is nothing to watch", hint="guardian source add KIND PATH adds a source")
    # The fetcher of a mailbox would inherit the wall.
    is_local = not any(table.kind == IMAP for table in tables) and stay_local()
    with (
        alone(settings.paths),
        open_database(settings.paths) as database,
        _ended_by_signal() as stop,
        ProgressBar(None, sys.stderr) as bar,
    ):
        teller = _Teller(args, settings, bar)
        asker = Asker(
            lambda: connect(settings),
            lambda line: teller.trouble("", line),
            stop,
            patience_s=PATIENCE_S if args.once else None,
        )
        delivering = Delivering(asker, teller)
        followed = FollowedSources(settings, args.ids, teller, is_local=is_local)
        sources = make_sources(tables, settings, teller.trouble)
        with closing(asker), closing(Watcher(sources, database, delivering, stop)) as watcher:
            try:
                if args.once:
                    watcher.catch_up(teller.progress)
                else:
                    watcher.run(teller.progress, followed)
            except StoppedError:
                pass
            except ServiceUnavailableError as error:
                teller.trouble("", f"given up: {error.line()}")
                teller.outcomes[Outcome.UNSCREENED] += 1
        return teller.summed_up(len(delivering.retries), sorted(watcher.blind) if args.once else [])


class _Teller:
    """Tells the owner what comes, on the two streams."""

    def __init__(self, args: argparse.Namespace, settings: Settings, bar: ProgressBar) -> None:
        self.outcomes: Counter[Outcome] = Counter()
        self._bar, self._is_verbose, self._fail_on = bar, args.verbose, settings.filter.fail_on
        self._colour = settings.output.colour == "always" or (settings.output.colour == "auto" and sys.stdout.isatty())
        self._said: set[str] = set()
        self._lock = threading.Lock()

    def screened(self, source: Source, delivery: Delivery, answer: Answer) -> None:
        """See `Teller`: a line for what is not clean; notices are for the summary, unless they are asked for."""
        self.outcomes[answer.outcome] += 1
        is_quiet = {Outcome.CLEAN} if self._fail_on == "notice" else {Outcome.CLEAN, Outcome.NOTICE}
        if answer.outcome in is_quiet and not self._is_verbose:
            return
        columns = shutil.get_terminal_size((120, 24)).columns
        row = answered_row(answer, f"{source.id}: {delivery.position}", colour=self._colour, columns=columns)
        below = answered_lines(answer) if self._is_verbose and answer.outcome is not Outcome.CLEAN else []
        self._bar.clear()
        write_text(answer, "\n".join([row, *(f"    {line}" for line in below)]) + "\n", sys.stdout.buffer)

    def trouble(self, source_id: str, line: str) -> None:
        """See `Teller`: from any thread. What the watcher says of itself is told each time."""
        words = safe_line(f"{source_id}: {line}" if source_id else line)
        with self._lock:
            if source_id:
                if words in self._said or len(self._said) > MOST_TROUBLE_LINES:
                    return
                self._said.add(words)
                if len(self._said) > MOST_TROUBLE_LINES:
                    words = "there is more trouble in your sources than is told here"
            self._bar.clear()
            print(f"guardian: {words}", file=sys.stderr, flush=True)

    def progress(self, done: int, total: int | None) -> None:
        """A bar on a terminal, where there is enough to do."""
        if done == total:
            self._bar.clear()
        elif total is None or total >= _SHOW_PROGRESS_FROM:
            self._bar.show(Progress(done, total))

    def summed_up(self, put_off: int, blind: list[str]) -> ExitCode:
        """What came of it, in a line and an exit code; `blind`: the sources of which not all could be looked at."""
        counts = ", ".join(f"{self.outcomes[outcome]} {outcome}" for outcome in Outcome if self.outcomes[outcome])
        later = f"; {put_off} to be tried again" if put_off else ""
        unseen = f"; not all could be looked at in {', '.join(blind)}" if blind else ""
        print(f"{self.outcomes.total()} messages: {counts or 'none'}{later}{unseen}", file=sys.stderr)
        seen = set(self.outcomes) | ({Outcome.UNSCREENED} if put_off or blind else set())
        return exit_code(seen, self._fail_on)


@contextmanager
def _ended_by_signal() -> Iterator[threading.Event]:
    """An event that SIGTERM sets; an interruption from the keyboard ends the process as it always does."""
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        # In a thread of its own: the one that the handler interrupts may hold the lock of the very event it waits for.
        _thread.start_new_thread(stop.set, ())

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGTERM, before)
