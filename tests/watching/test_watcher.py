"""The watcher: what arrives is screened once and in order, whatever ends in between; what fails is tried again."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from watch_rig import Scripted, Service, Told, a_maildir, a_source, deliver, settings_of, watching

from guardian.errors import GuardianError
from guardian.message import Message
from guardian.outcome import Outcome
from guardian.service.answer import Answer, answer_of
from guardian.service.errors import RefusalCode, ServiceRefusedError, ServiceUnavailableError
from guardian.service.frames import Frame
from guardian.sources.live.base import Delivery, Source
from guardian.watching.database import open_database
from guardian.watching.delivering import MOST_TRIES
from guardian.watching.memory import Memory

LONGEST_S = 60.0


def until(is_so: Callable[[], bool]) -> None:
    ends = time.monotonic() + LONGEST_S
    while not is_so():
        assert time.monotonic() < ends, "it never came"
        time.sleep(0.02)


class Altered:
    """A client whose answers say something else than the service's, as long as the script lasts."""

    def __init__(self, service: Service, changes: list[Mapping[str, Any]]) -> None:
        self._real, self._changes = service.connect(), changes
        self.asked: list[Message] = []

    def screen(self, message: Message) -> Answer:
        self.asked.append(message)
        answer = self._real.screen(message)
        if not self._changes:
            return answer
        header = {
            "verdict": {**answer.verdict, **self._changes.pop(0)},
            "lines": list(answer.lines),
            "score_lines": [],
            "annotation": "",
            "headers": [],
            "short": "",
            "notices": [],
        }
        return answer_of(Frame(header, b""))

    def status(self) -> object:
        return self._real.status()

    def close(self) -> None:
        self._real.close()


MODEL_DOWN = {
    "outcome": "unscreened",
    "coverage": {"complete": False, "bytes": 1, "windows": 0, "reasons": ["model-down: the model is not running"]},
}
NOT_ON_DISK = {"journal": {"seq": None, "leaf": None, "problem": "no space is left", "waiting": False}}


# --- once, and in order -----------------------------------------------------------------------------------------


@pytest.mark.long
def test_what_is_there_is_screened_once_and_in_order_and_a_new_process_asks_about_none_of_it(
    tmp_path: Path, service: Service
) -> None:
    box, before = a_maildir(tmp_path / "box"), service.kept().total
    names = deliver(box, range(1, 7), scam_every=2)
    with watching(tmp_path, service.connect, a_source("maildir", box)) as first:
        assert first.catch_up() == names
        assert [outcome for _, _, outcome in first.told.answers].count(Outcome.FLAGGED) == 3
        assert first.catch_up() == []
    later = deliver(box, [20])
    with watching(tmp_path, service.connect, a_source("maildir", box)) as second:
        assert second.catch_up() == later
    assert service.kept().total - before == 7


def test_sources_take_turns_and_each_keeps_its_order(tmp_path: Path, service: Service) -> None:
    great, small = a_maildir(tmp_path / "great"), a_maildir(tmp_path / "small")
    deliver(great, range(12))
    deliver(small, range(2))
    with watching(
        tmp_path, service.connect, a_source("maildir", great, "great"), a_source("maildir", small, "small")
    ) as all_of_it:
        all_of_it.catch_up()
        order = [source for source, _, _ in all_of_it.told.answers]
    assert order.index("small") <= 8
    assert order.count("great") == 12
    for name in ("great", "small"):
        positions = [position for source, position, _ in all_of_it.told.answers if source == name]
        assert positions == sorted(positions)


