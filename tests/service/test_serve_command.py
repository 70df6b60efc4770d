"""`guardian serve` as its owner and systemd run it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from service_rig import (
    LONGEST_S,
    ORDINARY,
    SCAM,
    children_of,
    furnish,
    is_answered,
    running,
    socket_of,
    wait_until,
)

from guardian.journal.opening import open_journal
from guardian.journal.record import Kind, Record
from guardian.journal.scan import Scan
from guardian.message import Message
from guardian.outcome import Outcome
from guardian.service.client import ServiceClient
from guardian.service.connecting import LOG_NAME, connect
from guardian.service.errors import RefusalCode, ServiceRefusedError, ServiceUnavailableError
from guardian.service.place import LOCK_NAME
from guardian.settings import Settings, load_settings

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
AS_NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


def settings_in(home: Path) -> Settings:
    return load_settings({"GUARDIAN_HOME": str(home)}, {})


def verdicts_in(home: Path) -> list[str]:
    """Ids of the messages that the journal has a verdict on, in order."""
    with open_journal(settings_in(home)) as journal:
        journal.unlock()
        return [
            entry.record.body["verdict"]["id"]
            for entry in Scan(journal).entries()
            if isinstance(entry.record, Record) and entry.record.kind is Kind.VERDICT
        ]


def ended(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    """Exit code and last words."""
    _, words = process.communicate(timeout=LONGEST_S)
    return process.returncode, words.decode()


# --- one service --------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_a_second_service_says_which_one_runs(guardian_home: Path, run_guardian: Run) -> None:
    with running(guardian_home) as first:
        second = run_guardian("serve")
        assert second.returncode == 2
        assert second.stderr.decode() == (
            f"guardian: a service runs already, process {first.pid} (guardian serve --status)\n"
        )
        status = json.loads(run_guardian("serve", "--status", "--json").stdout)
        assert (status["pid"], status["kind"], status["questions"]) == (first.pid, "service", 0)
        assert f"process {first.pid}" in run_guardian("serve", "--status").stdout.decode()


@pytest.mark.long
def test_after_a_kill_the_next_one_takes_its_place_and_no_verdict_is_lost(guardian_home: Path) -> None:
    with running(guardian_home) as first:
        with ServiceClient(socket_of(guardian_home)) as client:
            assert client.screen(Message(SCAM, id="before")).seq is not None
        first.kill()
        first.wait()
    assert socket_of(guardian_home).is_socket()
    with running(guardian_home), ServiceClient(socket_of(guardian_home)) as client:
        assert client.screen(Message(SCAM + b" Now.", id="after")).seq is not None
    assert verdicts_in(guardian_home) == ["before", "after"]


def test_where_nothing_runs_the_status_says_so(guardian_home: Path, run_guardian: Run) -> None:
    done = run_guardian("serve", "--status")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"guardian: no service answers at ")


def test_what_cannot_be_used_is_said_at_the_start(guardian_home: Path, run_guardian: Run) -> None:
    done = run_guardian("serve", env={"GUARDIAN_MODEL_DIR": str(guardian_home)})
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
    assert not is_answered(guardian_home)


# --- who may ask --------------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("setpriv") is None, reason="needs root, to become another user")
def test_another_user_is_refused_before_a_byte_is_read(guardian_home: Path) -> None:
    script = (
        "import socket, sys\n"
        "connection = socket.socket(socket.AF_UNIX)\n"
        "connection.settimeout(60)\n"
        "try:\n"
        "    connection.connect(sys.argv[1])\n"
        "except PermissionError:\n"
        "    sys.exit(13)\n"
        "try:\n"
        "    connection.sendall(b'x' * 100_000)\n"
        "    sys.exit(0 if connection.recv(1) else 7)\n"
        "except (BrokenPipeError, ConnectionResetError):\n"
        "    sys.exit(7)\n"
    )
    path = socket_of(guardian_home)
    python = Path(sys.executable).resolve()
    as_nobody = [*AS_NOBODY, str(python), "-I", "-c", script, str(path)]
    if subprocess.run([*AS_NOBODY, str(python), "-I", "-c", ""], check=False, capture_output=True).returncode:
        as_nobody = [*AS_NOBODY, "/usr/bin/python3", "-I", "-c", script, str(path)]  # ours lies in root's folder
    with running(guardian_home), ServiceClient(path) as client:
        assert subprocess.run(as_nobody, check=False).returncode == 13  # the file system's word
        # And where the file system does not stand before it: the kernel's word on who is there.
        opened = [folder for folder in path.parents if folder.stat().st_uid == 0 and folder != Path("/")]
        modes = {each: each.stat().st_mode for each in (*opened, path)}
        try:
            for each, mode in modes.items():
                each.chmod(mode | 0o777 if each == path else mode | 0o755)
            assert subprocess.run(as_nobody, check=False).returncode == 7
        finally:
            for each, mode in modes.items():
                each.chmod(mode & 0o7777)
        status = client.status()
        assert (status["strangers"], status["questions"]) == (1, 0)


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("setpriv") is None, reason="needs root, to become another user")
def test_a_message_is_never_sent_to_another_users_service(tmp_path: Path) -> None:
    for each in (tmp_path, *tmp_path.parents[:-2]):
        each.chmod(0o755)
    folder = tmp_path / "run"
    folder.mkdir()
    folder.chmod(0o777)
    script = (
        "import socket, sys\n"
        "listener = socket.socket(socket.AF_UNIX)\n"
        "listener.bind(sys.argv[1])\n"
        "listener.listen()\n"
        "print('ready', flush=True)\n"
        "print(len(listener.accept()[0].recv(100)), flush=True)\n"
    )
    command = [*AS_NOBODY, "/usr/bin/python3", "-I", "-c", script, str(folder / "guardian.sock")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as impostor:
        assert impostor.stdout is not None
        assert impostor.stdout.readline() == "ready\n"
        with pytest.raises(ServiceUnavailableError, match="somebody else answers"):
            ServiceClient(folder / "guardian.sock")
        assert impostor.stdout.readline() == "0\n"


# --- the end ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 0), (signal.SIGHUP, 0), (signal.SIGINT, 130)], ids=["TERM", "HUP", "INT"]
)
def test_told_to_end_it_answers_what_it_took_and_closes_the_journal(
    guardian_home: Path, number: signal.Signals, code: int
) -> None:
    answered = list[str]()
    began = threading.Event()

    def ask(client: int) -> None:
        try:
            with ServiceClient(socket_of(guardian_home)) as connection:
                for turn in range(1000):
                    name = f"{client}.{turn}"
                    assert connection.screen(Message(SCAM + name.encode(), id=name)).seq is not None
                    answered.append(name)
                    began.set()
        except (ServiceUnavailableError, ServiceRefusedError):
            return

    with running(guardian_home) as process:
        threads = [threading.Thread(target=ask, args=(client,)) for client in range(4)]
        for each in threads:
            each.start()
        assert began.wait(LONGEST_S)
        process.send_signal(number)
        returned, words = ended(process)
        for each in threads:
            each.join(LONGEST_S)
    assert returned == code
    assert "Traceback" not in words
    assert not socket_of(guardian_home).exists()
    assert set(answered) <= set(verdicts_in(guardian_home))  # what was acknowledged is on disk


SIGNALLED_ANYWHERE = """
import signal, sys
from guardian.commands import serve

