"""The house that is soaked: a service, a watcher, a proxy and the AI server behind it, each a real process in one home.

Invariants: the home is new and gone afterwards; every process is started here and ended here, by its own id; what is
killed is what the service of this home started.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from benchmarks.memory import family

from guardian.errors import GuardianError
from guardian.message import Message
from guardian.service.client import ServiceClient
from guardian.service.place import socket_path
from live.soak_load import calm_stream

ROOT: Final = Path(__file__).resolve().parents[2]
STARTS_WITHIN_S: Final = 120.0
_ENDS_WITHIN_S: Final = 60.0
_AI_SERVER: Final = ROOT / "tests" / "proxy" / "replaying_server.py"


@dataclass(slots=True)
class House:
    """What runs."""

    home: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    port: int = 0
    """Of the proxy."""
    token: str = ""
    kills: int = 0
    """How often the model's child was killed."""

    def kill_children(self) -> None:
        """Kill all that the service started, its model and its reader of mails, as a crash would."""
        for child in family(self.processes["service"].pid)[1:]:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
                self.kills += 1

    @property
    def maildir(self) -> Path:
        """What is watched."""
        return self.home / "Maildir"

    def ended(self) -> list[str]:
        """The parts that do not run any more."""
        return [name for name, process in self.processes.items() if process.poll() is not None]

    def records_of(self, sender: str) -> int:
        """Verdicts in the journal on messages of a sender."""
        return len(
            self.guardian("journal", "list", "--json", "--limit", "1000000", f"~k verdict ~s {sender}").splitlines()
        )

    def guardian(self, *words: str) -> bytes:
        """What a command prints in this home. Raises RuntimeError where it fails."""
        done = subprocess.run(_guardian(*words), capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError(f"guardian {' '.join(words)}: {done.stderr[-300:].decode(errors='replace')}")
        return done.stdout


@contextmanager
def open_house(home: Path) -> Iterator[House]:
    """A house whose parts are all up. This process's own GUARDIAN_HOME is `home` from now on."""
    for name in [name for name in os.environ if name.startswith("GUARDIAN_")]:
        del os.environ[name]
    os.environ |= {
        "GUARDIAN_HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }
    house = House(home)
    with ExitStack() as stack:
        _settle(house)
        for name, words, is_up in _parts(house):
            log = stack.enter_context((home / f"{name}.log").open("wb"))
            house.processes[name] = stack.enter_context(_running(words, log))
            _wait(is_up, house, name)
        if house.port:
            house.token = (home / "config" / "proxy.token").read_text("utf-8").strip()
        yield house


def _settle(house: House) -> None:
    """Settings under which every mail leaves a record; a Maildir; what the AI server says."""
    house.port, upstream = _free_port(), _free_port()
    config = house.home / "config"
    config.mkdir(parents=True)
    (config / "settings.toml").write_text(
        f'[journal]\nclean = "scores"\n[proxy]\nport = {house.port}\nupstream = "http://127.0.0.1:{upstream}"\n'
    )
    for name in ("tmp", "new", "cur"):
        (house.maildir / name).mkdir(parents=True)
    said = {"type": "text/event-stream", "pieces": calm_stream()}
    (house.home / "calm.json").write_text(json.dumps(said))
    house.guardian("source", "add", "maildir", str(house.maildir), "--id", "soak")


def _parts(house: House) -> Sequence[tuple[str, Sequence[str], Callable[[], bool]]]:
    upstream = _upstream_port(house.home)
    return (
        ("service", _guardian("serve"), lambda: _answers(house.home)),
        ("watch", _guardian("watch"), lambda: True),
        ("ai-server", [sys.executable, str(_AI_SERVER), str(upstream), str(house.home)], lambda: _is_open(upstream)),
        ("proxy", _guardian("proxy"), lambda: _is_open(house.port)),
    )


def _upstream_port(home: Path) -> int:
    return int((home / "config" / "settings.toml").read_text().rpartition(":")[2].rstrip('"\n'))


def _guardian(*words: str) -> list[str]:
    return [sys.executable, "-m", "guardian", *words]


@contextmanager
def _running(words: Sequence[str], log: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(is_up: Callable[[], bool], house: House, name: str) -> None:
    until = time.monotonic() + STARTS_WITHIN_S
    while not is_up():
        if house.processes[name].poll() is not None or time.monotonic() > until:
            said = (house.home / f"{name}.log").read_text("utf-8", "replace")
            raise RuntimeError(f"{name} did not come up: {said[-300:]}")
        time.sleep(0.05)


def _answers(home: Path) -> bool:
    try:
        with ServiceClient(socket_path({"GUARDIAN_HOME": str(home)})) as client:
            client.screen(Message(b"Are you there?", draft=True))
        return True
    except GuardianError:
        return False


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
