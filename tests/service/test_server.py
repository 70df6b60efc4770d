"""The service in this process, on the real model: everybody is answered, in turn, and nobody holds it up."""

from __future__ import annotations

import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from service_rig import (
    ORDINARY,
    SCAM,
    is_ended,
    lengths,
    next_frame,
    open_descriptors,
    plain_connection,
    served,
    wait_until,
)

from guardian import __version__, verdict_words
from guardian.assembly import Assembled, assembled
from guardian.errors import SettingsError
from guardian.events import NotJournaled, ignore
from guardian.gate import Gate, Screened
from guardian.inference.register import Register
from guardian.message import Message
from guardian.outcome import Action, Outcome
from guardian.paths import find_paths
from guardian.service.announcing import Announcer
from guardian.service.claim import Claim
from guardian.service.client import ServiceClient
from guardian.service.errors import RefusalCode, ServiceRefusedError, ServiceUnavailableError
from guardian.service.frames import Frame, encode
from guardian.service.limits import ServiceLimits
from guardian.service.notices import Notices
from guardian.service.place import SOCKET_NAME
from guardian.service.questions import question, status_question
from guardian.service.server import Server
from guardian.settings import load_settings
from guardian.sinks.lines import annotation, short_reason, verdict_lines
from guardian.sinks.mail_headers import headers_of


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assembled]:
    home = tmp_path_factory.mktemp("home")
    shutil.copy(find_paths({}).shipped_policies / "pressure-to-pay.toml", home)  # one policy: begun in no time
    env = {"GUARDIAN_HOME": str(home), "GUARDIAN_POLICIES_DIR": str(home), "GUARDIAN_MODEL_THREADS": "1"}
    with assembled(load_settings(env, {})) as parts:
        yield parts


