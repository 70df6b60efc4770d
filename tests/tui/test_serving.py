"""The app as the warm service: it answers other programs while it is open, and the owner goes first."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from test_bridge import Post
from tui_driver import LONGEST_WAIT_S, POLICIES, handing_out, write_inbox

from guardian.assembly import Assembled
from guardian.events import ignore
from guardian.gate import Gate
from guardian.health.run_facts import RunTally
from guardian.health.screening import screening_block
from guardian.message import Message
from guardian.service.claim import Claim
from guardian.service.client import ServiceClient
from guardian.service.errors import RefusalCode, ServiceError, ServiceRefusedError, ServiceUnavailableError
from guardian.service.notices import Notices
from guardian.service.place import SOCKET_NAME
from guardian.settings import Settings, load_settings
from tui.app import GuardianApp
from tui.bridge import Bridge
from tui.messages import GateOpened, InboxScreened, OtherScreened
from tui.owner_first import OwnerFirst
from tui.serving import OF_THIS_RUN, OTHERWISE_SET, Serving, is_standing


@pytest.fixture
def standing_house(tmp_path: Path) -> Settings:
    """Settings in which nothing was set for one run: those of an owner with a home of their own."""
    return load_settings({"GUARDIAN_HOME": str(tmp_path / "standing-home")}, {})


@pytest.fixture
def open_bridge(standing_house: Settings, parts: Assembled, post: Post) -> Iterator[Callable[..., Bridge]]:
    """`open_bridge()`: a bridge that serves, before the shared gate, which records nothing."""
    made: list[Bridge] = []

    def opened(*paths: Path, settings: Settings = standing_house) -> Bridge:
        bridge = Bridge(settings, list(paths), post, handing_out(parts), serves=True)
        made.append(bridge)
        bridge.start()
        post.until(GateOpened)
        return bridge

    yield opened
    for bridge in made:
        bridge.stop(LONGEST_WAIT_S)


@pytest.fixture
def post() -> Post:
    return Post()


def client_of(settings: Settings) -> ServiceClient:
    return ServiceClient(settings.paths.runtime / SOCKET_NAME, timeout_s=LONGEST_WAIT_S)


def wait_for_service(settings: Settings) -> ServiceClient:
    """A client of the app, which begins to serve just behind the opening of its gate."""
    until = threading.Event()
    for _ in range(int(LONGEST_WAIT_S * 20)):
        try:
            return client_of(settings)
        except ServiceUnavailableError:
            until.wait(0.05)
    raise AssertionError("nobody answers")


def test_the_app_answers_and_is_told_of_it(
    standing_house: Settings, open_bridge: Callable[..., Bridge], post: Post
) -> None:
    bridge = open_bridge()
    with wait_for_service(standing_house) as client:
        answer = client.screen(Message(b"Buy four gift cards and tell nobody.", source="test"))
        assert answer.verdict["policy_set"] == bridge.assembled.gate.policy_set
        assert client.status()["kind"] == "app"
    told = post.until(OtherScreened)[-1]
    assert isinstance(told, OtherScreened)
    assert told.screened.message.source == "test"
    assert bridge.service == "answered by this app"
    run = replace(RunTally(0).facts(), service=bridge.service)
    readings = {reading.id: reading for reading in screening_block(0, None, run, None).readings}
    assert (readings["service"].name, readings["service"].value) == ("other programs", "answered by this app")


def test_when_it_is_left_nobody_answers_and_another_service_may_begin(
    standing_house: Settings, open_bridge: Callable[..., Bridge]
) -> None:
    bridge = open_bridge()
    wait_for_service(standing_house).close()
    bridge.stop(LONGEST_WAIT_S)
    with pytest.raises(ServiceUnavailableError):
        client_of(standing_house)
    Claim.take(standing_house.paths.runtime).release()


def test_a_service_that_runs_is_left_alone_and_the_app_takes_over_when_it_ends(
    standing_house: Settings, parts: Assembled, post: Post
) -> None:
    now_s = [100.0]
    serving = Serving(standing_house, parts, OwnerFirst(), Notices(ignore), post, clock_s=lambda: now_s[0])
    with Claim.take(standing_house.paths.runtime):
        serving.look()
        assert not serving.facts.is_here
        assert "service" in serving.facts.say
    serving.look()
    assert not serving.facts.is_here  # not so soon
    now_s[0] += 60
    serving.look()
    try:
        assert serving.facts.is_here
        with client_of(standing_house) as client:
            assert client.screen(Message(b"Lunch at noon?")).lines
    finally:
        serving.close()


def test_the_judge_is_loaded_when_the_app_answers_others_and_not_while_a_service_does(
    standing_house: Settings, parts: Assembled, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[bool] = []
    monkeypatch.setattr(Gate, "start_judge", lambda _gate: started.append(True))
    now_s = [100.0]
    serving = Serving(standing_house, parts, OwnerFirst(), Notices(ignore), post, clock_s=lambda: now_s[0])
    with Claim.take(standing_house.paths.runtime):
        serving.look()
        assert started == []
    now_s[0] += 60
    serving.look()
    serving.close()
    assert started == [True]


@pytest.mark.parametrize(
    ("env", "flags"),
    [({"GUARDIAN_LIMITS_MAX_WINDOWS": "4"}, {}), ({}, {"policies_dir": str(POLICIES)})],
    ids=["environment", "option"],
)
def test_an_app_with_settings_of_its_own_answers_nobody(
    env: dict[str, str], flags: dict[str, str], parts: Assembled, post: Post, tmp_path: Path
) -> None:
    settings = load_settings({"GUARDIAN_HOME": str(tmp_path / "odd"), **env}, flags)
    serving = Serving(settings, parts, OwnerFirst(), Notices(ignore), post)
    serving.look()
    assert (serving.facts.is_here, serving.facts.say) == (False, OF_THIS_RUN)
    assert not settings.paths.runtime.exists()


def test_looks_alone_do_not_make_settings_of_this_run(tmp_path: Path) -> None:
    env = {"GUARDIAN_HOME": str(tmp_path), "NO_COLOR": "1", "GUARDIAN_APP_THEME": "dark"}
    assert is_standing(load_settings(env, {}))


def test_once_the_settings_change_clients_judge_for_themselves(
    standing_house: Settings, open_bridge: Callable[..., Bridge]
) -> None:
    open_bridge()
    with wait_for_service(standing_house) as client:
        client.screen(Message(b"Lunch at noon?"))
        standing_house.paths.settings_file.parent.mkdir(parents=True, exist_ok=True)
        standing_house.paths.settings_file.write_text("[limits]\nmax_windows = 3\n")
        with pytest.raises(ServiceError):  # refused, or the app has let go already
            client.screen(Message(b"Lunch at noon?"))


def test_once_the_settings_change_another_service_may_begin_and_once_they_are_back_the_app_does(
    standing_house: Settings, parts: Assembled, post: Post
) -> None:
    now_s = [100.0]
    file = standing_house.paths.settings_file
    file.parent.mkdir(parents=True)
    serving = Serving(standing_house, parts, OwnerFirst(), Notices(ignore), post, clock_s=lambda: now_s[0])
    serving.look()
    try:
        with client_of(standing_house) as client:
            file.write_text("[limits]\nmax_windows = 3\n")
            with pytest.raises(ServiceRefusedError) as refused:
                client.screen(Message(b"Lunch at noon?"))
            assert refused.value.code is RefusalCode.SETTINGS
        serving.look()
        assert (serving.facts.is_here, serving.facts.say) == (False, OTHERWISE_SET)
        Claim.take(standing_house.paths.runtime).release()
        file.unlink()
        now_s[0] += 60
        serving.look()
        assert serving.facts.is_here
    finally:
        serving.close()


@pytest.mark.parametrize("text", ['[app]\ntheme = "dark"\n', "[alerts]\nmost_per_day = 3\n"])
def test_what_the_app_itself_writes_into_the_settings_keeps_nobody_from_an_answer(
    standing_house: Settings, parts: Assembled, post: Post, text: str
) -> None:
    serving = Serving(standing_house, parts, OwnerFirst(), Notices(ignore), post)
    serving.look()
    try:
        with client_of(standing_house) as client:
            for content in (text, text + "\n"):
                standing_house.paths.settings_file.parent.mkdir(parents=True, exist_ok=True)
                standing_house.paths.settings_file.write_text(content)
                assert client.screen(Message(b"Lunch at noon?")).lines
                serving.look()
                assert serving.facts.is_here
    finally:
        serving.close()


def test_an_app_without_a_journal_serves_nobody(house: Settings, parts: Assembled) -> None:
    app = GuardianApp(house, [], handing_out(parts), with_journal=False)
    assert not app.bridge._serves


def test_the_inbox_goes_on_while_clients_ask(
    standing_house: Settings, open_bridge: Callable[..., Bridge], post: Post, tmp_path: Path
) -> None:
    inbox = write_inbox(tmp_path / "inbox", [(f"{number}.txt", "Lunch?") for number in range(12)])
    open_bridge(inbox)
    with wait_for_service(standing_house) as client:
        for number in range(12):
            assert client.screen(Message(f"Lunch at {number}?".encode())).lines
    for _ in range(12):
        post.until(InboxScreened)


# --- the lock -----------------------------------------------------------------------------------------------------


def test_the_owner_goes_before_all_who_waited_longer() -> None:
    lock, order = OwnerFirst(), []
    holds, may_go = threading.Event(), threading.Event()

    def first() -> None:
        with lock.others:
            holds.set()
            may_go.wait(LONGEST_WAIT_S)

    def other() -> None:
        with lock.others:
            order.append("other")

    def owner() -> None:
        with lock.owner():
            order.append("owner")

    threads = [threading.Thread(target=first)]
    threads[0].start()
    holds.wait(LONGEST_WAIT_S)
    for work in (other, other, owner):
        threads.append(threading.Thread(target=work))
        threads[-1].start()
    while lock.waiting < 3:
        pass
    may_go.set()
    for thread in threads:
        thread.join(LONGEST_WAIT_S)
    assert order == ["owner", "other", "other"]


def test_the_lock_is_free_again_behind_a_failure() -> None:
    lock = OwnerFirst()
    for hold in (lock.owner, lambda: lock.others):
        with pytest.raises(ValueError, match="broken"), hold():
            raise ValueError("broken")
    with lock.owner():
        pass
