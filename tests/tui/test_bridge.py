"""The thread that drives the gate, without an app."""

from __future__ import annotations

import queue
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual.message import Message as AppMessage
from textual.message_pump import MessagePump
from tui_driver import LONGEST_WAIT_S, handing_out, write_inbox

from guardian.assembly import Assembled
from guardian.assistant.asking import asked_message
from guardian.errors import ModelError
from guardian.events import Observer
from guardian.gate import Gate, Screened
from guardian.message import Channel, Message
from guardian.settings import Settings
from tui.bridge import BATCH, Bridge
from tui.messages import Answered, CoreEvent, GateFailed, GateOpened, HouseLoaded, InboxListed, InboxScreened, TextGiven


class Post(MessagePump):
    """Collects what the bridge posts, and what it answers to whoever asked."""

    def __init__(self) -> None:
        super().__init__()
        self._messages: queue.Queue[AppMessage] = queue.Queue()

    def __call__(self, message: AppMessage) -> bool:
        return self.post_message(message)

    def post_message(self, message: AppMessage) -> bool:
        self._messages.put(message)
        return True

    def until(self, kind: type[AppMessage]) -> list[AppMessage]:
        """Everything up to and with the next one of a kind."""
        got = [self._messages.get(timeout=LONGEST_WAIT_S)]
        while not isinstance(got[-1], kind):
            got.append(self._messages.get(timeout=LONGEST_WAIT_S))
        return got


@pytest.fixture
def post() -> Post:
    return Post()


def test_the_inbox_arrives_in_order_after_the_gate_is_open(
    house: Settings, parts: Assembled, post: Post, tmp_path: Path
) -> None:
    names = [f"{number:02}.txt" for number in range(BATCH * 2 + 1)]
    inbox = write_inbox(tmp_path / "inbox", [(name, "Lunch at noon?") for name in names])
    bridge = Bridge(house, [inbox], post, handing_out(parts))
    bridge.start()
    try:
        kinds = [type(each) for each in post.until(InboxListed) if not isinstance(each, CoreEvent)]
        assert kinds == [HouseLoaded, GateOpened, InboxListed]
        arrived = [post.until(InboxScreened)[-1] for _ in names]
        assert [each.screened.message.id for each in arrived] == names  # type: ignore[attr-defined]
    finally:
        bridge.stop(LONGEST_WAIT_S)


class Counting(Gate):
    """A gate that asks a question of its bridge while it screens its first message."""

    bridge: Bridge

    def __init__(self, real: Gate, asker: MessagePump) -> None:
        self._real, self._asker = real, asker
        self._encoder = real._encoder
        self._has_asked = False

    def screen(self, message: Message) -> Screened:
        return self._real.screen(message)

    def screen_all(self, messages: Iterable[Message | None]) -> Iterator[Screened]:
        if not self._has_asked:
            self._has_asked = True
            self.bridge.ask(TextGiven(1, "too early", Channel.INCOMING, self._asker))
            self.bridge.ask(TextGiven(2, "gift cards", Channel.INCOMING, self._asker))
        return self._real.screen_all(messages)


def test_a_question_goes_before_the_rest_of_the_inbox_and_only_the_latest_is_answered(
    house: Settings, parts: Assembled, post: Post, tmp_path: Path
) -> None:
    inbox = write_inbox(tmp_path / "inbox", [(f"{number}.txt", "Lunch?") for number in range(BATCH * 3)])
    counting = Counting(parts.gate, post)
    counting.bridge = Bridge(house, [inbox], post, handing_out(replace(parts, gate=counting)))
    counting.bridge.start()
    try:
        before = post.until(Answered)
        assert sum(isinstance(each, InboxScreened) for each in before) == BATCH
        answer = before[-1]
        assert isinstance(answer, Answered)
        assert answer.number == 2
        assert answer.screened.message.raw == b"gift cards"
    finally:
        counting.bridge.stop(LONGEST_WAIT_S)


def test_the_thread_gives_signs_of_life_and_says_what_it_has_in_hand(
    house: Settings, parts: Assembled, post: Post, tmp_path: Path
) -> None:
    inbox = write_inbox(tmp_path / "inbox", [("a.txt", "Lunch?"), ("b.txt", "Dinner?")])
    bridge = Bridge(house, [inbox], post, handing_out(parts))
    assert (bridge.beat_ms, bridge.has_ended) == (None, False)
    bridge.start()
    for _ in range(2):
        post.until(InboxScreened)
    bridge.stop(LONGEST_WAIT_S)
    assert bridge.beat_ms is not None
    assert (bridge.verdicts, bridge.in_hand, bridge.has_ended) == (2, 0, True)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ModelError("the model file is damaged", hint="run guardian model verify"), "damaged (run guardian model"),
        (ModelError("bad \x1b]52;c;x name"), "bad \\x1b]52;c;x name"),  # a file's name may stand in an error
        (KeyError("needle in an exception's words"), "internal error in tui.bridge:"),
    ],
)
def test_whatever_fails_is_one_safe_line(house: Settings, post: Post, error: Exception, said: str) -> None:
    def opener(_settings: Settings, _observer: Observer) -> object:
        raise error

    bridge = Bridge(house, [], post, opener)  # type: ignore[arg-type]  # it opens nothing
    bridge.start()
    failed = post.until(GateFailed)[-1]
    assert isinstance(failed, GateFailed)
    assert said in failed.line
    assert "needle" not in failed.line
    bridge.stop(LONGEST_WAIT_S)


@pytest.mark.parametrize(
    ("text", "raw", "cut"),
    [
        ("héllo", "héllo".encode(), False),
        ("abc" * 10, b"abc" * 5, True),
        ("\udc80", b"\xed\xb2\x80", False),  # a lone surrogate: a clipboard may hold one
    ],
)
def test_an_asked_text_is_a_message(text: str, raw: bytes, cut: bool) -> None:
    message = asked_message(text, Channel.AI_OUTPUT, 15)
    assert (message.raw, message.cut, message.channel) == (raw, cut, Channel.AI_OUTPUT)