def test_an_answer_that_was_not_noted_is_asked_for_again_and_kept_once(
    tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process is killed between the answer and its note: the worst moment."""
    box, before = a_maildir(tmp_path / "box"), service.kept()
    scam, ordinary = deliver(box, [100, 101], scam_every=100)
    whole = Memory.finish
    for name in (scam, ordinary):

        def killed(memory: Memory, key: bytes, *rest: Any, at: bytes = name.encode()) -> None:
            if key == at:
                raise KeyboardInterrupt
            whole(memory, key, *rest)

        monkeypatch.setattr(Memory, "finish", killed)
        with watching(tmp_path, service.connect, a_source("maildir", box)) as cut, pytest.raises(KeyboardInterrupt):
            cut.catch_up()
    monkeypatch.setattr(Memory, "finish", whole)
    with watching(tmp_path, service.connect, a_source("maildir", box)) as again:
        assert again.catch_up() == [ordinary]
    kept = service.kept()
    assert kept.recorded[scam] == 1
    assert kept.total - before.total == 2


def test_what_was_begun_and_is_gone_is_told_once(
    tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = a_maildir(tmp_path / "box")
    (name,) = deliver(box, [1])

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killing, watching(tmp_path, service.connect, a_source("maildir", box)) as cut:
        killing.setattr(Memory, "finish", killed)
        with pytest.raises(KeyboardInterrupt):
            cut.catch_up()
    (box / "new" / name).unlink()
    for expected in (["box: 1 message was changed, moved or deleted"], []):
        with watching(tmp_path, service.connect, a_source("maildir", box)) as again:
            again.catch_up()
            assert [line[: len(expected[0]) if expected else None] for line in again.told.trouble_lines] == expected


# --- trouble ----------------------------------------------------------------------------------------------------


def test_while_the_service_is_away_everything_waits_and_that_is_told_once(
    tmp_path: Path, service: Service, quick: object
) -> None:
    box = a_maildir(tmp_path / "box")
    names = deliver(box, range(3))
    scripts = [[ServiceUnavailableError("no service answers")] for _ in range(4)]
    refused = [ServiceRefusedError(RefusalCode.STOPPING, "it is about to end")]

    def connect() -> Scripted:
        if scripts:
            raise scripts.pop()[0]
        return Scripted(service.connect(), list(refused) and [refused.pop()] if refused else [])

    with watching(tmp_path, connect, a_source("maildir", box)) as waiting:  # type: ignore[arg-type]  # the same calls
        assert waiting.catch_up() == names
        assert waiting.told.trouble_lines == [
            ": nothing is screened just now: no service answers; what arrives waits",
            ": the service answers again",
        ]


def test_a_message_that_the_service_cannot_take_keeps_no_other_one_waiting_and_is_not_done(
    tmp_path: Path, service: Service, quick: object
) -> None:
    box = a_maildir(tmp_path / "box")
    names = deliver(box, range(3))
    client = Scripted(service.connect(), [ServiceRefusedError(RefusalCode.FAILED, "internal error")] * 3)
    with watching(tmp_path, lambda: client, a_source("maildir", box)) as waiting:  # type: ignore[arg-type,return-value]
        assert waiting.catch_up() == names[1:]
        assert waiting.told.trouble_lines == [f"box: {names[0]} is not screened yet: internal error"]
        assert waiting.catch_up() == names[:1]


def test_a_message_that_the_model_could_not_judge_is_tried_again_and_then_stands(
    tmp_path: Path, service: Service, quick: object
) -> None:
    box = a_maildir(tmp_path / "box")
    (name,) = deliver(box, [7])
    client = Altered(service, [MODEL_DOWN] * 2)
    with watching(tmp_path, lambda: client, a_source("maildir", box)) as waiting:  # type: ignore[arg-type,return-value]
        assert waiting.catch_up() == [name]  # told as unscreened, once
        assert waiting.catch_up() == []
        assert len(waiting.delivering.retries) == 1
        assert waiting.catch_up() == [name]  # and as what it is
        assert [outcome for _, _, outcome in waiting.told.answers] == [Outcome.UNSCREENED, Outcome.CLEAN]
        assert waiting.catch_up() == []
        assert len(waiting.delivering.retries) == 0
    assert len({message.once for message in client.asked}) == 3


def test_a_message_that_is_never_judged_is_done_at_last(tmp_path: Path, service: Service, quick: object) -> None:
    box = a_maildir(tmp_path / "box")
    deliver(box, [7])
    client = Altered(service, [MODEL_DOWN] * 100)
    with watching(tmp_path, lambda: client, a_source("maildir", box)) as waiting:  # type: ignore[arg-type,return-value]
        for _ in range(MOST_TRIES + 3):
            waiting.catch_up()
        assert len(client.asked) == MOST_TRIES + 1
        assert [outcome for _, _, outcome in waiting.told.answers] == [Outcome.UNSCREENED]


@pytest.mark.parametrize("is_told", [True, False], ids=["unscreened", "refused"])
def test_what_is_put_off_and_gone_is_told_and_tried_no_more(
    tmp_path: Path, service: Service, quick: object, is_told: bool
) -> None:
    """Else its source would be looked at without a pause, for ever."""
    box = a_maildir(tmp_path / "box")
    (name,) = deliver(box, [7])
    refusals: list[Exception] = [ServiceRefusedError(RefusalCode.FAILED, "internal error")] * 3
    client = Altered(service, [MODEL_DOWN]) if is_told else Scripted(service.connect(), refusals)
    with watching(tmp_path, lambda: client, a_source("maildir", box)) as waiting:  # type: ignore[arg-type,return-value]
        waiting.catch_up()
        assert len(waiting.delivering.retries) == 1
        (box / "new" / name).unlink()
        for _ in range(2):
            waiting.catch_up()
        assert waiting.delivering.retries.next_due_s() is None
        assert [line for line in waiting.told.trouble_lines if "deleted" in line] == [
            "box: 1 message was changed, moved or deleted while the watcher asked, before the answer was noted"
        ]


def test_a_source_need_not_give_what_is_put_off_and_it_is_not_taken_for_gone(tmp_path: Path, service: Service) -> None:
    """As a mailbox does, that would have to fetch it again."""
    box = a_maildir(tmp_path / "box")
    deliver(box, [7])
    source = a_source("maildir", box)
    whole = type(source).look

    def sparing(is_seen: Callable[[bytes], bool]) -> Iterator[Delivery]:
        return (delivery for delivery in whole(source, is_seen) if not source.rests(delivery.key))

    client = Altered(service, [MODEL_DOWN])
    with watching(tmp_path, lambda: client, source) as waiting:  # type: ignore[arg-type,return-value]
        waiting.catch_up()
        source.look = sparing  # type: ignore[method-assign]
        waiting.catch_up()
        retries = waiting.delivering.retries
        assert (len(client.asked), len(retries), waiting.told.trouble_lines) == (1, 1, [])
        for put_off in retries._put_off.values():
            put_off.due = 0.0
        waiting.catch_up()
        assert (len(client.asked), len(retries)) == (2, 0)


def test_what_is_gone_for_long_is_forgotten(tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    from guardian.watching import census

    box = a_maildir(tmp_path / "box")
    stays, goes = deliver(box, [1, 2])
    day = census.today()
    with watching(tmp_path, service.connect, a_source("maildir", box)) as one:
        one.catch_up()
        (box / "new" / goes).unlink()
        for later in (census.EVERY_DAYS, census.EVERY_DAYS + census.KEPT_DAYS):
            monkeypatch.setattr(census, "today", lambda at=day + later: at)
            assert one.catch_up() == []
    with open_database(settings_of(tmp_path).paths) as database:
        memory = Memory(database, "box")
        assert (memory.is_seen(stays.encode()), memory.is_seen(goes.encode())) == (True, False)


def test_what_is_put_off_in_a_source_that_cannot_be_looked_at_waits(tmp_path: Path, service: Service) -> None:
    box = a_maildir(tmp_path / "box")
    deliver(box, [7])
    client = Altered(service, [MODEL_DOWN])
    with watching(tmp_path, lambda: client, a_source("maildir", box)) as waiting:  # type: ignore[arg-type,return-value]
        waiting.catch_up()
        retries = waiting.delivering.retries
        for put_off in retries._put_off.values():
            put_off.due = 0.0
        shutil.rmtree(box)
        waiting.catch_up()
        assert waiting.watcher.blind == {"box"}
        assert len(retries) == 1
        assert (retries.next_due_s() or 0.0) > 0.0


def test_a_file_that_is_written_all_the_time_is_told(
    tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    from guardian.watching import watcher

    monkeypatch.setattr(watcher, "LONGEST_UNREST_S", 0.0)
    box = tmp_path / "texts"
    box.mkdir()
    with watching(tmp_path, service.connect, a_source("folder", box)) as live:
        (look,) = live.watcher._watched.values()
        for _ in range(2):
            (box / "log.txt").write_text("Lunch at noon?")
            assert list(live.watcher._look(look)) == []
        assert live.told.trouble_lines == ["box: something is still being written; it waits"]


def test_an_answer_that_the_journal_has_in_memory_alone_is_not_done(
    tmp_path: Path, service: Service, quick: object
) -> None:
    box = a_maildir(tmp_path / "box")
    (name,) = deliver(box, [9], scam_every=9)
    client = Altered(service, [NOT_ON_DISK] * 2)
    with watching(tmp_path, lambda: client, a_source("maildir", box)) as waiting:  # type: ignore[arg-type,return-value]
        for _ in range(4):
            waiting.catch_up()
        assert waiting.told.positions == [name]
    assert len(client.asked) == 3
    assert len({message.once for message in client.asked}) == 1
    assert service.kept().recorded[name] == 1


def test_a_source_in_trouble_is_told_and_stops_no_other(tmp_path: Path, service: Service) -> None:
    box, gone = a_maildir(tmp_path / "box"), tmp_path / "gone"
    names = deliver(box, range(2))
    told = Told()
    sources = [a_source("maildir", gone, "gone"), a_source("maildir", box)]
    with watching(tmp_path, service.connect, *sources, told=told) as both:
        assert both.catch_up() == names
        assert told.trouble_lines == [f"gone: cannot look into {gone}: no such file or directory"]
        a_maildir(gone)
        late = deliver(gone, [5])
        assert both.catch_up() == late
    with open_database(settings_of(tmp_path).paths) as database:
        assert Memory(database, "gone").health().trouble == ""
        assert Memory(database, "gone").health().answered == 1


def test_a_defect_of_one_source_stops_no_other(
    tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = a_maildir(tmp_path / "box")
    names = deliver(box, range(2))
    broken = a_source("folder", tmp_path / "box", "broken")

    def look(*_: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(type(broken), "look", look)
    with watching(tmp_path, service.connect, broken, a_source("maildir", box)) as both:
        assert both.catch_up() == names
        assert both.told.trouble_lines == ["broken: internal error (ZeroDivisionError); please report it"]


# --- as it comes ------------------------------------------------------------------------------------------------


def test_what_arrives_while_it_watches_is_screened_when_it_comes(tmp_path: Path, service: Service) -> None:
    box, other = a_maildir(tmp_path / "box"), a_maildir(tmp_path / "other")
    more: list[list[Source]] = []
    with watching(tmp_path, service.connect, a_source("maildir", box)) as live:
        thread = threading.Thread(
            target=live.watcher.run, args=(lambda *_: None, lambda: more.pop() if more else None), daemon=True
        )
        thread.start()
        first = deliver(box, [1])
        until(lambda: live.told.positions == first)
        more.append([a_source("maildir", box), a_source("maildir", other, "other")])
        second = deliver(box, [2])
        until(lambda: live.told.positions == first + second)
        third = deliver(other, [3])
        until(lambda: live.told.positions == first + second + third)
        shutil.rmtree(box)
        a_maildir(box)
        live.stop.set()
        deliver(other, [4])
        thread.join(LONGEST_S)
        assert not thread.is_alive()


def test_a_stop_that_wakes_nobody_ends_an_idle_watch(
    tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A handler of signals can do no more than set an event."""
    from guardian.watching import hints

    monkeypatch.setattr(hints, "RESCAN_S", 10 * LONGEST_S)
    with watching(tmp_path, service.connect, a_source("maildir", a_maildir(tmp_path / "box"))) as live:
        thread = threading.Thread(target=live.watcher.run, args=(lambda *_: None, lambda: None), daemon=True)
        thread.start()
        with open_database(settings_of(tmp_path).paths) as database:
            until(lambda: Memory(database, "box").health().looked_ms > 0)
        live.stop.set()
        thread.join(LONGEST_S)
        assert not thread.is_alive()


def test_a_pushing_source_is_looked_at_when_it_says_so(tmp_path: Path, service: Service) -> None:
    box = a_maildir(tmp_path / "box")
    source = a_source("maildir", box)
    pushed = threading.Event()

    class Pushing(type(source)):  # type: ignore[misc]  # a Maildir that no directory tells of
        kind = "pushing"
        pushes = True

        def folders(self) -> tuple[str, ...]:
            return ()

        def wait(self, timeout_s: float) -> bool:
            if pushed.wait(timeout_s):
                pushed.clear()
                return True
            return False

    source.__class__ = Pushing
    with watching(tmp_path, service.connect, source) as live:
        thread = threading.Thread(target=live.watcher.run, args=(lambda *_: None, lambda: None), daemon=True)
        thread.start()
        with open_database(settings_of(tmp_path).paths) as database:
            until(lambda: Memory(database, "box").health().looked_ms > 0)
        names = deliver(box, [1])
        pushed.set()
        until(lambda: live.told.positions == names)
        live.stop.set()
        pushed.set()
        live.watcher._hints.hint("box")
        thread.join(LONGEST_S)
        assert not thread.is_alive()


def test_where_the_system_gives_no_events_sources_are_polled_and_that_is_told(
    tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    from guardian import folder_events
    from guardian.watching import hints

    class NoInotify:
        def start(self) -> None:
            raise OSError(24, "inotify instance limit reached")

        def is_alive(self) -> bool:
            return False

    monkeypatch.setattr(folder_events, "Observer", NoInotify)
    monkeypatch.setattr(hints, "POLLED_RESCAN_S", 0.1)
    box = a_maildir(tmp_path / "box")
    with watching(tmp_path, service.connect, a_source("maildir", box)) as live:
        thread = threading.Thread(target=live.watcher.run, args=(lambda *_: None, lambda: None), daemon=True)
        thread.start()
        until(lambda: bool(live.told.trouble_lines))
        names = deliver(box, [1])
        until(lambda: live.told.positions == names)
        live.stop.set()
        thread.join(LONGEST_S)
    assert live.told.trouble_lines == [
        ": the system gives no events (inotify instance limit reached): sources are looked at every 0.1 s"
    ]


def test_what_is_remembered_tells_a_stranger_nothing(tmp_path: Path, service: Service) -> None:
    box = a_maildir(tmp_path / "box-of-somebody")
    (name,) = deliver(box, [3], scam_every=3)
    paths = settings_of(tmp_path).paths
    with watching(tmp_path, service.connect, a_source("maildir", box, "somebody")) as one:
        one.catch_up()
        files = list(paths.state.glob("watched.*"))
        written = b"".join(path.read_bytes() for path in files)
        assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    for secret in (b"somebody", name.encode(), b"gift", b"sender3"):
        assert secret not in written


@pytest.mark.parametrize("lost", ["the key", "another key", "a torn file"])
def test_a_seen_set_that_cannot_be_used_is_an_error_and_not_a_new_beginning(tmp_path: Path, lost: str) -> None:
    paths = settings_of(tmp_path).paths
    with open_database(paths) as database:
        Memory(database, "box").finish(b"key", b"", None)
    if lost == "the key":
        paths.watched_key.unlink()
    elif lost == "another key":
        paths.watched_key.write_bytes(bytes(32))
    else:
        paths.watched_file.write_bytes(b"no database at all" * 1000)
    with pytest.raises(GuardianError), open_database(paths):
        pass
