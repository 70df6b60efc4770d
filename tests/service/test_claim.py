"""Two services never run at once; what a dead one left is taken over."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from guardian.errors import OutputError, SettingsError
from guardian.service.claim import Claim
from guardian.service.errors import ServiceRunningError
from guardian.service.place import LOCK_NAME, SOCKET_NAME

HOLDER = """
import sys, time
from pathlib import Path
from guardian.service.claim import Claim
claim = Claim.take(Path(sys.argv[1]))
listener = claim.listen() if sys.argv[2] == "listens" else None
print("ready", flush=True)
time.sleep(600)
"""


def a_holder(folder: Path, what: str) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(folder), what], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_the_socket_and_its_folder_are_the_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "run"
    with Claim.take(folder) as claim, claim.listen():
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        for name in (SOCKET_NAME, LOCK_NAME):
            assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    assert not (folder / SOCKET_NAME).exists()


def test_a_folder_that_others_may_enter_is_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with Claim.take(tmp_path):
        assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


def test_a_folder_that_anybody_may_write_to_is_not_used(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    with pytest.raises(SettingsError):
        Claim.take(tmp_path)


@pytest.mark.parametrize(("what", "words"), [("listens", "runs already"), ("begins", "begins or ends")])
def test_the_second_is_refused_and_the_first_named(tmp_path: Path, what: str, words: str) -> None:
    first = a_holder(tmp_path, what)
    try:
        with pytest.raises(ServiceRunningError, match=words) as refused:
            Claim.take(tmp_path)
        assert str(first.pid) in refused.value.what
    finally:
        end(first)


def test_what_a_killed_one_left_is_taken_over(tmp_path: Path) -> None:
    first = a_holder(tmp_path, "listens")
    end(first)
    assert (tmp_path / SOCKET_NAME).is_socket()
    with (
        Claim.take(tmp_path) as claim,
        claim.listen() as listener,
        socket.socket(socket.AF_UNIX) as client,
    ):
        client.connect(str(tmp_path / SOCKET_NAME))
        accepted, _ = listener.accept()
        accepted.close()


def test_who_waits_gets_it_when_the_first_ends(tmp_path: Path) -> None:
    first = a_holder(tmp_path, "begins")
    reaper = subprocess.Popen(["sh", "-c", f"sleep 0.3; kill -9 {first.pid}"])
    with Claim.take(tmp_path, wait_s=60):
        pass
    reaper.wait()
    first.communicate()


def test_a_socket_that_somebody_else_listens_on_is_left_alone(tmp_path: Path) -> None:
    """Such as systemd's, which starts the service when somebody connects."""
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(tmp_path / SOCKET_NAME))
        other.listen()
        with pytest.raises(ServiceRunningError):
            Claim.take(tmp_path)
        assert (tmp_path / SOCKET_NAME).is_socket()


def test_at_the_end_only_its_own_socket_is_removed(tmp_path: Path) -> None:
    path = tmp_path / SOCKET_NAME
    with Claim.take(tmp_path) as claim, claim.listen():
        path.unlink()
        path.write_text("somebody else's")
    assert path.read_text() == "somebody else's"


def test_a_link_in_the_place_of_the_lock_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("keep me")
    (tmp_path / LOCK_NAME).symlink_to(target)
    with pytest.raises(OutputError):
        Claim.take(tmp_path)
    assert target.read_text() == "keep me"


def test_what_was_meant_for_another_process_is_not_used(tmp_path: Path) -> None:
    with Claim.take(tmp_path, env={"LISTEN_PID": str(os.getpid() + 1), "LISTEN_FDS": "1"}) as claim, claim.listen():
        assert (tmp_path / SOCKET_NAME).is_socket()


@pytest.mark.parametrize("env", [{"LISTEN_FDS": "2"}, {"LISTEN_FDS": ""}, {}])
def test_another_number_of_sockets_than_one_is_refused(tmp_path: Path, env: dict[str, str]) -> None:
    with pytest.raises(OutputError, match="another number"):
        Claim.take(tmp_path, env={"LISTEN_PID": str(os.getpid()), **env})
