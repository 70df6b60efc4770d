"""A disposable child that speaks frames: whatever it does, whoever asks is answered or told that it is gone."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from guardian.service.frames import Frame
from guardian.service.piped_child import PipedChild, child_command

PATIENCE_S = 60.0
"""How long a test waits before it fails; never how long something may take."""
ROOT = str(Path(__file__).resolve().parents[2])
TALKS = """
import sys
sys.path.append(sys.argv[1])
from guardian.service.frames import FrameReader
from guardian.service.pipes import receive, send
reader = FrameReader(0)
while frame := receive(0, reader):
    send(1, {"event": "asked"})
    send(1, {"answer": frame.header["number"] - 1, "says": "what was asked before"})
    send(1, {"answer": frame.header["number"], "says": frame.header["word"]}, b"body")
"""


@contextmanager
def child(script: str, body_limit_bytes: int = 100) -> Iterator[PipedChild]:
    made = PipedChild([sys.executable, "-I", "-S", "-c", script, ROOT], body_limit_bytes)
    try:
        yield made
    finally:
        made.end()
        assert not made.is_running


def until() -> float:
    return time.monotonic() + PATIENCE_S


def test_an_answer_reaches_its_question_and_an_event_whoever_listens() -> None:
    events: list[Frame] = []
    with child(TALKS) as talker:
        talker.listen("test", events.append)
        for word in ("one", "two"):
            frame = talker.answer(talker.ask({"word": word}), until())
            assert frame is not None
            assert (frame.header["says"], frame.body) == (word, b"body")
    assert [frame.header for frame in events] == [{"event": "asked"}] * 2


@pytest.mark.parametrize(
    "script",
    [
        "",
        "import os; os.read(0, 9); os.write(1, b'\\xff' * 65536); os.read(0, 1 << 20); os.read(0, 1)",
        "import os; os.read(0, 1 << 20); os.close(1); os.read(0, 1)",
        TALKS,
    ],
    ids=["ends", "nonsense", "closes its output", "a body beyond its limit"],
)
def test_a_child_that_breaks_the_rules_gives_no_answer_and_its_end_is_told(script: str) -> None:
    ended = threading.Event()
    with child(script, body_limit_bytes=3) as liar:
        liar.listen("test", on_end=ended.set)
        try:
            number = liar.ask({"word": "x"})
        except OSError:  # it was gone before it was asked
            number = 1
        assert liar.answer(number, until()) is None
        assert ended.wait(PATIENCE_S)


def test_a_child_that_is_silent_is_waited_for_no_longer_than_was_said() -> None:
    with child("import time; time.sleep(3600)") as silent:
        silent.listen("test")
        assert silent.answer(silent.ask({}), time.monotonic() + 0.01) is None
        assert silent.is_running


def test_a_child_that_was_ended_answers_nobody_who_waits_and_cannot_be_asked() -> None:
    with child("import time; time.sleep(3600)") as silent:
        silent.listen("test")
        number = silent.ask({})
        ending = threading.Timer(0.05, silent.end)
        ending.start()
        assert silent.answer(number, until()) is None
        ending.join()
        with pytest.raises(OSError, match="ended"):
            silent.ask({})


def test_nothing_of_the_parents_reaches_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUARDIAN_SECRET", "x")
    script = TALKS.split("while")[0] + (
        "import os\nopen_now = [fd for fd in range(3, 64) if os.path.exists(f'/proc/self/fd/{fd}')]\n"
        "send(1, {'env': sorted(os.environ), 'cwd': os.getcwd(), 'open': open_now})"
    )
    with open(os.devnull, "rb"), child(script) as told:
        frame = told.receive()
        assert frame is not None
        assert frame.header == {"env": ["LC_ALL"], "cwd": "/", "open": []}


def test_a_package_that_is_not_installed_is_named() -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_package"):
        child_command("guardian.imap.fetcher", "no_such_package")
