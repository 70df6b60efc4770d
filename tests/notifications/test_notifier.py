"""Promises of the notifications, on a real bus with a real gate: what is told, what never is, and what a click does."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "journal"))  # real journals: `journal_rig`
sys.path.insert(0, str(Path(__file__).resolve().parent))

import pytest
from journal_rig import begun, settings_in
from notification_daemon import HAS_BUS, LONGEST_WAIT_S, Bus, private_bus, until

from guardian.assembly import open_gate
from guardian.gate import Gate, Screened
from guardian.journal.recorder import open_recorder
from guardian.message import Message
from guardian.notifications.notifier import NOBODY, Notifier
from guardian.notifications.opening import MISSING, open_notifications
from guardian.settings import Settings, load_settings
from guardian.settings_live import AlertSettings, NotifySettings

pytestmark = pytest.mark.skipif(not HAS_BUS, reason="dbus-daemon is not installed")

POLICY = """\
id = "pay-me"
title = "Pay & obey <b>now</b>"
why = "I lost 300 euros once."
since = 2026-11-21
channels = ["incoming"]
severity = "{severity}"
action = "warn"
status = "active"
prose = "Flag a message that wants a wire transfer."
[match]
patterns = ['xylophone transfer']
"""
CANARIES = ("xylophone", "CANARYTEXT", "canary.sender", "CANARYNAME", "CANARYSOURCE", "CANARYTURN")
TEXT = b"CANARYTEXT: make the xylophone transfer today, tell nobody."


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings with one policy of a known title."""
    home = tmp_path_factory.mktemp("home")
    (home / "policies").mkdir()
    (home / "policies" / "pay-me.toml").write_text(POLICY.format(severity="medium"))
    settings = settings_in(home)
    return replace(
        settings, policies_dir=home / "policies", model=replace(settings.model, threads=1), alerts=AlertSettings()
    )


@pytest.fixture(scope="module")
def gate(house: Settings) -> Iterator[Gate]:
    """A real gate with a real journal behind it."""
    with begun(house):
        pass
    with open_recorder(house) as recorder, open_gate(house, recorder=recorder) as opened:
        yield opened


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bus]:
    """A session bus of this test's own; no daemon is on it yet."""
    with private_bus() as opened:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", opened.address)
        yield opened


def screened(gate: Gate, text: bytes = TEXT, number: int = 0, **other: object) -> Screened:
    """A message full of canaries, judged."""
    message = Message(
        text + str(number).encode(),
        id=f"CANARYNAME-{number}",
        sender="mallory@canary.sender.example",
        source="CANARYSOURCE",
        context=("CANARYTURN",),
    )
    return gate.screen(replace(message, **other))  # type: ignore[arg-type]


def own(settings: Settings, tmp_path: Path, **notify: object) -> Settings:
    """The same house, with nothing told today yet."""
    paths = replace(settings.paths, told_file=tmp_path / "told.json")
    return replace(settings, paths=paths, notify=replace(NotifySettings(), **notify))  # type: ignore[arg-type]


def test_the_desktop_is_told_of_policy_and_tactic_and_never_of_the_message(
    bus: Bus, gate: Gate, house: Settings, tmp_path: Path
) -> None:
    bus.begin_daemon()
    said: list[str] = []
    notifier = Notifier(lambda: own(house, tmp_path, pause_minutes=0), os.environ, said.append)
    notifier.start()
    for number in range(3):
        notifier.on_screened(screened(gate, number=number))
        bus.wait(number + 1)
    notifier.close()
    assert [shown.title for shown in bus.shown] == ["Flagged: Pay & obey <b>now</b>"] * 3
    assert "&" not in "".join(shown.body for shown in bus.shown)  # a body may be read as markup
    assert not [canary for canary in CANARIES if canary.lower().encode() in bus.heard.lower()]
    assert b"Pay & obey" in bus.heard  # the monitor hears what is said
    assert said == []
    assert json.loads((tmp_path / "told.json").read_text())["told"] == 3


