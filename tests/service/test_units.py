"""The units say what they are to say, and systemd and launchd can read them."""

from __future__ import annotations

import os
import plistlib
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from service_rig import SCAM, is_answered, socket_of, wait_until

from guardian.cli_serve import UNIT_KINDS
from guardian.message import Format, Message
from guardian.paths import find_paths
from guardian.service.client import ServiceClient
from guardian.service.durations import in_words, seconds_of
from guardian.service.units import UNITS, systemd_service

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
HARDENING = (
    *("NoNewPrivileges=yes", "RestrictAddressFamilies=AF_UNIX", "RestrictNamespaces=user net"),
    *("RestrictRealtime=yes", "RestrictSUIDSGID=yes", "LockPersonality=yes"),
    *("SystemCallArchitectures=native", "SystemCallErrorNumber=EPERM"),
    *("LimitCORE=0", "MemorySwapMax=0", "UMask=0077"),
)


@pytest.mark.long
def test_every_kind_that_the_command_names_can_be_printed(run_guardian: Run, guardian_home: Path) -> None:
    assert tuple(UNITS) == UNIT_KINDS
    for kind in UNIT_KINDS:
        done = run_guardian("serve", "--print-unit", kind)
        assert (done.returncode, done.stderr) == (0, b"")
        assert str(guardian_home).encode() in done.stdout


def test_the_unit_closes_what_the_service_does_not_need() -> None:
    unit = systemd_service({}, find_paths({})).splitlines()
    assert [line for line in HARDENING if line not in unit] == []


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
@pytest.mark.parametrize("home", ["plain", "with space", 'odd "quotes" 100% $HOME \\ end'])
def test_systemd_reads_the_units_without_a_word(tmp_path: Path, home: str) -> None:
    folder = tmp_path / "units"
    folder.mkdir()
    env = {"GUARDIAN_HOME": f"/srv/{home}"}  # it need not exist; a socket's path may have 107 bytes
    paths = find_paths(env)
    (folder / "guardian.service").write_text(systemd_service(env, paths))
    (folder / "guardian.socket").write_text(UNITS["systemd-socket"](env, paths))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", str(folder / "guardian.service"), str(folder / "guardian.socket")],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)},
    )
    ours = [line for line in (done.stdout + done.stderr).splitlines() if "guardian." in line]
    assert (done.returncode, ours) == (0, [])


@pytest.mark.parametrize("home", ["plain", '<odd> & "quoted"'])
def test_the_agent_is_a_property_list_that_names_this_installation(tmp_path: Path, home: str) -> None:
    env = {"GUARDIAN_HOME": str(tmp_path / home)}
    agent = plistlib.loads(UNITS["launchd"](env, find_paths(env)).encode())
    assert agent["ProgramArguments"][1:] == ["-P", "-m", "guardian", "serve"]
    assert Path(agent["ProgramArguments"][0]).samefile(sys.executable)
    assert agent["EnvironmentVariables"] == env
    assert agent["HardResourceLimits"] == {"Core": 0}


def test_directories_that_only_a_shell_sets_are_in_the_units() -> None:
    env = {"XDG_CONFIG_HOME": "/srv/my 100% config", "XDG_STATE_HOME": "", "XDG_DATA_HOME": "data"}
    paths = find_paths(env)
    assert 'Environment="XDG_CONFIG_HOME=/srv/my 100%% config"\n' in systemd_service(env, paths)
    assert systemd_service(env, paths).count("Environment=") == 1  # neither an empty one nor a relative one counts
    agent = plistlib.loads(UNITS["launchd"](env, paths).encode())
    assert agent["EnvironmentVariables"] == {"XDG_CONFIG_HOME": "/srv/my 100% config"}
    moved = {"GUARDIAN_HOME": "/srv/home", **env}
    assert "XDG_" not in systemd_service(moved, find_paths(moved))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("10m", 600), ("2h", 7200), ("5", 300), ("0", 0), ("0m", 0), ("168h", 604_800), ("169h", None)]
    + [(bad, None) for bad in ("", "m", "-1m", "1.5h", "1d", "01m", " 1m", "1m ", "１m", "9" * 30)],
)
def test_lengths_of_time(text: str, seconds: int | None) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (99, "99 s"), (600, "10 min"), (7200, "2 h"), (90_000, "25 h")]
)
def test_lengths_of_time_in_words(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


@pytest.mark.slow
@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None or shutil.which("strace") is None, reason="needs systemd-analyze and strace"
)
def test_the_unit_lets_through_every_system_call_that_the_service_makes(tmp_path: Path, guardian_home: Path) -> None:
    trace = tmp_path / "trace"
    words = ["strace", "-f", "-qq", "-o", str(trace), sys.executable, "-m", "guardian", "serve"]
    with subprocess.Popen(words, stderr=subprocess.DEVNULL) as traced:
        wait_until(lambda: traced.poll() is not None or is_answered(guardian_home))
        with ServiceClient(socket_of(guardian_home)) as client:
            for format in Format:
                client.screen(Message(SCAM, format=format))
            os.kill(client.status()["pid"], signal.SIGTERM)
    made = set(re.findall(r"^\d+ (?:<\.\.\. )?([a-z_0-9]+)", trace.read_text(errors="replace"), re.MULTILINE))
    line = next(
        line for line in systemd_service({}, find_paths({})).splitlines() if line.startswith("SystemCallFilter")
    )
    allowed = set().union(*(system_calls(word) for word in line.partition("=")[2].split()))
    assert len(made) > 50
    assert made - allowed == set()


def system_calls(name: str) -> set[str]:
    """The system calls that a word of SystemCallFilter= stands for."""
    if not name.startswith("@"):
        return {name}
    shown = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True)
    words = [line.strip() for line in shown.stdout.splitlines()[1:]]
    return set().union(*(system_calls(word) for word in words if word and not word.startswith("#")))
