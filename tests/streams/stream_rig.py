"""What the tests of the streams share: the recorded streams, a judge that goes by a keyword, a driver, a plain client.

The judge stands for the model because nothing here has one: it flags a window that holds `KEYWORD`.
"""

from __future__ import annotations

import json
import lzma
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from guardian.streams.base import Ask, Delivery, Judged, Mode, Purpose, Release, Step
from guardian.streams.dialects.base import Dialect
from guardian.streams.dialects.load import dialect_for
from guardian.streams.events import Framing
from guardian.streams.framing import framing_for
from guardian.streams.turn import Turn
from guardian.verdict import Outcome

KEYWORD = "gift card"
ODD_WORDS = ("Wexlor", "Quibnat", "Yontrem")
"""Stand in planted sentences alone, at their beginning, in their middle and at their end."""
RECORDED = Path(__file__).resolve().parents[1] / "data" / "streams" / "recorded.jsonl.xz"


@dataclass(frozen=True)
class Recorded:
    name: str
    path: str
    content_type: str
    body: bytes


@dataclass(frozen=True)
class Said:
    """A verdict, as far as a turn reads it."""

    outcome: Outcome
    seq: int | None = None
    short: str = ""


@dataclass
class Result:
    released: bytes = b""
    asks: list[Ask] = field(default_factory=list)

    @property
    def asked(self) -> Counter[tuple[Purpose, bytes, bytes, bool]]:
        """Everything that was asked, in no order."""
        rows = ((ask.purpose, ask.message.raw, ask.message.once, ask.message.cut) for ask in self.asks)
        return Counter(rows)

    def texts(self, purpose: Purpose) -> list[str]:
        return [ask.message.raw.decode() for ask in self.asks if ask.purpose is purpose]


Judge = Callable[[Ask], Judged | None]


def keyword_judge(ask: Ask) -> Judged:
    if KEYWORD in ask.message.raw.decode():
        return Said(Outcome.FLAGGED, None if ask.message.draft else 412, "money request")
    return Said(Outcome.CLEAN)


def never_answers(ask: Ask) -> Judged | None:
    return None


@cache
def recorded_streams() -> tuple[Recorded, ...]:
    rows = map(json.loads, lzma.decompress(RECORDED.read_bytes()).decode().splitlines())
    return tuple(Recorded(row["name"], row["path"], row["content_type"], row["body"].encode()) for row in rows)


@cache
def dialect_of(path: str) -> Dialect:
    dialect = dialect_for(path)
    assert dialect is not None
    return dialect


def new_turn(stream: Recorded, delivery: Delivery) -> Turn:
    return Turn(dialect_of(stream.path), new_framing(stream), delivery)


def new_framing(stream: Recorded) -> Framing:
    framing = framing_for(stream.content_type)
    assert framing is not None
    return framing


def play(
    stream: Recorded,
    mode: Mode = Mode.HOLD,
    pieces: Iterable[bytes] | None = None,
    judge: Judge = keyword_judge,
    *,
    fail_closed: bool = False,
    broken: bool = False,
) -> Result:
    """Feed a stream in `pieces`, each ask answered at once; all must be released and answered in the end."""
    turn = new_turn(stream, Delivery(mode=mode, fail_closed=fail_closed, key=b"a key"))
    result = Result()

    def perform(steps: list[Step]) -> None:
        for step in steps:
            if isinstance(step, Release):
                result.released += step.data
                continue
            result.asks.append(step)
            judged = judge(step)
            perform(turn.unanswered(step.number, "no service") if judged is None else turn.answer(step.number, judged))

    for piece in [stream.body] if pieces is None else pieces:
        perform(turn.feed(piece))
    perform(turn.finish(broken=broken))
    assert turn.is_done
    return result


def events_of(released: bytes) -> Iterator[Any]:
    """The JSON of each event, found without anything of Guardian: whole, or in the data or the line of each event."""
    text = released.decode().removeprefix("\ufeff")
    try:
        yield json.loads(text)
    except ValueError:
        for line in text.replace("\r", "\n").split("\n"):
            said = line.removeprefix("data:").strip()
            if said.startswith("{"):
                yield json.loads(said)


def heard(released: bytes) -> dict[tuple[Any, ...], str]:
    """What a client hears: the strings of all events, joined by where in the JSON they stand and whose they are."""
    found: dict[tuple[Any, ...], str] = {}
    for event in events_of(released):
        for path, value in _strings(event, ()):
            found[path] = found.get(path, "") + value
    return found


def _strings(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        whose = tuple(value[name] for name in ("index", "output_index", "type") if name in value)
        for name, inner in value.items():
            yield from _strings(inner, (*path, *whose, name))
    elif isinstance(value, list):
        if value and all(isinstance(byte, int) for byte in value):  # the bytes of a log probability
            yield path, bytes(byte % 256 for byte in value).decode("utf-8", "replace")
        for at, inner in enumerate(value):
            yield from _strings(inner, (*path, at))