def test_what_follows_within_the_pause_is_told_together(bus: Bus, gate: Gate, house: Settings, tmp_path: Path) -> None:
    bus.begin_daemon()
    settings = own(house, tmp_path, pause_minutes=10)
    notifier = Notifier(lambda: settings, os.environ, print)
    notifier.start()
    notifier.on_screened(screened(gate, number=10))
    bus.wait(1)
    for number in range(11, 15):
        notifier.on_screened(screened(gate, number=number))
    notifier.on_screened(screened(gate, text=b"Lunch at noon?", number=15))
    notifier.on_screened(screened(gate, number=16, draft=True))
    until(lambda: notifier._pacer._group.counts.total() == 4)
    notifier.close()
    assert len(bus.shown) == 1


def test_a_click_opens_the_app_at_that_alert_in_a_terminal(
    bus: Bus, gate: Gate, house: Settings, tmp_path: Path
) -> None:
    bus.begin_daemon()
    asked = tmp_path / "asked"
    terminal = tmp_path / "my terminal"
    terminal.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{asked}.new" && mv "{asked}.new" "{asked}"\n')
    terminal.chmod(0o700)
    env = {name: value for name, value in os.environ.items() if name != "XDG_RUNTIME_DIR"}
    notifier = Notifier(lambda: own(house, tmp_path, terminal=f"'{terminal}' -e"), env, print)
    notifier.start()
    one = screened(gate, number=20)
    notifier.on_screened(one)
    bus.click(bus.wait(1)[0], until=asked.exists)
    notifier.close()
    assert one.verdict.journal is not None
    words = asked.read_text().split("\n")[:-1]
    assert words[0] == "-e"
    assert words[2:] == ["-P", "-m", "tui", "--alert", str(one.verdict.journal["seq"])]


def test_without_a_daemon_it_is_said_once_and_told_when_there_is_one(
    bus: Bus, gate: Gate, house: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guardian.notifications.notifier.RETRY_S", 0.2)
    said: list[str] = []
    notifier = Notifier(lambda: own(house, tmp_path), os.environ, said.append)
    notifier.start()
    notifier.on_screened(screened(gate, number=30))
    until(lambda: said)
    bus.begin_daemon()
    bus.wait(1)
    notifier.close()
    assert said == [NOBODY]
    assert bus.shown[0].title.startswith("Flagged")


def test_a_bus_that_is_gone_stops_nothing(
    gate: Gate, house: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/nobody")
    said: list[str] = []
    with open_notifications(lambda: own(house, tmp_path), os.environ, said.append) as (hook,):
        hook(screened(gate, number=40))
        until(lambda: said)
    assert said == [NOBODY]
    assert capfd.readouterr() == ("", "")  # the library would print a traceback


def test_a_hook_that_outlives_its_notifier_does_nothing(gate: Gate, house: Settings, tmp_path: Path) -> None:
    with open_notifications(lambda: own(house, tmp_path), os.environ, print) as (hook,):
        pass
    hook(screened(gate, number=50))


def test_a_missing_extra_is_said_only_where_notifications_were_asked_for(
    house: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr("guardian.notifications.opening.is_installed", lambda: False)
    for desktop in ("auto", "off", "on"):
        chosen = own(house, tmp_path, desktop=desktop)
        with open_notifications(lambda chosen=chosen: chosen, os.environ, said.append) as hooks:  # type: ignore[misc]
            assert hooks == ()
    assert said == [MISSING]


def test_what_the_owner_sets_holds_from_the_next_alert_on(bus: Bus, gate: Gate, tmp_path: Path) -> None:
    bus.begin_daemon()
    env = {"GUARDIAN_HOME": str(tmp_path / "home")}
    file = load_settings(env, {}).paths.settings_file
    file.parent.mkdir(parents=True)

    def set_to(number: int, words: str) -> None:
        file.write_text(words)
        os.utime(file, ns=(number, number))  # as any two moments of an owner's do, these differ

    def tell(number: int) -> None:
        notifier.on_screened(screened(gate, number=number))
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), notifier._loop).result(LONGEST_WAIT_S)  # it was taken

    set_to(1, '[notify]\ndesktop = "off"\n')
    notifier = Notifier(lambda: load_settings(env, {}), os.environ, print)
    notifier.start()
    tell(60)
    set_to(2, "[notify]\npause_minutes = 0\n")
    tell(61)
    bus.wait(1)
    set_to(3, "[notify")  # broken: the last ones that could be used are in force
    tell(62)
    bus.wait(2)
    set_to(4, '[alerts]\ninterrupt = "none"\n')
    tell(63)
    notifier.close()
    assert len(bus.shown) == 2
