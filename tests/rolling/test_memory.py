"""The memory of conversations: whose messages are read together, for how long, and where they are kept."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path

import pytest

from guardian.journal.secret import Secret
from guardian.message import Channel, Message
from guardian.reading.base import Reading
from guardian.reading.read import read
from guardian.rolling import memory
from guardian.rolling.memory import RememberedConversations
from guardian.rolling.sealed import SealedShelf, forget_all

DAY_S = 86_400.0


class Clock:
    """Seconds that a test sets."""

    def __init__(self) -> None:
        self.now_s = time.time()  # files carry the machine's own time

    def __call__(self) -> float:
        return self.now_s


def message(text: str, sender: str | None = "ann@x.example", **more: object) -> Message:
    return Message(text.encode(), sender=sender, **more)  # type: ignore[arg-type]


def put(conversations: RememberedConversations, one: Message) -> Reading:
    return conversations.with_earlier(one, read(one))


def in_memory(clock: Clock) -> RememberedConversations:
    return RememberedConversations(remember_s=DAY_S, window_bytes=1000, clock=clock)


def on_disk(folder: Path, clock: Clock, key: Secret | None) -> RememberedConversations:
    shelf = SealedShelf(folder, lambda: key, DAY_S, clock)
    return RememberedConversations(remember_s=DAY_S, window_bytes=1000, shelf=shelf, clock=clock)


def test_two_messages_of_one_sender_are_read_together_and_alone() -> None:
    conversations = in_memory(Clock())
    assert put(conversations, message("Buy four gift")).earlier == 0
    reading = put(conversations, message("cards for me"))
    assert (reading.earlier, len(reading.windows), reading.own_windows) == (1, 2, 1)
    view = reading.views[-1]
    assert view.text == "Buy four gift cards for me"
    span = view.span(view.seam, len(view.text))
    assert (span.start, span.end, span.exact) == (0, len("cards for me"), True)
    assert not view.span(0, len(view.text)).exact


@pytest.mark.parametrize(
    "second",
    [
        message("cards", "bob@x.example"),
        message("cards", None),
        message("cards", channel=Channel.AI_OUTPUT),
        message("cards", context=("what the source knows",)),
        message("Buy four gift"),
    ],
    ids=["another sender", "nobody", "another channel", "a conversation of the source's own", "the same again"],
)
def test_what_does_not_belong_together_is_not_read_together(second: Message) -> None:
    conversations = in_memory(Clock())
    put(conversations, message("Buy four gift"))
    assert put(conversations, second).earlier == 0


def test_nobody_has_no_conversation() -> None:
    conversations = in_memory(Clock())
    put(conversations, message("Buy four gift", None))
    assert put(conversations, message("cards", None)).earlier == 0


def test_after_a_day_it_is_forgotten() -> None:
    clock = Clock()
    conversations = in_memory(clock)
    put(conversations, message("Buy four gift"))
    clock.now_s += DAY_S
    assert put(conversations, message("cards")).earlier == 0


def test_the_least_recently_used_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MOST_CONVERSATIONS", 2)
    conversations = in_memory(Clock())
    for sender in ("a", "b", "a", "c"):
        put(conversations, message(f"from {sender}", sender))
    assert put(conversations, message("more", "a")).earlier == 1
    assert put(conversations, message("more", "b")).earlier == 0


def test_another_process_with_the_key_goes_on_and_one_without_does_not(tmp_path: Path) -> None:
    clock, key = Clock(), Secret(bytes(range(32)))
    put(on_disk(tmp_path / "c", clock, key), message("Buy four gift"))
    assert put(on_disk(tmp_path / "c", clock, key), message("cards")).earlier == 1
    assert put(on_disk(tmp_path / "c", clock, Secret(bytes(32))), message("cards")).earlier == 0
    assert put(on_disk(tmp_path / "c", clock, None), message("cards")).earlier == 0


def test_without_a_key_it_is_kept_in_memory_and_nothing_is_written(tmp_path: Path) -> None:
    conversations = on_disk(tmp_path / "c", Clock(), None)
    put(conversations, message("Buy four gift"))
    assert put(conversations, message("cards")).earlier == 1
    assert not (tmp_path / "c").exists()


def test_files_are_private_and_name_and_say_nothing(tmp_path: Path) -> None:
    put(on_disk(tmp_path / "c", Clock(), Secret(bytes(range(32)))), message("Buy four gift", "ann@secret.example"))
    (file,) = (tmp_path / "c").glob("*.turns")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "c").stat().st_mode) == 0o700
    assert b"gift" not in file.read_bytes()
    assert "ann" not in file.name


def test_a_damaged_file_is_as_none(tmp_path: Path) -> None:
    clock, key = Clock(), Secret(bytes(range(32)))
    put(on_disk(tmp_path / "c", clock, key), message("Buy four gift"))
    (file,) = (tmp_path / "c").glob("*.turns")
    file.write_bytes(file.read_bytes()[:-1] + b"\0")
    assert put(on_disk(tmp_path / "c", clock, key), message("cards")).earlier == 0


def test_old_files_are_removed(tmp_path: Path) -> None:
    clock, key = Clock(), Secret(bytes(range(32)))
    put(on_disk(tmp_path / "c", clock, key), message("Buy four gift"))
    (file,) = (tmp_path / "c").glob("*.turns")
    os.utime(file, (clock.now_s - 2 * DAY_S,) * 2)
    put(on_disk(tmp_path / "c", clock, key), message("hello", "bob@x.example"))
    assert not file.exists()


def test_switched_off_nothing_is_left(tmp_path: Path) -> None:
    put(on_disk(tmp_path / "c", Clock(), Secret(bytes(range(32)))), message("Buy four gift"))
    forget_all(tmp_path / "c")
    assert not list((tmp_path / "c").iterdir())
    forget_all(tmp_path / "nothing there")
