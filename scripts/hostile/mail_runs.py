"""What became of many mails: read by Guardian's reader, or by the parser of the standard library.

Invariants: a mail is read in a process that has the reader's own cap on memory; times are of the processor, so that a
busy machine makes nothing look slow; an outcome is right only if every view stands where it says in the mail's bytes.
"""

from __future__ import annotations

import email
import email.policy
import resource
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from guardian.message import Format, Message
from guardian.reading.limits import Limits
from guardian.reading.mail import MailExtract
from guardian.reading.read import read_taken_apart
from guardian.reading.walled.taking_apart import take_apart
from guardian.reading.walled.wire import packed, unpacked
from guardian.reading.walled.worker import MEMORY_LIMIT_BYTES

LONGEST_S: Final = 5.0
SLOWEST_KEPT: Final = 5
_LIMITS: Final = Limits()


class OverdueError(Exception):
    """A parser took longer than it may."""


@dataclass(slots=True)
class Tally:
    """What became of some mails."""

    mails: int = 0
    exceptions: Counter[str] = field(default_factory=Counter)
    overdue: int = 0
    """Mails that took more than `LONGEST_S`."""
    read: int = 0
    """Mails that were read whole, no reason beside them."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Mails by the first reason that they were not read whole."""
    wrong: int = 0
    """Mails of which a view does not stand where it says, or that have neither a view nor a reason, nor are empty."""
    slowest: list[tuple[float, str]] = field(default_factory=list)
    """Seconds and the mail's name, the slowest first."""
    total_s: float = 0.0
    failed: list[tuple[str, bytes]] = field(default_factory=list)
    """What went wrong, and the mail, of the first few."""

    def add(self, other: Tally) -> None:
        """Count another tally's mails too."""
        self.mails += other.mails
        self.exceptions += other.exceptions
        self.overdue += other.overdue
        self.read += other.read
        self.reasons += other.reasons
        self.wrong += other.wrong
        self.total_s += other.total_s
        self.slowest = sorted([*self.slowest, *other.slowest], reverse=True)[:SLOWEST_KEPT]
        self.failed = [*self.failed, *other.failed][:SLOWEST_KEPT]

    def took(self, seconds: float, name: str) -> None:
        """Note how long one mail took."""
        self.mails += 1
        self.total_s += seconds
        self.overdue += seconds > LONGEST_S
        self.slowest = sorted([*self.slowest, (seconds, name)], reverse=True)[:SLOWEST_KEPT]

    def fail(self, what: str, raw: bytes) -> None:
        """Keep a mail that went wrong."""
        self.failed = [*self.failed, (what, raw)][:SLOWEST_KEPT]


def cap_memory() -> None:
    """The cap that the reader's process has."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))


def read_by_guardian(mails: Iterable[tuple[str, bytes]]) -> Tally:
    """Each mail taken apart, and its text finished, as the walled reader does in its two processes."""
    tally = Tally()
    for name, raw in mails:
        began = time.process_time()
        message = Message(raw, format=Format.MAIL)
        try:
            taken = take_apart(message, _LIMITS)
        except Exception as error:
            tally.exceptions[type(error).__name__] += 1
            tally.fail(f"{type(error).__name__}: {error}", raw)
            taken = None
        taken_s = time.process_time() - began
        if taken is not None:
            _judge(tally, message, taken)
        finished = time.process_time()
        tally.took(max(taken_s, finished - began - taken_s), name)
    return tally


def _judge(tally: Tally, message: Message, taken: MailExtract) -> None:
    reading = read_taken_apart(taken, message, _LIMITS)
    if any(reason.code == "reader-failed" for reason in reading.reasons):
        tally.exceptions["reader-failed"] += 1
        tally.fail("; ".join(reason.say for reason in reading.reasons), message.raw)
    elif unpacked(packed(taken), message.raw) != taken:
        tally.wrong += 1
        tally.fail("a view stands elsewhere than it says", message.raw)
    elif reading.reasons:
        tally.reasons[reading.reasons[0].code] += 1
    else:
        tally.read += 1


def read_by_the_stock_parser(mails: Iterable[tuple[str, bytes]]) -> Tally:
    """Each mail by `email` of the standard library as its manual says: parse, walk, take the contents of text parts."""
    tally = Tally()
    for name, raw in mails:
        began = time.process_time()
        try:
            _with_deadline(_stock, raw)
            tally.read += 1
        except OverdueError:
            tally.took(LONGEST_S + 0.001, name)
            continue
        except Exception as error:
            tally.exceptions[type(error).__name__] += 1
        tally.took(time.process_time() - began, name)
    return tally


def _stock(raw: bytes) -> None:
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    for header in ("from", "reply-to", "subject"):
        str(mail[header])
    for part in mail.walk():
        if part.get_content_maintype() == "text":
            part.get_content()


def _with_deadline(call: Callable[[bytes], Any], raw: bytes) -> None:
    def end(_signal: int, _frame: object) -> None:
        raise OverdueError

    signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, LONGEST_S)
    try:
        call(raw)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
