"""The fetcher: the process that holds the connection to a mail server (`python -m guardian.imap.fetcher`).

It answers what the watcher asks on standard input, and says on standard output when something is new. Between questions
it waits in IDLE; where the connection fails it connects again, after longer and longer pauses.

Invariants: it ends when its standard input does; it opens no file but the certificates of the authorities, writes none,
starts no process, and has a bound on its memory. Where the kernel has Landlock, it can read nothing but its program,
/etc and the file of certificates that was named, and connect to no port but its server's.
"""

from __future__ import annotations

import contextlib
import os
import select
from pathlib import Path
from typing import Any, Final

from guardian.imap.mailbox import Account, Mailbox, MailboxError, NotGivenError, RefusedError
from guardian.imap.wire import MOST_MAILS, MOST_RANGES, ranges_of
from guardian.service.frames import Frame, FrameError, FrameReader
from guardian.service.pipes import receive, send
from guardian.walls.landlock import confine_files, program_folders
from guardian.walls.local_only import gain_no_rights
from guardian.walls.wall import cap_resources

MEMORY_BYTES: Final = 1 << 30
DESCRIPTORS: Final = 64
PAUSES_S: Final = (1.0, 2.0, 5.0, 15.0, 60.0, 300.0)
"""Before each next attempt to connect; the last one again and again."""
_INPUT, _OUTPUT = 0, 1
_READABLE: Final = ("/etc", "/run/systemd/resolve")
"""Where certificates are kept, and how names are looked up."""


class _Ended(Exception):
    """The watcher is gone."""


class Fetcher:
    """Serves one watcher."""

    def __init__(self, account: Account, reader: FrameReader) -> None:
        self._account, self._reader = account, reader
        self._mailbox: Mailbox | None = None
        self._failures = 0

    def run(self) -> None:
        """Until the watcher is gone."""
        while True:
            try:
                mailbox = self._connect()
                if self._pending() or not mailbox.wait(_INPUT):
                    self._answer_all(mailbox)
                else:
                    send(_OUTPUT, {"event": "changed"})
            except MailboxError as error:
                self._drop(error)

    def _connect(self) -> Mailbox:
        if self._mailbox is None:
            self._mailbox = Mailbox(self._account)
            self._failures = 0
            send(_OUTPUT, {"event": "changed"})
        return self._mailbox

    def _drop(self, error: MailboxError) -> None:
        """Let the connection go, say why, and wait before the next one; what is asked meanwhile is refused."""
        if self._mailbox is not None:
            self._mailbox.close()
            self._mailbox = None
        send(_OUTPUT, {"event": "trouble", "say": str(error)})
        pause_s = PAUSES_S[-1 if isinstance(error, RefusedError) else min(self._failures, len(PAUSES_S) - 1)]
        self._failures += 1
        while select.select([_INPUT], [], [], pause_s)[0]:
            frame = self._next()
            send(_OUTPUT, {"answer": frame.header.get("number"), "problem": str(error)})
            if frame.header.get("retry"):
                return

    def _pending(self) -> bool:
        return self._reader.held_bytes > 0 or bool(select.select([_INPUT], [], [], 0)[0])

    def _answer_all(self, mailbox: Mailbox) -> None:
        while self._pending():
            frame = self._next()
            number = frame.header.get("number")
            try:
                header, body = _answered(mailbox, frame.header)
            except MailboxError as error:
                send(_OUTPUT, {"answer": number, "problem": str(error)})
                raise
            send(_OUTPUT, {"answer": number, **header}, body)

    def _next(self) -> Frame:
        frame = receive(_INPUT, self._reader)
        if frame is None:
            raise _Ended
        return frame


def _answered(mailbox: Mailbox, question: Any) -> tuple[dict[str, Any], bytes]:
    if "fetch" not in question:
        validity, uids = mailbox.listing()
        ranges = ranges_of(uids)
        if len(uids) > MOST_MAILS or len(ranges) > MOST_RANGES:
            return {"problem": f"the folder holds too many mails: {len(uids):,}"}, b""
        return {"validity": validity, "uids": ranges}, b""
    try:
        raw = mailbox.fetch(int(question["fetch"]), int(question["most"]))
    except NotGivenError:
        return {"is_there": True}, b""
    return {"is_there": raw is not None, "is_given": raw is not None}, raw or b""


def confine(account: Account) -> int:
    """Raise what walls this kernel has round a process that must reach one server. Returns Landlock's ABI, or 0."""
    if not gain_no_rights():
        return 0
    named = [Path(place) for place in (*_READABLE, account.ca_file) if place]
    readable = (*program_folders(), *(path for path in named if path.exists()))
    return confine_files(readable, connect_ports=(account.port,))


def main() -> None:
    """Read the account from standard input, then serve until it ends."""
    cap_resources(memory_bytes=MEMORY_BYTES, descriptors=DESCRIPTORS)
    reader = FrameReader(body_limit_bytes=0)
    with contextlib.suppress(_Ended, FrameError, BrokenPipeError):
        first = receive(_INPUT, reader)
        if first is not None:
            account = Account(**first.header["account"])
            confine(account)
            Fetcher(account, reader).run()
    os._exit(0)  # no clean-up may wait for a server


if __name__ == "__main__":
    main()
