"""Five hundred forced failures: not one message that was not fully judged may be called clean.

Invariants: every failure is real (a limit that is reached, a process that is killed, stopped or never starts, bytes
that no parser takes); the texts are harmless, so that nothing but the failure stands between them and `clean`; a
failure that did not come about (the message was wholly judged after all) is not counted.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from guardian.gate import Gate
from guardian.inference.client import CellEncoder
from guardian.inference.manifest import load_manifest
from guardian.inference.recovery import Recovery
from guardian.message import Format, Message
from guardian.reading.reader import LocalReader, WalledReader
from guardian.verdict import Outcome, Verdict
from hostile.corpus_texts import held_out
from hostile.house import ROOT, gate_of, hermetic_settings

FAILURES = 500
_MODELS = ROOT / "models"
_CALM = "The reading group meets on Thursday at four, and tea is ready in the small room. "
_DEAD_WORKERS = {
    "ends at once": "raise SystemExit(3)",
    "speaks nonsense": "import sys, time; sys.stdout.buffer.write(b'\\xff' * 4096); sys.stdout.flush(); time.sleep(60)",
    "has no memory": (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 26, 1 << 26)); x = bytearray(1 << 30)"
    ),
    "never speaks and ends": "import time; time.sleep(0.05)",
}


Some = Callable[[int], int]


@dataclass(slots=True)
class Tally:
    """What became of the forced failures."""

    forced: Counter[str] = field(default_factory=Counter)
    """Messages that were not fully judged, by how that was forced."""
    outcomes: Counter[str] = field(default_factory=Counter)
    clean: list[str] = field(default_factory=list)
    """Kinds of failure whose message was called clean, or a mere notice: there must be none."""

    def add(self, kind: str, verdicts: Iterable[Verdict], *, may_recover: bool = False) -> None:
        """Count the verdicts of one kind; `may_recover`: a retry may judge the message after all."""
        for verdict in verdicts:
            if may_recover and verdict.coverage.complete and verdict.scores:
                continue
            self.forced[kind] += 1
            self.outcomes[verdict.outcome.value] += 1
            if verdict.outcome in (Outcome.CLEAN, Outcome.NOTICE) or verdict.coverage.complete:
                self.clean.append(kind)

    @property
    def total(self) -> int:
        """How many failures there were."""
        return self.forced.total()

    def lines(self) -> list[str]:
        """The table."""
        return [
            "| forced failure | messages |",
            "|---|---|",
            *(f"| {kind} | {count} |" for kind, count in self.forced.items()),
            f"| **all** | **{self.total}**, of them clean: **{len(self.clean)}** |",
        ]


def calm_messages(count: int, format: Format = Format.TEXT) -> list[Message]:
    """Harmless held-out texts, as they stand or as mails."""
    texts = [text.text for text in held_out(violating=False) if text.channel == "incoming"][:count]
    if format is Format.TEXT:
        return [Message(text.encode(), id=str(number)) for number, text in enumerate(texts)]
    head = "From: Ann <ann@friends.example>\nSubject: hello\nContent-Type: text/plain; charset=utf-8\n\n"
    return [Message((head + text).encode(), id=str(number), format=format) for number, text in enumerate(texts)]


def measure(share: float = 1.0, *, with_processes: bool = True) -> Tally:
    """Force failures of every kind; with `share` below 1 fewer of each, without processes those of reading alone."""

    def some(count: int) -> int:
        return max(round(count * share), 1)

    tally = Tally()
    with tempfile.TemporaryDirectory() as home:
        manifest = load_manifest(_MODELS / "manifest.toml")
        with CellEncoder(manifest, _MODELS) as cell:
            _force_reading(tally, Path(home), cell, some)
            if with_processes:
                _force_reader_processes(tally, Path(home), cell, some)
        if with_processes:
            _force_model_processes(tally, Path(home), some)
    return tally


def _force_model_processes(tally: Tally, home: Path, some: Some) -> None:
    for kind, code in _DEAD_WORKERS.items():
        command = [sys.executable, "-I", "-S", "-c", code]
        with _cell(worker_command=command, recovery=Recovery(deaths_limit=2, cool_down_s=600)) as dead:
            tally.add(f"model's process {kind}", _screened(home, dead, calm_messages(some(20))))
    with _cell(recovery=Recovery(deaths_limit=2, cool_down_s=600)) as killed, _killing(killed):
        tally.add("model's process killed", _screened(home, killed, calm_messages(some(60))), may_recover=True)
    with _cell(batch_timeout_s=0.3, recovery=Recovery(deaths_limit=2, cool_down_s=600)) as stopped:
        stopped.wait_started(60)
        _signal(stopped, signal.SIGSTOP)
        verdicts = _screened(home, stopped, calm_messages(some(20)))
        tally.add("model's process stopped", verdicts, may_recover=True)


def _force_reading(tally: Tally, home: Path, cell: CellEncoder, some: Some) -> None:
    for kind, flags, messages in _limit_cases(some):
        tally.add(kind, _screened(home, cell, messages, **flags))
    tally.add("cut by its source", _screened(home, cell, (replace(m, cut=True) for m in calm_messages(some(40)))))
    faults = (replace(message, fault="it could not be read") for message in calm_messages(some(20)))
    tally.add("not readable for its source", _screened(home, cell, faults))
    tongues = ("de", "fr", "es", "it", "nl", "pl", "tr", "hi", "ar", "ja", "zh", "pt")
    foreign = [text.text for tongue in tongues for text in held_out(violating=False, language=tongue)[:12]]
    wholly = (Message(text.encode()) for text in foreign[:: max(round(1 / (some(100) / 100)), 1)])
    tally.add("language not read by the model", _screened(home, cell, wholly))
    binary = [Message(os.urandom(400) + bytes([number])) for number in range(some(20))]
    tally.add("not text", _screened(home, cell, binary))
    page = b"<!DOCTYPE html><html><body>" + b'<img src="cid:a%d">' + b"</body></html>"
    tally.add("pictures alone", _screened(home, cell, [Message(page % number) for number in range(some(10))]))


def _limit_cases(some: Some) -> Iterator[tuple[str, dict[str, object], list[Message]]]:
    long = [Message((_CALM * 120).encode() + str(number).encode()) for number in range(some(10))]
    yield "limit: max_windows", {"limits__max_windows": 1}, long
    yield "limit: max_bytes_read", {"limits__max_bytes_read": 2000}, long
    mails = calm_messages(some(20), Format.MAIL)
    broad = [_multipart(message, 40) for message in mails]
    yield "limit: max_parts", {"limits__max_parts": 8}, broad
    yield "limit: max_depth", {"limits__max_depth": 4}, [_nested(message, 12) for message in mails]
    heavy = [replace(message, raw=b"X-A: b\n" * 300 + message.raw) for message in mails]
    yield "limit: max_headers", {"limits__max_headers": 50}, heavy
    yield "limit: max_header_bytes", {"limits__max_header_bytes": 1024}, heavy
    cells = "".join(f"<b>{number}</b> " for number in range(300))
    page = f"<!DOCTYPE html><html><body><p>{_CALM}</p>{cells}</body></html>".encode()
    yield "limit: max_html_tags", {"limits__max_html_tags": 100}, [Message(page)] * some(10)
    deep = f"<!DOCTYPE html><html><body>{'<div>' * 100}{_CALM}{'</div>' * 100}</body></html>".encode()
    yield "limit: max_html_depth", {"limits__max_html_depth": 10}, [Message(deep)] * some(10)


def _multipart(message: Message, parts: int) -> Message:
    part = b"--b\nContent-Type: text/plain\n\nhello\n"
    head = b"From: ann@friends.example\nContent-Type: multipart/mixed; boundary=b\n\n"
    return replace(message, raw=head + part * parts + b"--b--\n")


def _nested(message: Message, depth: int) -> Message:
    heads = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(depth))
    return replace(message, raw=b"From: ann@friends.example\n" + heads + b"Content-Type: text/plain\n\nhello\n")


def _force_reader_processes(tally: Tally, home: Path, cell: CellEncoder, some: Some) -> None:
    settings = hermetic_settings(home)
    mails = calm_messages(some(50), Format.MAIL)
    for kind, sign, count in (("killed", signal.SIGKILL, some(50)), ("stopped", signal.SIGSTOP, some(3))):
        reader = WalledReader(settings.limits)
        gate = gate_of(settings, cell, reader)
        verdicts = []
        for message in mails[:count]:
            with _hurting(reader, sign):
                verdicts.append(gate.screen(message).verdict)
        reader.close()
        tally.add(f"reader's process {kind}", verdicts, may_recover=True)


@contextmanager
def _hurting(reader: WalledReader, sign: signal.Signals) -> Iterator[None]:
    """Send a signal to the reader's process again and again while a message is read."""
    _ = reader.wall
    over = threading.Event()

    def hurt() -> None:
        while not over.is_set():
            process = reader._process
            if process is not None:
                with suppress(OSError):
                    os.kill(process._process.pid, sign)
            over.wait(0.0005)

    thread = threading.Thread(target=hurt)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextmanager
def _killing(cell: CellEncoder) -> Iterator[None]:
    over = threading.Event()

    def kill() -> None:
        while not over.wait(0.005):
            _signal(cell, signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    time.sleep(0.05)
    try:
        yield
    finally:
        over.set()
        thread.join()


def _signal(cell: CellEncoder, sign: signal.Signals) -> None:
    process = cell.register.process
    if process:
        with suppress(OSError):
            os.kill(process, sign)


@contextmanager
def _cell(
    *, worker_command: list[str] | None = None, batch_timeout_s: float = 20.0, recovery: Recovery
) -> Iterator[CellEncoder]:
    manifest = load_manifest(_MODELS / "manifest.toml")
    with CellEncoder(
        manifest, _MODELS, worker_command=worker_command, batch_timeout_s=batch_timeout_s, recovery=recovery
    ) as cell:
        yield cell


def _screened(home: Path, cell: CellEncoder, messages: Iterable[Message], **flags: object) -> Iterator[Verdict]:
    settings = hermetic_settings(home, **flags)
    gate: Gate = gate_of(settings, cell, LocalReader(settings.limits))
    return (screened.verdict for screened in gate.screen_all(messages))
