"""A notification daemon of the freedesktop kind on a bus of its own: real D-Bus, and no desktop behind it.

It answers what desktop-notifier asks (Desktop Notifications Specification 1.2), keeps each notification as it came, and
can click on one. `Bus.heard` is every byte of every message that went over the bus, taken by a monitor.
"""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from jeepney import (
    DBusAddress,
    HeaderFields,
    Message,
    MessageType,
    new_error,
    new_method_call,
    new_method_return,
    new_signal,
)
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import DBusConnection, open_dbus_connection

NAME = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"
LONGEST_WAIT_S = 60.0
INTROSPECTION = """<!DOCTYPE node PUBLIC "-//freedesktop//DTD D-BUS Object Introspection 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd">
<node><interface name="org.freedesktop.Notifications">
 <method name="GetCapabilities"><arg type="as" direction="out"/></method>
 <method name="GetServerInformation"><arg type="s" direction="out"/><arg type="s" direction="out"/>
  <arg type="s" direction="out"/><arg type="s" direction="out"/></method>
 <method name="Notify"><arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
  <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="as" direction="in"/>
  <arg type="a{sv}" direction="in"/><arg type="i" direction="in"/><arg type="u" direction="out"/></method>
 <method name="CloseNotification"><arg type="u" direction="in"/></method>
 <signal name="NotificationClosed"><arg type="u"/><arg type="u"/></signal>
 <signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>
</interface></node>"""
HAS_BUS = shutil.which("dbus-daemon") is not None


@dataclass(frozen=True)
class Shown:
    """One notification, as it came."""

    id: int
    app: str
    title: str
    body: str
    actions: tuple[str, ...]


class Bus:
    """The bus and, once begun, the daemon on it."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.shown: list[Shown] = []
        self._ending = threading.Event()
        self._daemon: DBusConnection | None = None
        self._threads: list[threading.Thread] = []
        self.heard = b""
        self._listen()

    def begin_daemon(self) -> None:
        """From now on notifications are taken."""
        self._daemon = open_dbus_connection(self.address)
        self._daemon.send_and_get_reply(message_bus.RequestName(NAME))
        self._thread(self._serve, self._daemon)

    def click(self, shown: Shown, until: Callable[[], object]) -> None:
        """As the owner's mouse does, until it had its effect: the package drops a click that it reads together with the
        answer to its own notification, which no hand is quick enough for."""
        assert self._daemon is not None
        emitter = DBusAddress(PATH, interface=NAME)
        give_up = time.monotonic() + LONGEST_WAIT_S
        while not until():
            assert time.monotonic() < give_up, "no click was heard"
            self._daemon.send(new_signal(emitter, "ActionInvoked", "us", (shown.id, "default")))
            time.sleep(0.1)

    def wait(self, count: int) -> list[Shown]:
        """The notifications, once there are so many."""
        give_up = time.monotonic() + LONGEST_WAIT_S
        while len(self.shown) < count:
            assert time.monotonic() < give_up, f"only {self.shown} came"
            time.sleep(0.02)
        return self.shown

    def end(self) -> None:
        """Let go of the bus."""
        self._ending.set()
        for thread in self._threads:
            thread.join(LONGEST_WAIT_S)

    def _thread(self, work: Any, connection: DBusConnection) -> None:
        def run() -> None:
            try:
                while not self._ending.is_set():
                    try:
                        work(connection, connection.receive(timeout=0.1))
                    except TimeoutError:
                        continue
            except (ConnectionError, OSError):
                pass
            finally:
                connection.close()

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _listen(self) -> None:
        """Become a monitor: see every message, whomever it is for (D-Bus specification, BecomeMonitor)."""
        monitor = open_dbus_connection(self.address)
        monitors = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus.Monitoring")
        monitor.send_and_get_reply(new_method_call(monitors, "BecomeMonitor", "asu", ([], 0)))
        self._thread(self._hear, monitor)

    def _hear(self, _connection: DBusConnection, message: Message) -> None:
        self.heard += repr((message.header.fields, message.body)).encode()

    def _serve(self, connection: DBusConnection, message: Message) -> None:
        if message.header.message_type is not MessageType.method_call:
            return
        member = message.header.fields.get(HeaderFields.member)
        if member == "Introspect":
            connection.send(new_method_return(message, "s", (INTROSPECTION,)))
        elif member == "GetCapabilities":
            connection.send(new_method_return(message, "as", (["actions", "body", "body-markup"],)))
        elif member == "GetServerInformation":
            connection.send(new_method_return(message, "ssss", ("test", "guardian", "1", "1.2")))
        elif member == "Notify":
            app, _replaces, _icon, title, body, actions, _hints, _expires = message.body
            shown = Shown(len(self.shown) + 1, app, title, body, tuple(actions))
            connection.send(new_method_return(message, "u", (shown.id,)))
            self.shown.append(shown)
        elif member == "CloseNotification":
            connection.send(new_method_return(message))
        else:
            connection.send(new_error(message, "org.freedesktop.DBus.Error.UnknownMethod"))


def until(is_so: Callable[[], object]) -> None:
    """Wait for it. Raises AssertionError where it never comes."""
    give_up = time.monotonic() + LONGEST_WAIT_S
    while not is_so():
        assert time.monotonic() < give_up
        time.sleep(0.02)


@contextmanager
def private_bus() -> Iterator[Bus]:
    """A session bus of this test's own."""
    process = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address=1"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    try:
        bus = Bus(process.stdout.readline().decode().strip())
        try:
            yield bus
        finally:
            bus.end()
    finally:
        process.terminate()
        process.wait(LONGEST_WAIT_S)
        process.stdout.close()
