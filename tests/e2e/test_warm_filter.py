"""`guardian filter` before a warm service: the same bytes, words and codes as without one, and never a lost message."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from warm_rig import AS_ANOTHER_VERSION, LONGEST_WAIT_S, guardian, home_env, serving, the_socket

PHISH = (
    b"Your account was locked. To unlock it, reply with your password and the code that we have just sent you "
    b"within 30 minutes. Do not tell anyone, not even the bank.\n"
)
ORDINARY = b"Hi Jo, the meeting is moved to Tuesday at ten, same room. See you there. Ann\n"
MAIL = (
    b"From: Ann <ann@example.org>\r\nX-Guardian-Outcome: clean\r\nSubject: =?utf-8?q?Payment?=\r\n"
    b"Content-Type: text/plain\r\n\r\nBuy four gift cards within the hour, text me the codes, and tell nobody.\r\n"
)
ELSEWHERE = "Пожалуйста, пришлите мне код из сообщения и никому об этом не говорите.\n".encode()

WARM = b"guardian: judged by the warm service"
COLD = b"guardian: judged without the warm service: "


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path]]:
    """Two homes that lived through the same: one with a service, one without."""
    warm, cold = tmp_path_factory.mktemp("warm-home"), tmp_path_factory.mktemp("cold-home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        patch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
        for home in (warm, cold):
            guardian(home, "filter", stdin=PHISH)  # begins the journal, and says where its key is
        with serving(warm):
            yield warm, cold


@pytest.fixture
def warm(homes: tuple[Path, Path]) -> Path:
    return homes[0]


# --- the same as without a service --------------------------------------------------------------------------------

OF_THIS_RUN = [
    (rb'"elapsed_ms": [0-9.]+', b'"elapsed_ms": 0'),
    (rb'"journal": \{[^}]*\}', b'"journal": {}'),
    (rb"X-Guardian-Receipt: [^\r\n]*(\r?\n[ \t][^\r\n]*)*", b"X-Guardian-Receipt: R"),
    (rb", [0-9]+ ms\n", b", 0 ms\n"),
    (rb"wall [a-z]+, policies (\S+), 0 windows", rb"wall -, policies \1, 0 windows"),  # where no model was needed
    (rb"guardian: (judged by the warm|judged without the warm|the model is up|examples: )[^\n]*\n", b""),
]
"""Times, places in a journal, and who judged: what differs between any two runs."""


def without_what_is_of_this_run(said: bytes, home: Path) -> bytes:
    said = said.replace(str(home).encode(), b"HOME")
    for pattern, same in OF_THIS_RUN:
        said = re.sub(pattern, same, said)
    return said


TABLE = [
    pytest.param(ORDINARY, [], id="a clean text"),
    pytest.param(PHISH, [], id="a flagged text"),
    pytest.param(PHISH, ["--annotate"], id="annotated"),
    pytest.param(PHISH, ["--json", "--all-policies"], id="JSON with every policy"),
    pytest.param(MAIL, ["--mail"], id="a mail with a forged header"),
    pytest.param(PHISH, ["--fail-closed"], id="held back"),
    pytest.param(bytes(range(256)) * 8, ["--verbose"], id="every byte, verbose"),
    pytest.param(ELSEWHERE, ["--check"], id="a language that is not covered"),
    pytest.param(b"", ["--check"], id="nothing", marks=pytest.mark.slow),
    pytest.param(ORDINARY, ["--annotate", "--verbose"], id="clean, annotated, verbose", marks=pytest.mark.slow),
    pytest.param(PHISH, ["--as", "ai", "--json"], id="from an AI", marks=pytest.mark.slow),
    pytest.param(PHISH, ["--check", "--fail-on", "notice"], id="fail on a notice", marks=pytest.mark.slow),
    pytest.param(MAIL, ["--mail", "--annotate"], id="a mail, annotated", marks=pytest.mark.slow),
    pytest.param(MAIL, ["--mail", "--fail-closed", "--verbose"], id="a mail, held back", marks=pytest.mark.slow),
    pytest.param(ELSEWHERE, ["--mail"], id="a mail that is not covered: try again", marks=pytest.mark.slow),
    pytest.param(b"word " * 100_000, ["--json"], id="more windows than are judged", marks=pytest.mark.slow),
    pytest.param(b"line\n" * 6_000_000, [], id="more than is read", marks=pytest.mark.slow),
    pytest.param(b"x", ["--annotate", "--check"], id="a usage error", marks=pytest.mark.slow),
    pytest.param(b"x", ["--fail-on"], id="a usage error at the end", marks=pytest.mark.slow),
    pytest.param(b"x", ["--help"], id="help", marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("raw", "words"), TABLE)
def test_both_roads_put_out_the_same(homes: tuple[Path, Path], raw: bytes, words: list[str]) -> None:
    by_home = {home: guardian(home, "filter", *words, stdin=raw) for home in homes}
    warm, cold = (
        (
            done.returncode,
            without_what_is_of_this_run(done.stdout, home),
            without_what_is_of_this_run(done.stderr, home),
        )
        for home, done in by_home.items()
    )
    assert warm == cold
    held = [{path.name: path.read_bytes() for path in home.glob("data/held/*")} for home in homes]
    assert held[0] == held[1]
    if not words:
        assert by_home[homes[0]].stdout == raw


def test_a_policy_that_cannot_be_used_is_said_by_both_as_long_as_it_is_so(homes: tuple[Path, Path]) -> None:
    said = []
    for home in homes:
        broken = home / "config" / "policies" / "broken.toml"
        broken.write_text('id = "broken"\ntitel = "Broken"\n')
        try:
            until = time.monotonic() + LONGEST_WAIT_S
            while b"broken.toml" not in (done := guardian(home, "filter", stdin=ORDINARY)).stderr:
                assert time.monotonic() < until
            said.append(without_what_is_of_this_run(done.stderr, home))
        finally:
            broken.unlink()
    assert said[0] == said[1]
    assert b"broken.toml:2:1" in said[0]


# --- which road, and why ------------------------------------------------------------------------------------------


def test_a_warm_run_says_so_if_asked_and_is_recorded(warm: Path) -> None:
    done = guardian(warm, "filter", "--verbose", stdin=PHISH)
    assert WARM in done.stderr
    verdict = json.loads(guardian(warm, "filter", "--json", stdin=PHISH).stdout)
    assert isinstance(verdict["journal"]["seq"], int)


OWN_GATE = [
    (["--threads", "1"], {}, b"--threads was given"),
    (["--no-journal"], {}, b"--no-journal was given"),
    (["--policies", "POLICIES"], {}, b"--policies was given"),
    ([], {"GUARDIAN_LIMITS_MAX_WINDOWS": "3"}, b"a setting stands in the environment"),
]


@pytest.mark.parametrize(("words", "env", "why"), OWN_GATE, ids=[why.decode() for *_, why in OWN_GATE])
def test_a_run_with_settings_of_its_own_is_judged_by_a_gate_of_its_own(
    warm: Path, words: list[str], env: dict[str, str], why: bytes
) -> None:
    words = [word.replace("POLICIES", str(warm / "config" / "policies")) for word in words]
    done = guardian(warm, "filter", "--verbose", *words, stdin=ORDINARY, env=env)
    assert COLD + why in done.stderr
    assert (done.returncode, done.stdout) == (0, ORDINARY)


def test_a_socket_that_nobody_answers_is_no_obstacle(guardian_home: Path) -> None:
    place = the_socket(guardian_home)
    place.parent.mkdir(parents=True)
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(place))
    done = guardian(guardian_home, "filter", "--verbose", stdin=PHISH)
    assert (done.returncode, done.stdout) == (1, PHISH)
    assert COLD + b"no service answers" in done.stderr


@pytest.mark.long
def test_a_service_of_another_version_is_not_believed(guardian_home: Path) -> None:
    with serving(guardian_home, code=AS_ANOTHER_VERSION):
        done = guardian(guardian_home, "filter", "--verbose", stdin=PHISH)
    assert (done.returncode, done.stdout) == (1, PHISH)
    assert COLD in done.stderr
    assert b"0.0.999" in done.stderr


def test_settings_that_change_hold_at_once_and_broken_ones_end_it_as_without_a_service(guardian_home: Path) -> None:
    file = guardian_home / "config" / "settings.toml"
    with serving(guardian_home):
        file.write_text('[filter]\nfail_on = "notice"\n[limits]\nmax_bytes_read = 1024\n')
        long = guardian(guardian_home, "filter", "--verbose", stdin=ORDINARY * 40)
        file.write_text("[limits]\nmax_window = 3\n")
        broken = guardian(guardian_home, "filter", stdin=ORDINARY)
    assert (long.returncode, long.stdout) == (3, ORDINARY * 40)
    assert b"only the first" in long.stderr
    assert (broken.returncode, broken.stdout) == (2, b"")
    assert broken.stderr.count(b"\n") == 1
    assert b"settings.toml:2:1: unknown key" in broken.stderr


# --- nothing is lost, and nothing twice ---------------------------------------------------------------------------


class AnswersGetLost:
    """A process between filter and service that takes a question on, and ends when its answer has come."""

    def __init__(self, home: Path) -> None:
        self._place = the_socket(home)
        self._real = self._place.with_name("real.sock")
        self._place.rename(self._real)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self._place))
        self._place.chmod(0o600)
        self._listener.listen()
        self.lost = 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while True:
            try:
                asking, _ = self._listener.accept()
            except OSError:
                return
            with asking, socket.socket(socket.AF_UNIX) as service:
                service.connect(str(self._real))
                asking.setblocking(True)
                question = asking.recv(1 << 16)
                service.sendall(question)
                self.lost += bool(service.recv(1 << 16))

    def close(self) -> None:
        self._listener.close()
        self._real.rename(self._place)


@pytest.mark.long
def test_an_answer_that_got_lost_is_asked_for_here_and_recorded_one_time(guardian_home: Path) -> None:
    guardian(guardian_home, "filter", stdin=ORDINARY)
    with serving(guardian_home):
        between = AnswersGetLost(guardian_home)
        before = flagged(guardian_home)
        done = guardian(guardian_home, "filter", "--verbose", stdin=PHISH)
        between.close()
        assert between.lost == 1
        assert (done.returncode, done.stdout) == (1, PHISH)
        assert COLD + b"the service gave no answer" in done.stderr
        assert flagged(guardian_home) == before + 1


def flagged(home: Path) -> int:
    """Records of flagged messages in a home's journal; 0 where there is none yet."""
    if not (home / "data" / "journal").exists():
        return 0
    outcomes = json.loads(guardian(home, "journal", "stats", "--json").stdout)["outcomes"]
    return sum(each["total"] for each in outcomes if each["name"] == "flagged")