def signalled_at(moment):
    left = moment
    with serve._signals() as stopping:
        def trace(frame, event, arg):
            nonlocal left
            frame.f_trace_opcodes = True
            left -= 1
            if left == 0:
                signal.raise_signal(signal.SIGTERM)
            return trace
        sys.settrace(trace)
        stopping.wait(0.01)
        sys.settrace(None)
        assert left > 0 or stopping.wait(0) and stopping.signal == signal.SIGTERM
    return left <= 0

moment = 1
while signalled_at(moment):
    moment += 1
print(moment)
"""


def test_a_signal_ends_it_at_whatever_moment_it_comes() -> None:
    """At each single step of the waiting thread: with an Event this hangs, since its lock may be held just then."""
    done = subprocess.run(
        [sys.executable, "-c", SIGNALLED_ANYWHERE], capture_output=True, text=True, timeout=LONGEST_S, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) > 10


def test_it_ends_by_itself_when_nobody_asks(guardian_home: Path) -> None:
    with running(guardian_home, "--idle", "1s") as process:
        code, words = ended(process)
    assert code == 0
    assert "nobody asked anything for 1 s" in words


@pytest.mark.parametrize("idle", ["-1", "1d", "10 m", "x", "200h", ""])
def test_an_idle_time_that_is_none_is_a_usage_error(run_guardian: Run, idle: str) -> None:
    done = run_guardian("serve", f"--idle={idle}")
    assert done.returncode == 2
    assert b"--idle" in done.stderr


# --- what may go wrong under it ------------------------------------------------------------------------------------


@pytest.mark.long
def test_the_model_is_killed_under_load_and_every_question_is_answered(guardian_home: Path) -> None:
    outcomes = dict[str, Outcome]()

    def ask(client: int) -> None:
        with ServiceClient(socket_of(guardian_home)) as connection:
            for turn in range(25):
                name = f"{client}.{turn}"
                outcomes[name] = connection.screen(Message(SCAM + name.encode(), id=name)).outcome

    with running(guardian_home) as process:
        threads = [threading.Thread(target=ask, args=(client,)) for client in range(4)]
        for each in threads:
            each.start()
        for asked in (20, 50, 80):
            wait_until(lambda asked=asked: len(outcomes) >= asked)  # type: ignore[misc]
            for child in children_of(process.pid):
                os.kill(child, signal.SIGKILL)  # the model's process, and the one that takes mails apart
        for each in threads:
            each.join(LONGEST_S)
        with ServiceClient(socket_of(guardian_home)) as client:
            assert client.screen(Message(ORDINARY)).outcome is Outcome.CLEAN
    assert len(outcomes) == 100
    assert set(outcomes.values()) == {Outcome.FLAGGED}  # this scam is found by a rule, model or not; never clean
    assert sorted(verdicts_in(guardian_home)) == sorted(outcomes)


@pytest.mark.long
def test_changed_settings_count_from_the_next_answer_on(guardian_home: Path) -> None:
    file = guardian_home / "config" / "settings.toml"
    message = Message(b"See you at lunch. " * 200)
    with running(guardian_home), ServiceClient(socket_of(guardian_home)) as client:
        assert client.screen(message).outcome is Outcome.CLEAN
        file.write_text("[limits]\nmax_windows = 1\n")
        assert client.screen(message).outcome is Outcome.UNSURE
        file.write_text("[limits]\nmax_windows = 'many'\n")
        for _ in range(2):
            with pytest.raises(ServiceRefusedError, match="max_windows") as refused:
                client.screen(message)
            assert refused.value.code is RefusalCode.SETTINGS
        file.unlink()
        assert client.screen(message).outcome is Outcome.CLEAN


@pytest.mark.long
def test_a_message_that_is_cut_at_the_limit_is_judged_as_far_as_it_was_read(
    guardian_home: Path, run_guardian: Run
) -> None:
    """Every source gives one byte more than is read of what is longer, `cut`: it must not be too long for an answer."""
    file = guardian_home / "config" / "settings.toml"
    file.parent.mkdir(parents=True)
    file.write_text("[limits]\nmax_bytes_read = 2000\n")
    with running(guardian_home), ServiceClient(socket_of(guardian_home)) as client:
        answer = client.screen(Message((ORDINARY * 100)[:2001], cut=True))
        assert answer.outcome is Outcome.UNSURE
        with pytest.raises(ServiceRefusedError) as refused:
            client.screen(Message((ORDINARY * 100)[:2002], cut=True))
        assert refused.value.code is RefusalCode.TOO_BIG
        done = run_guardian("filter", "--verbose", stdin=ORDINARY * 100)
        assert (done.returncode, done.stdout) == (3, ORDINARY * 100)
        assert b"judged by the warm service" in done.stderr


@pytest.mark.long
def test_changed_policies_are_followed(guardian_home: Path) -> None:
    with running(guardian_home), ServiceClient(socket_of(guardian_home)) as client:
        assert client.screen(Message(b"The quick brown zebra.")).outcome is Outcome.CLEAN
        (guardian_home / "config" / "policies" / "zebra.toml").write_text(
            'id = "zebra"\ntitle = "Zebras"\nwhy = "A test."\nsince = 2026-11-21\nchannels = ["incoming"]\n'
            'severity = "low"\naction = "warn"\nstatus = "active"\nprose = "Zebras."\n[match]\npatterns = ["zebra"]\n'
        )
        wait_until(lambda: client.screen(Message(b"The quick brown zebra.")).outcome is Outcome.FLAGGED)


def test_a_draft_is_not_recorded_and_a_delivery_only_once(guardian_home: Path) -> None:
    with running(guardian_home), ServiceClient(socket_of(guardian_home)) as client:
        assert client.screen(Message(SCAM, id="draft", draft=True)).seq is None
        seqs = {client.screen(Message(SCAM, id="mail", once=b"delivery 1")).seq for _ in range(3)}
    assert len(seqs) == 1
    assert None not in seqs
    assert verdicts_in(guardian_home) == ["mail"]


# --- started by need, by systemd ----------------------------------------------------------------------------------


@pytest.mark.long
def test_who_needs_a_service_starts_one_and_several_get_the_same(
    guardian_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    furnish(guardian_home)
    settings = settings_in(guardian_home)
    with pytest.raises(ServiceUnavailableError):
        connect(settings, start=False)
    monkeypatch.setenv("GUARDIAN_LIMITS_MAX_WINDOWS", "1")  # this program's own: not what the service goes by
    pids = list[int]()

    def need() -> None:
        with connect(settings) as client:
            assert client.screen(Message(b"See you at lunch. " * 200)).outcome is Outcome.CLEAN
            pids.append(client.status()["pid"])

    threads = [threading.Thread(target=need) for _ in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(LONGEST_S)
    assert len(pids) == 3
    assert len(set(pids)) == 1
    client = connect(settings)
    with client:
        os.kill(pids[0], signal.SIGTERM)
        wait_until(lambda: not is_answered(guardian_home))
        assert client.screen(Message(ORDINARY)).outcome is Outcome.CLEAN  # it found another one
        os.kill(client.status()["pid"], signal.SIGTERM)
    wait_until(lambda: not is_answered(guardian_home))
    assert b"ended after" in (guardian_home / "state" / LOG_NAME).read_bytes()


def test_where_none_can_be_started_the_reason_is_given(guardian_home: Path) -> None:
    furnish(guardian_home)
    (guardian_home / "config" / "settings.toml").write_text("model_dir = 'nowhere'\n")
    with pytest.raises(ServiceUnavailableError, match="could not be started") as unavailable:
        connect(settings_in(guardian_home))
    assert "nowhere" in unavailable.value.what


ACTIVATE = """
import os, socket, sys
listener = socket.socket(socket.AF_UNIX)
os.makedirs(os.path.dirname(sys.argv[1]), mode=0o700)
listener.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o600)
listener.listen()
os.set_inheritable(os.dup2(listener.fileno(), 3), True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", NOTIFY_SOCKET=sys.argv[2])
print("listening", flush=True)
os.execv(sys.executable, [sys.executable, "-m", "guardian", "serve", "--idle", "2s"])
"""


@pytest.mark.long
def test_a_socket_of_systemds_is_used_and_it_is_told_when_all_is_ready(guardian_home: Path, tmp_path: Path) -> None:
    furnish(guardian_home)
    told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    told.bind(str(tmp_path / "notify"))
    told.settimeout(LONGEST_S)
    path = socket_of(guardian_home)
    words = [sys.executable, "-c", ACTIVATE, str(path), str(tmp_path / "notify")]
    with told, subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"listening\n"
        with ServiceClient(path) as client:  # before the service is there: nobody has to wait for it to ask
            assert client.screen(Message(SCAM)).outcome is Outcome.FLAGGED
            assert client.status()["pid"] == process.pid
        assert told.recv(100) == b"READY=1"
        assert told.recv(100) == b"STOPPING=1"
        assert process.wait(LONGEST_S) == 0
    assert path.is_socket()  # it is systemd's, and goes on listening
    assert int((guardian_home / "run" / LOCK_NAME).read_text()) == process.pid
