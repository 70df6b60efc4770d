"""One real gate with the starter policies, and journals of real verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from guardian.assembly import Assembled, assembled
from guardian.assistant.asking import asked_message
from guardian.assistant.house import House
from guardian.gate import Screened
from guardian.journal.feedback import Feedback, Says
from guardian.journal.journal import Journal
from guardian.journal.opening import now_ms, open_journal
from guardian.journal.recorder import JournalRecorder
from guardian.message import Channel, Message
from guardian.recording import Seen
from guardian.settings import Settings, load_settings


@pytest.fixture(scope="session")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assembled]:
    """A gate with the starter policies and the real model, and its bench."""
    home = tmp_path_factory.mktemp("assistant-house")
    with assembled(load_settings({"GUARDIAN_HOME": str(home), "GUARDIAN_MODEL_THREADS": "1"}, {})) as opened:
        yield opened


@pytest.fixture
def house(parts: Assembled) -> House:
    """What answers look at, without a journal."""
    return House(parts.bench, parts.gate.policies)


@pytest.fixture
def screen(parts: Assembled) -> Callable[..., Screened]:
    """`screen("text", sender="...", channel=...)`: a text that was asked about."""

    def do(
        text: str, *, sender: str = "", channel: Channel = Channel.INCOMING, context: Sequence[str] = ()
    ) -> Screened:
        return parts.gate.screen(asked_message(text, channel, 1 << 20, sender=sender, context=context))

    return do


@pytest.fixture
def recorded_settings(tmp_path: Path) -> Settings:
    """Settings of a home whose journal is begun by the first message."""
    return load_settings({"GUARDIAN_HOME": str(tmp_path / "home")}, {})


@pytest.fixture
def journal_of(
    recorded_settings: Settings, parts: Assembled
) -> Iterator[Callable[[Sequence[tuple[str, str, Says | None]]], Journal]]:
    """`journal_of([(text, sender, word), ...])`: a journal that recorded these, as the gate judged them."""
    opened: list[object] = []

    def make(said: Sequence[tuple[str, str, Says | None]]) -> Journal:
        recorder = JournalRecorder(recorded_settings, lambda event: None)
        places = []
        for text, sender, word in said:
            screened = parts.gate.screen(Message(text.encode(), sender=sender, source="chat"))
            seen = Seen(dict(screened.verdict.scores), (sender,))
            place = recorder.record(screened.message, screened.verdict, seen)
            places.append((place["seq"] if place is not None else None, word))
        recorder.close()
        opening = open_journal(recorded_settings)
        journal = opening.__enter__()
        opened.append(opening)
        for seq, word in places:
            if seq is not None and word is not None:
                journal.append(Feedback(seq, word, at_ms=now_ms()).to_record("test"))
        return journal

    yield make
    for opening in opened:
        opening.__exit__(None, None, None)  # type: ignore[attr-defined]  # a context of open_journal