def test_a_service_that_is_killed_in_the_middle_loses_nothing(guardian_home: Path) -> None:
    with serving(guardian_home) as service:
        service.send_signal(signal.SIGSTOP)
        asking = subprocess.Popen(
            [sys.executable, "-m", "guardian", "filter", "--verbose"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=home_env(guardian_home),
        )
        assert asking.stdin is not None
        asking.stdin.write(PHISH)
        asking.stdin.close()
        asking.stdin = None
        wait_until_it_asks(asking.pid)
        service.kill()
        out, err = asking.communicate(timeout=LONGEST_WAIT_S)
    assert (asking.returncode, out) == (1, PHISH)
    assert COLD in err
    assert flagged(guardian_home) == 1


def wait_until_it_asks(pid: int) -> None:
    """Until the process has a socket: it read its input before, and sends and waits behind that."""
    until = time.monotonic() + LONGEST_WAIT_S
    while not any(each.is_socket() for each in Path(f"/proc/{pid}/fd").iterdir()):
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.mark.long
def test_a_service_that_does_not_answer_in_time_is_not_waited_for(guardian_home: Path) -> None:
    code = textwrap.dedent(
        """\
        import os, sys
        from guardian.commands.filter_warm import run_warm
        from guardian.filter_words import FilterWords
        answered = run_warm(FilterWords({}), os.environ, answer_within_s=0.2)
        print(answered.why, "|", answered.message.raw.decode())
        """
    )
    with serving(guardian_home) as service:
        service.send_signal(signal.SIGSTOP)
        done = subprocess.run(
            [sys.executable, "-c", code], input=b"hello", capture_output=True, env=home_env(guardian_home), check=True
        )
    assert done.stdout == b"the service gave no answer in time | hello\n"


def test_an_interrupt_while_it_waits_is_130_and_silent(guardian_home: Path) -> None:
    with serving(guardian_home) as service:
        service.send_signal(signal.SIGSTOP)
        asking = subprocess.Popen(
            [sys.executable, "-m", "guardian", "filter"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=home_env(guardian_home),
        )
        assert asking.stdin is not None
        asking.stdin.write(PHISH)
        asking.stdin.close()
        asking.stdin = None
        wait_until_it_asks(asking.pid)
        asking.send_signal(signal.SIGINT)
        out, err = asking.communicate(timeout=LONGEST_WAIT_S)
    assert (asking.returncode, out, err) == (130, b"", b"")


@pytest.mark.parametrize("tail", ["> /dev/full", ">&-"])
def test_a_full_disk_and_a_closed_output_are_one_line_and_74(warm: Path, tail: str) -> None:
    line = f"printf 'hello there' | {sys.executable} -m guardian filter {tail}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, env=home_env(warm), check=False)
    assert done.returncode == 74, done.stderr
    assert done.stderr.count(b"\n") == 1
    assert b"Traceback" not in done.stderr


@pytest.mark.slow
def test_fifty_filters_at_once_are_all_answered_by_the_service(warm: Path) -> None:
    texts = [ORDINARY.replace(b"Jo", b"Jo %d" % number) for number in range(50)]
    with ThreadPoolExecutor(50) as pool:
        done = list(pool.map(lambda text: guardian(warm, "filter", "--verbose", stdin=text), texts))
    assert [each.stdout for each in done] == texts
    assert all(WARM in each.stderr for each in done)


# --- thin ---------------------------------------------------------------------------------------------------------

TELL_MODULES = """\
import sys
from guardian.__main__ import main
code = main()
print("MODULES", *sys.modules, file=sys.stderr)
print(open("/proc/self/status").read() if sys.platform == "linux" else "", file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.parametrize("words", [[], ["--mail"], ["--annotate", "--verbose"], ["--json", "--all-policies"]])
def test_the_client_imports_the_standard_library_alone_and_stays_small(warm: Path, words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-S", "-c", TELL_MODULES, "filter", *words],
        input=PHISH,
        capture_output=True,
        env=home_env(warm),
        check=False,
    )
    assert done.returncode == 1
    said = next(line for line in done.stderr.decode().splitlines() if line.startswith("MODULES"))
    loaded = set(said.split()[1:])
    assert {name.partition(".")[0] for name in loaded} - set(sys.stdlib_module_names) <= {"__main__", "guardian"}
    assert loaded.isdisjoint({"guardian.gate", "guardian.settings", "guardian.verdict", "guardian.cli", "sqlite3"})
    if sys.platform == "linux":
        peak = re.search(r"VmHWM:\s+(\d+) kB", done.stderr.decode())
        assert peak is not None
        assert int(peak.group(1)) * 1024 <= 25_000_000


def test_where_no_service_is_no_socket_is_made(guardian_home: Path) -> None:
    code = (
        "import os, sys; from guardian.commands.filter_warm import run_warm; from guardian.filter_words import "
        "FilterWords; print(run_warm(FilterWords({}), os.environ).why, 'socket' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, check=True, env={**os.environ})
    assert done.stdout == b"no service runs False\n"