class Breaking:
    """The real gate, but for messages that it is to break over, as only a defect could make it."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def screen_all(self, messages: Iterator[Message]) -> Iterator[Screened]:
        for screened in self._gate.screen_all(messages):
            if screened.message.id == "breaks":
                raise ZeroDivisionError
            yield screened

    def screen(self, message: Message) -> Screened:
        return next(self.screen_all(iter((message,))))

    def tell_late(self, tell: Callable[[Screened], None]) -> None:
        self._gate.tell_late(tell)

    @property
    def policy_set(self) -> str:
        return self._gate.policy_set


class Shut:
    """A gate behind a door: nothing is screened before it opens. It tells in which order messages came to it."""

    def __init__(self, gate: Gate) -> None:
        self._gate, self.door, self.came = gate, threading.Event(), list[str]()

    def screen_all(self, messages: Iterator[Message]) -> Iterator[Screened]:
        assert self.door.wait(60)
        for screened in self._gate.screen_all(messages):
            self.came.append(screened.message.id)
            yield screened

    def tell_late(self, tell: Callable[[Screened], None]) -> None:
        self._gate.tell_late(tell)

    @property
    def policy_set(self) -> str:
        return self._gate.policy_set


def behind(house: Assembled, gate: Any) -> Assembled:
    return replace(house, gate=cast(Gate, gate))


def asked(name: str, text: bytes = ORDINARY, **fields: Any) -> bytes:
    return encode(question(Message(text, id=name, **fields), all_policies=False))


def in_threads(count: int, work: Callable[[int], None]) -> None:
    """Run `work(0)` to `work(count - 1)` at once; raises the first error."""
    errors: list[BaseException] = []

    def run(number: int) -> None:
        try:
            work(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(120)
    if errors:
        raise errors[0]


# --- answers ----------------------------------------------------------------------------------------------------


def test_what_is_told_once_is_not_told_to_a_draft(house: Assembled, tmp_path: Path) -> None:
    notices = Notices(ignore)
    notices(NotJournaled("not journaled yet", is_kept=True))
    with Claim.take(tmp_path) as claim:
        server = Server(claim, lambda: house, ServiceLimits(body_bytes=1000), notices=notices.take)
        server.start()
        with ServiceClient(tmp_path / SOCKET_NAME) as client:
            told = [client.screen(Message(ORDINARY, draft=draft)).notices for draft in (True, False, False)]
        assert server.stop()
    assert told == [(), ("not journaled yet",), ()]


@pytest.mark.parametrize("all_policies", [False, True])
@pytest.mark.parametrize("text", [SCAM, ORDINARY, b"", b"\xff\x00 \x1b[2J", "买四张礼品卡".encode()])
def test_an_answer_says_what_the_sinks_say(house: Assembled, tmp_path: Path, text: bytes, all_policies: bool) -> None:
    message = Message(text, id="a\x1b\ud800", sender="Ann <ann@example.org>")
    screened = house.gate.screen(message)
    with served(tmp_path, house), ServiceClient(tmp_path / SOCKET_NAME) as client:
        answer = client.screen(message, all_policies=all_policies)

    def without_time(verdict: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in verdict.items() if name != "elapsed_ms"}

    assert (answer.outcome, answer.action) == (screened.verdict.outcome, screened.verdict.action)
    assert without_time(answer.verdict) == without_time(screened.verdict.to_json(all_policies=all_policies))
    assert list(answer.lines) == verdict_lines(screened)
    assert answer.score_lines[0] == verdict_words.score_lines(screened.verdict)[0]
    assert (answer.annotation, answer.short) == (annotation(screened), short_reason(screened))
    assert answer.headers == headers_of(screened)


def test_fifty_clients_at_once_each_get_their_own_answers(house: Assembled, tmp_path: Path) -> None:
    def ask(number: int) -> None:
        with ServiceClient(tmp_path / SOCKET_NAME) as client:
            for text, outcome in ((SCAM, Outcome.FLAGGED), (ORDINARY, Outcome.CLEAN)):
                answer = client.screen(Message(text, id=f"{number}"))
                assert (answer.verdict["id"], answer.outcome) == (f"{number}", outcome)

    with served(tmp_path, house) as server:
        in_threads(50, ask)
        assert (server.counts.questions, server.counts.answers, server.counts.refusals) == (100, 100, 0)


def test_one_client_may_be_shared_by_threads(house: Assembled, tmp_path: Path) -> None:
    with served(tmp_path, house), ServiceClient(tmp_path / SOCKET_NAME) as client:

        def ask(number: int) -> None:
            for turn in range(3):
                assert client.screen(Message(ORDINARY, id=f"{number}.{turn}")).verdict["id"] == f"{number}.{turn}"

        in_threads(8, ask)


def test_a_client_with_many_questions_does_not_keep_another_waiting(house: Assembled, tmp_path: Path) -> None:
    gate = Shut(house.gate)
    with served(tmp_path, behind(house, gate), in_flight=100, batch=4) as server:
        many, one = (plain_connection(tmp_path / SOCKET_NAME) for _ in range(2))
        with many, one:
            many.sendall(b"".join(asked(f"many {number}") for number in range(60)))
            wait_until(lambda: server.counts.questions == 60)
            one.sendall(asked("one"))
            wait_until(lambda: server.counts.questions == 61)
            gate.door.set()
            assert next_frame(one) is not None
            # The first batch had been begun; of the next one every second place was the other's, had it wanted it.
            assert gate.came.index("one") <= 4


def test_beyond_its_limit_nothing_more_is_read_from_a_client(house: Assembled, tmp_path: Path) -> None:
    gate = Shut(house.gate)
    with served(tmp_path, behind(house, gate), in_flight=3) as server, plain_connection(tmp_path / SOCKET_NAME) as many:
        sender = threading.Thread(
            target=many.sendall, args=(b"".join(asked(f"{n}", source="x" * 20_000) for n in range(60)),)
        )
        sender.start()
        wait_until(lambda: server.counts.questions == 3)
        sender.join(0.3)
        assert sender.is_alive()  # back-pressure: it is kept from sending
        assert server.counts.questions == 3
        gate.door.set()
        for number in range(60):
            frame = next_frame(many)
            assert frame is not None
            assert frame.header["verdict"]["id"] == f"{number}"
        sender.join()


def test_a_draft_is_answered_and_heard_of_by_nobody(house: Assembled, tmp_path: Path) -> None:
    heard = list[Screened]()
    with (
        served(tmp_path, house, on_screened=[heard.append]),
        ServiceClient(tmp_path / SOCKET_NAME) as client,
    ):
        assert client.screen(Message(SCAM, id="draft", draft=True)).outcome is Outcome.FLAGGED
        assert client.screen(Message(SCAM, id="whole")).outcome is Outcome.FLAGGED
        wait_until(lambda: heard)
    assert [screened.message.id for screened in heard] == ["whole"]


def test_a_listener_that_fails_or_hangs_changes_no_answer(house: Assembled, tmp_path: Path) -> None:
    gone_on, heard = threading.Event(), list[str]()

    def fails(screened: Screened) -> None:
        heard.append(screened.message.id)
        raise ZeroDivisionError

    def hangs(_screened: Screened) -> None:
        assert gone_on.wait(60)

    with (
        served(tmp_path, house, on_screened=[fails, hangs]),
        ServiceClient(tmp_path / SOCKET_NAME) as client,
    ):
        for number in range(5):
            assert client.screen(Message(SCAM, id=f"{number}")).action is Action.WARN
        assert heard == ["0"]
        gone_on.set()
        wait_until(lambda: heard == ["0", "1", "2", "3", "4"])


def test_where_no_thread_is_to_be_had_for_listeners_the_next_verdict_tries_again(
    house: Assembled, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = list[Screened]()
    announcer = Announcer([heard.append])
    screened = house.gate.screen(Message(ORDINARY))

    def refused(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as short_of_threads:
        short_of_threads.setattr(threading.Thread, "start", refused)
        announcer.tell(screened)
    announcer.tell(screened)
    announcer.stop(60)
    assert heard == [screened, screened]


def test_the_status_says_who_answers(house: Assembled, tmp_path: Path) -> None:
    with served(tmp_path, house), ServiceClient(tmp_path / SOCKET_NAME) as client:
        client.screen(Message(ORDINARY))
        status = client.status()
    assert (status["pid"], status["version"], status["questions"], status["clients"]) == (
        os.getpid(),
        __version__,
        1,
        1,
    )
    assert (status["wall"], status["policy_set"]) == (house.register().wall, house.gate.policy_set)
    assert status["uptime_s"] >= 0


# --- what is refused ----------------------------------------------------------------------------------------------


def refusal_to(data: bytes, path: Path) -> str:
    """What the service says to these bytes before it ends the connection."""
    with plain_connection(path) as connection:
        connection.sendall(data)
        frame = next_frame(connection)
        assert frame is not None
        assert is_ended(connection)
        return str(frame.header["refused"])


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (lengths(0xFFFF_FFFF, 0), RefusalCode.TOO_BIG),
        (lengths(2, 1 << 30), RefusalCode.TOO_BIG),
        (lengths(2, 0) + b"[]", RefusalCode.BAD_QUESTION),
        (lengths(9, 0) + b"not json!", RefusalCode.BAD_QUESTION),
        (encode(Frame({})), RefusalCode.OTHER_VERSION),
        (encode(Frame({**question(Message(b""), all_policies=False).header, "version": "9"})), "other-version"),
        (encode(Frame({**question(Message(b""), all_policies=False).header, "ask": "forget"})), "bad-question"),
        (encode(Frame({**question(Message(b""), all_policies=False).header, "context": 7})), "bad-question"),
        (encode(Frame({**question(Message(b""), all_policies=False).header, "all_policies": 1})), "bad-question"),
    ],
)
def test_what_is_no_question_is_refused_with_its_reason(
    house: Assembled, tmp_path: Path, data: bytes, code: str
) -> None:
    with served(tmp_path, house) as server, ServiceClient(tmp_path / SOCKET_NAME) as client:
        assert refusal_to(data, tmp_path / SOCKET_NAME) == code
        assert server.counts.questions == 0
        assert client.screen(Message(ORDINARY)).outcome is Outcome.CLEAN  # and nobody else is any the worse


def test_a_message_that_is_too_big_is_refused_and_the_next_one_answered(house: Assembled, tmp_path: Path) -> None:
    with served(tmp_path, house, body_bytes=5000), ServiceClient(tmp_path / SOCKET_NAME) as client:
        for big in (Message(b"x" * (4 << 20)), Message(b"", context=("x" * (5 << 20),))):
            with pytest.raises(ServiceRefusedError) as refused:
                client.screen(big)
            assert refused.value.code is RefusalCode.TOO_BIG
        assert client.screen(Message(ORDINARY)).outcome is Outcome.CLEAN


def test_a_question_that_breaks_the_gate_is_refused_alone(house: Assembled, tmp_path: Path) -> None:
    names = ["1", "2", "breaks", "4", "5"]
    with served(tmp_path, behind(house, Breaking(house.gate))), plain_connection(tmp_path / SOCKET_NAME) as connection:
        connection.sendall(b"".join(asked(name) for name in names))
        frames = [next_frame(connection) for _ in names]
    said = [frame.header.get("refused") or frame.header["verdict"]["id"] for frame in frames if frame is not None]
    assert said == ["1", "2", "failed", "4", "5"]


def test_where_there_is_nothing_to_judge_with_every_question_is_refused(tmp_path: Path) -> None:
    def supply() -> Assembled:
        raise SettingsError("limits.max_windows must be a number", hint="mend it")

    with served(tmp_path, supply), ServiceClient(tmp_path / SOCKET_NAME) as client:
        for _ in range(3):
            with pytest.raises(ServiceRefusedError, match="max_windows") as refused:
                client.screen(Message(ORDINARY))
            assert refused.value.code is RefusalCode.SETTINGS


def test_a_client_too_many_is_told_so_unless_another_is_idle(house: Assembled, tmp_path: Path) -> None:
    path = tmp_path / SOCKET_NAME
    gate = Shut(house.gate)
    with served(tmp_path, behind(house, gate), clients=2) as server, plain_connection(path) as first:
        first.sendall(asked("first"))
        wait_until(lambda: server.counts.questions == 1)
        with plain_connection(path) as idle, plain_connection(path) as third:
            assert is_ended(idle)  # it made room
            third.sendall(asked("third"))
            wait_until(lambda: server.counts.questions == 2)
            with ServiceClient(path) as fourth, pytest.raises(ServiceRefusedError) as refused:
                fourth.screen(Message(ORDINARY))
            assert refused.value.code is RefusalCode.BUSY
            gate.door.set()
            assert next_frame(first) is not None
            assert next_frame(third) is not None


def test_who_has_asked_already_is_not_idle_and_makes_room_for_nobody(house: Assembled, tmp_path: Path) -> None:
    path = tmp_path / SOCKET_NAME
    held, goes_on = threading.Event(), threading.Event()

    def register() -> Register:
        held.set()
        assert goes_on.wait(60)
        return house.register()

    with served(tmp_path, replace(house, register=register), clients=3), plain_connection(path) as first:
        first.sendall(asked("first"))
        assert next_frame(first) is not None
        first.sendall(encode(status_question()))
        assert held.wait(60)  # nobody is let in, and nothing read, while this is asked
        late = [plain_connection(path) for _ in range(4)]
        for number, each in enumerate(late):
            each.sendall(asked(f"{number}"))
        goes_on.set()
        frames = [next_frame(each) for each in late]
        assert is_ended_behind_its_answer(first)  # it was idle, and made room
        for each in late:
            each.close()
    said = [frame.header.get("refused") or frame.header["verdict"]["id"] for frame in frames if frame is not None]
    assert said == ["0", "1", "2", "busy"]


def is_ended_behind_its_answer(connection: socket.socket) -> bool:
    return next_frame(connection) is not None and is_ended(connection)


# --- clients that stall, hang up or go away -----------------------------------------------------------------------


@pytest.mark.long
def test_two_hundred_stalled_clients_leak_nothing_and_hold_nobody_up(house: Assembled, tmp_path: Path) -> None:
    path = tmp_path / SOCKET_NAME
    starts = (b"", b"\0\0", lengths(50, 1 << 20), lengths(5, 10) + b"{}", asked("x")[:-1])
    with served(tmp_path, house, frame_within_s=0.3, held_bytes=20 << 20) as server, ServiceClient(path) as client:
        client.screen(Message(ORDINARY))
        before = open_descriptors(), threading.active_count()
        stalled = [plain_connection(path) for _ in range(200)]
        for number, each in enumerate(stalled):
            each.sendall(starts[number % len(starts)])
        assert client.screen(Message(SCAM)).outcome is Outcome.FLAGGED
        wait_until(lambda: server.counts.dropped == 160)
        assert client.status()["clients"] == 41  # those that said nothing at all are idle, not stalled
        for each in stalled:
            each.close()
        wait_until(lambda: client.status()["clients"] == 1)
        assert (open_descriptors(), threading.active_count()) == before
        assert client.status()["held_bytes"] == 0
        assert client.screen(Message(SCAM)).outcome is Outcome.FLAGGED


def test_who_never_reads_its_answers_is_dropped(house: Assembled, tmp_path: Path) -> None:
    with (
        served(tmp_path, house, read_within_s=0.3, unsent_bytes=1000) as server,
        plain_connection(tmp_path / SOCKET_NAME) as deaf,
    ):
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        with suppress(BrokenPipeError, ConnectionResetError):
            for number in range(10_000):
                deaf.sendall(asked(f"{number}"))
        wait_until(lambda: server.counts.dropped == 1)
        assert server.counts.questions < 10_000


def test_an_idle_connection_is_let_go_and_the_client_does_not_notice(house: Assembled, tmp_path: Path) -> None:
    path = tmp_path / SOCKET_NAME
    with served(tmp_path, house, idle_client_s=0.1), ServiceClient(path) as client, plain_connection(path) as idle:
        assert is_ended(idle)
        assert client.screen(Message(SCAM)).outcome is Outcome.FLAGGED


def test_what_a_client_waits_for_goes_with_it(house: Assembled, tmp_path: Path) -> None:
    gate = Shut(house.gate)
    path = tmp_path / SOCKET_NAME
    with served(tmp_path, behind(house, gate), batch=1, free_bytes=10) as server, plain_connection(path) as stays:
        stays.sendall(asked("stays"))
        wait_until(lambda: server.counts.questions == 1)
        with plain_connection(path) as goes:
            goes.sendall(b"".join(asked(f"gone {number}") for number in range(5)))
            wait_until(lambda: server.counts.questions == 6)
        wait_until(lambda: server.counts.refusals == 5)
        gate.door.set()
        assert next_frame(stays) is not None
        assert gate.came == ["stays"]
        with ServiceClient(path) as client:
            assert client.status()["held_bytes"] == 0


# --- the end ------------------------------------------------------------------------------------------------------


def test_what_was_taken_is_answered_before_the_end(house: Assembled, tmp_path: Path) -> None:
    gate = Shut(house.gate)
    path = tmp_path / SOCKET_NAME
    with served(tmp_path, behind(house, gate)) as server:
        clients = [plain_connection(path) for _ in range(10)]
        for number, each in enumerate(clients):
            each.sendall(asked(f"{number}"))
        wait_until(lambda: server.counts.questions == 10)
        half = plain_connection(path)
        half.sendall(asked("half")[:-3])
        idle = plain_connection(path)
        with ServiceClient(path) as client:
            wait_until(lambda: client.status()["clients"] == 13)
        stopper = threading.Thread(target=server.stop)
        stopper.start()
        assert is_ended(idle)
        told = next_frame(half)
        assert told is not None
        assert told.header["refused"] == RefusalCode.STOPPING
        wait_until(lambda: not path.exists())
        with pytest.raises(ServiceUnavailableError):
            ServiceClient(path)
        gate.door.set()
        for number, each in enumerate(clients):
            frame = next_frame(each)
            assert frame is not None
            assert frame.header["verdict"]["id"] == f"{number}"
            assert is_ended(each)
        stopper.join(60)
        assert not stopper.is_alive()
        for each in (*clients, half, idle):
            each.close()


def test_a_gate_that_hangs_does_not_keep_it_from_ending(house: Assembled, tmp_path: Path) -> None:
    gate = Shut(house.gate)
    with served(tmp_path, behind(house, gate), stop_within_s=0.2) as server:
        with plain_connection(tmp_path / SOCKET_NAME) as waits:
            waits.sendall(asked("waits"))
            wait_until(lambda: server.counts.questions == 1)
            stopped = list[bool]()
            stopper = threading.Thread(target=lambda: stopped.append(server.stop()))
            stopper.start()
            assert is_ended(waits)
            gate.door.set()
            stopper.join(60)
        assert (stopped, server.unanswered) == ([False], 1)


def test_a_lock_keeps_the_gate_for_whoever_shares_it(house: Assembled, tmp_path: Path) -> None:
    lock = threading.Lock()
    with Claim.take(tmp_path) as claim:
        server = Server(claim, lambda: house, ServiceLimits(body_bytes=1000), kind="app", lock=lock)
        server.start()
        with lock, ServiceClient(tmp_path / SOCKET_NAME, timeout_s=0.3) as client:
            assert client.status()["kind"] == "app"  # the owner's own question does not keep it from talking
            with pytest.raises(ServiceUnavailableError, match="in time"):
                client.screen(Message(ORDINARY))
        with ServiceClient(tmp_path / SOCKET_NAME) as client:
            assert client.screen(Message(ORDINARY)).outcome is Outcome.CLEAN
        assert server.stop()
