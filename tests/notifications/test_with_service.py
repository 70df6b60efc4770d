"""Promise of the whole: what a client of the service asks about is told on the desktop, once, without its words."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "service"))  # a real service: `service_rig`

import pytest
from notification_daemon import HAS_BUS, private_bus
from service_rig import ORDINARY, running, socket_of
from test_notifier import CANARIES, POLICY, TEXT

from guardian.message import Message
from guardian.service.client import ServiceClient


@pytest.mark.skipif(not HAS_BUS, reason="dbus-daemon is not installed")
def test_the_service_tells_the_desktop_of_what_its_clients_ask(tmp_path: Path) -> None:
    (tmp_path / "config" / "own").mkdir(parents=True)
    (tmp_path / "config" / "own" / "pay-me.toml").write_text(POLICY.format(severity="high"))
    (tmp_path / "config" / "settings.toml").write_text('policies_dir = "own"\n')
    with private_bus() as bus:
        bus.begin_daemon()
        with running(tmp_path, env={"DBUS_SESSION_BUS_ADDRESS": bus.address}) as service:
            with ServiceClient(socket_of(tmp_path)) as client:
                client.screen(Message(ORDINARY))
                client.screen(Message(TEXT, draft=True))
                client.screen(Message(TEXT, sender="mallory@canary.sender.example", id="CANARYNAME"))
            bus.wait(1)
        assert service.returncode == 0
        assert [shown.title for shown in bus.shown] == ["Flagged: Pay & obey <b>now</b>"]
        assert not [canary for canary in CANARIES if canary.lower().encode() in bus.heard.lower()]
