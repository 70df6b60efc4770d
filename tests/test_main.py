"""Promises of the program's edge: streams that are closed or full, bugs, interrupts; one line and a true exit code."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]

PROGRAM = f"exec {sys.executable} -m guardian"
SECRET = "text of a message"


def one_line(done: subprocess.CompletedProcess[bytes]) -> str:
    """What a failed command said: one line, named and without a traceback."""
    words = done.stderr.decode()
    assert words.startswith("guardian: "), words
    assert words.count("\n") == 1, words
    return words.removeprefix("guardian: ").rstrip("\n")


def shell(line: str, timeout_s: float = 300) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["bash", "-c", line], capture_output=True, timeout=timeout_s, check=False)


def run_broken(body: str, **env: str) -> subprocess.CompletedProcess[bytes]:
    """The program, with `paths` replaced by a command that does `body`."""
    code = textwrap.dedent(
        f"""\
        import sys, types
        from guardian import __main__
        broken = types.ModuleType("guardian.commands.paths")
        exec(compile({body!r}, "guardian/commands/paths.py", "exec"), broken.__dict__)
        sys.modules["guardian.commands.paths"] = broken
        sys.argv = ["guardian", "paths"]
        sys.exit(__main__.main())
        """
    )
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, env={**os.environ, **env}, timeout=300, check=False
    )


# --- streams ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("words", ["--help", "--version", "paths", "config show --origin", "completion bash", ""])
def test_a_full_disk_is_74_and_one_line(words: str, unbuffered: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    done = shell(f"{PROGRAM} {words} >/dev/full")
    assert done.returncode == 74
    assert one_line(done) == "input or output failed: no space left on device"


@pytest.mark.parametrize("words", ["--help", "paths", "config show", "completion zsh"])
def test_a_closed_output_is_74_and_one_line(words: str) -> None:
    done = shell(f"{PROGRAM} {words} >&-")
    assert done.returncode == 74
    assert one_line(done) == "standard input or output is closed"


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_left_is_74_and_one_line(unbuffered: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    reader, writer = os.pipe()
    os.close(reader)
    python = [sys.executable, "-m", "guardian", "completion", "bash"]
    done = subprocess.run(python, stdout=writer, stderr=subprocess.PIPE, timeout=300, check=False)
    os.close(writer)
    assert done.returncode == 74
    assert one_line(done) == "standard output was closed before everything was written"


def test_a_closed_or_full_error_stream_changes_no_exit_code() -> None:
    for where in ("2>&-", "2>/dev/full"):
        assert shell(f"{PROGRAM} filtr {where}").returncode == 2
        assert shell(f"{PROGRAM} --version {where}").returncode == 0


def test_nothing_that_is_opened_becomes_a_closed_stream(tmp_path: Path) -> None:
    # Without care, the first file that is opened gets the number 1, and every print lands in it.
    kept = tmp_path / "journal"
    body = f"def run(args, settings):\n  with open({str(kept)!r}, 'w') as f: print('stray', flush=True); return 0"
    code = (
        "import sys,types; from guardian import __main__; m=types.ModuleType('guardian.commands.paths');"
        f"exec({body!r}, m.__dict__); sys.modules['guardian.commands.paths']=m; sys.argv=['guardian','paths'];"
        "sys.exit(__main__.main())"
    )
    done = subprocess.run(
        ["bash", "-c", 'exec "$0" -c "$1" >&- <&-', sys.executable, code], capture_output=True, timeout=300, check=False
    )
    assert done.returncode == 74
    assert kept.read_text() == ""


def test_all_streams_may_be_closed() -> None:
    assert shell(f"{PROGRAM} paths <&- >&- 2>&-").returncode == 74


@pytest.mark.parametrize("locale", ["C", "POSIX", "en_US.ISO-8859-1"])
def test_a_poor_locale_is_no_reason_to_fail(locale: str, run_guardian: Run, tmp_path: Path) -> None:
    env = {
        "GUARDIAN_HOME": str(tmp_path / "höme-日本"),
        "LC_ALL": locale,
        "PYTHONIOENCODING": "ascii",
        "PYTHONUTF8": "0",
    }
    assert run_guardian("paths", env=env).returncode == 0


def test_a_hostile_path_reaches_no_terminal_raw(run_guardian: Run, tmp_path: Path) -> None:
    env = {"GUARDIAN_HOME": str(tmp_path / "a\x1b]52;c;aGk=\x07b\u202e")}
    for words in (["paths"], ["paths", "--json"], ["config", "show", "--origin"], ["model", "list"]):
        done = run_guardian(*words, env=env)
        assert b"\x1b" not in done.stdout + done.stderr
        assert "\u202e".encode() not in done.stdout + done.stderr


# --- what must never be seen ------------------------------------------------------------------------------------


def test_a_bug_is_one_line_with_its_place_and_without_its_words() -> None:
    done = run_broken(f"def run(args, settings):\n  raise KeyError({SECRET!r})")
    assert done.returncode == 2
    assert one_line(done) == "internal error in guardian.commands.paths:2 (KeyError); please report it"


def test_a_bug_in_a_library_is_placed_where_guardian_called_it() -> None:
    done = run_broken(f"import json\n\ndef run(args, settings):\n  json.loads({SECRET!r})")
    assert one_line(done) == "internal error in guardian.commands.paths:4 (JSONDecodeError); please report it"


@pytest.mark.parametrize("kind", ["RecursionError", "MemoryError", "GeneratorExit", "AssertionError"])
def test_a_bug_of_any_kind_is_one_line(kind: str) -> None:
    done = run_broken(f"def run(args, settings):\n  raise {kind}({SECRET!r})")
    assert done.returncode == 2
    assert f"({kind})" in one_line(done)


def test_a_command_that_closes_standard_output_is_a_bug_in_one_line() -> None:
    done = run_broken("import sys\ndef run(args, settings):\n  sys.stdout.close(); return 0")
    assert (done.returncode, "(ValueError)" in one_line(done)) == (2, True)


def test_a_bug_shows_its_traceback_to_whoever_asks_and_keeps_its_exit_code() -> None:
    done = run_broken(f"def run(args, settings):\n  raise KeyError({SECRET!r})", GUARDIAN_DEBUG="1")
    assert done.returncode == 2
    assert b"Traceback" in done.stderr
    assert SECRET.encode() in done.stderr


def test_a_bug_in_a_thread_or_a_destructor_is_one_line() -> None:
    thread = "import threading\ndef work():\n  raise KeyError('text of a message')\n"
    thread += "def run(args, settings):\n  t = threading.Thread(target=work); t.start(); t.join(); return 0"
    assert "(KeyError)" in one_line(run_broken(thread))
    destructor = "class Odd:\n  def __del__(self):\n    raise KeyError('text of a message')\n"
    destructor += "def run(args, settings):\n  Odd(); return 0"
    assert "(KeyError)" in one_line(run_broken(destructor))


def test_an_error_with_words_is_said_safely_and_on_one_line() -> None:
    raised = r"raise UsageError('a\nb \x1b[2J', hint='do\x07 this')"
    done = run_broken(f"from guardian.errors import UsageError\ndef run(args, settings):\n  {raised}")
    assert (done.returncode, one_line(done)) == (2, r"a b \x1b[2J (do\x07 this)")


@pytest.mark.parametrize(
    ("raised", "says"),
    [
        ("OSError(28, 'No space left on device', '/somewhere')", "no space left on device: /somewhere"),
        ("PermissionError(13, 'Permission denied', '/a\\x1bb')", r"permission denied: /a\x1bb"),
        ("BrokenPipeError(32, 'Broken pipe')", "standard output was closed"),
        ("OSError('odd')", "input or output failed: oserror"),
    ],
)
def test_an_input_or_output_error_that_no_command_caught_is_74(raised: str, says: str) -> None:
    done = run_broken(f"def run(args, settings):\n  raise {raised}")
    assert done.returncode == 74
    assert says in one_line(done)


def test_an_interrupt_is_130_and_silent() -> None:
    body = "import os, signal, time\ndef run(args, settings):\n  os.kill(os.getpid(), signal.SIGINT); time.sleep(60)"
    done = run_broken(body)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


def test_a_second_interrupt_ends_a_slow_goodbye_as_quietly() -> None:
    body = (
        "import atexit, os, signal, time\n"
        "def slow():\n  os.kill(os.getpid(), signal.SIGINT); time.sleep(60)\n"
        "def run(args, settings):\n  atexit.register(slow); os.kill(os.getpid(), signal.SIGINT); time.sleep(60)"
    )
    done = run_broken(body)
    assert (done.returncode, done.stderr) == (-signal.SIGINT, b"")


def test_output_stands_before_the_words_about_it() -> None:
    body = "from guardian.errors import InputError\n"
    body += "def run(args, settings):\n  print('data'); raise InputError('the rest cannot be read')"
    done = run_broken(body)
    assert (done.stdout, one_line(done), done.returncode) == (b"data\n", "the rest cannot be read", 74)
