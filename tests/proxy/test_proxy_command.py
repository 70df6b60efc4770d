"""Promises of `guardian proxy` as its owner meets it."""

from __future__ import annotations

import json
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from proxy_rig import (
    CALM,
    STARTS_WITHIN_S,
    Rig,
    asking,
    chat_body,
    environment,
    is_listening,
    running_proxy,
    running_service,
    write_policy,
)

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
CHAT = "/v1/chat/completions"


HAS_IPV6 = Path("/proc/net/if_inet6").exists() and " lo" in Path("/proc/net/if_inet6").read_text()


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    home, folder = tmp_path_factory.mktemp("guardian") / "home", tmp_path_factory.mktemp("replayed")
    write_policy(home)
    with running_service(home), running_proxy(home, folder, ipv6="on" if HAS_IPV6 else "off") as rig:
        rig.record("m", [chat_body(CALM)], "application/json")
        yield rig


@pytest.fixture
def idle_home(tmp_path: Path) -> Path:
    """A home where no service can be started, so that none is left running."""
    home = tmp_path / "home"
    (home / "config").mkdir(parents=True)
    (home / "config" / "settings.toml").write_text(f'model_dir = "{tmp_path / "nothing"}"\n')
    return home


@pytest.mark.long
def test_its_sessions_are_listed_and_their_goal_is_the_owners_to_say(rig: Rig) -> None:
    rig.post(CHAT, asking("m"), X_Guardian_Session="work")
    rig.post(CHAT, asking("m"))
    listed = json.loads(rig.guardian("proxy", "sessions", "--json").stdout)
    assert [(row["requests"], row["outcomes"], row["goal"]) for row in listed[:2]] == [
        (1, {"clean": 1}, "When is the meeting?")
    ] * 2
    assert listed[1]["id"] == "work"
    assert rig.guardian("proxy", "goal", "work", "plan the meeting").returncode == 0
    shown = rig.guardian("proxy", "sessions").stdout.decode()
    assert "  goal: plan the meeting (your words)" in shown.splitlines()
    assert "  goal: When is the meeting?" in shown.splitlines()
    assert rig.guardian("proxy", "goal", "work", "").returncode == 0
    assert "your words" not in rig.guardian("proxy", "sessions").stdout.decode()


def test_nothing_of_what_passes_is_written_down(rig: Rig) -> None:
    rig.post(CHAT, {"model": "m", "messages": [{"role": "user", "content": "a canary in the goal"}]})
    written = [path for path in rig.home.rglob("*") if path.is_file() and b"canary" in path.read_bytes()]
    assert written == []
    assert "canary" not in rig.said.read_text()


def test_it_says_where_it_listens_and_how_to_use_it(rig: Rig) -> None:
    said = rig.said.read_text()
    assert f"http://127.0.0.1:{rig.port}" in said
    assert f"http://127.0.0.1:{rig.upstream_port}" in said
    assert "guardian proxy --print-token" in said
    assert rig.guardian("proxy", "--print-token").stdout.decode().strip() == rig.token
    assert rig.token not in said


def test_it_listens_on_loopback_and_on_a_private_socket_alone(rig: Rig) -> None:
    own = {link.readlink().name for link in Path(f"/proc/{rig.process.pid}/fd").iterdir() if link.is_symlink()}
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening = {row[1] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in own}
    assert listening == {f"0100007F:{rig.port:04X}"}
    rows = [line.split() for line in Path("/proc/net/tcp6").read_text().splitlines()[1:]]
    listening = {row[1] for row in rows if f"socket:[{row[9]}]" in own}
    assert listening == ({f"{'0' * 24}01000000:{rig.port:04X}"} if HAS_IPV6 else set())
    path = rig.home / "run" / "proxy.sock"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_there_is_one_proxy_at_a_time(rig: Rig) -> None:
    words = [sys.executable, "-m", "guardian", "proxy"]
    done = subprocess.run(words, env=environment(rig.home), capture_output=True, timeout=STARTS_WITHIN_S, check=False)
    assert done.returncode == 2
    assert b"a proxy is running already" in done.stderr
    done = subprocess.run(
        words,
        env=environment(rig.home, GUARDIAN_PROXY_PORT=str(rig.port)),
        capture_output=True,
        timeout=STARTS_WITHIN_S,
        check=False,
    )
    assert done.returncode == 2
    assert b"cannot listen on 127.0.0.1" in done.stderr
    assert rig.post(CHAT, asking("m"))[0] == 200


@pytest.mark.parametrize(("by", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_it_and_its_socket_is_gone(
    by: signal.Signals, code: int, idle_home: Path, tmp_path: Path
) -> None:
    with running_proxy(idle_home, tmp_path) as rig:
        rig.process.send_signal(by)
        assert rig.process.wait(STARTS_WITHIN_S) == code
        assert not (idle_home / "run" / "proxy.sock").exists()
        assert "Traceback" not in rig.said.read_text()


def test_what_a_killed_proxy_left_behind_is_taken_over(idle_home: Path, tmp_path: Path) -> None:
    for folder in (tmp_path / "first", tmp_path / "second"):
        folder.mkdir()
        with running_proxy(idle_home, folder) as rig:
            assert is_listening(idle_home / "run" / "proxy.sock")
            rig.process.kill()
            rig.process.wait()
        assert (idle_home / "run" / "proxy.sock").exists()


# --- without a proxy --------------------------------------------------------------------------------------------


def test_without_a_proxy_there_are_no_sessions(run_guardian: Run) -> None:
    done = run_guardian("proxy", "sessions")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b"guardian: no proxy is running (guardian proxy starts one)\n"


def test_a_server_elsewhere_is_refused_before_anything_listens(run_guardian: Run) -> None:
    done = run_guardian("proxy", env={"GUARDIAN_PROXY_UPSTREAM": "https://api.example.com"})
    assert done.returncode == 2
    assert b"another machine" in done.stderr
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("key", ["sk-own", ""])
def test_the_servers_key_is_kept_for_its_owners_eyes_and_never_shown(
    key: str, run_guardian: Run, guardian_home: Path
) -> None:
    run_guardian("proxy", "--upstream-key", stdin=b"sk-earlier\n")
    done = run_guardian("proxy", "--upstream-key", stdin=key.encode() + b"\n")
    file = guardian_home / "config" / "proxy-upstream.key"
    assert done.returncode == 0
    assert b"sk-" not in done.stdout + done.stderr
    if key:
        assert file.read_text() == f"http://127.0.0.1:11434 {key}\n"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    else:
        assert not file.exists()


@pytest.mark.parametrize("key", [b"two words\n", b"\x1b[31m\n", "schlüssel\n".encode()])
def test_what_can_be_no_key_is_refused(key: bytes, run_guardian: Run, guardian_home: Path) -> None:
    assert run_guardian("proxy", "--upstream-key", stdin=key).returncode == 2
    assert not (guardian_home / "config" / "proxy-upstream.key").exists()


@pytest.mark.parametrize("words", [["proxy"], ["proxy", "sessions"]])
def test_without_the_extra_one_line_says_how_to_get_it(words: list[str], guardian_home: Path, tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "for name in ('starlette', 'uvicorn', 'httpx'): sys.modules[name] = None\n"
        f"sys.argv = ['guardian', *{words!r}]\n"
        "from guardian.__main__ import main\n"
        "sys.exit(main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(guardian_home), capture_output=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == (
        b"guardian: the proxy needs packages that are not installed (pip install 'guardian[proxy]')\n"
    )
