"""What reading adds: a message of 100 tokens, and a mail of 5 kB, taken apart in this process and behind the walls.

The walled figure is what an owner waits for: bytes over, taken apart in a fork, the answer checked, and the rest of
reading. The local one is the same without the process.
"""

from __future__ import annotations

from contextlib import closing
from typing import Final

from benchmarks.figure import Figure, Row, at_most
from benchmarks.texts import MESSAGE_100_TOKENS, Text
from benchmarks.turns import elapsed_ms, take_turns
from benchmarks.workplace import Workplace
from guardian.assembly import limits_of, reader_of
from guardian.message import Format, Message
from guardian.reading.reader import LocalReader

SMS_MS: Final = at_most(1)
MAIL_MS: Final = at_most(5)
_SENTENCE: Final = "The reading group meets on Thursday at seven, upstairs as usual, and there will be tea. "


def mail_of_5_kb() -> Message:
    """A letter as many programs send it: plain and HTML, which say the same."""
    plain = _SENTENCE * 18
    page = "".join(f"<p>{_SENTENCE * 3}</p>" for _ in range(10))
    raw = (
        "From: Ann Lee <ann@library.example>\nTo: b@x.example\nSubject: =?utf-8?q?Thursday=27s_group?=\n"
        "Date: Fri, 20 Nov 2026 10:00:00 +0000\nMessage-ID: <1@library.example>\nMIME-Version: 1.0\n"
        "Content-Type: multipart/alternative; boundary=b1\n\n"
        f"--b1\nContent-Type: text/plain; charset=utf-8\n\n{plain}\n"
        "--b1\nContent-Type: text/html; charset=utf-8\n\n<html><head><style>p{color:#222}</style></head><body>"
        f'{page}<a href="https://library.example/">library.example</a></body></html>\n--b1--\n'
    )
    return Message(raw.encode(), format=Format.MAIL)


def run(bench: Workplace) -> list[Row]:
    """The text, then the mail in turns on either side of the walls."""
    settings = bench.settings()
    sms, mail = Text(MESSAGE_100_TOKENS).message(), mail_of_5_kb()
    local = LocalReader(limits_of(settings))
    with closing(reader_of(settings)) as walled:
        roads = {
            "reading a message of 100 tokens": lambda _turn: elapsed_ms(lambda: walled.read(sms)),
            "reading a mail of 5 kB, behind the walls": lambda _turn: elapsed_ms(lambda: walled.read(mail)),
            "reading a mail of 5 kB, in this process": lambda _turn: elapsed_ms(lambda: local.read(mail)),
        }
        targets = dict(zip(roads, (SMS_MS, MAIL_MS, None), strict=True))
        turns = take_turns(roads, bench.counts.rounds)
    return [Figure(name, samples, "ms", targets[name]) for name, samples in turns.items()]
