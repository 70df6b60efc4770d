"""A real Secret Service for a test: a message bus of its own and a gnome-keyring daemon on it.

Nothing is started by the bus itself, so no window opens. `swallow_prompts` stands for a desktop whose owner is away:
it takes the keyring's prompt and never answers.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

_CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir={folder}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy>
</busconfig>"""
_LONGEST_START_S = 60
_PROMPTER = "org.gnome.keyring.SystemPrompter"


def need_secret_service() -> None:
    """Skip the test where the programs are missing."""
    missing = [name for name in ("dbus-daemon", "gnome-keyring-daemon") if shutil.which(name) is None]
    if missing:
        pytest.skip(f"{' and '.join(missing)} not installed")


@contextmanager
def running_secret_service(folder: Path) -> Iterator[dict[str, str]]:
    """A Secret Service with an unlocked collection; what it must be known by stands in the environment given."""
    for name in ("home", "runtime"):
        (folder / name).mkdir(mode=0o700, parents=True)
    configuration = folder / "bus.conf"
    configuration.write_text(_CONFIGURATION.format(folder=folder))
    bus = subprocess.Popen(
        ["dbus-daemon", f"--config-file={configuration}", "--nofork", "--print-address"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert bus.stdout is not None
    environment = {
        "DBUS_SESSION_BUS_ADDRESS": bus.stdout.readline().strip(),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.SecretService.Keyring",
    }
    daemon = subprocess.Popen(
        ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
        env=os.environ | environment | {"HOME": str(folder / "home"), "XDG_RUNTIME_DIR": str(folder / "runtime")},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert daemon.stdin is not None
        daemon.stdin.write(b"the password of the login")
        daemon.stdin.close()
        _wait_for_collection(environment["DBUS_SESSION_BUS_ADDRESS"])
        yield environment
    finally:
        for process in (daemon, bus):
            process.terminate()
            process.wait()
        bus.stdout.close()


def lock_collection(address: str) -> None:
    """Lock what the owner's login unlocked."""
    import secretstorage
    from jeepney.io.blocking import open_dbus_connection

    with closing(open_dbus_connection(address)) as connection:
        secretstorage.Collection(connection).lock()


@contextmanager
def swallow_prompts(address: str) -> Iterator[None]:
    """Take every prompt of the keyring, and never answer one."""
    from jeepney import DBusErrorResponse, message_bus
    from jeepney.io.blocking import open_dbus_connection

    with closing(open_dbus_connection(address)) as connection:
        reply = connection.send_and_get_reply(message_bus.RequestName(_PROMPTER))
        if reply.body != (1,):
            raise DBusErrorResponse(reply)
        yield


def _wait_for_collection(address: str) -> None:
    import secretstorage
    from jeepney.io.blocking import open_dbus_connection

    give_up = time.monotonic() + _LONGEST_START_S
    while True:
        try:
            with closing(open_dbus_connection(address)) as connection:
                if not secretstorage.Collection(connection).is_locked():
                    return
        except (OSError, secretstorage.exceptions.SecretStorageException):
            pass
        if time.monotonic() > give_up:
            pytest.fail("the Secret Service did not start")
        time.sleep(0.02)
